"""Where a desk person goes once a reply is sent: they stay, or go on to the next due ticket."""

from __future__ import annotations

from datetime import datetime

from customers.models import DeskPerson
from tickets import access, composer_access
from tickets.models import ReplyHabit, ThenChoice, Ticket
from tickets.queues import VIEWS


def then_of(person: DeskPerson) -> ThenChoice:
    """Return where a desk person goes after a reply, as they chose last."""
    habit = ReplyHabit.objects.filter(person=person).first()
    return ThenChoice.STAY if habit is None else ThenChoice(habit.then)


def next_due(ticket: Ticket, person: DeskPerson, now: datetime) -> Ticket | None:
    """Return the ticket beside this one whose promise is due next and to which no colleague is replying; or None."""
    waiting = access.queue(VIEWS["due"], person, now).with_deadline().exclude(pk=ticket.pk)
    taken = composer_access.being_answered(now=now, without=person.pk)
    return waiting.exclude(pk__in=taken).first()
