"""The customer says whether a restored ticket works again; the desk resolves it on their word."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import Member
from slas.models import Clock as StoredClock
from tests.cast import START, Cast, fresh
from tests.conftest import Browse, Call, Clock
from tests.tickets.conftest import Place, everything_about, facts_of
from tickets.lifecycle import HoldReason, Status
from tickets.models import Ticket


@pytest.fixture
def restored(place: Place) -> Ticket:
    return place(Status.RESTORED)


def say(browse: Browse, member: Member, ticket: Ticket, what: str = "confirm-restored") -> Any:
    return browse(member).post(
        f"/c/acme/tickets/{ticket.number}/{what}/", {"version": fresh(ticket).version}, follow=True
    )


def clocks(ticket: Ticket) -> list[tuple[Any, ...]]:
    with acting_as(worker_context()):
        rows = StoredClock.objects.of_tickets([ticket]).order_by("metric", "cycle")
        return list(rows.values_list("metric", "cycle", "state", "outcome", "due_at", "consumed_seconds"))


def test_it_is_asked_on_the_list_and_on_the_ticket_until_it_is_answered(
    cast: Cast, browse: Browse, restored: Ticket
) -> None:
    member = browse(cast.acme.requester)
    pages = ("/c/acme/", f"/c/acme/tickets/{restored.number}/")
    address = f"/c/acme/tickets/{restored.number}/confirm-restored/"
    assert [address in member.get(page).content.decode() for page in pages] == [True, True]
    answer = say(browse, cast.acme.requester, restored)
    assert "Thank you. The desk knows that it works again" in answer.content.decode()
    assert [address in member.get(page).content.decode() for page in pages] == [False, False]
    page = member.get(pages[1]).content.decode()
    assert "confirmed that it works again" in page
    assert "You confirmed it" in page


def test_it_moves_no_clock_and_changes_no_status(
    cast: Cast, browse: Browse, clock: Clock, restored: Ticket
) -> None:
    before = clocks(restored)
    clock.advance(minutes=7)
    say(browse, cast.acme.requester, restored)
    now = fresh(restored)
    assert (now.status, now.restored_at, now.confirmed_at) == (Status.RESTORED, START, clock.now)
    assert facts_of(restored)[-1] == "restoration_confirmed"
    assert clocks(restored) == before


def test_the_desk_reads_it_and_resolves_on_their_word(cast: Cast, browse: Browse, restored: Ticket) -> None:
    desk, address = browse(cast.engineer), f"/desk/tickets/{restored.key}/"
    typed = {"version": restored.version, "code": "confirmed"}
    before = everything_about(restored)
    assert desk.post(f"{address}resolve/", typed).status_code == 422
    assert everything_about(restored) == before
    say(browse, cast.acme.requester, restored)
    page = desk.get(address)
    assert "Customer confirmed that it works" in page.content.decode()
    assert page.context["forms"]["resolve"].fields["code"].choices[0][0] == "confirmed"
    desk.post(f"{address}resolve/", typed | {"version": fresh(restored).version})
    now = fresh(restored)
    assert (now.status, now.resolution_code) == (Status.RESOLVED, "confirmed")


def test_an_api_that_says_confirmed_too_early_is_refused(cast: Cast, call: Call, restored: Ticket) -> None:
    before = everything_about(restored)
    answer = call(cast.engineer).post(
        f"/api/v1/c/acme/tickets/{restored.number}/resolve/", {"code": "confirmed"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"code": ["The customer has not confirmed it yet. Choose another one."]}
    assert everything_about(restored) == before
    member = call(cast.acme.requester)
    said = member.post(f"/api/v1/c/acme/tickets/{restored.number}/confirm-restored/", {})
    assert (said.status_code, said.json()["confirmed_at"]) == (200, "2026-03-02T23:00:00Z")


def test_still_broken_reopens_it_and_forgets_an_earlier_yes(
    cast: Cast, browse: Browse, restored: Ticket
) -> None:
    say(browse, cast.acme.requester, restored)
    say(browse, cast.acme.requester, restored, "reopen")
    now = fresh(restored)
    assert (now.status, now.confirmed_at) == (Status.IN_PROGRESS, None)
    browse(cast.engineer).post(f"/desk/tickets/{restored.key}/restored/", {"version": now.version})
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{restored.number}/").content.decode()
    assert f"/c/acme/tickets/{restored.number}/confirm-restored/" in page


def test_it_is_said_once(cast: Cast, browse: Browse, restored: Ticket) -> None:
    say(browse, cast.acme.requester, restored)
    before = everything_about(restored)
    again = say(browse, cast.acme.lead, restored)
    assert again.status_code == 422
    assert everything_about(restored) == before


def test_a_hold_that_waits_for_their_reply_ends_with_it_and_another_does_not(
    cast: Cast, browse: Browse, place: Place
) -> None:
    asked = place(Status.RESTORED, hold=HoldReason.CUSTOMER_REPLY)
    say(browse, cast.acme.requester, asked)
    assert (fresh(asked).hold_reason, fresh(asked).status) == ("", Status.RESTORED)
    assert facts_of(asked)[-2:] == ["restoration_confirmed", "resumed"]
    agreed = place(Status.RESTORED, hold=HoldReason.AGREED_WAIT)
    say(browse, cast.acme.requester, agreed)
    assert fresh(agreed).hold_reason == HoldReason.AGREED_WAIT
