"""Many tickets at once: asked first where it matters, each by itself, reported one by one, and undone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as, worker_context
from notifications.models import Notification
from tests.cast import Cast, context_of, file_ticket, fresh
from tests.conftest import Browse, Clock
from tests.teams import networks
from tests.tickets.conftest import everything_about, facts_of
from tickets import actions
from tickets.models import Message, Ticket

BULK = "/desk/bulk/"
RESULT = f"{BULK}result/"


def some(cast: Cast, count: int) -> list[Ticket]:
    return [file_ticket(cast.acme.coordinator, subject=f"Number {n}") for n in range(count)]


def picks(tickets: list[Ticket]) -> list[str]:
    return [f"{ticket.key}:{ticket.version}" for ticket in tickets]


def do(client: Client, name: str, tickets: list[Ticket], **typed: Any) -> Any:
    return client.post(BULK, {"do": name, "pick": picks(tickets)} | typed)


def said(client: Client) -> str:
    return str(client.get(RESULT).context["said"])


def test_up_to_ten_tickets_are_taken_at_once(cast: Cast, browse: Browse) -> None:
    tickets, client = some(cast, 10), browse(cast.engineer)
    answer = do(client, "take", tickets)
    assert (answer.status_code, answer["Location"]) == (302, RESULT)
    assert {fresh(ticket).assignee for ticket in tickets} == {cast.engineer}
    assert said(client) == "10 done."


def test_more_than_ten_are_asked_about_first(cast: Cast, browse: Browse) -> None:
    tickets, client = some(cast, 11), browse(cast.engineer)
    before = [everything_about(ticket) for ticket in tickets]
    page = do(client, "take", tickets)
    assert page.status_code == 200
    assert [ticket.key for ticket, _ in page.context["picks"]] == [ticket.key for ticket in tickets]
    assert [everything_about(ticket) for ticket in tickets] == before
    do(client, "take", tickets, confirmed="yes")
    assert {fresh(ticket).assignee for ticket in tickets} == {cast.engineer}


def test_a_ticket_that_changed_since_is_left_alone_and_named(cast: Cast, browse: Browse) -> None:
    tickets, client = some(cast, 3), browse(cast.engineer)
    browse(cast.lead).post(f"/desk/tickets/{tickets[1].key}/take/", {"version": tickets[1].version})
    do(client, "take", tickets)
    assert [fresh(ticket).assignee for ticket in tickets] == [cast.engineer, cast.lead, cast.engineer]
    assert said(client) == "2 done, 1 not: ACME-2 changed since you looked."


def test_a_refusal_stops_no_other_and_gives_its_reason(cast: Cast, browse: Browse) -> None:
    tickets, client = some(cast, 2), browse(cast.engineer)
    client.post(f"/desk/tickets/{tickets[0].key}/take/", {"version": tickets[0].version})
    hold(client, tickets[1])
    do(client, "resume", [fresh(ticket) for ticket in tickets])
    assert said(client) == "1 done, 1 not: ACME-1: The ticket is not on hold."
    assert fresh(tickets[1]).hold_reason == ""


def hold(client: Client, ticket: Ticket) -> None:
    client.post(
        f"/desk/tickets/{ticket.key}/hold/",
        {"version": ticket.version, "reason": "vendor", "owner": "AWS", "note": "A case", "evidence": "17"},
    )


def test_an_owner_is_set_straight_from_the_bar(cast: Cast, browse: Browse) -> None:
    tickets, client = some(cast, 2), browse(cast.engineer)
    do(client, "assign", tickets, person=cast.lead.pk)
    assert {fresh(ticket).assignee for ticket in tickets} == {cast.lead}
    do(client, "assign", [fresh(ticket) for ticket in tickets], person="nobody")
    assert {fresh(ticket).assignee for ticket in tickets} == {None}


def test_an_owner_that_was_not_chosen_is_asked_for(cast: Cast, browse: Browse) -> None:
    tickets, client = some(cast, 2), browse(cast.engineer)
    assert do(client, "assign", tickets, person="").status_code == 200
    answer = do(client, "assign", tickets, person="", confirmed="yes")
    assert answer.status_code == 422
    assert answer.context["form"].errors["person"] == ["Select an owner."]
    assert {fresh(ticket).assignee for ticket in tickets} == {None}


def test_a_team_is_set(cast: Cast, browse: Browse) -> None:
    tickets, team = some(cast, 2), networks(cast)
    do(browse(cast.engineer), "team", tickets, team=team.pk, confirmed="yes")
    assert {fresh(ticket).team_id for ticket in tickets} == {team.pk}


def replies(ticket: Ticket) -> list[str]:
    with acting_as(worker_context()):
        return list(Message.objects.filter(ticket=ticket).order_by("pk").values_list("body", flat=True))[1:]


def mailed() -> list[str]:
    with acting_as(worker_context()):
        found = Notification.objects.filter(subject__contains="replied").order_by("pk")
        return list(found.values_list("recipient_email", flat=True))


def test_a_reply_to_customers_is_asked_about_even_for_one_and_names_who_is_told(
    cast: Cast, browse: Browse
) -> None:
    ticket, client = some(cast, 1)[0], browse(cast.engineer)
    with acting_as(context_of(cast.acme.lead)):
        actions.watch(ticket=ticket, member=cast.acme.lead)
    page = do(client, "reply", [ticket], body="We look at it")
    assert page.status_code == 200
    told = [(member.name, [one.key for one in about]) for member, about in page.context["readers"]]
    assert told == [("Acme Coordinator", ["ACME-1"]), ("Acme Lead", ["ACME-1"])]
    assert (replies(ticket), mailed()) == ([], [])
    assert "We look at it" in page.content.decode()


def test_a_reply_fills_its_variables_for_each_ticket(cast: Cast, browse: Browse) -> None:
    ours, theirs = file_ticket(cast.acme.coordinator), file_ticket(cast.globex.coordinator)
    client = browse(cast.engineer)
    do(client, "reply", [ours, theirs], body="{{key}} of {{customer}}: fixed soon", confirmed="yes")
    assert replies(ours) == ["ACME-1 of Acme Freight: fixed soon"]
    assert replies(theirs) == ["GLOB-1 of Globex Power: fixed soon"]
    assert mailed() == ["coordinator@acme.example", "coordinator@globex.example"]
    assert client.get(RESULT).context["may_undo"] is False


def test_a_reply_with_an_unfilled_variable_is_sent_to_nobody(cast: Cast, browse: Browse) -> None:
    ticket, client = some(cast, 1)[0], browse(cast.engineer)
    before = everything_about(ticket)
    do(client, "reply", [ticket], body="About {{the_weather}}", confirmed="yes")
    assert said(client).startswith("0 done, 1 not: ACME-1: Fill in {{the_weather}}")
    assert everything_about(ticket) == before


def test_a_reply_that_is_sent_again_by_the_browser_is_sent_once(cast: Cast, browse: Browse) -> None:
    ticket, client = some(cast, 1)[0], browse(cast.engineer)
    for _ in range(2):
        do(client, "reply", [ticket], body="Once", confirmed="yes")
    assert replies(ticket) == ["Once"]
    assert said(client) == "0 done, 1 not: ACME-1 changed since you looked."


def test_resolving_many_asks_first(cast: Cast, browse: Browse) -> None:
    tickets, client = some(cast, 2), browse(cast.engineer)
    page = do(client, "resolve", tickets)
    assert (page.status_code, len(page.context["readers"])) == (200, 1)
    assert {fresh(ticket).status for ticket in tickets} == {"new"}


@pytest.mark.parametrize("name", ["take", "assign", "team", "hold", "resume"])
def test_what_was_changed_is_undone(cast: Cast, browse: Browse, name: str) -> None:
    tickets, client = some(cast, 2), browse(cast.engineer)
    if name == "resume":
        for ticket in tickets:
            hold(client, ticket)
    tickets = [fresh(ticket) for ticket in tickets]
    before = [now_of(ticket) for ticket in tickets]
    every: dict[str, dict[str, Any]] = {
        "assign": {"person": cast.lead.pk},
        "team": {"team": networks(cast).pk},
        "hold": {"reason": "customer_reply", "owner": "Ben", "note": "The log"},
    }
    do(client, name, tickets, confirmed="yes", **every.get(name, {}))
    assert [now_of(fresh(ticket)) for ticket in tickets] != before
    client.post(f"{BULK}undo/")
    assert [now_of(fresh(ticket)) for ticket in tickets] == before
    assert said(client) == "2 done."
    assert client.get(RESULT).context["may_undo"] is False


def now_of(ticket: Ticket) -> tuple[object, ...]:
    return (ticket.assignee_id, ticket.team_id, ticket.hold_reason, ticket.hold_note, ticket.hold_review_at)


def test_what_somebody_changed_since_is_not_undone(cast: Cast, browse: Browse) -> None:
    tickets, client = some(cast, 2), browse(cast.engineer)
    do(client, "take", tickets)
    browse(cast.lead).post(f"/desk/tickets/{tickets[0].key}/take/", {"version": fresh(tickets[0]).version})
    client.post(f"{BULK}undo/")
    assert [fresh(ticket).assignee for ticket in tickets] == [cast.lead, None]
    assert said(client) == "1 done, 1 not: ACME-1 changed since you looked."


def test_it_cannot_be_undone_for_ever(cast: Cast, browse: Browse, clock: Clock) -> None:
    tickets, client = some(cast, 1), browse(cast.engineer)
    do(client, "take", tickets)
    clock.advance(minutes=10, seconds=1)
    client.post(f"{BULK}undo/")
    assert fresh(tickets[0]).assignee == cast.engineer


@pytest.mark.parametrize("pick", [[], ["ACME-1"], ["ACME-1:x"], ["NONE-9:1"], ["ACME-99999999999:1"]])
def test_nothing_that_can_be_read_is_nothing_selected(cast: Cast, browse: Browse, pick: list[str]) -> None:
    [ticket] = some(cast, 1)
    before = everything_about(ticket)
    answer = browse(cast.engineer).post(BULK, {"do": "take", "pick": pick}, follow=True)
    assert b"Select at least one ticket." in answer.content
    assert everything_about(ticket) == before


def test_a_member_changes_nothing_at_once(cast: Cast, browse: Browse) -> None:
    tickets = some(cast, 2)
    before = [everything_about(ticket) for ticket in tickets]
    assert do(browse(cast.acme.lead), "take", tickets).status_code == 403
    assert [everything_about(ticket) for ticket in tickets] == before


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/desk/", "/c/acme/", "x"])
def test_the_way_back_is_a_page_of_the_desk(cast: Cast, browse: Browse, back: str) -> None:
    client = browse(cast.engineer)
    do(client, "take", some(cast, 1), back=back)
    assert client.get(RESULT).context["back"] == "/desk/"


def test_the_confirmation_asks_the_same_of_one_ticket_and_of_twenty(cast: Cast, browse: Browse) -> None:
    client, tickets = browse(cast.engineer), some(cast, 20)

    def count(chosen: list[Ticket]) -> int:
        do(client, "reply", chosen)
        with CaptureQueriesContext(connection) as queries:
            do(client, "reply", chosen)
        return len(queries)

    assert count(tickets[:1]) == count(tickets)


def test_every_fact_is_the_one_of_a_single_ticket(cast: Cast, browse: Browse) -> None:
    one, many = some(cast, 2)
    client = browse(cast.engineer)
    client.post(f"/desk/tickets/{one.key}/take/", {"version": one.version})
    do(client, "take", [many])
    assert facts_of(one) == facts_of(many)
