"""A case's number leads to its ticket; the queue shows what vendors work on, and whose move it is."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as
from tests.cast import Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.vendors.factories import case, link, move
from tickets import actions
from tickets.lifecycle import HoldReason
from tickets.models import Ticket
from vendors.models import VendorCase
from vendors.states import CaseState


@pytest.fixture
def made(cast: Cast) -> VendorCase:
    return case(
        file_ticket(cast.acme.requester),
        link(cast.acme.customer),
        external_id="case-100000000001-muen-2026-0a1b2c3d4e5f",
        display_id="176402918835",
    )


@pytest.mark.parametrize(
    "text",
    [
        "case-100000000001-muen-2026-0a1b2c3d4e5f",
        " case-100000000001-mufr-2026-0a1b2c3d4e5f ",
        "176402918835",
        "1764 0291 8835",
        "https://support.console.aws.amazon.com/support/home#/case/?displayId=176402918835&language=en",
    ],
)
def test_a_pasted_case_leads_to_its_ticket(cast: Cast, browse: Browse, made: VendorCase, text: str) -> None:
    answer = browse(cast.engineer).get("/desk/", {"q": text})
    assert (answer.status_code, answer.headers.get("Location")) == (302, f"/desk/tickets/{made.ticket.key}/")


@pytest.mark.parametrize(
    "text",
    [
        "case-100000000001-muen-2026-ffffffffffff",
        "case-999999999999-muen-2026-0a1b2c3d4e5f",
        "176402918836",
        "case",
        "case-%-muen-2026-%",
    ],
)
def test_a_case_that_nobody_knows_is_searched_for_as_words(
    cast: Cast, browse: Browse, made: VendorCase, text: str
) -> None:
    assert browse(cast.engineer).get("/desk/", {"q": text}).status_code == 200


def test_a_member_looks_up_nothing_of_the_desks(cast: Cast, browse: Browse, made: VendorCase) -> None:
    assert browse(cast.globex.lead).get("/desk/", {"q": made.display_id}).status_code == 403


def hold(cast: Cast, ticket: Ticket) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        actions.hold(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            reason=HoldReason.VENDOR,
            owner="AWS Support",
            note="The volume",
            evidence="Case 17",
        )


def rows(cast: Cast, browse: Browse, view: str = "vendor") -> list[str]:
    page = browse(cast.engineer).get(f"/desk/?view={view}").context["page"]
    return [ticket.key for ticket in page.rows]


def test_with_aws_is_what_is_held_for_a_vendor_and_what_has_a_running_case(
    cast: Cast, browse: Browse, clock: Clock, made: VendorCase
) -> None:
    held, other = file_ticket(cast.acme.requester), file_ticket(cast.acme.requester)
    hold(cast, held)
    assert rows(cast, browse) == [made.ticket.key, held.key]
    assert other.key not in rows(cast, browse)
    clock.advance(minutes=1)
    move(made, CaseState.RESOLVED)
    assert rows(cast, browse) == [held.key]
    page = browse(cast.engineer).get("/desk/").content.decode()
    assert re.search(r'id="n-vendor">1<', page)


def test_a_row_says_whose_move_it_is(cast: Cast, browse: Browse, clock: Clock, made: VendorCase) -> None:
    client = browse(cast.engineer)
    assert "With AWS</span>" in client.get("/desk/").content.decode()
    move(made, CaseState.WAITING_ON_US)
    assert "AWS waits for us" in client.get("/desk/").content.decode()
    second = case(made.ticket, made.link, state=CaseState.VENDOR_WORKING)
    assert "AWS waits for us" in client.get("/desk/").content.decode(), "what we can act on wins"
    move(made, CaseState.RESOLVED)
    assert "AWS waits for us" not in client.get("/desk/").content.decode()
    move(second, CaseState.CLOSED)
    assert "With AWS</span>" not in client.get("/desk/").content.decode()


def test_an_open_queue_is_told_when_it_becomes_our_move(
    cast: Cast, browse: Browse, clock: Clock, made: VendorCase
) -> None:
    client = browse(cast.engineer)
    page = client.get("/desk/").content.decode()
    live = re.search(r'data-live="([^"]+)" data-known="([^"]+)"', page)
    assert live is not None
    address = f"{live[1].replace('&amp;', '&')}&rows={live[2]}"
    assert client.get(address).status_code == 204
    move(made, CaseState.WAITING_ON_US)
    assert "AWS waits for us" in client.get(address).json()["html"]


def test_the_queue_asks_one_statement_for_the_moves_of_all_rows(
    cast: Cast, browse: Browse, made: VendorCase
) -> None:
    client = browse(cast.engineer)

    def statements() -> list[str]:
        client.get("/desk/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/desk/")
        return [one["sql"] for one in queries if 'FROM "vendors_vendorcase" INNER JOIN' in one["sql"]]

    assert len(statements()) == 1
    for _ in range(5):
        case(file_ticket(cast.acme.requester), made.link)
    assert len(statements()) == 1
