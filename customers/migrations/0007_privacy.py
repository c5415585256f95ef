from __future__ import annotations

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from core.rls import MEMBER_ROLE


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0006_portal")]

    operations: ClassVar[list[Operation]] = [
        # A lead decides what requesters see; everything else of a customer is the desk's to write.
        migrations.RunSQL(
            f"GRANT update (members_see_all) ON customers_customer TO {MEMBER_ROLE}",
            f"REVOKE update (members_see_all) ON customers_customer FROM {MEMBER_ROLE}",
        ),
    ]
