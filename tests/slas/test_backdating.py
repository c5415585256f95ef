"""Service was back earlier than somebody says it: taken as said, or decided where a verdict depends on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson, DeskRole
from escalations.models import Escalation
from notifications.models import Notification
from slas.models import EarlierRestoration
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, START, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Call, Clock
from tests.slas.checks import assert_cache_is_true
from tests.slas.outside import clock_of, count_of_facts, facts, form_on, ledger_of, typed
from tests.slas.test_promises_targets import reply
from tickets import actions as tickets
from tickets.models import Ticket


def at(**length: float) -> datetime:
    return START + timedelta(**length)


@pytest.fixture
def ticket(cast: Cast, clock: Clock) -> Ticket:
    """Let a critical ticket have its first response after ten minutes."""
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=10)
    reply(cast, ticket)
    return ticket


@pytest.fixture
def late(ticket: Ticket, clock: Clock) -> Ticket:
    """Let five hours pass: the four of the restoration are over, and somebody was called."""
    clock.set(at(hours=4, minutes=1))
    sweep_due_clocks()
    clock.set(at(hours=5))
    return ticket


def restored(
    browse: Browse, person: DeskPerson, ticket: Ticket, moment: datetime | None, **values: str
) -> Any:
    """Send the form that says that service is back."""
    filled = {"version": str(fresh(ticket).version), "restored_at": "" if moment is None else typed(moment)}
    answer: Any = browse(person).post(f"/desk/tickets/{ticket.key}/restored/", filled | values)
    return answer


def decide(browse: Browse, person: DeskPerson, ticket: Ticket, name: str, **values: str) -> Any:
    """Open the page of the ticket's exclusions and send the form of a decision as it stands there."""
    [statement] = statements(ticket)
    client = browse(person)
    page = client.get(f"/desk/tickets/{ticket.key}/exclusions/")
    form = form_on(page, name, f"restoration-{statement.pk}")
    filled = {key: str(value) for key, value in form.initial.items()} | {"reason": "The graph says so."}
    answer: Any = client.post(
        f"/desk/tickets/{ticket.key}/restorations/{statement.pk}/{name}/", filled | values
    )
    return answer


def statements(ticket: Ticket) -> list[EarlierRestoration]:
    with acting_as(worker_context()):
        return list(EarlierRestoration.objects.filter(customer_id=ticket.customer_id, ticket=ticket))


def corrections(ticket: Ticket) -> list[dict[str, Any]]:
    return [payload for _, _, payload in facts(ticket, "verdict_corrected")]


# --- Where no verdict depends on it -------------------------------------------------------------------
def test_an_engineers_word_is_taken_where_no_verdict_depends_on_it(
    cast: Cast, browse: Browse, ticket: Ticket, clock: Clock
) -> None:
    clock.set(at(hours=3))
    assert restored(browse, cast.engineer, ticket, at(hours=2)).status_code == 302
    assert (fresh(ticket).status, fresh(ticket).restored_at) == ("restored", at(hours=2))
    found = clock_of(ticket, "restore")
    assert (found.outcome, found.stopped_at, found.consumed_seconds) == ("met", at(hours=2), 7200)
    assert statements(ticket) == []
    assert corrections(ticket) == []
    assert ledger_of(ticket).after_restore == 3600
    assert_cache_is_true(ticket)


def test_an_instant_before_a_reopening_is_refused(
    cast: Cast, browse: Browse, ticket: Ticket, clock: Clock
) -> None:
    clock.set(at(hours=1))
    restored(browse, cast.engineer, ticket, None)
    clock.set(at(hours=2))
    with acting_as(context_of(cast.acme.requester)) as now:
        tickets.reopen(ticket=ticket, actor=actor_of(cast.acme.requester), at=now)
    clock.set(at(hours=3))
    before = count_of_facts()
    answer = restored(browse, cast.engineer, ticket, at(hours=1, minutes=30))
    assert answer.status_code == 422
    assert answer.context["failed"]["restored"].errors == {
        "restored_at": ["This is before the ticket was reopened."]
    }
    assert fresh(ticket).restored_at is None
    assert count_of_facts() == before


