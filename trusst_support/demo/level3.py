"""The desk of the demonstration asks its specialists: one ticket they have accepted, one waits for them."""

from __future__ import annotations

from collections.abc import Mapping

from core.tenancy import acting_as
from customers import access
from customers.models import DeskPerson, Team
from escalations import functional_actions as actions
from escalations.functional_access import get_open
from tickets.models import Ticket

#: Words of a subject, the team that is asked, what was tried and is needed, and who of the team has accepted.
_ASKED = (
    (
        "stock database",
        "Databases",
        "Paused the nightly load and raised the throughput of the volume: no change in two hours.",
        "Is it safe to restore the snapshot beside it while the volume is still optimising?",
        "Mei",
    ),
    (
        "VPN",
        "Networks",
        "Swapped the tunnels and compared the logs of both ends. Rekeying fails every 14 minutes.",
        "Read the phase 2 proposals of our gateway, and say which side has to change.",
        "",
    ),
)


def ask_specialists(desk: Mapping[str, DeskPerson]) -> None:
    """Make two teams Level 3, and escalate an open ticket to each."""
    with acting_as(access.desk_context(desk["Sam"])) as at:
        for team in Team.objects.filter(name__in=[asked[1] for asked in _ASKED]):
            actions.mark_team(team=team, actor=access.desk_actor(desk["Sam"]), at=at, is_level_3=True)
    engineer = desk["Priya"]
    for word, name, tried, needed, accepts in _ASKED:
        with acting_as(access.desk_context(engineer)) as at:
            ticket = (
                Ticket.objects.open()
                .with_desk()
                .with_people()
                .filter(subject__icontains=word)
                .order_by("pk")
                .first()
            )
            if ticket is None:  # a story may have ended differently
                continue
            actions.escalate(
                ticket=ticket,
                actor=access.desk_actor(engineer),
                at=at,
                team=Team.objects.get(name=name),
                tried=tried,
                needed=needed,
                keeper=ticket.assignee or engineer,
            )
        if accepts:
            with acting_as(access.desk_context(desk[accepts])) as at:
                actions.accept(
                    given=get_open(ticket),
                    person=desk[accepts],
                    actor=access.desk_actor(desk[accepts]),
                    at=at,
                )
