"""A tag or a major incident for many tickets at once: asked for, reported one by one, and undone."""

from __future__ import annotations

import pytest

from core.tenancy import acting_as, worker_context
from tests.cast import Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse
from tests.tickets.test_bulk import BULK, RESULT, do, said, some
from tickets import actions
from tickets.models import LinkKind, Tag, Ticket, TicketLink
from tickets.relation_access import tags_of


def add(cast: Cast, name: str, *tickets: Ticket) -> Tag:
    """Add a tag to the list, and put it on tickets."""
    with acting_as(context_of(cast.engineer)) as now:
        tag = actions.add_tag(actor=actor_of(cast.engineer), at=now, name=name)
        for ticket in tickets:
            actions.tag_ticket(ticket=ticket, actor=actor_of(cast.engineer), at=now, tag=tag)
    return tag


def tags_on(tickets: list[Ticket]) -> list[list[str]]:
    with acting_as(worker_context()):
        return [[tag.name for tag in tags_of(ticket)] for ticket in tickets]


def parents_of(tickets: list[Ticket]) -> list[list[int]]:
    """Return of each ticket the ids of those it is part of."""
    with acting_as(worker_context()):
        parts = TicketLink.objects.filter(kind=LinkKind.CHILD)
        pairs = [parts.filter(ticket=ticket).values_list("pair", flat=True) for ticket in tickets]
        return [
            [int(pk) for pair in of_one for pk in pair.split(":") if int(pk) != ticket.pk]
            for ticket, of_one in zip(tickets, pairs, strict=True)
        ]


def test_a_tag_is_asked_for_put_on_all_and_taken_back_only_where_it_was_new(
    cast: Cast, browse: Browse
) -> None:
    tickets, client = some(cast, 3), browse(cast.engineer)
    tag = add(cast, "network", tickets[1])
    asked = do(client, "tag", tickets)
    assert asked.status_code == 200
    assert "No customer is notified." in asked.content.decode()
    assert tags_on(tickets) == [[], ["network"], []]
    do(client, "tag", tickets, tag=tag.pk, confirmed="yes")
    assert (said(client), tags_on(tickets)) == ("3 done.", [["network"]] * 3)
    client.post(f"{BULK}undo/")
    assert (said(client), tags_on(tickets)) == ("3 done.", [[], ["network"], []])


def test_a_tag_is_taken_off_all_and_put_back_only_where_it_was(cast: Cast, browse: Browse) -> None:
    tickets, client = some(cast, 3), browse(cast.engineer)
    tag = add(cast, "network", tickets[0], tickets[2])
    add(cast, "vip", tickets[0])
    do(client, "untag", tickets, tag=tag.pk, confirmed="yes")
    assert tags_on(tickets) == [["vip"], [], []]
    client.post(f"{BULK}undo/")
    assert tags_on(tickets) == [["network", "vip"], [], ["network"]]


def test_a_tag_that_is_no_longer_offered_is_only_taken_off(cast: Cast, browse: Browse) -> None:
    tickets, client = some(cast, 1), browse(cast.engineer)
    tag = add(cast, "network", *tickets)
    with acting_as(context_of(cast.lead)) as now:
        actions.switch_tag(tag=tag, actor=actor_of(cast.lead), at=now, is_active=False)
    refused = do(client, "tag", tickets, tag=tag.pk, confirmed="yes")
    assert refused.context["form"].errors["tag"] == ["Select one of the tags."]
    do(client, "untag", tickets, tag=tag.pk, confirmed="yes")
    assert tags_on(tickets) == [[]]
    client.post(f"{BULK}undo/")
    assert said(client) == "0 done, 1 not: ACME-1: This tag is no longer offered. Choose another one."


def test_tickets_become_part_of_a_major_incident_and_what_cannot_is_named(cast: Cast, browse: Browse) -> None:
    tickets, client = some(cast, 3), browse(cast.engineer)
    major, other = file_ticket(cast.globex.coordinator), file_ticket(cast.globex.coordinator)
    with acting_as(context_of(cast.engineer)) as now:
        actions.link_tickets(
            ticket=tickets[1], actor=actor_of(cast.engineer), at=now, other=other, kind=LinkKind.CHILD
        )
    assert do(client, "link", tickets).status_code == 200
    do(client, "link", tickets, other=f" {major.key.lower()} ", confirmed="yes")
    assert said(client) == "2 done, 1 not: ACME-2: ACME-2 is part of a major incident already."
    assert parents_of(tickets) == [[major.pk], [other.pk], [major.pk]]
    client.post(f"{BULK}undo/")
    assert parents_of(tickets) == [[], [other.pk], []]
    assert client.get(RESULT).context["may_undo"] is False


def test_the_major_incident_itself_is_no_part_of_it(cast: Cast, browse: Browse) -> None:
    tickets, client = some(cast, 2), browse(cast.engineer)
    do(client, "link", tickets, other=tickets[0].key, confirmed="yes")
    assert said(client) == "1 done, 1 not: ACME-1: Choose another ticket than this one."
    assert parents_of(tickets) == [[], [tickets[0].pk]]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ("", "Enter the reference of a ticket, such as ACME-128."),
        ("NONE-1", "There is no ticket NONE-1. Enter a reference such as ACME-128."),
    ],
)
def test_a_major_incident_that_is_not_there_is_said_beside_its_field(
    cast: Cast, browse: Browse, other: str, reason: str
) -> None:
    tickets, client = some(cast, 2), browse(cast.engineer)
    answer = do(client, "link", tickets, other=other, confirmed="yes")
    assert answer.status_code == 422
    assert answer.context["form"].errors["other"] == [reason]
    assert parents_of(tickets) == [[], []]