# --- Where it would turn a verdict --------------------------------------------------------------------
def test_an_engineers_word_that_turns_a_verdict_waits_and_service_shows_as_restored(
    cast: Cast, browse: Browse, late: Ticket
) -> None:
    assert restored(browse, cast.engineer, late, at(hours=3)).status_code == 302
    assert (fresh(late).status, fresh(late).restored_at) == ("restored", at(hours=5))
    found = clock_of(late, "restore")
    assert (found.outcome, found.stopped_at, found.breached_at) == ("missed", at(hours=5), at(hours=4))
    [statement] = statements(late)
    assert (statement.restored_at, statement.stated_at, statement.state) == (
        at(hours=3),
        at(hours=5),
        "proposed",
    )
    assert statement.proposed_by_id == cast.engineer.pk
    assert corrections(late) == []
    assert f"{late.key}" in browse(cast.lead).get("/desk/exclusions/").content.decode()


def test_the_approver_sees_the_change_and_approves(
    cast: Cast, browse: Browse, late: Ticket, clock: Clock
) -> None:
    restored(browse, cast.engineer, late, at(hours=3))
    clock.advance(minutes=30)
    page = browse(cast.lead).get(f"/desk/tickets/{late.key}/exclusions/")
    [row] = page.context["panel"].restorations
    assert [action.changes for action in row.actions] == [["Restoration was missed and is met"], None]
    assert decide(browse, cast.lead, late, "approve").status_code == 302
    found = clock_of(late, "restore")
    assert (found.outcome, found.stopped_at, found.breached_at) == ("met", at(hours=3), None)
    assert fresh(late).restored_at == at(hours=3)
    assert corrections(late) == [
        {"metric": "restore", "cycle": 1, "was": "missed", "now": "met", "cause": "restoration"}
    ]
    told = [(when, said["metric"]) for _, when, said in facts(late, "objective_breached")]
    assert (at(hours=4), "restore") in told
    with acting_as(worker_context()):
        assert Escalation.objects.filter(about="Restoration objective missed").count() == 1
    story = browse(cast.acme.requester).get(f"/c/acme/tickets/{late.number}/").content.decode()
    assert "recorded that the restoration objective was missed" in story
    assert "approved a correction: restoration was missed and is met" in story
    assert_cache_is_true(late)


def test_a_rejected_statement_changes_nothing(cast: Cast, browse: Browse, late: Ticket) -> None:
    restored(browse, cast.engineer, late, at(hours=3))
    assert decide(browse, cast.manager, late, "reject", reason="Still down at 14:00.").status_code == 302
    [statement] = statements(late)
    assert (statement.state, statement.decision) == ("rejected", "Still down at 14:00.")
    assert clock_of(late, "restore").outcome == "missed"
    assert fresh(late).restored_at == at(hours=5)
    assert corrections(late) == []


def test_an_engineer_does_not_decide_it(cast: Cast, browse: Browse, late: Ticket) -> None:
    restored(browse, cast.engineer, late, at(hours=3))
    [statement] = statements(late)
    before = count_of_facts()
    for name in ("approve", "reject"):
        answer = browse(cast.engineer).post(
            f"/desk/tickets/{late.key}/restorations/{statement.pk}/{name}/",
            {"version": "1", "reason": "Yes.", "seen": "restore-1:missed>met"},
        )
        assert answer.status_code == 403
    assert statements(late)[0].state == "proposed"
    assert count_of_facts() == before


def test_whoever_said_it_as_an_engineer_does_not_decide_it_as_a_lead(
    cast: Cast, browse: Browse, late: Ticket
) -> None:
    restored(browse, cast.engineer, late, at(hours=3))
    with acting_as(worker_context()):
        DeskPerson.objects.filter(pk=cast.engineer.pk).update(role=DeskRole.LEAD)
    [statement] = statements(late)
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{late.key}/restorations/{statement.pk}/approve/",
        {"version": "1", "reason": "Yes.", "seen": "restore-1:missed>met"},
    )
    assert answer.status_code == 422
    assert "You said this. Another desk lead or manager decides it." in answer.content.decode()
    assert clock_of(late, "restore").outcome == "missed"


