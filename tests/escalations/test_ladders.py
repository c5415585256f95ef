"""A matter that needs a person calls people, step by step, at the instants of its ladder."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from core.models import EventRecord
from core.tenancy import SYSTEM, acting_as, worker_context
from customers import actions as customers
from customers.models import DeskPerson, DeskRole
from escalations import actions
from escalations.ladder import LADDERS, Step, Target, Trigger, due_steps, next_step_at
from escalations.models import Escalation, State
from escalations.tasks import advance_due_escalations
from notifications.models import Notification
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, HIGH, LOW, START, Cast, actor_of, context_of, file_ticket
from tests.conftest import Clock
from tickets import actions as tickets
from tickets.models import Ticket
from tickets.severity import Severity

ENGINEER, LEAD, MANAGER = "engineer@trusst.example", "lead@trusst.example", "manager@trusst.example"


def ladders(trigger: Trigger | None = None) -> list[Escalation]:
    with acting_as(worker_context()):
        found = Escalation.objects.order_by("pk")
        return list(found if trigger is None else found.filter(trigger=trigger))


def called(about: str = "") -> Counter[str]:
    """Return how many alerts each address got, whose subject names the matter."""
    with acting_as(worker_context()):
        alerts = Notification.objects.filter(audience="desk", subject__contains=about)
        return Counter(alerts.values_list("recipient_email", flat=True))


def beat() -> None:
    sweep_due_clocks()
    advance_due_escalations()


def second_engineer(name: str = "Second Engineer", timezone: str = "Europe/Berlin") -> DeskPerson:
    user = customers.create_user(email="second@trusst.example", password=None)
    with acting_as(worker_context()) as now:
        return customers.add_desk_person(
            user=user, name=name, role=DeskRole.ENGINEER, timezone=timezone, actor=SYSTEM, at=now
        )


# --- Starting ----------------------------------------------------------------------------------------
def test_a_critical_ticket_calls_the_engineers_at_once(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    [ladder] = ladders()
    assert (ladder.trigger, ladder.ticket_id, ladder.state) == ("critical_arrived", ticket.pk, State.RUNNING)
    assert (ladder.began_at, ladder.next_step_at, ladder.steps_taken) == (START, START, 0)
    beat()
    assert called() == {ENGINEER: 1}


def test_a_ticket_that_turns_out_to_be_critical_calls_once(cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    clock.advance(minutes=5)
    for severity in (Severity.P1, Severity.P1):  # raised, then confirmed
        with acting_as(context_of(cast.engineer)) as now:
            tickets.establish_severity(
                ticket=ticket,
                actor=actor_of(cast.engineer),
                at=now,
                severity=severity,
                reason="Everyone is affected",
            )
    beat()
    assert called("Raised to P1 Critical") == {ENGINEER: 1}
    assert len(ladders(Trigger.CRITICAL_ARRIVED)) == 1


def test_any_other_ticket_calls_nobody(cast: Cast) -> None:
    file_ticket(cast.acme.requester, impact=HIGH)
    beat()
    assert ladders() == []
    assert called() == {}


def test_a_matter_starts_its_ladder_once(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    with acting_as(worker_context()):
        for about in ("First response objective missed", "the same again"):
            actions.start(
                customer_id=ticket.customer_id,
                ticket_id=ticket.pk,
                trigger=Trigger.BREACHED,
                about=about,
                began_at=START,
                dedupe_key="breached:1:respond:1",
            )
    [ladder] = ladders()
    assert ladder.about == "First response objective missed"


def test_a_running_ladder_keeps_the_steps_it_started_with(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_ticket(cast.acme.requester, impact=CRITICAL)
    monkeypatch.setitem(LADDERS, Trigger.CRITICAL_ARRIVED, (Step(after_seconds=0, targets=()),))
    [ladder] = ladders()
    assert ladder.snapshot == [
        {"after_seconds": 0, "targets": ["engineers"]},
        {"after_seconds": 600, "targets": ["leads"]},
        {"after_seconds": 1200, "targets": ["managers"]},
    ]
    clock.advance(minutes=20)
    beat()
    assert called("P1 Critical reached") == {ENGINEER: 1, LEAD: 1, MANAGER: 1}


def test_a_promise_at_risk_calls_the_owner(cast: Cast, clock: Clock) -> None:
    file_ticket(cast.acme.requester, impact=HIGH)  # respond within an hour: at risk after 45 minutes
    clock.advance(minutes=44, seconds=59)
    beat()
    assert called() == {}
    clock.advance(seconds=1)
    beat()
    [ladder] = ladders()
    assert (ladder.trigger, ladder.about) == ("at_risk", "First response objective at risk")
    assert ladder.began_at == START + timedelta(minutes=45)
    assert called("at risk") == {ENGINEER: 1}


# --- Climbing ----------------------------------------------------------------------------------------
def test_each_step_is_taken_at_its_instant_and_not_before(cast: Cast, clock: Clock) -> None:
    file_ticket(cast.acme.requester, impact=CRITICAL)
    about = "P1 Critical reached"
    for minutes, second_before, at_the_instant in (
        (10, {ENGINEER: 1}, {ENGINEER: 1, LEAD: 1}),
        (20, {ENGINEER: 1, LEAD: 1}, {ENGINEER: 1, LEAD: 1, MANAGER: 1}),
    ):
        clock.set(START + timedelta(minutes=minutes, seconds=-1))
        beat()
        assert called(about) == second_before
        clock.advance(seconds=1)
        beat()
        assert called(about) == at_the_instant
    [ladder] = ladders(Trigger.CRITICAL_ARRIVED)
    assert (ladder.steps_taken, ladder.next_step_at, ladder.state) == (3, None, State.RUNNING)


def test_managers_are_called_fifteen_minutes_after_a_miss(cast: Cast, clock: Clock) -> None:
    file_ticket(cast.acme.requester, impact=HIGH)
    missed_at = START + timedelta(hours=1)
    clock.set(missed_at + timedelta(seconds=1))
    beat()
    assert called("missed") == {ENGINEER: 1, LEAD: 1}
    clock.set(missed_at + timedelta(minutes=15, seconds=-1))
    beat()
    assert called("missed") == {ENGINEER: 1, LEAD: 1}
    clock.advance(seconds=1)
    beat()
    assert called("missed") == {ENGINEER: 1, LEAD: 1, MANAGER: 1}


def test_a_late_sweep_takes_all_due_steps_once(cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=12)
    beat()
    beat()
    assert called() == {ENGINEER: 1, LEAD: 1}
    assert steps(ticket) == [(0, 1), (1, 1)]
    [ladder] = ladders()
    assert ladder.next_step_at == START + timedelta(minutes=20)  # from when it became true, not from now


def steps(ticket: Ticket) -> list[tuple[int, int]]:
    """Return each step on the ticket's log with how many people it called."""
    with acting_as(worker_context()):
        records = EventRecord.objects.filter(ticket_id=ticket.pk, type="escalations.step_taken")
        return [(found.payload["step"], found.payload["called"]) for found in records.order_by("seq")]


