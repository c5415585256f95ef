"""Exclusions, earlier restorations and waivers through the API: the same verbs, in problem documents' words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from customers.models import DeskPerson, Member
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, START, Cast, file_ticket
from tests.conftest import Call, Clock
from tests.slas.outside import clock_of, count_of_facts, newest
from tickets.models import Ticket

PLACE = "/api/v1/c/acme/tickets/1/"


@pytest.fixture
def late(cast: Cast, clock: Clock) -> Ticket:
    """Let a critical ticket wait for five hours, one too many for its restoration."""
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(hours=5)
    sweep_due_clocks()
    return ticket


def post(call: Call, who: Member | DeskPerson, address: str, **values: Any) -> Any:
    return call(who).post(f"{PLACE}{address}/", values, format="json")


def verbs_of(answer: Any) -> dict[str, Any]:
    [exclusion] = answer.json()["exclusions"]
    return {one["verb"]: one for one in exclusion["verbs"]}


def test_an_exclusion_from_its_proposal_to_its_answer(
    cast: Cast, call: Call, late: Ticket, clock: Clock
) -> None:
    proposed = post(
        call,
        cast.engineer,
        "exclusions/propose",
        reason="customer_firewall",
        evidence="Probes fail.",
        starts_at=(START + timedelta(hours=1)).isoformat(),
        ends_at=(START + timedelta(hours=3)).isoformat(),
    )
    assert proposed.status_code == 200
    assert list(verbs_of(proposed)) == ["withdraw"]  # the proposer does not decide
    offered = verbs_of(call(cast.lead).get(f"{PLACE}exclusions/"))
    assert list(offered) == ["approve", "reject"]
    assert offered["approve"] == {
        "verb": "approve",
        "changes": ["Restoration was missed and is not decided"],
        "seen": "restore-1:missed>pending",
    }
    number = newest(late).pk
    before = count_of_facts()
    other = post(call, cast.lead, f"exclusions/{number}/approve", reason="Yes.", seen="", version=1)
    assert other.status_code == 409
    assert count_of_facts() == before
    approved = post(
        call,
        cast.lead,
        f"exclusions/{number}/approve",
        reason="Yes.",
        seen=offered["approve"]["seen"],
        version=1,
    )
    assert approved.status_code == 200
    assert approved.json()["exclusions"][0]["state"] == "approved"
    assert clock_of(late, "restore").outcome == "pending"
    contested = post(call, cast.acme.requester, f"exclusions/{number}/contest", reason="It was open.")
    assert contested.json()["exclusions"][0]["contest"] == "It was open."
    kept = post(call, cast.manager, f"exclusions/{number}/keep", reason="The log says so.")
    assert kept.json()["exclusions"][0]["answered_by"] == "Desk Manager"


def test_roles_that_do_not_decide_are_told_who_does(cast: Cast, call: Call, late: Ticket) -> None:
    post(call, cast.lead, "exclusions/propose", reason="other", evidence="Graph 7")
    number = newest(late).pk
    before = count_of_facts()
    for who, said in (
        (cast.engineer, "A desk lead or a manager decides this. Ask one of them."),
        (cast.acme.lead, "Only the Trusst desk does this."),
    ):
        answer = post(call, who, f"exclusions/{number}/approve", reason="Yes.", seen="")
        assert (answer.status_code, answer.json()["detail"]) == (403, said)
    answer = post(call, cast.manager, f"exclusions/{number}/contest", reason="No.")
    assert (answer.status_code, answer.json()["detail"]) == (403, "Only a member of the customer does this.")
    assert newest(late).state == "proposed"
    assert count_of_facts() == before


def test_a_miss_is_waived(cast: Cast, call: Call, late: Ticket) -> None:
    answer = post(call, cast.manager, "exclusions/waive", clock="respond-1", reason="Phone line cut.")
    assert answer.status_code == 200
    assert answer.json()["waivers"] == [
        {
            "metric": "respond",
            "cycle": 1,
            "by": "Desk Manager",
            "at": "2026-03-03T04:00:00Z",
            "reason": "Phone line cut.",
        }
    ]
    again = post(call, cast.manager, "exclusions/waive", clock="respond-1", reason="Again.")
    assert (again.status_code, again.json()["errors"]) == (
        422,
        {"clock": ["This objective was waived before."]},
    )
    unknown = post(call, cast.manager, "exclusions/waive", clock="update-1", reason="No clock.")
    assert unknown.json()["errors"] == {"clock": ["Only a missed objective is waived."]}


def test_an_earlier_restoration_is_approved(cast: Cast, call: Call, late: Ticket) -> None:
    post(call, cast.engineer, "restored", restored_at=(START + timedelta(hours=3)).isoformat())
    [statement] = call(cast.lead).get(f"{PLACE}exclusions/").json()["restorations"]
    [approve, _] = statement["verbs"]
    assert approve["changes"] == ["Restoration was missed and is met"]
    answer = post(
        call,
        cast.lead,
        f"restorations/{statement['id']}/approve",
        reason="Right.",
        seen=approve["seen"],
        version=statement["version"],
    )
    assert answer.json()["restorations"][0]["state"] == "approved"
    assert clock_of(late, "restore").outcome == "met"
