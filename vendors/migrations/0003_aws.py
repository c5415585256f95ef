from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

_ALL = ["low", "normal", "high", "urgent", "critical"]
_EVER, _END = date(2000, 1, 1), date(2027, 1, 1)
_MINUTE, _HOUR = 60, 3600
_SOURCE = "AWS's published support plans, read in October 2026"

#: name, takes cases, severities, sold until, accepted from, accepted until
PLANS: list[tuple[str, bool, list[str], date | None, date | None, date | None]] = [
    ("Basic", False, [], None, None, None),
    ("Developer", False, _ALL[:2], _END, None, None),
    ("Business", True, _ALL[:4], _END, _EVER, _END),
    ("Business Support+", True, _ALL, None, _EVER, None),
    ("Enterprise On-Ramp", True, _ALL, _END, _EVER, _END),
    ("Enterprise", True, _ALL, None, _EVER, None),
    ("Unified Operations", True, _ALL, None, _EVER, None),
]
_USUAL = {"low": 24 * _HOUR, "normal": 12 * _HOUR, "high": 4 * _HOUR, "urgent": _HOUR}
TARGETS: dict[str, dict[str, int]] = {
    "Developer": {"low": 24 * _HOUR, "normal": 12 * _HOUR},
    "Business": _USUAL,
    "Business Support+": {**_USUAL, "critical": 30 * _MINUTE},
    "Enterprise On-Ramp": {**_USUAL, "critical": 30 * _MINUTE},
    "Enterprise": {**_USUAL, "critical": 15 * _MINUTE},
    "Unified Operations": {**_USUAL, "critical": 5 * _MINUTE},
}
#: Sources disagree whether this plan has it, so that a person has to look.
UNCONFIRMED = {("Business Support+", "critical")}


def seed(apps: Any, schema_editor: Any) -> None:
    """Write AWS Support down: its plans, which of them serve from when until when, and the times it publishes."""
    now, using = datetime.now(UTC), schema_editor.connection.alias
    vendor = (
        apps.get_model("vendors", "Vendor")
        .objects.using(using)
        .create(
            name="AWS Support",
            slug="aws",
            way="aws",
            contact="The account's AWS console: Support, Support Center",
            created_at=now,
        )
    )
    for rank, (name, takes, severities, sold, start, end) in enumerate(PLANS):
        apps.get_model("vendors", "SupportPlan").objects.using(using).create(
            vendor=vendor,
            name=name,
            rank=rank,
            takes_cases=takes,
            severities=severities,
            offered_until=sold,
            accepted_from=start,
            accepted_until=end,
        )
    for plan, times in TARGETS.items():
        for severity, seconds in times.items():
            apps.get_model("vendors", "VendorTarget").objects.using(using).create(
                vendor=vendor,
                plan=plan,
                severity=severity,
                seconds=seconds,
                in_business_hours=plan == "Developer",
                valid_from=_EVER,
                source=_SOURCE,
                is_confirmed=(plan, severity) not in UNCONFIRMED,
                added_at=now,
                added_by="Trusst Support",
            )


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("vendors", "0002_tenancy")]

    operations: ClassVar[list[Operation]] = [migrations.RunPython(seed, migrations.RunPython.noop)]
