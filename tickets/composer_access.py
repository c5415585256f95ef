"""What a ticket's composer shows, each look-up its own permission check: one's own drafts, files, replies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.http import Http404

from core.tenancy import Actor
from customers.access import active_desk_people
from customers.models import DeskPerson
from tickets.canned import first_name, say_instant
from tickets.models import (
    AudienceChoice,
    CannedReply,
    Draft,
    Mention,
    Message,
    ModeChoice,
    Presence,
    PresenceState,
    SideChoice,
    StagedFile,
    Ticket,
)
from tickets.promises import due_times

#: How long a sign of life counts.
PRESENT_FOR = timedelta(seconds=60)


def side_of(actor: Actor) -> SideChoice:
    """Return on which side whoever writes is."""
    return SideChoice.DESK if actor.is_desk else SideChoice.CUSTOMER


def drafts_of(actor: Actor, ticket: Ticket) -> dict[str, Draft]:
    """Return what somebody has begun to write on a ticket, by mode."""
    found = Draft.objects.by(ticket, side_of(actor), actor.id)
    return {draft.mode: draft for draft in found}


def staged_of(actor: Actor, ticket: Ticket, now: datetime) -> dict[str, list[StagedFile]]:
    """Return the files that somebody has chosen on a ticket and not sent, by mode."""
    found: dict[str, list[StagedFile]] = defaultdict(list)
    for file in StagedFile.objects.by(ticket, side_of(actor), actor.id).filter(expires_at__gt=now):
        found[file.mode].append(file)
    return found


def canned_replies() -> QuerySet[CannedReply]:
    """Return every canned reply, for those who keep them."""
    return CannedReply.objects.all()


def active_replies() -> QuerySet[CannedReply]:
    """Return the canned replies that can be inserted."""
    return CannedReply.objects.active()


def get_canned_reply(pk: int) -> CannedReply:
    """Return a canned reply, or 404."""
    reply = CannedReply.objects.filter(pk=pk).first()
    if reply is None:
        raise Http404("There is no such canned reply.")
    return reply


def values_for(ticket: Ticket, *, sender: str, now: datetime) -> dict[str, str]:
    """Return what a canned reply's variables stand for on a ticket, in its requester's zone; '' for nothing."""
    due, zone = due_times(ticket), ticket.requester.timezone or ticket.customer.timezone
    times = {
        f"{metric}_due": say_instant(due.get(metric), now=now, zone=zone)
        for metric in ("respond", "update", "restore")
    }
    return times | {
        "customer": ticket.customer.name,
        "first_name": first_name(ticket.requester.name),
        "key": ticket.key,
        "subject": ticket.subject,
        "severity": ticket.get_severity_display(),
        "my_name": sender,
    }


def mentions_of(ticket: Ticket) -> dict[int, list[str]]:
    """Return who is mentioned on a ticket, as typed, by the id of the note; for the desk."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = Mention.objects.filter(customer_id=ticket.customer_id, ticket=ticket)
    for message_id, said in rows.values_list("message_id", "said"):
        found[message_id].append(said)
    return found


def last_public_message(ticket: Ticket) -> Message | None:
    """Return the newest message that both sides read."""
    return (
        Message.objects.filter(
            customer_id=ticket.customer_id, ticket=ticket, audience=AudienceChoice.PUBLIC, automatic=False
        )
        .order_by("-pk")
        .first()
    )


def begun_by(author: DeskPerson, ticket: Ticket) -> Draft | None:
    """Return the reply that somebody of the desk has begun on a ticket, as it was saved last, for the desk."""
    mine = Draft.objects.by(ticket, SideChoice.DESK, author.pk)
    return mine.filter(mode=ModeChoice.REPLY).first()


def taken_from(person: DeskPerson, ticket: Ticket) -> Draft | None:
    """Return what a desk person has begun while a colleague has taken a copy of it, or None."""
    draft = begun_by(person, ticket)
    return None if draft is None or draft.taken_at is None else draft


def get_colleague(person: DeskPerson, pk: int) -> DeskPerson:
    """Return somebody else of the desk, or 404."""
    colleague = active_desk_people().exclude(pk=person.pk).filter(pk=pk).first()
    if colleague is None:
        raise Http404("There is no such colleague.")
    return colleague


def being_answered(*, now: datetime, without: int) -> QuerySet[Presence, int]:
    """Return the ids of the tickets to which somebody of the desk is replying now, but for one person."""
    rows = Presence.objects.filter(state=PresenceState.REPLYING, seen_at__gt=now - PRESENT_FOR)
    return rows.exclude(person_id=without).values_list("ticket_id", flat=True)


def presence_of(
    ticket_ids: Iterable[int], *, now: datetime, without: int | None = None
) -> dict[int, list[Presence]]:
    """Return who of the desk has the tickets open now, by ticket, whoever replies first; one query.

    `without` is the id of the desk person who asks. A ticket that nobody has open is not in the answer.
    """
    rows = Presence.objects.filter(ticket_id__in=list(ticket_ids), seen_at__gt=now - PRESENT_FOR)
    if without is not None:
        rows = rows.exclude(person_id=without)
    found: dict[int, list[Presence]] = defaultdict(list)
    order = {"replying": 0, "viewing": 1, "idle": 2}
    for one in sorted(
        rows.select_related("person"), key=lambda one: (order[one.state], one.since, one.person_id)
    ):
        found[one.ticket_id].append(one)
    return dict(found)