def test_it_is_decided_once(cast: Cast, browse: Browse, late: Ticket) -> None:
    restored(browse, cast.engineer, late, at(hours=3))
    decide(browse, cast.lead, late, "approve")
    [statement] = statements(late)
    before = count_of_facts()
    answer = browse(cast.manager).post(
        f"/desk/tickets/{late.key}/restorations/{statement.pk}/reject/",
        {"version": str(statement.version), "reason": "No."},
    )
    assert answer.status_code == 422
    assert "This has been decided already." in answer.content.decode()
    assert count_of_facts() == before


def test_an_approval_after_a_reopening_keeps_the_ticket_open(
    cast: Cast, browse: Browse, late: Ticket, clock: Clock
) -> None:
    restored(browse, cast.engineer, late, at(hours=3))
    clock.advance(minutes=10)
    with acting_as(context_of(cast.acme.requester)) as now:
        tickets.reopen(ticket=late, actor=actor_of(cast.acme.requester), at=now)
    clock.advance(minutes=10)
    decide(browse, cast.lead, late, "approve")
    assert (fresh(late).status, fresh(late).restored_at) == ("in_progress", None)
    found = clock_of(late, "restore")
    assert (found.outcome, found.consumed_seconds) == ("pending", 3 * 3600 + 600)


# --- A lead's own word --------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [DeskRole.LEAD, DeskRole.MANAGER, DeskRole.ADMIN])
def test_a_leads_own_word_is_asked_about_with_what_it_changes(
    cast: Cast, browse: Browse, late: Ticket, role: str
) -> None:
    before = count_of_facts()
    answer = restored(browse, cast.desk[role], late, at(hours=3))
    assert answer.status_code == 422
    assert answer.context["failed"]["restored"].errors == {
        "confirmed": [
            "This changes a verdict: Restoration was missed and is met. Tick the box if that is right."
        ]
    }
    assert fresh(late).restored_at is None
    assert count_of_facts() == before
    assert restored(browse, cast.desk[role], late, at(hours=3), confirmed="on").status_code == 302
    assert fresh(late).restored_at == at(hours=3)
    assert clock_of(late, "restore").outcome == "met"
    assert [(one["was"], one["now"]) for one in corrections(late)] == [("missed", "met")]
    assert statements(late) == []


def test_an_engineers_tick_decides_nothing(cast: Cast, browse: Browse, late: Ticket) -> None:
    assert restored(browse, cast.engineer, late, at(hours=3), confirmed="on").status_code == 302
    assert clock_of(late, "restore").outcome == "missed"
    assert [one.state for one in statements(late)] == ["proposed"]


def test_the_api_asks_a_lead_in_the_same_words(cast: Cast, call: Call, late: Ticket) -> None:
    address = f"/api/v1/c/acme/tickets/{late.number}/restored/"
    answer = call(cast.lead).post(address, {"restored_at": at(hours=3).isoformat()}, format="json")
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["confirmed"]
    answer = call(cast.lead).post(
        address, {"restored_at": at(hours=3).isoformat(), "confirmed": True}, format="json"
    )
    assert answer.status_code == 200
    assert answer.json()["restored_at"] == "2026-03-03T02:00:00Z"


# --- Who hears of it ----------------------------------------------------------------------------------
def test_those_who_decide_are_told_and_then_whoever_said_it(cast: Cast, browse: Browse, late: Ticket) -> None:
    restored(browse, cast.engineer, late, at(hours=3))
    assert told(late, "slas.restoration_proposed") == {
        "requester@acme.example",
        "lead@trusst.example",
        "manager@trusst.example",
        "admin@trusst.example",
    }
    decide(browse, cast.lead, late, "approve")
    assert told(late, "slas.restoration_approved") == {"requester@acme.example", "engineer@trusst.example"}


def told(ticket: Ticket, kind: str) -> set[str]:
    with acting_as(worker_context()):
        found = Notification.objects.filter(ticket_id=ticket.pk, dedupe_key__startswith=kind)
        return {row.recipient_email for row in found}
