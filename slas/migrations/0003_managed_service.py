"""The seeded policy "Managed service", version 1, and the calendars it names (DOMAIN, section 4)."""

from typing import Any

import holidays
from django.db import migrations

HOUR = 3600
BUSINESS_DAY = 8 * HOUR
REGIONS = ("ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA")
YEARS = range(2025, 2031)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = {day: [["00:00", "24:00"]] for day in DAYS}
BUSINESS = {day: [["09:00", "17:00"]] if day not in ("sat", "sun") else [] for day in DAYS}

TARGETS: list[tuple[str, str, int, str]] = [
    ("respond", "P1", HOUR // 2, "always"),
    ("update", "P1", HOUR, "always"),
    ("restore", "P1", 4 * HOUR, "always"),
    ("respond", "P2", HOUR, "always"),
    ("update", "P2", 2 * HOUR, "always"),
    ("restore", "P2", 8 * HOUR, "always"),
    ("respond", "P3", 4 * HOUR, "business"),
    ("update", "P3", BUSINESS_DAY, "business"),
    ("restore", "P3", 3 * BUSINESS_DAY, "business"),
    ("respond", "P4", BUSINESS_DAY, "business"),
    ("update", "P4", 5 * BUSINESS_DAY, "business"),
]


def seed(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    calendars = apps.get_model("slas", "CalendarVersion").objects.using(alias)
    policies = apps.get_model("slas", "PolicyVersion").objects.using(alias)
    calendars.create(name="always", version=1, weekly=ALWAYS, holidays=[])
    calendars.create(name="business", version=1, weekly=BUSINESS, holidays=[])
    for region in REGIONS:
        days = sorted(day.isoformat() for day in holidays.country_holidays("AU", subdiv=region, years=YEARS))
        calendars.create(name="business", region=region, version=1, weekly=BUSINESS, holidays=days)
    policies.create(
        name="Managed service",
        version=1,
        goal_percent=95,
        document={
            "reopen_window": {"calendar": "business", "seconds": 5 * BUSINESS_DAY},
            "objectives": [
                {
                    "metric": metric,
                    "severity": severity,
                    "target_seconds": seconds,
                    "calendar": calendar,
                    "at_risk_percent": 75,
                }
                for metric, severity, seconds, calendar in TARGETS
            ],
        },
    )
    # Row-level security can turn a data migration into one that quietly does nothing, so it counts.
    found = (calendars.count(), policies.count())
    if found != (2 + len(REGIONS), 1):
        raise RuntimeError(f"seeding left {found} calendars and policies")


class Migration(migrations.Migration):
    dependencies = [("slas", "0002_tenancy")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
