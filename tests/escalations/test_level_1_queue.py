"""A customer's Level 1: its queue, who works on what, and its checklists."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as
from notifications.models import Notification
from tests.cast import START, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Call, Clock
from tests.escalations.level1 import at_level_1, give_back, pass_on
from tests.tickets.conftest import everything_about, facts_of
from tickets import actions as tickets
from tickets.level1_access import checklist_of

QUEUE = "/c/acme/level-1/"
LISTS = f"{QUEUE}checklists/"
ALL = "/api/v1/c/acme/tickets/"


def groups(client: Client, query: str = "") -> dict[str, list[str]]:
    """Return the subjects of each group of the queue as it is shown."""
    shown = client.get(f"{QUEUE}{query}").context["groups"]
    return {group.name: [ticket.subject for ticket, _ in group.rows] for group in shown}


def test_each_open_ticket_is_in_the_group_of_whose_move_it_is(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    acme = cast.acme
    back = at_level_1(acme.requester, subject="Back")
    pass_on(back, acme.coordinator)
    give_back(back, cast.engineer)
    at_level_1(acme.requester, subject="New")
    clock.advance(minutes=1)
    at_level_1(acme.requester, subject="Newer")
    for subject, owner in (("Mine", acme.coordinator), ("Theirs", acme.lead), ("Let go", None)):
        ticket = at_level_1(acme.requester, subject=subject)
        with acting_as(context_of(acme.lead)) as now:
            for member in (acme.lead, owner):
                tickets.assign_at_level_1(ticket=ticket, actor=actor_of(acme.lead), at=now, member=member)
    pass_on(at_level_1(acme.requester, subject="With desk"), acme.lead)
    at_level_1(cast.globex.requester, subject="Of others")
    with acting_as(context_of(acme.lead)) as now:
        solved = at_level_1(acme.requester, subject="Solved")
        tickets.resolve(ticket=solved, actor=actor_of(acme.lead), at=now, code="level_1")
    client = browse(acme.coordinator)
    assert groups(client) == {
        "returned": ["Back"],
        "new": ["New", "Newer"],
        "mine": ["Mine"],
        "unassigned": ["Let go"],
        "colleagues": ["Theirs"],
        "desk": ["With desk"],
    }
    assert groups(client, "?group=new") == {"new": ["New", "Newer"]}
    assert "Our clocks have not started" in client.get(QUEUE).content.decode()


def test_the_api_lists_what_level_1_has(cast: Cast, call: Call) -> None:
    ours = at_level_1(cast.acme.requester)
    file_ticket(cast.acme.requester)
    listed = call(cast.acme.coordinator).get(f"{ALL}?level_1=true").json()["results"]
    assert [(one["key"], one["level1_owner"]) for one in listed] == [(ours.key, None)]
    assert {"pass", "level1-take", "level1-assign", "level1-tick"} <= set(listed[0]["verbs"])


def test_a_requester_has_no_level_1_queue(cast: Cast, browse: Browse) -> None:
    for address in (QUEUE, LISTS):
        assert browse(cast.acme.requester).get(address).status_code == 403
        assert browse(cast.globex.lead).get(address).status_code == 404


def test_the_queue_asks_the_same_of_one_and_of_ten(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.coordinator)
    counts = []
    for _ in range(2):
        for _ in range(5):
            at_level_1(cast.acme.requester)
            pass_on(at_level_1(cast.acme.requester), cast.acme.lead)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(QUEUE).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_whoever_takes_a_ticket_works_on_it(cast: Cast, browse: Browse) -> None:
    ticket = at_level_1(cast.acme.requester)
    client = browse(cast.acme.coordinator)
    answer = client.post(f"/c/acme/tickets/{ticket.number}/level1-take/", {"version": ticket.version})
    assert answer.status_code == 302
    now = fresh(ticket)
    assert (now.level1_owner_id, now.status, now.level) == (cast.acme.coordinator.pk, "in_progress", 1)
    page = client.get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "You work on it." in page
    assert "took this at Level 1" in page


def test_a_ticket_is_given_to_a_coordinator_or_lead_and_to_nobody_else(
    cast: Cast, browse: Browse, call: Call
) -> None:
    acme = cast.acme
    ticket = at_level_1(acme.requester)
    address = f"/c/acme/tickets/{ticket.number}/level1-assign/"
    before = everything_about(ticket)
    for wrong in (acme.requester, cast.globex.lead):
        answer = browse(acme.coordinator).post(address, {"version": ticket.version, "member": wrong.pk})
        assert answer.status_code == 422
    api = call(acme.coordinator)
    refused = api.post(f"{ALL}{ticket.number}/level1-assign/", {"member": "requester@acme.example"})
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        {"member": ["Select one of your coordinators or leads."]},
    )
    assert everything_about(ticket) == before
    done = api.post(f"{ALL}{ticket.number}/level1-assign/", {"member": "lead@acme.example"}).json()
    assert (done["level1_owner"], done["status"]) == ("Acme Lead", "in_progress")
    done = api.post(f"{ALL}{ticket.number}/level1-assign/", {"member": None}).json()
    assert (done["level1_owner"], done["status"]) == (None, "in_progress")
    assert facts_of(ticket).count("level_1_assigned") == 2


def test_what_the_desk_has_is_nobodys_at_level_1(cast: Cast, browse: Browse, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester)
    before = everything_about(ticket)
    answer = call(cast.acme.coordinator).post(f"{ALL}{ticket.number}/level1-take/", {})
    assert (answer.status_code, answer.json()["detail"]) == (422, "The ticket is with the desk already.")
    assert call(cast.engineer).post(f"{ALL}{ticket.number}/level1-take/", {}).status_code == 403
    assert everything_about(ticket) == before


def test_the_level_1_owner_hears_that_it_came_back(cast: Cast) -> None:
    ticket = at_level_1(cast.acme.requester)
    with acting_as(context_of(cast.acme.lead)) as now:
        tickets.assign_at_level_1(
            ticket=ticket, actor=actor_of(cast.acme.lead), at=now, member=cast.acme.coordinator
        )
    pass_on(ticket, cast.acme.coordinator)
    give_back(ticket, cast.engineer)
    with acting_as(context_of(cast.engineer)):
        told = Notification.objects.filter(ticket_id=ticket.pk, recipient_email="coordinator@acme.example")
        assert any("Which printer?" in one.body for one in told)


def test_whoever_leaves_leaves_nothing_behind(cast: Cast) -> None:
    acme = cast.acme
    ticket = at_level_1(acme.requester)
    with acting_as(context_of(acme.lead)) as now:
        lead = actor_of(acme.lead)
        tickets.assign_at_level_1(ticket=ticket, actor=lead, at=now, member=acme.coordinator)
        tickets.let_member_go(member=acme.coordinator, heir=None, actor=lead, at=now)
    assert fresh(ticket).level1_owner is None


def test_a_lead_keeps_the_checklists_and_a_coordinator_reads_them(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.lead)
    answer = client.post(LISTS, {"list": "all", "steps": "Restart it\r\n\r\n Ask  a colleague\r\nRestart it"})
    assert answer.status_code == 302
    page = browse(cast.acme.coordinator).get(LISTS)
    assert page.context["cards"][0]["steps"] == ["Restart it", "Ask a colleague"]
    assert b"Save" not in page.content
    denied = browse(cast.acme.coordinator).post(LISTS, {"list": "all", "steps": "Mine"})
    assert denied.status_code == 403
    assert client.get(LISTS).context["cards"][0]["steps"] == ["Restart it", "Ask a colleague"]


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ("\n".join(f"Step {n}" for n in range(31)), "Keep to 30 steps: nobody goes through more."),
        ("x" * 201, "Keep each step under 200 characters."),
    ],
)
def test_a_list_that_nobody_goes_through_is_refused(cast: Cast, browse: Browse, steps: str, why: str) -> None:
    client = browse(cast.acme.lead)
    client.post(LISTS, {"list": "all", "steps": "Restart it"})
    answer = client.post(LISTS, {"list": "all", "steps": steps})
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert client.get(LISTS).context["cards"][0]["steps"] == ["Restart it"]


def test_a_step_is_ticked_with_one_press_and_unticked_with_another(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    acme = cast.acme
    browse(acme.lead).post(LISTS, {"list": "all", "steps": "Restart it\nAsk"})
    ticket = at_level_1(acme.requester)
    client, address = browse(acme.coordinator), f"/c/acme/tickets/{ticket.number}/level1-tick/"
    clock.advance(minutes=3)
    assert client.post(address, {"text": "Ask", "is_done": "true"}).status_code == 302
    assert steps(cast, ticket) == [("Restart it", "", None), ("Ask", "Acme Coordinator", START + _3_MINUTES)]
    assert client.post(address, {"text": "Ask", "is_done": ""}).status_code == 302
    assert steps(cast, ticket) == [("Restart it", "", None), ("Ask", "", None)]
    refused = client.post(address, {"text": "Something", "is_done": "true"})
    assert refused.status_code == 422
    assert steps(cast, ticket) == [("Restart it", "", None), ("Ask", "", None)]


_3_MINUTES = timedelta(minutes=3)


def steps(cast: Cast, ticket: object) -> list[tuple[str, str, object]]:
    with acting_as(context_of(cast.acme.coordinator)):
        return [(step.text, step.done_by, step.done_at) for step in checklist_of(ticket)]  # type: ignore[arg-type]


def test_the_steps_of_a_service_are_for_its_tickets_alone(cast: Cast) -> None:
    acme = cast.acme
    with acting_as(context_of(acme.lead)):
        service = acme.customer.services.get()
        tickets.keep_level_1_steps(customer=acme.customer, service=None, steps=["Ask"])
        tickets.keep_level_1_steps(customer=acme.customer, service=service, steps=["Empty the cart", "Ask"])
    assert [text for text, *_ in steps(cast, at_level_1(acme.requester))] == ["Ask"]
    about = at_level_1(acme.requester, service=service)
    assert [text for text, *_ in steps(cast, about)] == ["Ask", "Empty the cart"]


def test_the_desk_does_not_see_what_level_1_ticks(cast: Cast) -> None:
    ticket = at_level_1(cast.acme.requester)
    with acting_as(context_of(cast.acme.lead)) as now:
        tickets.keep_level_1_steps(customer=cast.acme.customer, service=None, steps=["Ask"])
        tickets.tick_at_level_1(
            ticket=ticket, actor=actor_of(cast.acme.lead), at=now, text="Ask", is_done=True
        )
    with acting_as(context_of(cast.engineer)):
        assert [step.is_done for step in checklist_of(ticket)] == [False]
