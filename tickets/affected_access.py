"""Whom a ticket affects, and which open tickets look like what somebody is about to report."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, F, Q, When

from customers.models import AwsAccount, Member, Service
from tickets.models import AffectedPerson, AudienceChoice, Ticket, TicketText

#: What was reported longer ago is hardly what somebody sees now.
RECENT = timedelta(days=14)
#: So many are offered: who has something to report reads no list.
OFFERED = 3
#: Long texts say the same thing again.
_WORDS = 12
#: What Postgres ranks a row at that has one of one words, without positions; a row with half of them has half.
_ALL_OF_THEM = 0.0607927
#: More than half of the words must be in a ticket: one common word of two says nothing.
_SHARE = 0.51


def affected_by(ticket: Ticket) -> list[AffectedPerson]:
    """Return who said that a ticket affects them beside its requester, the first first."""
    return list(AffectedPerson.objects.on(ticket).select_related("member"))


def is_affected(member: Member, ticket: Ticket) -> bool:
    """Tell whether a member said that a ticket affects them."""
    return AffectedPerson.objects.on(ticket).filter(member=member).exists()


def any_word(text: str) -> SearchQuery | None:
    """Return a search for any of a text's words; None when it has none."""
    words = re.findall(r"[^\W_]{2,}", text.replace("\x00", " "))[:_WORDS]
    return SearchQuery(" | ".join(words), config="english", search_type="raw") if words else None


def alike(
    member: Member, text: str, *, service: Service | None, aws_account: AwsAccount | None, now: datetime
) -> list[Ticket]:
    """Return the open tickets that look like a text, those about the same service or account first.

    Only tickets that the member may read: whoever adds themselves follows a ticket and reads all of it. A
    requester whose organisation shows them only their own therefore learns of no colleague's ticket, also not
    of a major incident's; what everybody should know of it, the desk publishes as a known issue.
    """
    query = any_word(text)
    if query is None:
        return []
    open_ones = Ticket.objects.visible_to(member).open().filter(opened_at__gte=now - RECENT)
    about = _about(service, aws_account)
    found = (
        TicketText.objects.filter(
            customer_id=member.customer_id,
            audience=AudienceChoice.PUBLIC,
            vector=query,
            ticket__in=open_ones.order_by(),
        )
        .annotate(rank=SearchRank(F("vector"), query))
        .filter(rank__gte=_SHARE * _ALL_OF_THEM)
        .order_by(*([Case(When(about, then=0), default=1)] if about else []), "-rank", "-ticket_id")
        .values_list("ticket_id", flat=True)
    )
    order = {pk: place for place, pk in enumerate(found[:OFFERED])}
    tickets = Ticket.objects.visible_to(member).with_people().filter(pk__in=order)
    return sorted(tickets, key=lambda ticket: order[ticket.pk])


def _about(service: Service | None, aws_account: AwsAccount | None) -> Q:
    """Return which tickets are about the same service or account; nothing when neither is known."""
    same = Q()
    if service is not None:
        same |= Q(ticket__service=service)
    if aws_account is not None:
        same |= Q(ticket__aws_account=aws_account)
    return same


def said_affected_in(member: Member, tickets: list[Ticket]) -> set[int]:
    """Return which of some tickets affect a member already, by their ids; their own do."""
    said = AffectedPerson.objects.filter(
        customer_id=member.customer_id, member=member, ticket__in=tickets
    ).values_list("ticket_id", flat=True)
    return set(said) | {ticket.pk for ticket in tickets if ticket.requester_id == member.pk}
