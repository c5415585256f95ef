"""The auditor finds what should have happened and has not; its heartbeat is written only while all is well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError
from django.test import Client

from core.events import _handlers, publish
from core.models import Heartbeat
from core.tenancy import SYSTEM, acting_as, worker_context
from customers.models import DeskPerson
from escalations.models import Escalation
from escalations.tasks import advance_due_escalations
from notifications import actions as notifications
from notifications.models import Notification, State
from slas.events import ObjectiveBreached, VerdictCorrected
from slas.models import Clock as ClockRow
from slas.models import Watch
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, HIGH, START, Cast, actor_of, context_of, file_ticket
from tests.conftest import Clock
from tickets import actions as tickets
from tickets.models import ApprovalRequest, Ticket
from tickets.tasks import put_due_checklists
from trusst_support import auditor
from trusst_support.tasks import audit


def faults() -> dict[str, int]:
    """Audit, and return how many rows of each fault were found."""
    return {fault.what: fault.count for fault in auditor.audit()}


@pytest.fixture
def quiet(cast: Cast, clock: Clock) -> Ticket:
    """A missed promise about which everybody was told, eleven minutes ago, and everything was delivered."""
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    clock.advance(hours=1, seconds=1)
    sweep_due_clocks()
    put_due_checklists()
    advance_due_escalations()
    with acting_as(worker_context()) as now:
        Notification.objects.update(state=State.SENT, sent_at=now)
    clock.advance(minutes=11)
    return ticket


# --- All is well -------------------------------------------------------------------------------------
def test_when_all_is_well_the_heartbeat_is_written(
    quiet: Ticket, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    assert auditor.last_heartbeat() is None
    assert audit() == 0
    assert auditor.last_heartbeat() == clock.now
    later = clock.advance(minutes=1)
    assert audit() == 0
    assert auditor.last_heartbeat() == later
    assert caplog.records == []


def test_an_empty_portal_is_well(cast: Cast) -> None:
    assert faults() == {}


def test_the_auditor_is_run_every_minute() -> None:
    assert settings.CELERY_BEAT_SCHEDULE["trusst_support.tasks.audit"]["schedule"] == 60
    assert audit.name == "trusst_support.tasks.audit"


# --- Planted faults ----------------------------------------------------------------------------------
Plant = Callable[[Ticket, datetime], object]


def change(model: Any, **values: Any) -> Plant:
    """Return a fault that writes columns of every row of a model, bypassing the actions."""
    return lambda ticket, now: model.objects.update(
        **{name: value(now) if callable(value) else value for name, value in values.items()}
    )


def ago(**length: float) -> Callable[[datetime], datetime]:
    return lambda now: now - timedelta(**length)


def queue_one(ticket: Ticket, now: datetime, **more: Any) -> None:
    notifications.queue(
        customer_id=ticket.customer_id,
        audience="desk",
        kind="breached",
        dedupe_key="planted",
        recipient_email="lead@trusst.example",
        recipient_name="Desk Lead",
        subject="ACME-1",
        body="Look.",
        occurred_at=now,
        deliver_after=now - timedelta(minutes=1),
    )
    Notification.objects.filter(dedupe_key="planted").update(**more)


def leave_request(ticket: Ticket, now: datetime, **more: Any) -> None:
    """Leave a request for access behind that the desk made two hours ago."""
    ApprovalRequest.objects.create(
        customer_id=ticket.customer_id,
        ticket=ticket,
        kind="access",
        what="The console",
        risk="None",
        effect_of_no="We wait",
        touches_production=False,
        clock_effect="No clock stops while we wait for your answer.",
        asked_by=DeskPerson.objects.order_by("pk")[0],
        asked_at=now - timedelta(hours=2),
        **{"expires_at": now + timedelta(hours=1), **more},
    )


def forget_alert(ticket: Ticket, now: datetime) -> None:
    """Let a breach be recorded while nothing listens to it."""
    listening = _handlers.pop(ObjectiveBreached)
    try:
        Watch.objects.filter(ticket=ticket).update(next_check_at=now)
        sweep_due_clocks()
    finally:
        _handlers[ObjectiveBreached] = listening


def miss_again_untold(ticket: Ticket, now: datetime) -> None:
    """Take the told miss of the first response away, and let it be missed anew without a fact."""
    publish(
        VerdictCorrected(
            at=now,
            customer_id=ticket.customer_id,
            ticket_id=ticket.pk,
            actor=SYSTEM,
            metric="respond",
            cycle=1,
            was="missed",
            now="pending",
            cause="exclusion",
        )
    )
    move_miss(ticket, now)


def move_miss(ticket: Ticket, now: datetime) -> None:
    ClockRow.objects.filter(metric="respond").update(breached_at=now)


FAULTS: dict[str, tuple[Plant, dict[str, int]]] = {
    "the cache is not what a replay says": (
        change(Watch, differs_since=ago(minutes=0)),
        {"watches of clocks that a replay contradicts": 1},
    ),
    "clocks have not been compared with a replay": (
        lambda ticket, now: Heartbeat.objects.create(name="clock-check", at=now - timedelta(hours=26)),
        {"nightly checks of clocks that did not end": 1},
    ),
    "the sweep of clocks stands still": (
        change(Watch, next_check_at=ago(minutes=1)),
        {"watches overdue": 1},
    ),
    "a ticket's clocks cannot be computed": (change(Watch, failures=1), {"watches that fail": 1}),
    "a clock lost its watch": (
        lambda ticket, now: ClockRow.objects.filter(metric="restore").update(
            due_at=now - timedelta(minutes=1)
        ),
        {"clocks past their due instant that nobody has looked at": 1},
    ),
    "a breach is not on the log": (
        lambda ticket, now: ClockRow.objects.filter(metric="restore").update(breached_at=now),
        {"breached clocks that the log does not know": 1},
    ),
    "a miss that came true again is not on the log": (
        miss_again_untold,
        {"breached clocks that the log does not know": 1},
    ),
    "the ladders stand still": (
        change(Escalation, state="running", next_step_at=ago(minutes=1)),
        {"ladders overdue": 1},
    ),
    "an acknowledgement is not looked at again": (
        change(Escalation, state="acknowledged", ack_until=ago(minutes=1)),
        {"acknowledgements that nobody looked at again": 1},
    ),
    "a ladder was lost": (
        lambda ticket, now: Escalation.objects.filter(trigger="breached").update(dedupe_key="another"),
        {"recorded breaches that nobody was called about": 1},
    ),
    "messages are not sent": (queue_one, {"notifications late": 1}),
    "a message fails again and again": (
        lambda ticket, now: queue_one(ticket, now, failures=5, deliver_after=now + timedelta(minutes=10)),
        {"notifications late": 1},
    ),
    "a message was given up": (
        lambda ticket, now: queue_one(ticket, now, state=State.DEAD),
        {"notifications given up": 1},
    ),
    "a resolved ticket does not close": (
        change(Ticket, status="resolved", closes_at=ago(minutes=5)),
        {"tickets that should be closed": 1},
    ),
    "the leads are not told of a question": (
        change(Ticket, leads_due_at=ago(minutes=1)),
        {"questions that no desk lead was told of": 1},
    ),
    "a request for access does not end": (
        lambda ticket, now: leave_request(ticket, now, expires_at=now - timedelta(minutes=1)),
        {"approval requests past their time": 1},
    ),
    "the desk is not told of an answer": (
        lambda ticket, now: leave_request(
            ticket, now, state="approved", ended_at=now, tell_desk_at=now - timedelta(minutes=1)
        ),
        {"ends of approval requests that the desk was not told of": 1},
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_and_stops_the_heartbeat(
    quiet: Ticket, clock: Clock, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    plant, expected = FAULTS[name]
    assert faults() == {}
    before = auditor.last_heartbeat()
    with acting_as(worker_context()) as now:
        plant(quiet, now)
    assert faults() == expected
    [what] = expected
    assert [(record.levelname, record.name) for record in caplog.records] == [
        ("ERROR", "trusst_support.auditor")
    ]
    assert what in caplog.text
    clock.advance(minutes=3)
    auditor.audit()
    assert auditor.last_heartbeat() == before
    assert auditor.is_silent()


#: The latest that each thing may be without being a fault.
HARMLESS: dict[str, Plant] = {
    "a watch": change(Watch, next_check_at=ago(seconds=59)),
    "a ladder": change(Escalation, state="running", next_step_at=ago(seconds=59)),
    "a message": lambda ticket, now: queue_one(
        ticket, now, failures=4, deliver_after=now - timedelta(seconds=59)
    ),
    "a request for access": lambda ticket, now: leave_request(
        ticket, now, expires_at=now - timedelta(seconds=59)
    ),
    "a closing ticket": change(Ticket, status="resolved", closes_at=ago(minutes=4, seconds=59)),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_only_just_due_is_no_fault(quiet: Ticket, name: str) -> None:
    with acting_as(worker_context()) as now:
        HARMLESS[name](quiet, now)
    assert faults() == {}


def test_a_breach_that_nobody_listened_to_is_found(cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    clock.advance(hours=1, seconds=1)
    put_due_checklists()
    with acting_as(worker_context()) as now:
        Notification.objects.update(state=State.SENT, sent_at=now)
        forget_alert(ticket, now)
    assert faults() == {"recorded breaches that nobody was called about": 1}


def test_a_miss_that_only_moved_is_not_told_again_and_is_no_fault(quiet: Ticket) -> None:
    with acting_as(worker_context()) as now:
        move_miss(quiet, now)
    assert faults() == {}


def test_every_fault_is_named_with_its_first_rows(cast: Cast, clock: Clock) -> None:
    some = [file_ticket(cast.acme.requester, impact=CRITICAL) for _ in range(12)]
    with acting_as(context_of(cast.engineer)) as now:
        for ticket in some:
            tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="On it.")
        Notification.objects.update(state=State.SENT)
        Watch.objects.update(failures=1)
        ids = list(Watch.objects.order_by("pk").values_list("pk", flat=True))
    [fault] = auditor.audit()
    assert str(fault) == f"watches that fail: 12 ({', '.join(map(str, ids[:10]))}, …)"


def test_an_audit_that_cannot_be_made_writes_no_heartbeat(
    quiet: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*, since: datetime) -> Any:
        raise LookupError

    monkeypatch.setattr(auditor, "breaches_without_ladder", fail)
    with pytest.raises(LookupError):
        audit()
    assert auditor.last_heartbeat() is None


def test_a_finished_matter_is_not_looked_at_for_ever(quiet: Ticket, clock: Clock) -> None:
    with acting_as(worker_context()):
        ClockRow.objects.filter(metric="restore").update(breached_at=START - timedelta(days=1))
    assert faults() == {}


# --- The command -------------------------------------------------------------------------------------
def run(*arguments: str) -> tuple[int, str]:
    said = StringIO()
    try:
        call_command("audit", *arguments, stdout=said)
    except SystemExit as end:
        return int(str(end.code)), said.getvalue()
    return 0, said.getvalue()


def test_the_command_says_that_all_is_well(quiet: Ticket, clock: Clock) -> None:
    assert run() == (0, "All is well.\n")
    assert auditor.last_heartbeat() == clock.now


def test_the_command_fails_with_the_faults(quiet: Ticket) -> None:
    with acting_as(worker_context()):
        Watch.objects.update(failures=3)
        [watch] = Watch.objects.all()
    assert run() == (1, f"watches that fail: 1 ({watch.pk})\n")


def test_the_check_fails_while_nobody_has_found_all_well(quiet: Ticket, clock: Clock) -> None:
    assert run("--check") == (1, "All was well last: never.\n")
    run()
    clock.advance(minutes=2, seconds=59)
    assert run("--check") == (0, "All was well last: 2026-03-03T00:11:01Z.\n")
    clock.advance(seconds=1)
    assert run("--check") == (1, "All was well last: 2026-03-03T00:11:01Z.\n")
    with acting_as(worker_context()):
        assert Heartbeat.objects.filter(name="auditor").count() == 1  # looking changes nothing


# --- What a probe sees -------------------------------------------------------------------------------
def test_a_process_that_answers_is_healthy_whatever_the_database_does() -> None:
    answer = Client().get("/healthz")  # without a database, which this test may not use
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-cache" in answer["Cache-Control"]


def test_a_server_is_ready_and_says_whether_the_auditor_is_heard(quiet: Ticket, clock: Clock) -> None:
    assert Client().get("/readyz").json()["auditor"] == "silent"
    audit()
    assert Client().get("/readyz").json()["auditor"] == "ok"
    clock.advance(minutes=3)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["auditor"] == "silent"


def test_a_server_without_its_database_is_not_ready(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> bool:
        raise OperationalError("connection to server at 10.0.0.5 failed")

    monkeypatch.setattr(auditor, "is_silent", fail)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})
    assert "10.0.0.5" not in answer.content.decode()
    assert "does not answer" in caplog.text


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_probe_only_asks(cast: Cast, address: str) -> None:
    assert Client().post(address).status_code == 405


def test_nobody_but_the_desk_role_sees_the_heartbeat(cast: Cast) -> None:
    audit()
    with acting_as(worker_context()):
        assert set(Heartbeat.objects.values_list("name", flat=True)) == {"auditor", "audited"}
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(context_of(cast.acme.lead)):
        Heartbeat.objects.get(name="auditor")
