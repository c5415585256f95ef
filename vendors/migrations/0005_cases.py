from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("vendors", "0004_links")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="vendorcase",
            name="allowed_by",
            field=models.CharField(blank=True, default="", max_length=150),
        ),
        migrations.AddField(
            model_name="vendorcase",
            name="allowed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
