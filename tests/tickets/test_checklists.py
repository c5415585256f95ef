"""Steps to go through: put on a ticket when it reaches the desk, ticked with who and when."""

from __future__ import annotations

import pytest

from core.tenancy import acting_as
from customers.models import Service
from tests.cast import Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Call, Clock
from tests.tickets.conftest import facts_of
from tickets import actions
from tickets.models import Checklist, ChecklistItem, Ticket
from tickets.tasks import put_due_checklists


def write(
    cast: Cast, name: str, *steps: str, kind: str = "", services: list[Service] | None = None
) -> Checklist:
    with acting_as(context_of(cast.lead)) as now:
        return actions.add_checklist(
            actor=actor_of(cast.lead), at=now, name=name, steps=steps, kind=kind, services=services or []
        )


def service_of(cast: Cast) -> Service:
    with acting_as(context_of(cast.engineer)):
        return Service.objects.get(customer=cast.acme.customer)


def steps_on(cast: Cast, ticket: Ticket) -> list[tuple[str, str, str]]:
    with acting_as(context_of(cast.engineer)):
        return list(
            ChecklistItem.objects.filter(ticket=ticket).values_list("checklist_name", "text", "done_by_name")
        )


def test_a_ticket_that_reaches_the_desk_gets_the_lists_of_its_kind_and_its_service(cast: Cast) -> None:
    write(cast, "Every incident", "Ask what changed", kind="incident")
    write(cast, "Shop", "Look at the queue", "Compare releases", services=[service_of(cast)])
    write(cast, "By hand", "Call them")
    ticket = file_ticket(cast.acme.requester, service=service_of(cast))
    other = file_ticket(cast.globex.requester)
    assert put_due_checklists() == 2
    assert steps_on(cast, ticket) == [
        ("Every incident", "Ask what changed", ""),
        ("Shop", "Look at the queue", ""),
        ("Shop", "Compare releases", ""),
    ]
    assert steps_on(cast, other) == [("Every incident", "Ask what changed", "")]
    assert facts_of(ticket).count("checklist_put") == 2


def test_the_sweep_puts_each_list_once(cast: Cast) -> None:
    write(cast, "Every incident", "Ask what changed", kind="incident")
    ticket = file_ticket(cast.acme.requester)
    assert (put_due_checklists(), put_due_checklists()) == (1, 0)
    assert len(steps_on(cast, ticket)) == 1


def test_a_ticket_of_level_1_has_no_list_of_the_desk(cast: Cast) -> None:
    write(cast, "Every incident", "Ask what changed", kind="incident")
    ticket = file_ticket(cast.acme.requester, to_desk=False)
    assert put_due_checklists() == 0
    assert steps_on(cast, ticket) == []


def test_one_click_ticks_a_step_with_who_and_when(cast: Cast, browse: Browse, clock: Clock) -> None:
    write(cast, "Every incident", "Ask what changed", kind="incident")
    ticket = file_ticket(cast.acme.requester)
    put_due_checklists()
    clock.advance(minutes=3)
    with acting_as(context_of(cast.engineer)):
        item = ChecklistItem.objects.get(ticket=ticket)
    client = browse(cast.engineer)
    client.post(f"/desk/tickets/{ticket.key}/tick/", {"item": item.pk, "done": "yes"})
    with acting_as(context_of(cast.engineer)):
        item.refresh_from_db()
    assert (item.done_at, item.done_by_name) == (clock.now, "Desk Engineer")
    page = client.get(f"/desk/tickets/{ticket.key}/").content.decode()
    assert "1 of 1 done" in page
    assert "ticked “Ask what changed”" in page
    client.post(f"/desk/tickets/{ticket.key}/tick/", {"item": item.pk, "done": "no"})
    with acting_as(context_of(cast.engineer)):
        item.refresh_from_db()
    assert (item.done_at, item.done_by_name) == (None, "")
    assert facts_of(ticket)[-2:] == ["step_marked", "step_marked"]


def test_another_tickets_step_is_not_ticked(cast: Cast, browse: Browse) -> None:
    write(cast, "Every incident", "Ask what changed", kind="incident")
    ticket, other = file_ticket(cast.acme.requester), file_ticket(cast.globex.requester)
    put_due_checklists()
    with acting_as(context_of(cast.engineer)):
        item = ChecklistItem.objects.get(ticket=other)
    answer = browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/tick/", {"item": item.pk, "done": "yes"})
    assert answer.status_code == 422
    assert steps_on(cast, other) == [("Every incident", "Ask what changed", "")]


