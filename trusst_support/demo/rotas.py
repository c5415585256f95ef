"""Who of the demonstration's desk is on call: two rotas, of which one has an override and one a gap."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.now import standing_at
from core.tenancy import acting_as
from customers import access
from customers.models import DeskPerson
from escalations import rota_actions as actions
from escalations.rota_models import Rota

_ZONE = "Australia/Sydney"


def keep_rotas(desk: Mapping[str, DeskPerson], *, now: datetime) -> None:
    """Write both rotas three weeks ago, and let somebody take tomorrow's hours over today."""
    today = now.astimezone(ZoneInfo(_ZONE)).date()
    begun = (today - timedelta(days=28)).isoformat()
    with standing_at(now - timedelta(days=21)):
        service = _publish(
            desk["Mei"],
            "Service desk",
            [
                {
                    "name": "Around the clock",
                    "people": [desk["Priya"].pk, desk["Tom"].pk],
                    "starts_on": begun,
                    "every": 1,
                    "unit": "weeks",
                    "weekday": "mon",
                    "at": "09:00",
                },
                {
                    "name": "Weekday evenings",
                    "people": [desk["Mei"].pk, desk["Tom"].pk, desk["Priya"].pk],
                    "starts_on": begun,
                    "every": 1,
                    "unit": "days",
                    "at": "17:00",
                    "hours": {day: [["17:00", "22:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
                },
            ],
        )
        _publish(
            desk["Mei"],
            "Duty manager",
            [
                {
                    "name": "Daily",
                    "people": [desk["Ruth"].pk, desk["Mei"].pk],
                    "starts_on": begun,
                    "every": 1,
                    "unit": "days",
                    "at": "08:00",
                    "off_dates": [(today + timedelta(days=4)).isoformat()],
                }
            ],
        )
    with standing_at(now - timedelta(hours=5)), acting_as(access.desk_context(desk["Mei"])) as at:
        actions.override_shift(
            rota=service,
            person=desk["Sam"],
            by=desk["Mei"],
            actor=access.desk_actor(desk["Mei"]),
            at=at,
            starts_at=now + timedelta(hours=20),
            ends_at=now + timedelta(hours=26),
            reason="Tom is at the dentist.",
        )


def _publish(lead: DeskPerson, name: str, layers: list[dict[str, Any]]) -> Rota:
    with acting_as(access.desk_context(lead)) as at:
        version = actions.publish_rota(
            rota=None,
            name=name,
            document={"timezone": _ZONE, "layers": layers},
            note="Our first rota",
            base=0,
            actor=access.desk_actor(lead),
            at=at,
        )
    return version.rota
