"""The only way a door gets a ticket or a file: each look-up is its own permission check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Max, QuerySet, Value
from django.http import Http404

from customers.models import Customer, DeskPerson, Member
from tickets.affected_access import is_affected
from tickets.lifecycle import Verb
from tickets.models import (
    Attachment,
    Kind,
    Message,
    ReportDraft,
    ReportFile,
    Satisfaction,
    SavedView,
    SavedViewQuerySet,
    Ticket,
    TicketQuerySet,
    Watcher,
)
from tickets.queues import VIEWS, View
from tickets.ratings import RatingLink

#: Counts beside the queue say 999+ from here on: nobody reads more, and counting all would cost more with each ticket.
MANY = 1000


def list_for_member(member: Member) -> TicketQuerySet:
    """Return the tickets the member may read, newest activity first."""
    return Ticket.objects.visible_to(member).with_people().newest_first()


def last_closed_at(tickets: TicketQuerySet) -> datetime | None:
    """Return when one of some tickets was closed last, if ever."""
    last: datetime | None = tickets.order_by().aggregate(last=Max("closed_at"))["last"]
    return last


def get_ticket_for_member(member: Member, number: int) -> Ticket:
    """Return a ticket of the member's customer that they may read, or 404."""
    ticket = Ticket.objects.visible_to(member).with_people().filter(number=number).first()
    if ticket is None:
        raise Http404("There is no such ticket for you.")
    return ticket


def queue(view: View, person: DeskPerson, now: datetime) -> TicketQuerySet:
    """Return the tickets of one view of the queue, of every customer, the next deadline first."""
    return in_view(view, person, now).for_queue()


def in_view(view: View, person: DeskPerson, now: datetime, *, finished: bool = False) -> TicketQuerySet:
    """Return the tickets of one view of the queue in no order, with those that have ended where wanted."""
    return view.narrow(_basis(view, finished=finished), person, now).with_row()


def next_due(view: View, person: DeskPerson, now: datetime) -> Ticket | None:
    """Return the ticket of all the desk's that is due next, for a view that is empty."""
    return None if view.name == "due" else queue(VIEWS["due"], person, now).first()


def saved_views(person: DeskPerson) -> SavedViewQuerySet:
    """Return the views of the queue that a desk person may use."""
    return SavedView.objects.for_person(person)


def get_saved_view(person: DeskPerson, pk: int) -> SavedView:
    """Return a view that a desk person may use, or 404."""
    view = saved_views(person).filter(pk=pk).first()
    if view is None:
        raise Http404("There is no such view.")
    return view


def deleted_views(person: DeskPerson, since: datetime) -> SavedViewQuerySet:
    """Return the views deleted since a moment that a desk person may bring back."""
    return SavedView.objects.deleted_since(person, since)


def get_deleted_view(person: DeskPerson, pk: int, since: datetime) -> SavedView:
    """Return a view deleted since a moment that a desk person may bring back, or 404."""
    view = deleted_views(person, since).filter(pk=pk).first()
    if view is None:
        raise Http404("There is no such view to bring back.")
    return view


def _basis(view: View, *, finished: bool = False) -> TicketQuerySet:
    """Return what a view narrows: the desk's open tickets, unless it looks at more."""
    if view.everything:
        return Ticket.objects.with_desk() if finished else Ticket.objects.all()
    basis = Ticket.objects.all() if view.at_every_level else Ticket.objects.with_desk()
    return basis if finished else basis.open()


def all_for_desk() -> TicketQuerySet:
    """Return every ticket for the desk's search."""
    return Ticket.objects.with_row()


def find_by_key(text: str) -> Ticket | None:
    """Return the ticket whose reference was typed, for the desk's search box."""
    return Ticket.objects.by_key(text.strip()).select_related("customer").first() if text else None


def unfinished_of(person: DeskPerson) -> TicketQuerySet:
    """Return what a desk person still has to work on, the next deadline first."""
    return Ticket.objects.assigned_to(person).unfinished().with_people().for_queue()


def unfinished_requested_by(member: Member) -> TicketQuerySet:
    """Return the tickets of which a member is the contact and that may still be worked on."""
    return Ticket.objects.requested_by(member).unfinished().with_people().newest_first()


def list_for_desk(customer: Customer) -> TicketQuerySet:
    """Return one customer's tickets for the desk, newest activity first."""
    return Ticket.objects.of(customer).with_people().newest_first()