def test_the_steps_are_the_desks_own_business(cast: Cast) -> None:
    file_ticket(cast.acme.requester, impact=CRITICAL)
    beat()
    with acting_as(context_of(cast.acme.lead)):
        assert not EventRecord.objects.filter(type="escalations.step_taken").exists()


def test_a_ladder_that_fails_does_not_hold_up_the_others(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = file_ticket(cast.acme.requester, impact=CRITICAL, subject="Broken")
    file_ticket(cast.globex.requester, impact=CRITICAL, subject="Sound")
    notify = actions._notify

    def fail(escalation: Escalation, person: DeskPerson, now: object) -> None:
        if escalation.ticket_id == broken.pk:
            raise TypeError("a bug")
        notify(escalation, person, now)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "_notify", fail)
    assert actions.advance_due() == 1
    assert called("GLOB-1") == {ENGINEER: 1}
    assert [ladder.steps_taken for ladder in ladders()] == [0, 1]
    assert "could not be advanced" in caplog.text


# --- Whom a step calls -------------------------------------------------------------------------------
def test_the_owner_alone_is_called_when_there_is_one(cast: Cast, clock: Clock) -> None:
    second = second_engineer()
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    with acting_as(context_of(cast.lead)) as now:
        tickets.assign(ticket=ticket, actor=actor_of(cast.lead), at=now, person=second)
    clock.advance(minutes=45)
    beat()
    assert called() == {"second@trusst.example": 1}


def test_all_engineers_are_called_while_nobody_owns_it(cast: Cast, clock: Clock) -> None:
    second_engineer()
    file_ticket(cast.acme.requester, impact=HIGH)
    clock.advance(minutes=45)
    beat()
    assert called() == {ENGINEER: 1, "second@trusst.example": 1}


def test_all_engineers_are_called_when_the_owner_has_left(cast: Cast, clock: Clock) -> None:
    second = second_engineer()
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    with acting_as(context_of(cast.lead)) as now:
        tickets.assign(ticket=ticket, actor=actor_of(cast.lead), at=now, person=second)
        DeskPerson.objects.filter(pk=second.pk).update(is_active=False)
    clock.advance(minutes=45)
    beat()
    assert called() == {ENGINEER: 1}


