"""A retroactive correction is previewed by replay, approved by a second person, and appends."""

from __future__ import annotations

from typing import Any

import pytest

from core.models import DeskRecord, EventRecord
from core.tenancy import acting_as, worker_context
from escalations.models import Escalation
from slas.models import Clock as CachedClock
from slas.models import Correction, RuleChange
from slas.tasks import apply_rule_changes, sweep_due_clocks
from tests.cast import NORMAL, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.explaining import explain
from tests.slas.checks import assert_cache_is_true
from tests.slas.rules import confirm, newest, preview, text_of, with_day
from tests.slas.test_promises_targets import clocks, reply, utc
from tests.slas.test_rules_calendars import changes_of, verdict
from tickets import actions as tickets
from tickets.models import Ticket

#: Sunday noon in Sydney, before the ticket was there.
SUNDAY = "2026-03-01T12:00"
TUESDAY = "2026-03-03"


@pytest.fixture
def late(cast: Cast, clock: Clock) -> Ticket:
    """Let a P3 be filed on Tuesday at 10:00 and answered at 15:00, an hour too late."""
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    clock.set(utc("2026-03-03T03:30:00"))
    sweep_due_clocks()
    clock.set(utc("2026-03-03T04:00:00"))
    reply(cast, ticket)
    clock.set(utc("2026-03-04T23:00:00"))  # Thursday 10:00
    sweep_due_clocks()
    return ticket


def propose(browse: Browse, cast: Cast, **changes: Any) -> int:
    """Propose that Tuesday was a closed day; return the correction's id."""
    answer = confirm(
        browse(cast.admin), newest(), with_day(newest(), TUESDAY, effective_at=SUNDAY, **changes)
    )
    assert answer.status_code == 302, text_of(answer)
    with acting_as(worker_context()):
        found = Correction.objects.latest("pk")
    assert answer["Location"] == f"/desk/rules/corrections/{found.pk}/"
    return found.pk


def seen(browse: Browse, cast: Cast, correction: int) -> str:
    """Return what the approver's page says they were shown."""
    page = browse(cast.manager).get(f"/desk/rules/corrections/{correction}/")
    return str(page.context["approving"]["seen"].value())


def approve(browse: Browse, cast: Cast, correction: int) -> Any:
    return browse(cast.manager).post(
        f"/desk/rules/corrections/{correction}/approve/", {"seen": seen(browse, cast, correction)}
    )


def logged(ticket: Ticket, kind: str) -> list[EventRecord]:
    with acting_as(worker_context()):
        return list(EventRecord.objects.filter(ticket_id=ticket.pk, type=f"slas.{kind}").order_by("seq"))


def count() -> tuple[int, ...]:
    with acting_as(worker_context()):
        kinds = (EventRecord, DeskRecord, RuleChange, CachedClock, Escalation)
        return tuple(kind.objects.count() for kind in kinds)


def test_the_preview_counts_clocks_and_verdicts_and_stores_nothing(
    cast: Cast, browse: Browse, late: Ticket
) -> None:
    before = count()
    page = text_of(preview(browse(cast.admin), newest(), with_day(newest(), TUESDAY, effective_at=SUNDAY)))
    assert "This corrects the past" in page
    # Respond is met now, restore moves to Friday's closing time, and so do both updates.
    assert "4 clocks, 1 verdict change , of 1 ticket that business NSW counts, finished ones too" in page
    assert "First response, P3 Tue 3 Mar, 14:00 AEDT Wed 4 Mar, 13:00 AEDT missed becomes met" in page
    assert "Restoration, P3 Fri 6 Mar, 10:00 AEDT Fri 6 Mar, 17:00 AEDT" in page
    assert count() == before
    with acting_as(worker_context()):
        assert not Correction.objects.exists()


def test_a_proposal_touches_no_clock(cast: Cast, browse: Browse, late: Ticket) -> None:
    before = verdict(late, "2026-03-04T23:00:00")
    correction = propose(browse, cast)
    assert verdict(late, "2026-03-04T23:00:00") == before
    assert newest().version == 1
    assert changes_of(late) == []
    page = text_of(browse(cast.engineer).get(f"/desk/rules/corrections/{correction}/"))
    assert "4 clocks, 1 verdict change" in page
    assert "2026-03-03 Day of mourning: closed" in page


