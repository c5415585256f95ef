"""Customer and desk write to each other, and each side for itself."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson, Member
from tests.cast import Cast, file_ticket, fresh, picture
from tests.conftest import Browse
from tests.tickets.conftest import Place, everything_about, facts_of
from tickets.lifecycle import HoldReason, Status
from tickets.models import Attachment, Message, Ticket

PUBLIC, INTERNAL, OWN = "a public answer", "an internal secret", "our own words"


@pytest.fixture
def ticket(cast: Cast, browse: Browse) -> Ticket:
    """Return a ticket on which each side has written what only it may read, and both what all may."""
    ticket = file_ticket(cast.acme.requester)
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/reply/", {"body": PUBLIC})
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/note/", {"body": INTERNAL})
    browse(cast.acme.coordinator).post(f"/c/acme/tickets/{ticket.number}/note/", {"body": OWN})
    return fresh(ticket)


def page_of(ticket: Ticket, person: Member | DeskPerson) -> str:
    if isinstance(person, DeskPerson):
        return f"/desk/tickets/{ticket.key}/"
    return f"/c/acme/tickets/{ticket.number}/"


def bodies(answer: Any) -> list[str]:
    return [str(entry.html) for entry in answer.context["entries"] if entry.kind == "message"]


def test_each_side_reads_what_is_for_it(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    first = "<p>Pages take ten seconds.</p>\n"
    for member in cast.acme.members:
        assert bodies(browse(member).get(page_of(ticket, member))) == [
            first,
            f"<p>{PUBLIC}</p>\n",
            f"<p>{OWN}</p>\n",
        ]
    for person in cast.desk.values():
        assert bodies(browse(person).get(page_of(ticket, person))) == [
            first,
            f"<p>{PUBLIC}</p>\n",
            f"<p>{INTERNAL}</p>\n",
        ]


def test_no_word_of_the_other_side_is_in_the_page(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    for member in cast.acme.members:
        assert INTERNAL not in browse(member).get(page_of(ticket, member)).content.decode()
    for person in cast.desk.values():
        assert OWN not in browse(person).get(page_of(ticket, person)).content.decode()


def test_a_requester_writes_no_notes(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    before = everything_about(ticket)
    answer = browse(cast.acme.requester).post(f"{page_of(ticket, cast.acme.requester)}note/", {"body": "Hm"})
    assert answer.status_code == 403
    assert everything_about(ticket) == before


def test_a_colleague_without_a_part_in_it_finds_no_ticket(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.coordinator)
    before = everything_about(ticket)
    client = browse(cast.acme.requester)
    assert client.get(page_of(ticket, cast.acme.requester)).status_code == 404
    assert client.post(f"{page_of(ticket, cast.acme.requester)}reply/", {"body": "Hello"}).status_code == 404
    assert everything_about(ticket) == before


def test_the_first_reply_of_the_desk_takes_a_new_ticket_into_work(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.coordinator)
    assert ticket.status == Status.NEW
    answer = browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/reply/", {"body": "Looking"})
    assert answer["Location"] == f"/desk/tickets/{ticket.key}/"
    assert fresh(ticket).status == Status.IN_PROGRESS


def test_a_customers_reply_leaves_a_new_ticket_new(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.coordinator)
    browse(cast.acme.coordinator).post(page_of(ticket, cast.acme.coordinator) + "reply/", {"body": "More"})
    assert fresh(ticket).status == Status.NEW


@pytest.mark.parametrize("reason", [HoldReason.CUSTOMER_REPLY, HoldReason.CUSTOMER_ACCESS])
def test_a_customers_reply_ends_a_hold_that_waited_for_it(
    cast: Cast, browse: Browse, place: Place, reason: HoldReason
) -> None:
    ticket = place(Status.ON_HOLD, hold=reason)
    browse(cast.acme.requester).post(page_of(ticket, cast.acme.requester) + "reply/", {"body": "Here it is"})
    assert (fresh(ticket).status, fresh(ticket).hold_reason, fresh(ticket).hold_note) == (
        Status.IN_PROGRESS,
        "",
        "",
    )
    assert facts_of(ticket)[-2:] == ["public_reply", "resumed"]


@pytest.mark.parametrize("reason", [HoldReason.VENDOR, HoldReason.AGREED_WAIT])
def test_a_customers_reply_does_not_end_a_hold_that_waits_for_someone_else(
    cast: Cast, browse: Browse, place: Place, reason: HoldReason
) -> None:
    ticket = place(Status.ON_HOLD, hold=reason)
    browse(cast.acme.requester).post(page_of(ticket, cast.acme.requester) + "reply/", {"body": "And?"})
    assert (fresh(ticket).status, fresh(ticket).hold_reason) == (Status.ON_HOLD, reason)
    assert facts_of(ticket)[-1] == "public_reply"


@pytest.mark.parametrize("reason", list(HoldReason))
def test_a_reply_of_the_desk_ends_no_hold(
    cast: Cast, browse: Browse, place: Place, reason: HoldReason
) -> None:
    ticket = place(Status.ON_HOLD, hold=reason)
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/reply/", {"body": "Still waiting"})
    assert (fresh(ticket).status, fresh(ticket).hold_reason) == (Status.ON_HOLD, reason)


@pytest.mark.parametrize("reason", list(HoldReason))
def test_a_note_of_the_customer_ends_no_hold(
    cast: Cast, browse: Browse, place: Place, reason: HoldReason
) -> None:
    ticket = place(Status.ON_HOLD, hold=reason)
    browse(cast.acme.lead).post(page_of(ticket, cast.acme.lead) + "note/", {"body": "Who answers?"})
    assert (fresh(ticket).status, fresh(ticket).hold_reason) == (Status.ON_HOLD, reason)


def test_a_customers_reply_reopens_a_resolved_ticket(cast: Cast, browse: Browse, place: Place) -> None:
    ticket = place(Status.RESOLVED)
    browse(cast.acme.requester).post(page_of(ticket, cast.acme.requester) + "reply/", {"body": "Not fixed"})
    again = fresh(ticket)
    assert (again.status, again.resolved_at, again.closes_at, again.resolution_code) == (
        Status.IN_PROGRESS,
        None,
        None,
        "",
    )
    assert facts_of(ticket)[-2:] == ["public_reply", "reopened"]


def test_a_reply_of_the_desk_leaves_a_resolved_ticket_resolved(
    cast: Cast, browse: Browse, place: Place
) -> None:
    ticket = place(Status.RESOLVED)
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/reply/", {"body": "For the record"})
    assert fresh(ticket).status == Status.RESOLVED
    assert fresh(ticket).closes_at == ticket.closes_at


def test_a_customers_reply_leaves_a_restored_ticket_restored(
    cast: Cast, browse: Browse, place: Place
) -> None:
    ticket = place(Status.RESTORED)
    browse(cast.acme.requester).post(page_of(ticket, cast.acme.requester) + "reply/", {"body": "Thanks"})
    assert fresh(ticket).status == Status.RESTORED


@pytest.mark.parametrize("body", ["", "   \r\n  "])
@pytest.mark.parametrize("name", ["reply", "note"])
def test_an_empty_message_is_refused_beside_its_field(
    cast: Cast, browse: Browse, ticket: Ticket, name: str, body: str
) -> None:
    before = everything_about(ticket)
    answer = browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/{name}/", {"body": body})
    assert answer.status_code == 422
    assert answer.context["failed"][name].errors == {"body": ["Write something first."]}
    assert everything_about(ticket) == before


def test_a_message_that_is_too_long_keeps_its_text(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    before, long = everything_about(ticket), "x" * 20_001
    answer = browse(cast.acme.lead).post(page_of(ticket, cast.acme.lead) + "reply/", {"body": long})
    assert answer.status_code == 422
    form = answer.context["forms"]["reply"]
    assert set(form.errors) == {"body"}
    assert form["body"].value() == long
    assert long in answer.content.decode()
    assert everything_about(ticket) == before


def test_a_message_of_exactly_20000_characters_is_taken(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    answer = browse(cast.acme.lead).post(page_of(ticket, cast.acme.lead) + "reply/", {"body": "x" * 20_000})
    assert answer.status_code == 302
    with acting_as(worker_context()):
        newest = Message.objects.filter(ticket=ticket).latest("pk")
    assert newest.body == "x" * 20_000


def test_a_refused_file_keeps_the_text_and_saves_neither(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    before = everything_about(ticket)
    answer = browse(cast.acme.lead).post(
        page_of(ticket, cast.acme.lead) + "reply/",
        {"body": "See both", "files": [picture(), picture("run.exe")]},
    )
    assert answer.status_code == 422
    form = answer.context["forms"]["reply"]
    assert set(form.errors) == {"files"}
    assert form["body"].value() == "See both"
    assert everything_about(ticket) == before


def test_a_file_has_the_audience_of_its_message(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/note/", {"body": "Trace", "files": [picture("trace.png")]}
    )
    with acting_as(worker_context()):
        assert list(Attachment.objects.values_list("name", "audience")) == [("trace.png", "desk")]


@pytest.mark.parametrize("where", ["c/acme/tickets/1/reply", "desk/tickets/ACME-1/reply"])
def test_a_reply_after_the_session_expired_is_not_saved_and_comes_back_to_its_page(
    cast: Cast, client: Any, where: str
) -> None:
    ticket = file_ticket(cast.acme.requester)
    before = everything_about(ticket)
    page = f"/{where.removesuffix('reply')}"
    answer = client.post(f"/{where}/", {"body": "Typed"}, headers={"referer": f"http://testserver{page}"})
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={page}")
    assert everything_about(ticket) == before


def test_a_referer_of_another_site_is_not_followed(cast: Cast, client: Any) -> None:
    file_ticket(cast.acme.requester)
    answer = client.post("/c/acme/tickets/1/reply/", {}, headers={"referer": "http://evil.example/c/acme/"})
    assert answer["Location"] == "/accounts/login/?next=/"


def test_a_script_that_asks_without_a_session_is_sent_to_sign_in_as_a_whole(cast: Cast, client: Any) -> None:
    answer = client.get(
        "/desk/",
        headers={"hx-request": "true", "hx-current-url": "http://testserver/desk/?view=mine"},
    )
    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/accounts/login/?next=/desk/")
