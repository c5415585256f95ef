from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models.functions import Coalesce

_QUEUED_AT = Coalesce(models.F("next_due_at"), models.Value(datetime(9999, 1, 1, tzinfo=UTC)))
_OPEN = models.Q(status__in=["in_progress", "new", "on_hold", "restored"])
#: A name is free again once its view is deleted.
_NAMES: tuple[tuple[str, list[str], bool], ...] = (
    ("savedview_own_name", ["owner", "name"], False),
    ("savedview_shared_name", ["name"], True),
)


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("tickets", "0015_privacy")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="savedview",
            name="deleted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        *(migrations.RemoveConstraint(model_name="savedview", name=name) for name, _, _ in _NAMES),
        *(
            migrations.AddConstraint(
                model_name="savedview",
                constraint=models.UniqueConstraint(
                    fields=fields,
                    condition=models.Q(("deleted_at", None), ("is_shared", is_shared)),
                    name=name,
                ),
            )
            for name, fields, is_shared in _NAMES
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(_QUEUED_AT, "opened_at", "id", condition=_OPEN, name="ticket_open"),
        ),
    ]
