"""Vendors' cases for programs: what the pages show, to whom they show it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast, file_ticket
from tests.conftest import Call, Clock
from tests.vendors.factories import case, link, message, move, observe
from vendors.models import VendorCase
from vendors.states import CaseState, Finding

LIST = "/api/v1/c/acme/vendor-cases/"


@pytest.fixture
def made(cast: Cast) -> VendorCase:
    over = link(cast.acme.customer)
    observe(over, Finding.MET)
    return case(file_ticket(cast.acme.requester), over)


def listed(client: Any, query: str = "") -> list[str]:
    answer = client.get(f"{LIST}{query}")
    assert answer.status_code == 200, answer.content
    return [one["display_id"] for one in answer.json()["results"]]


def test_cases_are_listed_and_narrowed(cast: Cast, call: Call, clock: Clock, made: VendorCase) -> None:
    clock.advance(minutes=1)
    second = case(file_ticket(cast.acme.requester), made.link, state=CaseState.WAITING_ON_US)
    client = call(cast.engineer)
    assert listed(client) == [second.display_id, made.display_id]
    assert listed(client, f"?ticket={made.ticket.key}") == [made.display_id]
    assert listed(client, "?state=waiting_on_us") == [second.display_id]
    assert listed(client, "?vendor=aws") == [second.display_id, made.display_id]
    assert listed(client, "?vendor=other") == []
    wrong = client.get(f"{LIST}?state=nonsense")
    assert (wrong.status_code, wrong["Content-Type"]) == (400, "application/problem+json")


def test_a_case_has_its_statuses_and_clocks(cast: Cast, call: Call, clock: Clock, made: VendorCase) -> None:
    clock.advance(minutes=1)
    message(made, is_automatic=True)
    clock.advance(minutes=29)
    message(made)
    move(made, CaseState.WAITING_ON_US)
    clock.advance(minutes=10)
    read = call(cast.engineer).get(f"{LIST}{made.pk}/").json()
    assert [one["state"] for one in read["statuses"]] == ["new", "waiting_on_us"]
    assert read["turn"] == "us"
    assert read["clocks"] == {
        "first_response_at": "2026-03-02T23:30:00Z",
        "automatic_at": "2026-03-02T23:01:00Z",
        "published_until": "2026-03-03T00:00:00Z",
        "verdict": "within",
        "per_state": {"new": 1800, "waiting_on_us": 600},
        "per_turn": {"vendor": 1800, "us": 600},
        "turn_since": "2026-03-02T23:30:00Z",
        "reopened": 0,
    }
    own = call(cast.acme.lead).get(f"{LIST}{made.pk}/").json()
    assert own["clocks"] == read["clocks"] | {"automatic_at": None}


def test_members_read_the_cases_of_tickets_that_they_may_read(
    cast: Cast, call: Call, made: VendorCase
) -> None:
    assert listed(call(cast.acme.requester)) == [made.display_id]
    theirs = case(file_ticket(cast.acme.lead, is_private=True), made.link)
    assert listed(call(cast.acme.requester)) == [made.display_id]
    assert call(cast.acme.requester).get(f"{LIST}{theirs.pk}/").status_code == 404
    assert set(listed(call(cast.acme.lead))) == {made.display_id, theirs.display_id}
    unsent = case(made.ticket, made.link, external_id="", display_id="", opened_at=None)
    assert len(listed(call(cast.acme.lead))) == 2
    assert call(cast.acme.lead).get(f"{LIST}{unsent.pk}/").status_code == 404
    assert call(cast.engineer).get(f"{LIST}{unsent.pk}/").json()["clocks"] is None


def test_another_customers_cases_and_accounts_are_not_there(cast: Cast, call: Call, made: VendorCase) -> None:
    client = call(cast.globex.lead)
    assert client.get(LIST).status_code == 404
    assert client.get(f"/api/v1/c/globex/vendor-cases/{made.pk}/").status_code == 404
    assert client.get("/api/v1/c/globex/vendor-cases/").json()["results"] == []
    assert client.get("/api/v1/c/globex/vendor-accounts/").json() == []
    assert call(cast.engineer).get(f"/api/v1/c/globex/vendor-cases/{made.pk}/").status_code == 404


def test_accounts_come_with_what_was_last_seen(
    cast: Cast, call: Call, clock: Clock, made: VendorCase
) -> None:
    clock.advance(hours=1)
    observe(made.link, Finding.NOT_MET)
    address = "/api/v1/c/acme/vendor-accounts/"
    for person in (cast.engineer, cast.acme.lead, cast.acme.coordinator):
        [one] = call(person).get(address).json()
        assert one["account"] == made.link.account_number
        assert (one["vendor"], one["state"], one["declared_plan"]) == ("aws", "ok", "Business Support+")
        assert one["observation"]["finding"] == "not_met"
        assert "external_id" not in one
        assert "role_arn" not in one
    assert call(cast.acme.requester).get(address).status_code == 403