def get_ticket_for_desk(person: DeskPerson, key: str) -> Ticket:
    """Return the ticket of a reference such as ACME-128, or 404."""
    ticket = Ticket.objects.by_key(key).with_people().select_related("aws_account").first()
    if ticket is None:
        raise Http404("There is no such ticket.")
    return ticket


def read_again(ticket: Ticket) -> Ticket:
    """Return a ticket as it stands after a change, for the answer to whoever was let in to make it."""
    return Ticket.objects.with_people().get(pk=ticket.pk, customer_id=ticket.customer_id)


def find_ticket_of(ticket_id: int, customer_id: int) -> Ticket:
    """Return the ticket that a fact is about, for whoever acts on it."""
    return Ticket.objects.with_people().get(pk=ticket_id, customer_id=customer_id)


def may_still_read(member: Member, ticket: Ticket) -> bool:
    """Tell whether the member may read the ticket; who stops following a colleague's may not."""
    return Ticket.objects.visible_to(member).filter(pk=ticket.pk).exists()


def get_attachment_for_member(member: Member, token: str) -> Attachment:
    """Return a file on a ticket that the member may read, or 404."""
    attachment = Attachment.objects.filter(
        customer_id=member.customer_id, token=token, ticket__in=Ticket.objects.visible_to(member)
    ).first()
    if attachment is None:
        raise Http404("There is no such file.")
    return attachment


def get_attachment_for_desk(person: DeskPerson, token: str) -> Attachment:
    """Return a file that the desk may read, or 404."""
    attachment = Attachment.objects.filter(token=token).select_related("ticket").first()
    if attachment is None:
        raise Http404("There is no such file.")
    return attachment


#: What a member may do beside reading; the lifecycle has its say as well.
_EVERYBODY = frozenset(
    {
        Verb.REPLY,
        Verb.REOPEN,
        Verb.CLOSE,
        Verb.CONFIRM,
        Verb.FOLLOW,
        Verb.UNFOLLOW,
        Verb.AFFECT,
        Verb.UNAFFECT,
        Verb.REVIEW,
        Verb.CONTEST,
    }
)
_LEVEL_1 = frozenset({Verb.PASS, Verb.NOTE, Verb.RESOLVE, Verb.WORK_LEVEL_1})


def check_member_may(member: Member, ticket: Ticket, verb: Verb) -> None:
    """Raise PermissionDenied, with whom to ask, unless the member's role includes the verb on this ticket."""
    if verb in (Verb.FOLLOW, Verb.UNFOLLOW) and ticket.requester_id == member.pk:
        raise PermissionDenied("This is your own ticket: you hear of everything that happens to it.")
    if verb in (Verb.AFFECT, Verb.UNAFFECT) and ticket.requester_id == member.pk:
        raise PermissionDenied("You reported this ticket, so you count as affected already.")
    if verb is Verb.WITHDRAW and ticket.review_by_id not in (None, member.pk):
        raise PermissionDenied("Only whoever asked for the review may withdraw it.")
    if verb is Verb.REASSESS and not (member.works_level_1 or ticket.requester_id == member.pk):
        raise PermissionDenied("Whoever reported it answers these questions, or a coordinator or lead.")
    if verb is Verb.PRIVACY and not (member.works_level_1 or ticket.requester_id == member.pk):
        raise PermissionDenied("Whoever reported it decides who sees it, or a coordinator or lead.")
    if verb in _EVERYBODY or verb in (Verb.WITHDRAW, Verb.REASSESS, Verb.PRIVACY):
        return
    if verb not in _LEVEL_1:
        raise PermissionDenied("Only the Trusst desk does this.")
    if not member.works_level_1:
        raise PermissionDenied("Your role does not include this. Ask a coordinator of your organisation.")
    if verb is Verb.RESOLVE and ticket.is_with_desk:
        raise PermissionDenied("The Trusst desk is working on this ticket. Reply to ask for it to be closed.")


def verbs_of_member(member: Member, ticket: Ticket) -> frozenset[str]:
    """Return the verbs for which the ticket's page shows the member a button: follow or unfollow, not both."""
    useless = {
        Verb.FOLLOW if is_following(member, ticket) else Verb.UNFOLLOW,
        Verb.AFFECT if is_affected(member, ticket) else Verb.UNAFFECT,
    }
    return frozenset(verb for verb in ticket.verbs - useless if may(member, ticket, Verb(verb)))


#: What of the desk only leads and administrators do.
_LEADS = frozenset({Verb.DECIDE, Verb.ANSWER})