def test_approving_appends_and_both_verdicts_stay_visible(
    cast: Cast, browse: Browse, clock: Clock, late: Ticket
) -> None:
    breaches = logged(late, "objective_breached")
    assert [(one.payload["metric"], one.occurred_at) for one in breaches] == [
        ("respond", utc("2026-03-03T03:00:00")),
        ("update", utc("2026-03-04T04:00:00")),
    ]
    correction = propose(browse, cast)
    clock.advance(minutes=5)
    assert approve(browse, cast, correction).status_code == 302

    assert clocks(late)["respond"].outcome == "met"
    assert clocks(late)["restore"].due_at == utc("2026-03-06T06:00:00")
    assert logged(late, "objective_breached") == breaches
    [corrected] = logged(late, "verdict_corrected")
    assert corrected.payload == {
        "metric": "respond",
        "cycle": 1,
        "was": "missed",
        "now": "met",
        "cause": "calendar",
    }
    assert (corrected.actor_name, corrected.occurred_at) == ("Desk Manager", clock.now)
    # The change holds from where the ticket was attached: there was no ticket on Sunday.
    assert changes_of(late) == [("2026-03-02T23:00:00Z", "business NSW v2")]
    with acting_as(worker_context()):
        assert Escalation.objects.filter(ticket_id=late.pk, trigger="breached").count() == len(breaches)
    assert_cache_is_true(late)

    version = newest()
    assert (version.version, version.effective_at) == (2, utc("2026-03-01T01:00:00"))
    assert (version.created_by_name, version.created_at) == ("Desk Admin", clock.now)
    for page in (
        text_of(browse(cast.acme.requester).get(f"/c/acme/tickets/{late.number}/")),
        text_of(browse(cast.engineer).get(f"/desk/tickets/{late.key}/")),
    ):
        assert "recorded that the first response objective was missed (P3)" in page
        assert "Desk Manager approved a correction: first response was missed and is met" in page
    listed = text_of(browse(cast.engineer).get(f"/desk/rules/corrections/{correction}/"))
    assert "ACME-1 approved a correction: first response was missed and is met" in listed


def test_a_finished_ticket_is_corrected_too(cast: Cast, browse: Browse, clock: Clock, late: Ticket) -> None:
    explain(cast, late)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.resolve(ticket=late, actor=actor_of(cast.engineer), at=now, code="fixed")
        tickets.close(ticket=late, actor=actor_of(cast.engineer), at=now)
    clock.advance(days=3)
    assert approve(browse, cast, propose(browse, cast)).status_code == 302
    assert clocks(late)["respond"].outcome == "met"
    assert [record.payload["now"] for record in logged(late, "verdict_corrected")] == ["met"]
    assert_cache_is_true(late)


def test_what_happened_before_its_instant_is_left_alone(
    cast: Cast, browse: Browse, clock: Clock, late: Ticket
) -> None:
    """Noon on Wednesday lies behind the missed response: only what was counted after it moves."""
    form = with_day(newest(), "2026-03-04", effective_at="2026-03-04T12:00")
    assert confirm(browse(cast.admin), newest(), form).status_code == 302
    with acting_as(worker_context()):
        correction = Correction.objects.get().pk
    assert approve(browse, cast, correction).status_code == 302
    assert changes_of(late) == [("2026-03-04T01:00:00Z", "business NSW v2")]
    assert clocks(late)["respond"].outcome == "missed"
    # Wednesday counted from 09:00 to noon; the five hours after it are Friday's now.
    assert clocks(late)["restore"].due_at == utc("2026-03-06T04:00:00")
    # The update had until Thursday noon then: its miss is taken back, and told again when it comes true.
    assert [
        (one.payload["metric"], one.payload["cycle"], one.payload["was"], one.payload["now"])
        for one in logged(late, "verdict_corrected")
    ] == [("update", 1, "missed", "pending")]
    clock.set(utc("2026-03-05T01:00:01"))
    sweep_due_clocks()
    assert [(one.payload["metric"], one.occurred_at) for one in logged(late, "objective_breached")] == [
        ("respond", utc("2026-03-03T03:00:00")),
        ("update", utc("2026-03-04T04:00:00")),
        ("update", utc("2026-03-05T01:00:00")),
    ]


def test_a_correction_that_is_taken_back_by_another_is_one_more_fact(
    cast: Cast, browse: Browse, clock: Clock, late: Ticket
) -> None:
    assert approve(browse, cast, propose(browse, cast)).status_code == 302
    clock.advance(hours=1)
    again = with_day(newest(), "2026-11-03", "Cup day", effective_at=SUNDAY)
    again["holidays"] = "\n".join(line for line in again["holidays"].splitlines() if TUESDAY not in line)
    assert confirm(browse(cast.admin), newest(), again).status_code == 302
    with acting_as(worker_context()):
        correction = Correction.objects.latest("pk").pk
    assert approve(browse, cast, correction).status_code == 302
    assert clocks(late)["respond"].outcome == "missed"
    assert [(one.payload["was"], one.payload["now"]) for one in logged(late, "verdict_corrected")] == [
        ("missed", "met"),
        ("met", "missed"),
    ]
    assert len(logged(late, "objective_breached")) == 2  # as before: nobody is called twice
    assert_cache_is_true(late)


