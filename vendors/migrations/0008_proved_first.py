"""An account's number belongs to the customer that proved it first, not to the one that named it first."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

_LIVE = ~models.Q(state="retired") & ~models.Q(account_number="")


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("vendors", "0007_pages")]

    operations: ClassVar[list[Operation]] = [
        migrations.RemoveConstraint(model_name="accountlink", name="accountlink_one_customer"),
        migrations.AddConstraint(
            model_name="accountlink",
            constraint=models.UniqueConstraint(
                condition=_LIVE, fields=("customer", "vendor", "account_number"), name="accountlink_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountlink",
            constraint=models.UniqueConstraint(
                condition=_LIVE & models.Q(verified_at__isnull=False),
                fields=("vendor", "account_number"),
                name="accountlink_one_customer",
            ),
        ),
    ]
