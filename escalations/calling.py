"""Whom the targets of a step mean at an instant: the people, why each of them, and where nobody was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from customers.access import active_desk_people
from customers.models import DeskPerson, DeskRole, Team
from escalations.functional_access import people_of_team
from escalations.ladder import Callee, Kind, Named, Target
from escalations.rota_access import on_call_people
from escalations.rota_models import Rota
from notifications.access import channels_in_use

_ROLES = {
    Target.ENGINEERS: (DeskRole.ENGINEER, "Engineer"),
    Target.LEADS: (DeskRole.LEAD, "Desk lead"),
    Target.MANAGERS: (DeskRole.MANAGER, "Manager"),
}


@dataclass(frozen=True, kw_only=True)
class Called:
    """Whom a step calls: people with the reason for each, channels, and what a reader of the log must know."""

    people: dict[DeskPerson, str] = field(default_factory=dict)
    channels: dict[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def whom(targets: Iterable[Callee], *, owner: DeskPerson | None, at: datetime) -> Called:
    """Return whom targets mean at an instant, each person once, in the order of the targets.

    A rota, a team, a person or a channel that gives nobody falls to the desk's leads, and says so.
    """
    staff = list(active_desk_people().select_related("user").order_by("pk"))
    people: dict[DeskPerson, str] = {}
    channels: dict[int, str] = {}
    notes: list[str] = []
    found: list[DeskPerson]
    for target in targets:
        if isinstance(target, Named) and target.kind is Kind.CHANNEL:
            name = channels_in_use().filter(pk=target.id).values_list("name", flat=True).first()
            if name is not None:
                channels[target.id] = name
                continue
            found, reason, missing = [], "", "the channel named is not in use"
        elif isinstance(target, Named):
            found, reason, missing = _named(target, staff, at)
        else:
            (found, reason), missing = _role(target, staff, owner), ""
        if missing:
            notes.append(f"{missing}, so the leads were called")
            found, reason = (
                [one for one in staff if one.role == DeskRole.LEAD],
                "Desk lead, as nobody else was",
            )
        for person in found:
            people.setdefault(person, reason)
    return Called(people=people, channels=channels, notes=tuple(notes))


def _role(target: Target, staff: list[DeskPerson], owner: DeskPerson | None) -> tuple[list[DeskPerson], str]:
    """Return whom a role means; the owner is every engineer while there is none."""
    if target is Target.OWNER:
        if owner is not None and owner.is_active:
            return [one for one in staff if one.pk == owner.pk], "Owner"
        target = Target.ENGINEERS
    role, reason = _ROLES[target]
    return [one for one in staff if one.role == role], reason


def _named(target: Named, staff: list[DeskPerson], at: datetime) -> tuple[list[DeskPerson], str, str]:
    """Return whom a rota, a team or a person means, why, and what to say where that is nobody."""
    if target.kind is Kind.PERSON:
        found = [one for one in staff if one.pk == target.id]
        return found, "Named in the policy", "" if found else "the person named is not on the desk any more"
    if target.kind is Kind.TEAM:
        team = Team.objects.filter(pk=target.id).first()
        found = [] if team is None else people_of_team(team)
        name = "the team named" if team is None else team.name
        return found, f"Team {name}", "" if found else f"nobody is in {name}"
    found = on_call_people(target.id, at)
    rota = Rota.objects.filter(pk=target.id).values_list("name", flat=True).first() or "the rota named"
    return found, f"On call: {rota}", "" if found else f"nobody was on call by {rota}"
