"""Rotas for tests: documents that are easily read, and a rota made through the action."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.tenancy import acting_as
from customers.models import DeskPerson
from escalations import rota_actions
from escalations.rota_models import Rota
from tests.cast import Cast, actor_of, context_of


def layer(*people: int, name: str = "Primary", **more: Any) -> dict[str, Any]:
    """Return a layer of weekly turns from Monday 2 March 2026, 09:00, on."""
    return {
        "name": name,
        "people": list(people),
        "starts_on": "2026-03-02",
        "every": 1,
        "unit": "weeks",
        "weekday": "mon",
        "at": "09:00",
        **more,
    }


def document(*layers: dict[str, Any], timezone: str = "Australia/Sydney") -> dict[str, Any]:
    return {"timezone": timezone, "layers": list(layers)}


def publish(
    cast: Cast,
    plan: dict[str, Any],
    *,
    rota: Rota | None = None,
    name: str = "Service desk",
    effective_at: datetime | None = None,
) -> Rota:
    """Publish a plan as the desk's lead, and return its rota as it stands then."""
    with acting_as(context_of(cast.lead)) as now:
        version = rota_actions.publish_rota(
            rota=rota,
            name=name,
            document=plan,
            note="Because",
            base=0 if rota is None else rota.versions.count(),
            actor=actor_of(cast.lead),
            at=now,
            effective_at=effective_at,
        )
        return Rota.objects.with_plans().get(pk=version.rota_id)


def weekly(cast: Cast, **more: Any) -> Rota:
    """Publish a rota by which the engineer and the lead take weekly turns, the engineer first."""
    return publish(cast, document(layer(cast.engineer.pk, cast.lead.pk)), **more)


def put_on_call(
    cast: Cast, rota: Rota, person: DeskPerson, *, ends_at: datetime, starts_at: datetime | None = None
) -> int:
    """Put a person on call as the desk's lead, and return the override's number."""
    with acting_as(context_of(cast.lead)) as now:
        return rota_actions.override_shift(
            rota=rota,
            person=person,
            by=cast.lead,
            actor=actor_of(cast.lead),
            at=now,
            starts_at=starts_at,
            ends_at=ends_at,
            reason="Swap",
        ).pk
