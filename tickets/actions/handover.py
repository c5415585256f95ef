from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from core.events import publish_desk
from core.problems import Refused, Stale
from core.tenancy import Actor
from core.when import say_instant
from customers.models import DeskPerson, Team
from notifications import actions as notifications
from notifications.models import Audience
from tickets.actions.conversation import post_internal_note
from tickets.actions.locking import lock
from tickets.actions.ownership import assign, give_to_team
from tickets.bulk import CHANGED
from tickets.events import HandedOver, HandoverAccepted
from tickets.models import Handover, HandoverLine, Ticket


@dataclass(frozen=True, kw_only=True)
class Passing:
    """One ticket of a handover: who gets it, and what they should know.

    Without a person and a team it stays with whoever hands over. A team's ticket goes to the team's lead.
    """

    ticket: Ticket
    version: int
    person: DeskPerson | None = None
    team: Team | None = None
    note: str = ""

    @property
    def receiver(self) -> DeskPerson | None:
        if self.person is not None:
            return self.person
        return self.team.lead if self.team is not None else None


class NotHandedOver(Refused):
    """A handover of which at least one ticket cannot be passed on; `by_key` says why, for each of them."""

    def __init__(self, by_key: dict[str, str], *, is_stale: bool) -> None:
        super().__init__("Nothing is handed over yet. Look at the tickets marked below.")
        self.by_key = by_key
        self.is_stale = is_stale


@transaction.atomic
def hand_over(
    *, person: DeskPerson, passings: Sequence[Passing], note: str, actor: Actor, at: datetime
) -> Handover:
    """Give a person's tickets to colleagues in one act: all of them, or none.

    Each ticket gets its new owner and a note that only the desk reads; each colleague gets one message.
    Raises NotHandedOver with a reason for each ticket that would be left without an owner, is not the
    person's any more, or changed since it was looked at.
    """
    locked, refused, is_stale = _lock_all(person, passings)
    passed = [one for one in passings if one.receiver is not None and one.receiver != person]
    if refused:
        raise NotHandedOver(refused, is_stale=is_stale)
    if not passed:
        raise Refused("Choose a new owner for at least one ticket.")
    handover = Handover.objects.create(given_by=person, at=at, note=_short(note))
    lines = [_pass(one, locked[one.ticket.pk], handover, actor, at) for one in passed]
    HandoverLine.objects.bulk_create(lines)
    _tell(handover, lines)
    publish_desk(HandedOver(at=at, actor=actor, handover_id=handover.pk, called=len(lines)))
    return handover


def _lock_all(
    person: DeskPerson, passings: Sequence[Passing]
) -> tuple[dict[int, Ticket], dict[str, str], bool]:
    """Lock every ticket in the order of ids; return them, why any cannot go, and whether one changed."""
    locked, refused, is_stale = {}, {}, False
    for one in sorted(passings, key=lambda one: one.ticket.pk):
        try:
            ticket = locked[one.ticket.pk] = lock(one.ticket, expected_version=one.version)
        except Stale:
            refused[one.ticket.key], is_stale = f"It {CHANGED}.", True
            continue
        if ticket.assignee_id != person.pk:
            refused[ticket.key] = "It is not yours any more."
        elif reason := _why_not(one, ticket):
            refused[ticket.key] = reason
    return locked, refused, is_stale


def _why_not(one: Passing, ticket: Ticket) -> str:
    """Return why a ticket would be left without somebody who keeps its promise; empty when it would not."""
    receiver = one.receiver
    if receiver is not None and not receiver.is_active:
        return f"{receiver.name} is not on the desk any more. Select someone else."
    if one.team is not None and receiver is None and ticket.next_due_at is not None:
        return f"{one.team.name} has no lead, so nobody would keep this promise. Select a person, or keep it."
    return ""


def _pass(one: Passing, ticket: Ticket, handover: Handover, actor: Actor, at: datetime) -> HandoverLine:
    receiver = one.receiver
    assert receiver is not None
    if one.team is not None:
        ticket = give_to_team(ticket=ticket, actor=actor, at=at, team=one.team)
    assign(ticket=ticket, actor=actor, at=at, person=receiver)
    said = " ".join(part for part in (handover.note, _short(one.note)) if part)
    post_internal_note(
        ticket=ticket,
        actor=actor,
        at=at,
        body=f"Handed over to {receiver.name}." + (f" {said}" if said else ""),
    )
    return HandoverLine(
        customer_id=ticket.customer_id,
        handover=handover,
        ticket=ticket,
        taken_by=receiver,
        note=_short(one.note),
        next_due_at=ticket.next_due_at,
    )


def _short(text: str) -> str:
    return " ".join(text.split())[:500]


def _tell(handover: Handover, lines: Sequence[HandoverLine]) -> None:
    """Send each receiver one message about all that they get."""
    by_receiver: dict[int, list[HandoverLine]] = defaultdict(list)
    for line in lines:
        by_receiver[line.taken_by_id].append(line)
    giver = handover.given_by.name
    for mine in by_receiver.values():
        to = mine[0].taken_by
        many = f"{len(mine)} ticket{'s' if len(mine) != 1 else ''}"
        about = "\n".join(_line(line, to) for line in mine)
        notifications.queue(
            # The outbox files a message under a customer; only the desk reads this one.
            customer_id=mine[0].customer_id,
            audience=Audience.DESK,
            kind="handover",
            dedupe_key=f"handover:{handover.pk}:desk:{to.pk}",
            recipient_email=to.user.email,
            person_id=to.pk,
            recipient_name=to.name,
            subject=f"{giver} hands over {many} to you",
            body=(
                f"{giver} handed over {many} to you.\n"
                + (f"\n{handover.note}\n" if handover.note else "")
                + f"\n{about}\n\nAccept them: {settings.PORTAL_BASE_URL}/desk/handover/\n"
            ),
            occurred_at=handover.at,
            deliver_after=handover.at,
        )


def _line(line: HandoverLine, to: DeskPerson) -> str:
    due = f", due {say_instant(line.next_due_at, to.timezone)}" if line.next_due_at else ""
    note = f": {line.note}" if line.note else ""
    return f"- {line.ticket.key} {line.ticket.subject}{due}{note}"


@transaction.atomic
def accept_handover(*, handover_id: int, person: DeskPerson, actor: Actor, at: datetime) -> int:
    """Record that a person has what they were handed; return how many tickets that are."""
    mine = HandoverLine.objects.to_accept(person).filter(handover_id=handover_id)
    accepted = mine.update(accepted_at=at)
    if not accepted:
        raise Refused("You have accepted these tickets already, or they were not handed over to you.")
    publish_desk(HandoverAccepted(at=at, actor=actor, handover_id=handover_id, called=accepted))
    return accepted
