"""The desk's list of vendors' cases: what stands under which heading, filters, pages, and its cost."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as
from tests.cast import CRITICAL, Cast, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.vendors.factories import case, link, message, move, outgoing
from tickets.models import Ticket
from vendors.models import AccountLink, VendorCase
from vendors.states import CaseState, SendKind, SendState, Side

PAGE = "/desk/vendors/"


@pytest.fixture
def over(cast: Cast) -> AccountLink:
    return link(cast.acme.customer)


def ticket_of(cast: Cast, subject: str = "Volume stuck") -> Ticket:
    return file_ticket(cast.acme.requester, impact=CRITICAL, subject=subject)


def headings(client: Client, address: str = PAGE) -> dict[str, list[str]]:
    """Return the case numbers that a page lists under each heading."""
    answer = client.get(address)
    assert answer.status_code == 200
    return {
        heading.name: [row.display_id or row.subject for row in rows]
        for heading, _count, rows in answer.context["groups"]
    }


def test_each_case_stands_under_the_first_heading_that_fits(
    cast: Cast, browse: Browse, clock: Clock, over: AccountLink
) -> None:
    us = case(ticket_of(cast), over, state=CaseState.WAITING_ON_US, display_id="us")
    outgoing(us, state=SendState.REFUSED)
    unsent = case(
        ticket_of(cast), over, external_id="", display_id="", subject="unsent", opened_at=None, raw_status=""
    )
    outgoing(unsent, kind=SendKind.OPEN, state=SendState.REFUSED)
    case(ticket_of(cast), over, state=CaseState.VENDOR_WORKING, display_id="late")
    automatic = case(ticket_of(cast), over, display_id="automatic")
    message(automatic, is_automatic=True)
    answered = case(ticket_of(cast), over, state=CaseState.VENDOR_WORKING, display_id="answered")
    message(answered)
    slow = case(ticket_of(cast), over, display_id="business", target_in_business_hours=True)
    assert slow.target_at is None
    mended = case(ticket_of(cast), over, display_id="mended", target_seconds=None)
    outgoing(mended, state=SendState.REFUSED)
    outgoing(mended, state=SendState.SENT)
    move(case(ticket_of(cast), over, display_id="done"), CaseState.RESOLVED)
    given_up = case(ticket_of(cast), over, external_id="", display_id="", opened_at=None)
    with acting_as(context_of(cast.engineer)) as now:
        VendorCase.objects.filter(pk=given_up.pk).update(given_up_at=now)
    clock.advance(minutes=61)
    assert headings(browse(cast.engineer)) == {
        "us": ["us"],
        "unsent": ["unsent"],
        "late": ["late", "automatic"],
        "vendor": ["answered", "business", "mended"],
        "resolved": ["done"],
    }


def test_a_case_is_past_the_published_time_only_once_that_is_over(
    cast: Cast, browse: Browse, clock: Clock, over: AccountLink
) -> None:
    case(ticket_of(cast), over)
    client = browse(cast.engineer)
    clock.advance(minutes=60)
    assert list(headings(client)) == ["vendor"]
    clock.advance(seconds=1)
    assert list(headings(client)) == ["late"]


def test_what_was_resolved_leaves_the_list_after_two_weeks(
    cast: Cast, browse: Browse, clock: Clock, over: AccountLink
) -> None:
    first = case(ticket_of(cast), over, display_id="first")
    move(first, CaseState.RESOLVED)
    clock.advance(days=1)
    move(case(ticket_of(cast), over, display_id="second"), CaseState.RESOLVED)
    client = browse(cast.engineer)
    assert headings(client) == {"resolved": ["second", "first"]}
    clock.advance(days=13, seconds=1)
    assert headings(client) == {"resolved": ["second"]}


def test_who_has_waited_longest_comes_first(
    cast: Cast, browse: Browse, clock: Clock, over: AccountLink
) -> None:
    for name in ("one", "two", "three"):
        case(ticket_of(cast), over, state=CaseState.WAITING_ON_US, display_id=name)
        clock.advance(minutes=1)
    assert headings(browse(cast.engineer)) == {"us": ["one", "two", "three"]}


def test_filters_narrow_and_what_matches_nothing_says_so(
    cast: Cast, browse: Browse, over: AccountLink
) -> None:
    ours = case(ticket_of(cast, "Volume stuck"), over, state=CaseState.WAITING_ON_US)
    theirs = case(
        file_ticket(cast.globex.coordinator, subject="Gateway lost"),
        link(cast.globex.customer),
        state=CaseState.VENDOR_WORKING,
    )
    client = browse(cast.engineer)
    for query, found in {
        "customer=globex": theirs,
        "state=waiting_on_us": ours,
        f"q={ours.display_id}": ours,
        f"q={theirs.external_id}": theirs,
        f"q={ours.ticket.key}": ours,
        "q=gateway": theirs,
        f"q={theirs.link.account_number}": theirs,
    }.items():
        assert list(headings(client, f"{PAGE}?{query}").values()) == [[found.display_id]], query
    assert headings(client, f"{PAGE}?vendor=aws").keys() == {"us", "vendor"}
    assert b"No case matches" in client.get(f"{PAGE}?q=nothing+like+it").content
    assert client.get(f"{PAGE}?state=nonsense").status_code == 422


def test_pages_begin_after_a_row_and_lead_back(
    cast: Cast, browse: Browse, clock: Clock, over: AccountLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vendors.views.page_views.PAGE_SIZE", 2)
    ticket = ticket_of(cast)
    for number in range(3):
        case(ticket, over, state=CaseState.WAITING_ON_US, display_id=f"us{number}")
        clock.advance(minutes=1)
    for number in range(3):
        move(case(ticket, over, display_id=f"done{number}"), CaseState.RESOLVED)
        clock.advance(minutes=1)
    client = browse(cast.engineer)
    seen, address, back = [], PAGE, ""
    for _ in range(3):
        answer = client.get(address)
        page = answer.context["page"]
        seen.append([row.display_id for row in page.rows])
        address, back = f"{PAGE}?after={page.after}", page.before
    assert seen == [["us0", "us1"], ["us2", "done2"], ["done1", "done0"]]
    assert page.after == ""
    before = client.get(f"{PAGE}?before={back}").context["page"]
    assert [row.display_id for row in before.rows] == ["us2", "done2"]
    assert [row.display_id for row in client.get(f"{PAGE}?after=rubbish").context["page"].rows] == seen[0]


def test_the_list_asks_the_same_of_one_case_and_of_twenty(
    cast: Cast, browse: Browse, over: AccountLink
) -> None:
    client = browse(cast.engineer)

    def count() -> int:
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    message(case(ticket_of(cast), over))
    with_one = count()
    for number in range(19):
        made = case(ticket_of(cast), over, state=list(CaseState)[number % len(CaseState)])
        message(made)
        outgoing(made, state=SendState.REFUSED)
    assert count() == with_one
    assert with_one <= 16


def test_the_rail_counts_what_waits_for_us(cast: Cast, browse: Browse, over: AccountLink) -> None:
    client = browse(cast.engineer)
    assert re.search(r'id="n-vendor-cases"></span>', client.get("/desk/").content.decode())
    case(ticket_of(cast), over, state=CaseState.WAITING_ON_US)
    case(ticket_of(cast), over, state=CaseState.SOLUTION_OFFERED)
    case(ticket_of(cast), over, state=CaseState.VENDOR_WORKING)
    assert re.search(
        r'id="n-vendor-cases">2<span class="vh"> wait for us', client.get("/desk/").content.decode()
    )


def test_the_desk_sees_every_customers_cases_and_nobody_elses_list_is_open(
    cast: Cast, browse: Browse, over: AccountLink
) -> None:
    case(ticket_of(cast), over)
    case(file_ticket(cast.globex.coordinator), link(cast.globex.customer))
    assert sum(map(len, headings(browse(cast.engineer)).values())) == 2
    assert browse(cast.acme.lead).get(PAGE).status_code == 403


def test_our_own_words_are_no_answer(cast: Cast, browse: Browse, clock: Clock, over: AccountLink) -> None:
    made = case(ticket_of(cast), over)
    message(made, side=Side.DESK, author="Priya Nair")
    clock.advance(hours=2)
    assert list(headings(browse(cast.engineer))) == ["late"]
