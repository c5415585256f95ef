"""A missed objective is waived by someone who decides, with a reason, once; it stays missed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson, DeskRole
from notifications.models import Notification
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, START, Cast, file_ticket
from tests.conftest import Browse, Clock
from tests.slas.outside import clock_of, count_of_facts, facts
from tests.slas.test_promises_targets import clocks
from tickets.models import Ticket


@pytest.fixture
def missed(cast: Cast, clock: Clock) -> Ticket:
    """Let a critical ticket wait 31 minutes for its first response, one too many."""
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=31)
    sweep_due_clocks()
    return ticket


def waive(browse: Browse, person: DeskPerson, ticket: Ticket, **values: str) -> Any:
    filled = {"clock": "respond-1", "reason": "The line was cut."} | values
    answer: Any = browse(person).post(f"/desk/tickets/{ticket.key}/exclusions/waive/", filled)
    return answer


@pytest.mark.parametrize("role", [DeskRole.LEAD, DeskRole.MANAGER, DeskRole.ADMIN])
def test_a_waiver_sets_waived_and_nothing_else(
    cast: Cast, browse: Browse, missed: Ticket, clock: Clock, role: str
) -> None:
    before = clock_of(missed, "respond")
    assert waive(browse, cast.desk[role], missed).status_code == 302
    after = clock_of(missed, "respond")
    assert (after.waived, after.outcome, after.state) == (True, "missed", "running")
    assert (after.breached_at, after.consumed_seconds) == (before.breached_at, before.consumed_seconds)
    row = clocks(missed)["respond"]
    assert (row.waived, row.outcome) == (True, "missed")
    assert [row.waived for name, row in clocks(missed).items() if name != "respond"] == [False]
    assert facts(missed, "objective_waived") == [
        (
            "objective_waived",
            START + timedelta(minutes=31),
            {"metric": "respond", "cycle": 1, "reason": "The line was cut."},
        )
    ]


def test_an_engineer_waives_nothing(cast: Cast, browse: Browse, missed: Ticket) -> None:
    before = count_of_facts()
    answer = waive(browse, cast.engineer, missed)
    assert answer.status_code == 403
    assert "A desk lead or a manager decides this." in answer.content.decode()
    assert not clock_of(missed, "respond").waived
    assert count_of_facts() == before


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        (
            {"clock": "restore-1"},
            "clock",
            "Select a valid choice. restore-1 is not one of the available choices.",
        ),
        (
            {"clock": "respond-2"},
            "clock",
            "Select a valid choice. respond-2 is not one of the available choices.",
        ),
        ({"clock": ""}, "clock", "Select a missed objective."),
        ({"reason": " "}, "reason", "Say why: the customer reads it."),
    ],
)
def test_what_is_not_missed_or_has_no_reason_is_not_waived(
    cast: Cast, browse: Browse, missed: Ticket, values: dict[str, str], field: str, said: str
) -> None:
    before = count_of_facts()
    answer = waive(browse, cast.manager, missed, **values)
    assert answer.status_code == 422
    assert answer.context["panel"].errors[0].errors[field] == [said]
    assert count_of_facts() == before


def test_a_waiver_is_given_once(cast: Cast, browse: Browse, missed: Ticket) -> None:
    waive(browse, cast.manager, missed)
    assert waive(browse, cast.manager, missed, reason="Again.").status_code == 422
    assert len(facts(missed, "objective_waived")) == 1


def test_both_sides_read_who_waived_it_and_why(cast: Cast, browse: Browse, missed: Ticket) -> None:
    waive(browse, cast.manager, missed)
    for person, address in (
        (cast.acme.requester, f"/c/acme/tickets/{missed.number}/"),
        (cast.engineer, f"/desk/tickets/{missed.key}/"),
    ):
        page = browse(person).get(address).content.decode()
        assert "First response was missed and is waived:" in page
        assert "The line was cut." in page
        assert "Desk Manager" in page


def test_the_evidence_says_waived(cast: Cast, browse: Browse, missed: Ticket, clock: Clock) -> None:
    waive(browse, cast.manager, missed)
    clock.advance(minutes=1)
    document = json.loads(
        browse(cast.acme.requester).get(f"/c/acme/tickets/{missed.number}/evidence.json").content
    )
    [fact] = [one for one in document["facts"] if one["kind"] == "waived"]
    assert (fact["metric"], fact["cycle"], fact["at"]) == ("respond", 1, "2026-03-02T23:31:00Z")
    verdicts = {one["metric"]: (one["outcome"], one["waived"]) for one in document["verdict"]["clocks"]}
    assert verdicts == {"respond": ("missed", True), "restore": ("pending", False)}


def test_the_customer_is_told(cast: Cast, browse: Browse, missed: Ticket) -> None:
    waive(browse, cast.manager, missed)
    with acting_as(worker_context()):
        found = Notification.objects.filter(
            ticket_id=missed.pk, dedupe_key__startswith="slas.objective_waived"
        )
        assert [(row.recipient_email, row.subject) for row in found] == [
            ("requester@acme.example", "ACME-1 First response objective waived: Shop is slow")
        ]
