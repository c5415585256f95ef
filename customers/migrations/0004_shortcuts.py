from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0003_signed_invitations")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            "deskperson",
            "shortcuts",
            models.CharField(
                choices=[
                    ("on", "On"),
                    ("alt", "Only together with Alt"),
                    ("off", "Off"),
                ],
                default="on",
                max_length=4,
            ),
        ),
    ]