# --- Who decides --------------------------------------------------------------------------------------
def test_nobody_approves_their_own_correction(cast: Cast, browse: Browse, late: Ticket) -> None:
    correction = propose(browse, cast)
    before = count()
    answer = browse(cast.admin).post(
        f"/desk/rules/corrections/{correction}/approve/", {"seen": seen(browse, cast, correction)}
    )
    assert answer.status_code == 422
    assert "You proposed this. Another manager or administrator decides it." in text_of(answer)
    assert count() == before
    assert newest().version == 1
    assert clocks(late)["respond"].outcome == "missed"


@pytest.mark.parametrize("role", ["engineer", "lead"])
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_who_may_not_decide_gets_a_reason_and_changes_nothing(
    cast: Cast, browse: Browse, late: Ticket, role: str, verb: str
) -> None:
    correction = propose(browse, cast)
    before = count()
    answer = browse(cast.desk[role]).post(f"/desk/rules/corrections/{correction}/{verb}/", {"reason": "No"})
    assert answer.status_code == 403
    assert "Your role on the desk does not include this." in text_of(answer)
    assert count() == before
    with acting_as(worker_context()):
        assert Correction.objects.get().state == "proposed"


def test_a_rejection_says_why_and_touches_no_clock(cast: Cast, browse: Browse, late: Ticket) -> None:
    correction = propose(browse, cast)
    address = f"/desk/rules/corrections/{correction}/reject/"
    assert browse(cast.manager).post(address, {"reason": ""}).status_code == 422
    assert browse(cast.manager).post(address, {"reason": "We were open"}).status_code == 302
    page = text_of(browse(cast.engineer).get(f"/desk/rules/corrections/{correction}/"))
    assert "Desk Manager, 10:00 AEDT : We were open" in page
    assert changes_of(late) == []
    assert newest().version == 1
    again = browse(cast.manager).post(address, {"reason": "Twice"})
    assert again.status_code == 409
    assert "This has been decided already." in text_of(again)


def test_an_approval_of_something_else_than_was_shown_is_refused(
    cast: Cast, browse: Browse, clock: Clock, late: Ticket
) -> None:
    correction = propose(browse, cast)
    shown = seen(browse, cast, correction)
    other = file_ticket(cast.acme.requester, impact=NORMAL, subject="Another")
    clock.set(utc("2026-03-05T23:30:00"))  # the restoration is missed by now, as it would not have been
    before = count()
    answer = browse(cast.manager).post(f"/desk/rules/corrections/{correction}/approve/", {"seen": shown})
    assert answer.status_code == 409
    assert "Other clocks would change now than you were shown." in text_of(answer)
    assert count() == before
    assert changes_of(other) == []


def test_a_correction_of_a_version_that_was_followed_by_another_is_stale(
    cast: Cast, browse: Browse, late: Ticket
) -> None:
    correction = propose(browse, cast)
    assert confirm(browse(cast.admin), newest(), with_day(newest(), "2026-03-20")).status_code == 302
    answer = approve(browse, cast, correction)
    assert answer.status_code == 409
    assert newest().version == 2
    assert clocks(late)["respond"].outcome == "missed"


def test_one_correction_of_a_calendar_waits_at_a_time(cast: Cast, browse: Browse, late: Ticket) -> None:
    propose(browse, cast)
    answer = confirm(browse(cast.admin), newest(), with_day(newest(), "2026-03-04", effective_at=SUNDAY))
    assert answer.status_code == 422
    assert "Another correction of this calendar waits for approval." in text_of(answer)
    with acting_as(worker_context()):
        assert Correction.objects.count() == 1


def test_a_large_correction_is_left_to_the_sweep_and_keeps_the_approvers_name(
    cast: Cast, browse: Browse, clock: Clock, late: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slas.actions.rules.AT_ONCE", 0)
    assert approve(browse, cast, propose(browse, cast)).status_code == 302
    assert clocks(late)["respond"].outcome == "missed"
    clock.advance(seconds=2)
    assert apply_rule_changes() == 1
    assert clocks(late)["respond"].outcome == "met"
    [corrected] = logged(late, "verdict_corrected")
    assert corrected.actor_name == "Desk Manager"
