from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("vendors", "0005_cases")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="accountlink",
            name="poll_lease_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="vendorcase",
            name="seen_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