def check_desk_may(person: DeskPerson, verb: Verb) -> None:
    """Raise PermissionDenied, with whom to ask, unless the desk person's role includes the verb."""
    if verb in _LEADS and not person.leads:
        raise PermissionDenied("A desk lead decides this. Ask one, or leave a note for them on the ticket.")


def verbs_of_desk(person: DeskPerson, ticket: Ticket) -> frozenset[str]:
    """Return the verbs for which the ticket's page shows the desk person a button."""
    return ticket.verbs if person.leads else ticket.verbs - _LEADS


def is_following(member: Member, ticket: Ticket) -> bool:
    return Watcher.objects.filter(customer_id=ticket.customer_id, ticket=ticket, member=member).exists()


def may(member: Member, ticket: Ticket, verb: Verb) -> bool:
    """Tell whether the member's role and the ticket's place in its life both allow the verb."""
    try:
        check_member_may(member, ticket, verb)
    except PermissionDenied:
        return False
    return ticket.may(verb)


def messages_of(ticket: Ticket) -> QuerySet[Message]:
    """Return the messages of a ticket that the running context may read, oldest first."""
    return Message.objects.filter(customer_id=ticket.customer_id, ticket=ticket).prefetch_related(
        "attachments"
    )


def queue_counts(
    person: DeskPerson, now: datetime, also: Mapping[str, QuerySet[Any]] | None = None
) -> dict[str, int]:
    """Return how many tickets each view of the queue holds, and other sets, at most MANY of each, in one query.

    Each count stops there, so that it costs the same however many tickets there are.
    """
    views = {name: view.narrow(_basis(view), person, now) for name, view in VIEWS.items()}
    return count_each(views | dict(also or {}))


def missed(now: datetime) -> TicketQuerySet:
    """Return the desk's open tickets of which a promise is overdue."""
    return Ticket.objects.with_desk().open().due_by(now)


def count_each(rows: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """Return how many rows each set holds, at most MANY of each, in one query."""
    counts = dict.fromkeys(rows, 0)
    names = list(rows)
    parts = [
        rows[name].select_related(None).order_by().annotate(place=Value(place)).values("place")[:MANY]
        for place, name in enumerate(names)
    ]
    if not parts:
        return counts
    sql, given = parts[0].union(*parts[1:], all=True).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT place, count(*) FROM ({sql}) listed GROUP BY place", given)  # noqa: S608 - the ORM's
        counts |= {names[place]: number for place, number in cursor.fetchall()}
    return counts


def report_draft_of(member: Member, kind: str = Kind.INCIDENT) -> ReportDraft | None:
    """Return what a member has answered for a report, or for a request, and not sent."""
    return ReportDraft.objects.filter(customer_id=member.customer_id, member=member, kind=kind).first()


def report_files_of(member: Member, kind: str = Kind.INCIDENT) -> QuerySet[ReportFile]:
    """Return the files that a member has chosen for a report, or for a request, and not sent."""
    return ReportFile.objects.of(member, kind)


def find_rating(ticket: Ticket, member: Member) -> Satisfaction | None:
    """Return what a member answered about how a ticket was handled."""
    return Satisfaction.objects.on(ticket).filter(member=member).first()


def rating_of(ticket: Ticket, member: Member) -> dict[str, object]:
    """Return a member's answer as a form shows it again; empty without one."""
    given = find_rating(ticket, member)
    return {} if given is None else {"score": given.score, "comment": given.comment}


def find_to_rate(link: RatingLink) -> tuple[Ticket, Member] | None:
    """Return the ticket and the member that a mailed link is about, while the member may read the ticket."""
    member = (
        Member.objects.filter(pk=link.member_id, customer_id=link.customer_id, is_active=True)
        .select_related("customer")
        .first()
    )
    if member is None:
        return None
    ticket = list_for_member(member).filter(pk=link.ticket_id).first()
    return None if ticket is None else (ticket, member)


def readers_of(ticket: Ticket) -> list[Member]:
    """Return the members who hear what happens to a ticket: who reported it, who works Level 1 on it, its followers."""
    watching = Watcher.objects.filter(customer_id=ticket.customer_id, ticket=ticket).select_related("member")
    readers = {ticket.requester_id: ticket.requester}
    if ticket.level1_owner is not None:
        readers[ticket.level1_owner.pk] = ticket.level1_owner
    readers.update({watcher.member_id: watcher.member for watcher in watching})
    return [member for member in readers.values() if member.is_active and ticket.customer.is_active]