def test_a_list_and_a_step_of_ones_own_are_added_by_hand(cast: Cast, browse: Browse) -> None:
    by_hand = write(cast, "By hand", "Call them")
    ticket = file_ticket(cast.acme.requester)
    address = f"/desk/tickets/{ticket.key}"
    browse(cast.engineer).post(f"{address}/step/", {"text": "Ring the carrier"})
    for _ in range(2):  # twice is once
        browse(cast.engineer).post(f"{address}/checklist/", {"checklist": by_hand.pk})
    assert steps_on(cast, ticket) == [("", "Ring the carrier", ""), ("By hand", "Call them", "")]


def test_the_api_knows_lists_by_name(cast: Cast, call: Call) -> None:
    write(cast, "By hand", "Call them")
    ticket = file_ticket(cast.acme.requester)
    address = f"/api/v1/c/acme/tickets/{ticket.number}"
    client = call(cast.engineer)
    assert client.post(f"{address}/checklist/", {"checklist": "By hand"}, format="json").status_code == 200
    with acting_as(context_of(cast.engineer)):
        item = ChecklistItem.objects.get(ticket=ticket)
    assert client.post(f"{address}/tick/", {"item": item.pk, "done": "yes"}, format="json").status_code == 200
    assert steps_on(cast, ticket) == [("By hand", "Call them", "Desk Engineer")]


def test_members_see_no_step_of_the_desk(cast: Cast, browse: Browse) -> None:
    write(cast, "Every incident", "Ask what changed", kind="incident")
    ticket = file_ticket(cast.acme.requester)
    put_due_checklists()
    page = browse(cast.acme.lead).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "Ask what changed" not in page
    with acting_as(context_of(cast.acme.lead)):
        assert not ChecklistItem.objects.filter(ticket=ticket).exists()


def test_a_changed_list_leaves_the_tickets_that_have_it(cast: Cast, browse: Browse) -> None:
    known = write(cast, "Every incident", "Ask what changed", kind="incident")
    ticket = file_ticket(cast.acme.requester)
    put_due_checklists()
    answer = browse(cast.lead).post(
        f"/desk/admin/checklists/{known.pk}/",
        {"name": "Incidents", "steps": " One \n\nTwo\nTwo", "kind": "incident", "version": 1},
    )
    assert answer.status_code == 302
    with acting_as(context_of(cast.lead)):
        known.refresh_from_db()
    assert (known.name, known.steps, known.version) == ("Incidents", ["One", "Two"], 2)
    assert steps_on(cast, ticket) == [("Every incident", "Ask what changed", "")]


def test_two_who_change_a_list_do_not_overwrite_each_other(cast: Cast, browse: Browse) -> None:
    known = write(cast, "Every incident", "Ask what changed", kind="incident")
    typed = {"name": "Mine", "steps": "My step", "kind": ""}
    assert (
        browse(cast.lead).post(f"/desk/admin/checklists/{known.pk}/", {**typed, "version": 1}).status_code
        == 302
    )
    answer = browse(cast.admin).post(
        f"/desk/admin/checklists/{known.pk}/", {**typed, "name": "Theirs", "version": 1}
    )
    assert answer.status_code == 409
    assert 'value="Theirs"' in answer.content.decode()
    with acting_as(context_of(cast.lead)):
        known.refresh_from_db()
    assert known.name == "Mine"


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"name": "x", "steps": " \n "}, "steps", "Enter at least one step, each on a line of its own."),
        ({"name": "", "steps": "One"}, "name", "Enter a name, such as “Database restore”."),
        (
            {"name": "every incident", "steps": "One"},
            "name",
            "There is a checklist of this name. Enter another one.",
        ),
    ],
)
def test_what_is_wrong_with_a_list_is_said_beside_it(
    cast: Cast, browse: Browse, typed: dict[str, str], field: str, said: str
) -> None:
    write(cast, "Every incident", "Ask what changed", kind="incident")
    answer = browse(cast.lead).post("/desk/admin/checklists/", typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [said]}
    with acting_as(context_of(cast.lead)):
        assert Checklist.objects.count() == 1
