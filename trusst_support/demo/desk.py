"""The desk of the demonstration keeps house: it has teams, and one shift has handed over to the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from core.now import standing_at
from core.tenancy import acting_as, worker_context
from customers import access, desk_admin_actions
from customers.models import DeskPerson
from tickets import actions as tickets
from tickets.models import Ticket


def keep_house(desk: Mapping[str, DeskPerson], *, now: datetime) -> None:
    """Add teams, give tickets to them, hand a shift over, and invite a colleague who has not come yet."""
    with standing_at(now - timedelta(hours=2)):
        _form_teams(desk)
    with standing_at(now - timedelta(minutes=25)):
        _hand_over(desk["Tom"], desk["Priya"])


def _form_teams(desk: Mapping[str, DeskPerson]) -> None:
    admin, lead = desk["Sam"], desk["Mei"]
    with acting_as(access.desk_context(admin)) as at:
        by = access.desk_actor(admin)
        networks = desk_admin_actions.add_team(
            actor=by, at=at, name="Networks", lead=desk["Tom"], people=[desk["Priya"]]
        )
        desk_admin_actions.add_team(
            actor=by, at=at, name="Databases", lead=lead, people=[desk["Priya"], desk["Tom"]]
        )
        desk_admin_actions.invite_desk_person(
            actor=by,
            at=at,
            email="noor@trusst.example",
            name="Noor Haddad",
            role="engineer",
            timezone="Australia/Perth",
        )
        for ticket in Ticket.objects.open().with_desk().filter(subject__icontains="VPN"):
            tickets.give_to_team(ticket=ticket, actor=by, at=at, team=networks)


def _hand_over(giver: DeskPerson, receiver: DeskPerson) -> None:
    """Hand the giver's tickets that wait for somebody to the next shift, which has not accepted them yet."""
    with acting_as(worker_context()):
        waiting = list(Ticket.objects.assigned_to(giver).open().exclude(hold_reason="").order_by("pk")[:2])
    if not waiting:
        return
    with acting_as(access.desk_context(giver)) as at:
        tickets.hand_over(
            person=giver,
            passings=[
                tickets.Passing(
                    ticket=ticket,
                    version=ticket.version,
                    person=receiver,
                    note="They said they would answer today.",
                )
                for ticket in waiting
            ],
            note="A quiet shift.",
            actor=access.desk_actor(giver),
            at=at,
        )
