from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("tickets", "0014_articles")]

    operations: ClassVar[list[Operation]] = [
        # The database's own default: what is copied in without the column is not private.
        migrations.AddField("ticket", "is_private", models.BooleanField(db_default=False, default=False)),
    ]
