"""What Level 2 and Level 3 do with a ticket, through the portal's own actions."""

from __future__ import annotations

from core.tenancy import SYSTEM, acting_as, worker_context
from customers import actions as customers
from customers import desk_admin_actions
from customers.models import DeskPerson, DeskRole, Team
from escalations import functional_actions as actions
from escalations.functional_models import FunctionalEscalation
from tests.cast import Cast, actor_of, context_of
from tickets.models import Ticket


def specialist(name: str = "Desk Specialist") -> DeskPerson:
    """Add an engineer to the desk."""
    user = customers.create_user(email=f"{name.lower().replace(' ', '.')}@trusst.example", password=None)
    with acting_as(worker_context()) as now:
        return customers.add_desk_person(
            user=user, name=name, role=DeskRole.ENGINEER, timezone="Australia/Sydney", actor=SYSTEM, at=now
        )


def level_3(cast: Cast, *people: DeskPerson, name: str = "Databases") -> Team:
    """Add a team of specialists, and mark it as Level 3."""
    with acting_as(context_of(cast.admin)) as now:
        by = actor_of(cast.admin)
        team = desk_admin_actions.add_team(actor=by, at=now, name=name, lead=None, people=people)
        actions.mark_team(team=team, actor=by, at=now, is_level_3=True)
    return team


def escalate(ticket: Ticket, team: Team, by: DeskPerson, *, keeper: DeskPerson | None = None) -> None:
    """Escalate a ticket to a team."""
    with acting_as(context_of(by)) as now:
        actions.escalate(
            ticket=ticket,
            actor=actor_of(by),
            at=now,
            team=team,
            tried="Restarted the standby",
            needed="Read the lock table",
            keeper=keeper or by,
        )


def accept(ticket: Ticket, by: DeskPerson) -> None:
    """Take up what a team was asked."""
    with acting_as(context_of(by)) as now:
        [given] = FunctionalEscalation.objects.on(ticket).open()
        actions.accept(given=given, person=by, actor=actor_of(by), at=now)


def visits(ticket: Ticket) -> list[FunctionalEscalation]:
    """Return a ticket's escalations to Level 3, the newest first."""
    with acting_as(worker_context()):
        return list(FunctionalEscalation.objects.on(ticket).with_people().newest_first())
