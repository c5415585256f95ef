"""The queue narrows by anything that its address says, and what is narrowed can be kept as a view."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as, worker_context
from customers.models import AwsAccount, Service
from tests.cast import CRITICAL, HIGH, LOW, NORMAL, START, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tickets import actions
from tickets.models import SavedView, Ticket
from tickets.paging import Place


def shown(client: Any, query: str) -> list[str]:
    return sorted(ticket.key for ticket in client.get(f"/desk/?{query}").context["page"])


@pytest.fixture
def some(cast: Cast, clock: Clock) -> list[Ticket]:
    """ACME-1 P2 of the engineer, ACME-2 P3, GLOB-1 P1, and a day later INIT-1 P4."""
    filed = [
        file_ticket(cast.acme.coordinator, impact=HIGH, subject="Routers restart"),
        file_ticket(cast.acme.coordinator, impact=NORMAL),
        file_ticket(cast.globex.coordinator, impact=CRITICAL),
    ]
    with acting_as(context_of(cast.engineer)) as now:
        actions.take(ticket=filed[0], person=cast.engineer, actor=actor_of(cast.engineer), at=now)
    clock.advance(days=1)
    return [*filed, file_ticket(cast.initech.coordinator, impact=LOW)]


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("customer=acme&customer=globex", ["ACME-1", "ACME-2", "GLOB-1"]),
        ("severity=1&severity=2", ["ACME-1", "GLOB-1"]),
        ("severity=1&customer=acme", []),
        ("owner=me", ["ACME-1"]),
        ("owner=nobody", ["ACME-2", "GLOB-1", "INIT-1"]),
        ("state=on_hold&state=restored", []),
        ("level=3", []),
        ("opened_from=2026-03-04", ["INIT-1"]),
        ("opened_to=2026-03-03", ["ACME-1", "ACME-2", "GLOB-1"]),
        ("opened_from=2026-03-03&opened_to=2026-03-03", ["ACME-1", "ACME-2", "GLOB-1"]),
        ("q=routers", ["ACME-1"]),
        ("q=routers&customer=globex", []),
        ("words=routers", ["ACME-1"]),
        ("words=restart&view=mine", ["ACME-1"]),
        ("words=restart&view=unassigned", []),
        ("words=slow&severity=3", ["ACME-2"]),
        ("words=slow&customer=globex&customer=acme", ["ACME-2", "GLOB-1"]),
        ("q=slow&words=routers", []),
        ("view=unassigned&severity=3", ["ACME-2"]),
    ],
)
def test_it_narrows_by(cast: Cast, browse: Browse, some: list[Ticket], query: str, there: list[str]) -> None:
    assert shown(browse(cast.engineer), query) == there


def test_it_narrows_by_a_person_a_service_and_an_account(
    cast: Cast, browse: Browse, some: list[Ticket]
) -> None:
    with acting_as(context_of(cast.admin)):
        service = Service.objects.create(customer=cast.acme.customer, name="Dispatch")
        account = AwsAccount.objects.create(
            customer=cast.acme.customer, name="Production", account_id="111122223333"
        )
        Ticket.objects.filter(pk=some[1].pk).update(service=service, aws_account=account)
    client = browse(cast.engineer)
    assert shown(client, f"owner={cast.engineer.pk}") == ["ACME-1"]
    assert shown(client, f"customer=acme&service={service.pk}") == ["ACME-2"]
    assert shown(client, "account=111122223333") == ["ACME-2"]


def test_finished_tickets_are_there_when_their_state_is_asked_for(
    cast: Cast, browse: Browse, some: list[Ticket]
) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        actions.resolve(ticket=some[3], actor=actor_of(cast.engineer), at=now, code="fixed")
    client = browse(cast.engineer)
    assert shown(client, "") == ["ACME-1", "ACME-2", "GLOB-1"]
    assert shown(client, "state=resolved") == ["INIT-1"]


def test_each_chosen_filter_is_a_chip_that_takes_it_away(
    cast: Cast, browse: Browse, some: list[Ticket]
) -> None:
    asked = browse(cast.engineer).get("/desk/?severity=1&severity=2&customer=acme&owner=me").context["asked"]
    assert [(chip.label, chip.without) for chip in asked.chips()] == [
        ("Acme Freight", "?severity=1&severity=2&owner=me"),
        ("P1 Critical", "?severity=2&customer=acme&owner=me"),
        ("P2 High", "?severity=1&customer=acme&owner=me"),
        ("Owner: Me", "?severity=1&severity=2&customer=acme"),
    ]


def test_an_empty_answer_names_the_filters_and_clears_them(
    cast: Cast, browse: Browse, some: list[Ticket]
) -> None:
    page = browse(cast.engineer).get("/desk/?view=mine&severity=1&customer=acme").content.decode()
    assert "No ticket matches Acme Freight + P1 Critical" in page
    assert 'href="/desk/?view=mine">clear the filters' in page


def test_an_empty_view_says_what_is_due_next_of_all(cast: Cast, browse: Browse, some: list[Ticket]) -> None:
    page = browse(cast.lead).get("/desk/?view=mine").content.decode()
    assert "Nothing is assigned to you." in page
    assert 'Next of all: <a href="/desk/tickets/GLOB-1/">GLOB-1</a>, due ' in page


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("customer=nobody", "customer"),
        ("severity=7", "severity"),
        ("state=gone", "state"),
        ("owner=99999", "owner"),
        ("service=1", "service"),  # no customer is chosen, so there is no service to choose
        ("account=12", "account"),
        ("opened_from=yesterday", "opened_from"),
        ("opened_from=2026-03-05&opened_to=2026-03-04", "opened_to"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_filter(
    cast: Cast, browse: Browse, query: str, name: str
) -> None:
    answer = browse(cast.engineer).get(f"/desk/?{query}")
    assert answer.status_code == 422
    assert set(answer.context["asked"].form.errors) == {name}


@pytest.mark.parametrize("typed", ["1111-2222-3333", " 111122223333 ", "1111 2222 3333"])
def test_an_account_number_leads_to_its_tickets(cast: Cast, browse: Browse, typed: str) -> None:
    with acting_as(context_of(cast.admin)):
        AwsAccount.objects.create(customer=cast.acme.customer, name="Production", account_id="111122223333")
    answer = browse(cast.engineer).get("/desk/", {"q": typed})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/?account=111122223333")


def test_an_unknown_account_number_is_searched_for(cast: Cast, browse: Browse) -> None:
    assert browse(cast.engineer).get("/desk/", {"q": "999922223333"}).status_code == 200


def test_a_reference_leads_to_its_ticket(cast: Cast, browse: Browse, some: list[Ticket]) -> None:
    answer = browse(cast.engineer).get("/desk/", {"q": "acme-2"})
    assert answer["Location"] == "/desk/tickets/ACME-2/"


@pytest.mark.parametrize("after", ["", "1", "1-2", "a-b-c", "1-2-3-4", "9" * 400 + "-1-1", "-1-2-3", "٣-1-1"])
def test_a_place_that_nobody_wrote_is_none(after: str) -> None:
    assert Place.read(after) is None


def test_a_place_reads_as_it_was_written(cast: Cast, some: list[Ticket]) -> None:
    place = Place(due_at=START + timedelta(microseconds=1), opened_at=START, pk=7)
    assert Place.read(str(place)) == place


def test_the_number_of_queries_depends_on_nothing_that_is_asked(
    cast: Cast, browse: Browse, some: list[Ticket]
) -> None:
    client = browse(cast.engineer)

    def queries(query: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/desk/?{query}")
        return len(seen)

    client.get("/desk/")
    numbers = {queries(query) for query in ("", "severity=2&severity=1", "owner=me", "view=mine&level=2")}
    assert len(numbers) == 1
    for _ in range(3):
        file_ticket(cast.acme.coordinator)
    assert {queries("")} == numbers


# --- Saved views --------------------------------------------------------------------------------------
def save(client: Any, query: str, name: str = "Urgent ones", **more: str) -> Any:
    return client.post("/desk/views/save/", {"query": query, "name": name, **more})


def views() -> list[tuple[str, str, bool, dict[str, list[str]]]]:
    with acting_as(worker_context()):
        kept = SavedView.objects.filter(deleted_at=None).select_related("owner")
        return [
            (view.owner.name, view.name, view.is_shared, view.filters)
            for view in kept.order_by("is_shared", "position", "pk")
        ]


def test_what_is_on_the_screen_is_kept_as_a_view(cast: Cast, browse: Browse, some: list[Ticket]) -> None:
    client = browse(cast.engineer)
    sent = save(client, "severity=1&severity=2&after=1-2-3&nonsense=1")
    assert views() == [("Desk Engineer", "Urgent ones", False, {"severity": ["1", "2"]})]
    page = client.get(sent["Location"])
    assert sorted(ticket.key for ticket in page.context["page"]) == ["ACME-1", "GLOB-1"]
    assert "Urgent ones" in page.content.decode()
    assert "Urgent ones" not in browse(cast.lead).get("/desk/").content.decode()


def test_a_lead_shares_a_view_with_the_whole_desk(cast: Cast, browse: Browse) -> None:
    assert save(browse(cast.lead), "severity=1", shared="on").status_code == 302
    assert views() == [("Desk Lead", "Urgent ones", True, {"severity": ["1"]})]
    assert "Urgent ones" in browse(cast.engineer).get("/desk/").content.decode()


def test_an_engineer_shares_nothing_and_changes_nothing_that_is_shared(cast: Cast, browse: Browse) -> None:
    refused = save(browse(cast.engineer), "severity=1", shared="on")
    assert refused.status_code == 422
    assert "A lead shares views with the desk." in refused.content.decode()
    assert views() == []
    save(browse(cast.lead), "severity=1", shared="on")
    with acting_as(worker_context()):
        view = SavedView.objects.get()
    for do in ("delete", "unshare", "up", "rename"):
        answer = browse(cast.engineer).post(f"/desk/views/{view.pk}/", {"do": do, "name": "Mine"})
        assert answer.status_code == 422
        assert "A lead changes what the whole desk sees." in answer.content.decode()
    assert [name for _, name, _, _ in views()] == ["Urgent ones"]


def test_views_are_renamed_moved_and_deleted(cast: Cast, browse: Browse) -> None:
    client = browse(cast.engineer)
    for name in ("One", "Two", "Three"):
        save(client, "severity=1", name)
    with acting_as(worker_context()):
        ids = {view.name: view.pk for view in SavedView.objects.all()}
    client.post(f"/desk/views/{ids['Three']}/", {"do": "up"})
    assert [name for _, name, _, _ in views()] == ["One", "Three", "Two"]
    client.post(f"/desk/views/{ids['One']}/", {"do": "down"})
    assert [name for _, name, _, _ in views()] == ["Three", "One", "Two"]
    client.post(f"/desk/views/{ids['Two']}/", {"name": "Second"})
    client.post(f"/desk/views/{ids['One']}/", {"do": "delete"})
    assert [name for _, name, _, _ in views()] == ["Three", "Second"]


@pytest.mark.parametrize(
    ("query", "name", "said"),
    [
        ("", "Empty", "Choose what the view shows first."),
        ("severity=9", "Wrong", "Choose what the view shows first."),
        ("severity=1", "", "Enter a name for the view."),
        ("severity=1", "Taken", "There is a view of this name already."),
    ],
)
def test_a_view_that_cannot_be_saved_says_why_and_keeps_the_name(
    cast: Cast, browse: Browse, query: str, name: str, said: str
) -> None:
    client = browse(cast.engineer)
    save(client, "severity=2", "Taken")
    answer = save(client, query, name)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert [saved for _, saved, _, _ in views()] == ["Taken"]


def test_nobody_opens_anothers_own_view(cast: Cast, browse: Browse) -> None:
    save(browse(cast.engineer), "severity=1")
    with acting_as(worker_context()):
        view = SavedView.objects.get()
    assert browse(cast.lead).post(f"/desk/views/{view.pk}/", {"do": "delete"}).status_code == 404
    assert len(views()) == 1


def test_there_is_an_end_to_views(cast: Cast, browse: Browse) -> None:
    client = browse(cast.engineer)
    for number in range(12):
        assert save(client, "severity=1", f"No. {number}").status_code == 302
    assert "There are 12 views already." in save(client, "severity=1", "One more").content.decode()


def test_counts_beside_the_queue_stop_at_a_thousand(
    cast: Cast, browse: Browse, some: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.access.MANY", 3)
    rail = browse(cast.engineer).get("/desk/").content.decode()
    assert '<span class="push" id="n-unassigned">2+</span>' in rail
