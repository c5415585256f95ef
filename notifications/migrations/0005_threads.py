from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("notifications", "0004_preferences")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            "notification", "thread", models.CharField(blank=True, default="", max_length=80)
        ),
    ]
