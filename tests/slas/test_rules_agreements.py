"""Agreements are signed, ended early and renewed by an administrator, and read by every member."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from slas.models import Agreement, PolicyVersion
from tests.cast import CRITICAL, Cast, file_ticket, fresh
from tests.conftest import Browse, Clock
from tests.slas.rules import text_of
from tests.slas.test_promises_agreements import attached, faster_policy
from tests.slas.test_promises_targets import clocks, utc

SIGN = "/desk/rules/agreements/sign/"


def policy(version: int = 1) -> int:
    with acting_as(worker_context()):
        return PolicyVersion.objects.get(version=version).pk


def form(**changes: Any) -> dict[str, Any]:
    """Return the form of a new agreement with Initech, filled in."""
    return {
        "customer": "initech",
        "number": "MS-INIT",
        "starts_on": "2026-03-01",
        "ends_on": "2027-02-28",
        "policy": policy(),
        "business_hours": "",
        "notice_on": "2026-11-30",
        "renewal_note": "Renews by itself for a year.",
        "goal_respond": 98,
        "goal_update": 95,
        "goal_restore": 95,
        "goal_resolve": 95,
        "clause_customer_reply": "6.1",
        "clause_customer_access": "6.2",
        "clause_vendor": "6.3",
        "clause_agreed_wait": "",
        "clause_excluded": "7",
        **changes,
    }


def agreements() -> list[tuple[str, date]]:
    with acting_as(worker_context()):
        return list(Agreement.objects.order_by("pk").values_list("number", "ends_on"))


def of(number: str) -> Agreement:
    with acting_as(worker_context()):
        return Agreement.objects.select_related("policy").get(number=number)


def facts() -> int:
    with acting_as(worker_context()):
        return EventRecord.objects.count()


# --- Signing ------------------------------------------------------------------------------------------
def test_a_signed_agreement_covers_tickets_from_then_on(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.admin).post(SIGN, form())
    assert answer.status_code == 302
    signed = of("MS-INIT")
    assert answer["Location"] == f"/desk/rules/agreements/{signed.pk}/"
    assert signed.goals == {"respond": 98, "update": 95, "restore": 95, "resolve": 95}
    assert signed.clauses == {
        "customer_reply": "6.1",
        "customer_access": "6.2",
        "vendor": "6.3",
        "excluded": "7",
    }
    assert signed.notice_on == date(2026, 11, 30)
    ticket = file_ticket(cast.initech.requester, impact=CRITICAL)
    assert attached(ticket) == ["MS-INIT"]
    assert fresh(ticket).has_cover is True


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"customer": "acme"}, "Another agreement covers part of this term."),
        (
            {"customer": "acme", "number": "MS-ACME", "starts_on": "2027-01-01", "ends_on": "2027-12-31"},
            "Another agreement of this customer has this number.",
        ),
        ({"ends_on": "2026-03-01"}, "The term ends before it begins."),
        ({"notice_on": "2027-03-01"}, "Notice is given before the term ends."),
        ({"goal_respond": 0}, "Ensure this value is greater than or equal to 1."),
        ({"goal_respond": 101}, "Ensure this value is less than or equal to 100."),
        ({"ends_on": "someday"}, "Enter a day, for example 2026-12-24."),
    ],
)
def test_a_term_that_cannot_be_is_refused_and_keeps_what_was_typed(
    cast: Cast, browse: Browse, changes: dict[str, Any], said: str
) -> None:
    before = agreements(), facts()
    answer = browse(cast.admin).post(SIGN, form(**changes))
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert 'value="Renews by itself for a year."' in answer.content.decode()
    assert (agreements(), facts()) == before


@pytest.mark.parametrize("role", ["engineer", "lead", "manager"])
def test_only_an_administrator_signs_ends_and_renews(cast: Cast, browse: Browse, role: str) -> None:
    place = f"/desk/rules/agreements/{of('MS-ACME').pk}/"
    before = agreements(), facts()
    for address in (SIGN, f"{place}end/", f"{place}renew/"):
        answer = browse(cast.desk[role]).post(address, form())
        assert answer.status_code == 403
        assert "Your role on the desk does not include this." in text_of(answer)
    assert (agreements(), facts()) == before
    page = browse(cast.desk[role]).get(place)
    assert page.status_code == 200
    assert "Renew it" not in text_of(page)


# --- Ending early -------------------------------------------------------------------------------------
def end(browse: Browse, cast: Cast, **changes: Any) -> Any:
    values = {"ends_on": "2026-06-30", "reason": "Acme was sold", "expected_ends_on": "2026-12-31"}
    return browse(cast.admin).post(f"/desk/rules/agreements/{of('MS-ACME').pk}/end/", {**values, **changes})


def test_a_term_that_ends_early_says_why_and_measures_what_it_began(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    clock.set(utc("2026-06-30T13:50:00"))  # 23:50 in Sydney on the last day
    assert end(browse, cast).status_code == 302
    assert (of("MS-ACME").ends_on, of("MS-ACME").signed_until) == (date(2026, 6, 30), date(2026, 12, 31))
    old = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.set(utc("2026-06-30T14:00:00"))
    new = file_ticket(cast.acme.requester, impact=CRITICAL)
    assert (bool(clocks(old)), bool(clocks(new))) == (True, False)
    page = text_of(browse(cast.manager).get(f"/desk/rules/agreements/{of('MS-ACME').pk}/"))
    assert "Ends early. Signed until 31 December 2026. Acme was sold" in page
    [fact] = _records("slas.agreement_ended")
    assert fact.payload["reason"] == "Acme was sold"


def _records(kind: str) -> list[EventRecord]:
    with acting_as(worker_context()):
        return list(EventRecord.objects.filter(type=kind))


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"reason": ""}, 422, "Say why the term ends early."),
        ({"ends_on": "2026-12-31"}, 422, "Choose a day before 31 December 2026, when it ends anyway."),
        ({"ends_on": "2026-03-02"}, 422, "Choose today or a later day: what was promised stays promised."),
        ({"ends_on": "2025-12-31"}, 422, "Choose a day after the term began."),
        ({"expected_ends_on": "2026-11-30"}, 409, "The end of this term was changed meanwhile."),
    ],
)
def test_an_end_that_cannot_be_is_refused(
    cast: Cast, browse: Browse, changes: dict[str, str], status: int, said: str
) -> None:
    before = agreements(), facts()
    answer = end(browse, cast, **changes)
    assert answer.status_code == status
    assert said in text_of(answer)
    assert (agreements(), facts()) == before


# --- Renewing -----------------------------------------------------------------------------------------
def renew(browse: Browse, cast: Cast, **changes: Any) -> Any:
    values = {"number": "MS-ACME-2", "ends_on": "2027-12-31", "policy": policy(), "notice_on": ""}
    return browse(cast.admin).post(f"/desk/rules/agreements/{of('MS-ACME').pk}/renew/", {**values, **changes})


def test_a_renewal_on_another_version_measures_only_later_tickets(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    faster_policy()
    assert renew(browse, cast, policy=policy(2)).status_code == 302
    renewed = of("MS-ACME-2")
    assert (renewed.starts_on, renewed.policy.version) == (date(2027, 1, 1), 2)
    clock.set(utc("2026-12-31T12:50:00"))
    old = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.set(utc("2026-12-31T13:00:00"))
    new = file_ticket(cast.acme.requester, impact=CRITICAL)
    assert [clocks(ticket)["respond"].target_seconds for ticket in (old, new)] == [1800, 600]


def test_a_second_renewal_of_the_same_term_is_refused(cast: Cast, browse: Browse) -> None:
    assert renew(browse, cast).status_code == 302
    before = agreements()
    answer = renew(browse, cast, number="MS-ACME-3")
    assert answer.status_code == 422
    assert "Another agreement covers part of this term." in text_of(answer)
    assert agreements() == before


# --- Reading ------------------------------------------------------------------------------------------
def test_every_member_reads_what_was_promised(cast: Cast, browse: Browse, clock: Clock) -> None:
    browse(cast.admin).post(SIGN, form())
    for member in cast.initech.members:
        page = text_of(browse(member).get("/c/initech/agreement/"))
        assert "Managed service agreement MS-INIT" in page
        assert "from 1 March 2026 to 28 February 2027 . Notice is given by 30 November 2026" in page
        assert "Renews by itself for a year." in page
        assert "P1 A desk engineer replies 30 min around the clock All tickets" in page
        assert (
            "P3 Service is back, or a workaround is in place 3 business days business hours All tickets"
            in page
        )
        assert "Monday to Friday 09:00-17:00 Saturday to Sunday closed" in page
        assert "Fri 3 Apr 2026 Good Friday" in page
        assert "Waiting for access from the customer, clause 6.2" in page
        assert "Respond 98 %, Update 95 %" in page


def test_without_an_agreement_the_page_says_what_best_effort_means(cast: Cast, browse: Browse) -> None:
    page = text_of(browse(cast.initech.requester).get("/c/initech/agreement/"))
    assert "Initech Paper has no managed service agreement in force" in page
    assert "no clock runs on your tickets" in page


def test_the_page_of_a_customer_shows_nothing_of_another(cast: Cast, browse: Browse) -> None:
    assert browse(cast.globex.lead).get("/c/acme/agreement/").status_code == 404
    assert "MS-ACME" not in text_of(browse(cast.globex.lead).get("/c/globex/agreement/"))


def test_the_list_names_who_has_none_and_asks_no_more_for_more_agreements(cast: Cast, browse: Browse) -> None:
    client = browse(cast.manager)
    page = text_of(client.get("/desk/rules/agreements/"))
    assert "MS-ACME Acme Freight 1 Jan 2026 31 Dec 2026 not agreed Managed service v1 business NSW" in page
    assert "Initech Paper" in page
    with CaptureQueriesContext(connection) as few:
        client.get("/desk/rules/agreements/")
    browse(cast.admin).post(SIGN, form())
    with CaptureQueriesContext(connection) as more:
        page = text_of(client.get("/desk/rules/agreements/"))
    assert "MS-INIT Initech Paper" in page
    assert len(more) == len(few)
