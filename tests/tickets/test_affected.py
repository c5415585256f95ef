"""A ticket affects somebody beside who reported it: they say so, read it from then on, and take it back."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import Member
from tests.cast import Cast, context_of, file_ticket, fresh
from tests.conftest import Browse, Call, Clock
from tests.factories import report
from tests.tickets.conftest import everything_about, facts_of
from tickets import actions
from tickets.models import AffectedPerson, Ticket, Watcher

ALIKE = "/c/acme/report/alike/"


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester, subject="Label printers stand still")


def page_of(ticket: Ticket) -> str:
    return f"/c/acme/tickets/{ticket.number}/"


def said(ticket: Ticket) -> list[tuple[str, str]]:
    with acting_as(worker_context()):
        return [
            (one.member.name, one.note) for one in AffectedPerson.objects.on(ticket).select_related("member")
        ]


def following(ticket: Ticket) -> set[int]:
    with acting_as(worker_context()):
        return set(Watcher.objects.filter(ticket=ticket).values_list("member_id", flat=True))


def let_see_all(cast: Cast, sees: bool = True) -> Member:
    """Let Acme's requesters see every ticket, and return a requester who reported none."""
    with acting_as(worker_context()):
        customer = cast.acme.customer
        customer.members_see_all = sees
        customer.save(update_fields=["members_see_all"])
        cast.acme.coordinator.role = "requester"
        cast.acme.coordinator.save(update_fields=["role"])
    return cast.acme.coordinator


def test_who_is_affected_stands_on_both_pages_and_follows_and_severity_stays(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    for member, note in ((cast.acme.coordinator, "Depot  West\ntoo"), (cast.acme.lead, "")):
        answer = browse(member).post(f"{page_of(ticket)}affect/", {"note": note})
        assert (answer.status_code, answer["Location"]) == (302, page_of(ticket))
    assert said(ticket) == [("Acme Coordinator", "Depot West too"), ("Acme Lead", "")]
    assert following(ticket) == {cast.acme.coordinator.pk, cast.acme.lead.pk}
    assert facts_of(ticket)[-2:] == ["member_affected", "member_affected"]
    assert fresh(ticket).severity == ticket.severity
    for page in (
        browse(cast.acme.requester).get(page_of(ticket)),
        browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/"),
    ):
        assert "3 people are affected" in page.content.decode()
        assert "Depot West too" in page.content.decode()


def test_it_is_taken_back_and_they_still_follow(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    client = browse(cast.acme.lead)
    client.post(f"{page_of(ticket)}affect/")
    client.post(f"{page_of(ticket)}affect/")  # a second press says nothing new
    assert facts_of(ticket).count("member_affected") == 1
    client.post(f"{page_of(ticket)}unaffect/", {"version": ticket.version})
    assert said(ticket) == []
    assert following(ticket) == {cast.acme.lead.pk}
    assert facts_of(ticket)[-1] == "member_not_affected"


def test_whoever_may_not_read_a_ticket_cannot_add_themselves_by_its_address(
    cast: Cast, browse: Browse, call: Call, ticket: Ticket
) -> None:
    stranger = let_see_all(cast, sees=False)
    before = everything_about(ticket)
    assert browse(stranger).post(f"{page_of(ticket)}affect/").status_code == 404
    assert call(stranger).post(f"/api/v1/c/acme/tickets/{ticket.number}/affect/").status_code == 404
    assert browse(cast.acme.requester).post(f"{page_of(ticket)}affect/").status_code == 403
    assert everything_about(ticket) == before
    assert said(ticket) == []


def test_whom_a_merged_ticket_affected_the_other_affects(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    other = file_ticket(cast.acme.coordinator, subject="Printers are dead")
    browse(cast.acme.lead).post(f"{page_of(ticket)}affect/", {"note": "Here too"})
    with acting_as(context_of(cast.engineer)) as now:
        by: Any = {"actor": context_of(cast.engineer).actor, "at": now}
        actions.merge(ticket=ticket, into=other, **by)
    assert said(other) == [("Acme Lead", "Here too")]


def found(client: Any, **typed: str) -> list[str]:
    """Return what is offered for a line that is being typed."""
    return [one.subject for one in client.post(ALIKE, typed).context.get("alike", [])]


def test_what_looks_alike_is_offered_while_it_is_open_and_recent(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket
) -> None:
    file_ticket(cast.globex.requester, subject="Label printers stand still")
    client = browse(cast.acme.coordinator)
    assert found(client, subject="The label printer stands still again") == ["Label printers stand still"]
    assert found(client, subject="Invoices have a wrong label") == []
    assert found(client, subject="") == []
    assert found(client, subject="' | & ! :* \x00") == []
    clock.advance(days=15)
    assert found(client, subject="The label printer stands still again") == []


def test_what_is_about_the_same_service_comes_first_and_three_are_offered(cast: Cast, browse: Browse) -> None:
    with acting_as(worker_context()):
        shop = cast.acme.customer.services.get()
    for subject, service in (("Label printers one", shop), *((f"Label printers {n}", None) for n in "abc")):
        file_ticket(cast.acme.requester, subject=subject, service=service)
    client = browse(cast.acme.coordinator)
    offered = found(client, subject="Label printers", service=str(shop.pk))
    assert offered == ["Label printers one", "Label printers c", "Label printers b"]


def test_who_sees_only_their_own_learns_of_no_colleagues_ticket(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    stranger = let_see_all(cast, sees=False)
    client = browse(stranger)
    assert found(client, subject="Label printers stand still") == []
    client.post("/c/acme/report/", report(subject="Label printers stand still"))
    assert "ACME-1" not in client.get("/c/acme/report/check/").content.decode()
    assert found(browse(let_see_all(cast)), subject="Label printers stand still") != []


def test_adding_oneself_leaves_the_begun_report_as_it_is(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    client = browse(cast.acme.lead)
    client.post("/c/acme/report/", report(subject="Label printers stand still"))
    page = client.get("/c/acme/report/check/").content.decode()
    assert f'formaction="{page_of(ticket)}affect/"' in page
    answer = client.post(f"{page_of(ticket)}affect/", follow=True)
    assert "You are among those affected" in answer.content.decode()
    assert client.get("/c/acme/report/").context["form"]["subject"].value() == "Label printers stand still"
