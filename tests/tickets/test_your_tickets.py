"""A customer's own list: what narrows it, how it goes on, what it says when it is empty, and its download."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as, worker_context
from customers.access import services_of
from customers.portal_access import accounts_of
from tests.cast import CRITICAL, HIGH, START, Cast, actor_of, file_ticket
from tests.conftest import Browse, Clock
from tickets import actions
from tickets.lifecycle import HoldReason
from tickets.models import Ticket

LIST = "/c/acme/"
CSV = "/c/acme/tickets.csv"


def keys(client: Client, **query: Any) -> list[str]:
    """Return the references on a page of the list, in its order."""
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return [ticket.key for ticket in answer.context["page"]]


def hold(cast: Cast, ticket: Ticket, reason: HoldReason) -> None:
    with acting_as(worker_context()) as now:
        actions.hold(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            reason=reason,
            owner="AWS" if reason is HoldReason.VENDOR else "Acme",
            note="A fix",
            evidence="Case 17",
            review_at=now + timedelta(hours=8),
        )


def test_each_filter_of_the_address_narrows_the_list(cast: Cast, browse: Browse, clock: Clock) -> None:
    acme = cast.acme
    with acting_as(worker_context()):
        service = services_of(acme.customer).get()
        account = accounts_of(acme.lead).get()
    file_ticket(acme.requester, to_desk=False, service=service)
    clock.advance(days=1)
    file_ticket(acme.requester, impact=CRITICAL, aws_account=account)
    waiting = file_ticket(acme.requester, impact=HIGH)
    hold(cast, waiting, HoldReason.CUSTOMER_REPLY)
    vendor = file_ticket(acme.lead)
    hold(cast, vendor, HoldReason.VENDOR)
    fixed = file_ticket(acme.lead)
    with acting_as(worker_context()) as now:
        actions.mark_restored(ticket=fixed, actor=actor_of(cast.engineer), at=now)
    client = browse(acme.lead)
    assert sorted(keys(client)) == ["ACME-1", "ACME-2", "ACME-3", "ACME-4", "ACME-5"]
    for query, found in (
        ({"who": "level_1"}, ["ACME-1"]),
        ({"who": "desk"}, ["ACME-2"]),
        ({"who": "you"}, ["ACME-3", "ACME-5"]),
        ({"who": "vendor"}, ["ACME-4"]),
        ({"severity": ["1", "2"]}, ["ACME-2", "ACME-3"]),
        ({"service": service.pk}, ["ACME-1"]),
        ({"account": account.pk}, ["ACME-2"]),
        ({"kind": "request"}, []),
        ({"kind": "incident", "mine": "1"}, ["ACME-4", "ACME-5"]),
        ({"opened_to": "2026-03-03"}, ["ACME-1"]),
        ({"opened_from": "2026-03-04", "opened_to": "2026-03-04", "severity": "1"}, ["ACME-2"]),
        ({"q": "slow", "who": "level_1"}, ["ACME-1"]),
    ):
        assert sorted(keys(client, **query)) == found, query
    page = client.get(LIST, {"severity": ["1", "2"], "who": "you", "mine": "1"})
    assert [(chip.label, chip.without) for chip in page.context["asked"].chips()] == [
        ("Who has it now: You: it waits for you", "?mine=1&severity=1&severity=2"),
        ("P1 Critical", "?mine=1&who=you&severity=2"),
        ("P2 High", "?mine=1&who=you&severity=1"),
    ]
    assert "No ticket matches" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("who", "nobody"),
        ("severity", "5"),
        ("service", "999999"),
        ("account", "x"),
        ("kind", "wish"),
        ("opened_from", "yesterday"),
    ],
)
def test_a_filter_without_sense_is_refused_beside_its_field(
    cast: Cast, browse: Browse, name: str, value: str
) -> None:
    for address in (LIST, CSV):
        assert browse(cast.acme.lead).get(address, {name: value}).status_code == 422
    answer = browse(cast.acme.lead).get(LIST, {name: value})
    assert set(answer.context["filter"].errors) == {name}
    assert "<title>Error:" in answer.content.decode()


def test_days_the_wrong_way_round_are_refused(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.acme.lead).get(LIST, {"opened_from": "2026-03-04", "opened_to": "2026-03-03"})
    assert answer.status_code == 422
    assert "Choose a day that is not before the first one." in answer.content.decode()


def test_another_customers_service_is_no_choice(cast: Cast, browse: Browse) -> None:
    with acting_as(worker_context()):
        theirs = services_of(cast.globex.customer).get()
    assert browse(cast.acme.lead).get(LIST, {"service": theirs.pk}).status_code == 422


def test_a_long_list_goes_on_after_its_last_row_whatever_happens_meanwhile(
    cast: Cast, browse: Browse, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.portal_list_views.LIST_SIZE", 2)
    for _ in range(5):
        file_ticket(cast.acme.lead)
        clock.advance(minutes=1)
    client = browse(cast.acme.lead)
    first = client.get(LIST).context
    assert ([one.key for one in first["page"]], first["count"], first["page"].before) == (
        ["ACME-5", "ACME-4"],
        "5",
        "",
    )
    file_ticket(cast.acme.lead)  # which stands before the page, and moves nothing
    second = client.get(LIST, {"after": first["page"].after}).context["page"]
    assert [one.key for one in second] == ["ACME-3", "ACME-2"]
    last = client.get(LIST, {"after": second.after}).context["page"]
    assert ([one.key for one in last], last.after) == (["ACME-1"], "")
    back = client.get(LIST, {"before": last.before}).context["page"]
    assert [one.key for one in back] == ["ACME-3", "ACME-2"]
    start = client.get(LIST, {"before": back.before}).context["page"]
    assert ([one.key for one in start], start.before != "") == (["ACME-5", "ACME-4"], True)


def test_an_empty_list_says_when_the_last_ticket_was_closed(cast: Cast, browse: Browse, clock: Clock) -> None:
    client = browse(cast.acme.lead)
    assert "No open tickets. When something does not work, tell us." in client.get(LIST).content.decode()
    ticket = file_ticket(cast.acme.lead)
    with acting_as(worker_context()) as now:
        engineer = actor_of(cast.engineer)
        actions.resolve(ticket=ticket, actor=engineer, at=now, code="fixed")
        actions.close(ticket=ticket, actor=engineer, at=now)
    clock.advance(days=3)
    assert "No open tickets. Last one closed 3 March." in client.get(LIST).content.decode()
    assert "Last one closed" not in browse(cast.acme.requester).get(LIST).content.decode()


def test_the_filtered_list_is_downloaded_with_each_instant_twice(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester, subject="Left out")
    file_ticket(cast.acme.lead, subject="Taken along", impact=CRITICAL)
    answer = browse(cast.acme.lead).get(CSV, {"severity": "1"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    [row] = csv.DictReader(io.StringIO(answer.content.decode()))
    assert (row["Reference"], row["What"], row["Severity"]) == ("ACME-2", "Taken along", "P1 Critical")
    assert (row["Opened (UTC)"], row["Opened (Australia/Sydney)"]) == (
        "2026-03-02T23:00:00Z",
        "2026-03-03T10:00:00+11:00",
    )
    assert row["What we promised"] == "Respond: due by 10:30 AEDT; Restore: due by 14:00 AEDT"
    assert row["Due (UTC)"] == "2026-03-02T23:30:00Z"


@pytest.mark.parametrize(
    "subject",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20x", "\u00a0=1", "\u3000=1"],
)
def test_nothing_in_the_download_is_a_formula(cast: Cast, browse: Browse, subject: str) -> None:
    file_ticket(cast.acme.lead, subject=f"{subject} now")
    [row] = csv.DictReader(io.StringIO(browse(cast.acme.lead).get(CSV).content.decode()))
    assert row["What"].startswith("'") or not row["What"].startswith(subject[0])
    assert row["What"].lstrip("'\u00a0\u3000") == " ".join(f"{subject} now".split()).lstrip("\u00a0\u3000")
    assert row["What"][0] not in "=+-@\uff1d\uff0b\uff0d\uff20"


def test_a_download_stops_somewhere_and_says_so(
    cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.portal_list_views.MOST_ROWS", 1)
    for _ in range(2):
        file_ticket(cast.acme.lead)
    lines = browse(cast.acme.lead).get(CSV).content.decode().splitlines()
    assert (len(lines), lines[1].startswith("ACME-2,")) == (3, True)
    assert lines[2] == "There are more tickets than this. Narrow the list to download the others."


def test_the_download_asks_the_same_of_one_ticket_and_of_ten(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.lead)
    counts = []
    for many in (1, 9):
        for _ in range(many):
            file_ticket(cast.acme.lead)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(CSV).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_requester_downloads_what_they_may_read_and_no_more(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester)
    file_ticket(cast.acme.lead)
    file_ticket(cast.globex.requester)
    listed = csv.DictReader(io.StringIO(browse(cast.acme.requester).get(CSV).content.decode()))
    assert [row["Reference"] for row in listed] == ["ACME-1"]


def test_the_list_tells_the_pause_and_the_next_promise(cast: Cast, browse: Browse, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.lead, impact=CRITICAL)
    with acting_as(worker_context()) as now:
        actions.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We look at it")
    clock.set(START + timedelta(minutes=5))
    hold(cast, ticket, HoldReason.VENDOR)
    page = browse(cast.acme.lead).get(LIST).content.decode()
    assert "Restore: paused, waiting for AWS since 10:05 AEDT" in page
    shown = browse(cast.acme.lead).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "Update: due by 11:00 AEDT" in shown
    assert "Restore: paused, waiting for AWS since 10:05 AEDT" in shown