def test_a_lead_who_owns_it_is_called_once(cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    with acting_as(context_of(cast.lead)) as now:
        tickets.take(ticket=ticket, person=cast.lead, actor=actor_of(cast.lead), at=now)
    clock.advance(hours=1, seconds=1)
    beat()
    assert called("missed") == {LEAD: 1}
    assert steps(ticket)[-1] == (0, 1)


def test_a_step_that_finds_nobody_is_on_the_log_and_the_next_one_follows(cast: Cast, clock: Clock) -> None:
    with acting_as(worker_context()):
        DeskPerson.objects.filter(role=DeskRole.ENGINEER).update(is_active=False)
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=10)
    beat()
    assert steps(ticket) == [(0, 0), (1, 1)]
    assert called() == {LEAD: 1}


# --- What an alert says ------------------------------------------------------------------------------
def test_an_alert_says_when_it_became_true_in_the_recipients_zone(cast: Cast, clock: Clock) -> None:
    second_engineer(timezone="Europe/Berlin")
    file_ticket(cast.acme.requester, impact=HIGH, subject="Orders do not go out")
    clock.advance(hours=1, minutes=7)  # noticed seven minutes late
    beat()
    with acting_as(worker_context()):
        alerts = {
            alert.recipient_email: alert for alert in Notification.objects.filter(subject__contains="missed")
        }
    assert {alert.occurred_at for alert in alerts.values()} == {START + timedelta(hours=1)}
    assert "Since: Tue 3 Mar 2026, 11:00 AEDT (2026-03-03T00:00:00Z)" in alerts[ENGINEER].body
    assert "Since: Tue 3 Mar 2026, 01:00 CET (2026-03-03T00:00:00Z)" in alerts["second@trusst.example"].body
    assert alerts[ENGINEER].subject == "ACME-1 First response objective missed"
    assert alerts[ENGINEER].body.startswith(
        "ACME-1: Orders do not go out\nCustomer: Acme Freight\nSeverity: P2 High\n"
    )
    assert "/desk/tickets/ACME-1/" in alerts[ENGINEER].body


# --- The pure rules ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("seconds", "taken", "due"), [(-1, 0, 0), (0, 0, 1), (899, 1, 1), (900, 1, 2), (90_000, 0, 2), (0, 2, 2)]
)
def test_steps_are_due_from_their_instant_on_and_never_untaken(seconds: int, taken: int, due: int) -> None:
    ladder = LADDERS[Trigger.BREACHED]
    now = START + timedelta(seconds=seconds)
    assert due_steps(ladder, began_at=START, taken=taken, now=now) == due


def test_at_the_top_of_a_ladder_nothing_is_due() -> None:
    ladder = LADDERS[Trigger.BREACHED]
    assert next_step_at(ladder, began_at=START, taken=0) == START
    assert next_step_at(ladder, began_at=START, taken=1) == START + timedelta(minutes=15)
    assert next_step_at(ladder, began_at=START, taken=2) is None


def test_a_stored_step_reads_as_it_was() -> None:
    step = Step(after_seconds=900, targets=(Target.OWNER, Target.MANAGERS))
    assert Step.load(step.dump()) == step


def test_every_trigger_has_a_ladder_that_climbs() -> None:
    assert set(LADDERS) == set(Trigger)
    for ladder in LADDERS.values():
        waits = [step.after_seconds for step in ladder]
        assert waits == sorted(waits)
        assert waits[0] == 0


def test_a_warning_comes_again_under_another_severity(cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    clock.advance(minutes=45)
    beat()
    with acting_as(context_of(cast.engineer)) as now:
        tickets.establish_severity(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, severity=Severity.P3, reason="Workaround"
        )
    clock.set(START + timedelta(hours=3))  # three quarters of the four business hours
    beat()
    assert [ladder.began_at for ladder in ladders(Trigger.AT_RISK)] == [
        START + timedelta(minutes=45),
        START + timedelta(hours=3),
    ]


def test_the_sentence_on_the_log_counts_the_people(cast: Cast) -> None:
    second_engineer()
    file_ticket(cast.acme.requester, impact=CRITICAL)
    beat()
    with acting_as(worker_context()):
        record = EventRecord.objects.get(type="escalations.step_taken")
    assert (record.actor_kind, record.actor_name) == (SYSTEM.kind, SYSTEM.name)
    assert record.payload["called"] == 2


def test_a_low_ticket_of_a_customer_without_an_agreement_never_calls(cast: Cast, clock: Clock) -> None:
    file_ticket(cast.initech.coordinator, impact=LOW)
    clock.advance(days=30)
    beat()
    assert ladders() == []
