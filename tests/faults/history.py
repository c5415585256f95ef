"""What must have happened, worked out from the rules alone, and what did: both are compared in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from core.models import EventRecord
from core.now import database_now
from core.tenancy import acting_as, worker_context
from escalations.models import Escalation
from notifications.models import DeliveryAttempt, Notification, State
from trusst_support import auditor
from trusst_support.local.mail import mailbox


@dataclass(frozen=True)
class Rung:
    """Who is called, and how many seconds after the ticket reached the desk that is due.

    `since` is when the matter became true, counted the same way; `unless` when another one takes its place.
    """

    trigger: str
    since: int
    role: str
    waits: int = 0
    unless: int | None = None


#: A critical ticket without an owner to which nobody replies: 30 minutes to respond, four hours to restore,
#: a warning after three quarters of each, and the ladders of DOMAIN's section 5.
RUNGS = (
    Rung("critical_arrived", 0, "engineer"),
    Rung("critical_arrived", 0, "lead", waits=600),
    Rung("critical_arrived", 0, "manager", waits=1200),
    Rung("at_risk", 1350, "engineer", unless=1800),
    Rung("breached", 1800, "engineer"),
    Rung("breached", 1800, "lead"),
    Rung("breached", 1800, "manager", waits=900),
    Rung("at_risk", 10800, "engineer", unless=14400),
    Rung("breached", 14400, "engineer"),
    Rung("breached", 14400, "lead"),
    Rung("breached", 14400, "manager", waits=900),
)
TARGETS = {"respond": 1800, "restore": 14400}
TRIGGERS = {rung.trigger for rung in RUNGS}


@dataclass(frozen=True)
class Filed:
    """A critical ticket that the desk leaves alone."""

    ticket_id: int
    opened_at: datetime


@dataclass(frozen=True)
class Alert:
    """One call of one person about one matter."""

    ticket_id: int
    trigger: str
    since: datetime
    role: str


def due(filed: Iterable[Filed], *, until: datetime) -> dict[Alert, datetime]:
    """Return every alert that has to be there by an instant, with the instant at which it is due."""
    return {
        alert: at for alert, at, unless in _all(filed) if at < until and (unless is None or unless >= until)
    }


def possible(filed: Iterable[Filed], *, until: datetime) -> dict[Alert, datetime]:
    """Return every alert that may be there: a warning comes first unless the miss was seen with it."""
    return {alert: at for alert, at, _ in _all(filed) if at < until}


def _all(filed: Iterable[Filed]) -> Iterator[tuple[Alert, datetime, datetime | None]]:
    for one in filed:
        for rung in RUNGS:
            since = one.opened_at + timedelta(seconds=rung.since)
            unless = None if rung.unless is None else one.opened_at + timedelta(seconds=rung.unless)
            yield (
                Alert(one.ticket_id, rung.trigger, since, rung.role),
                since + timedelta(seconds=rung.waits),
                unless,
            )


def alerts(filed: Iterable[Filed]) -> list[tuple[Alert, Notification]]:
    """Return every alert about tickets in the outbox, twice if it is there twice."""
    tickets = [one.ticket_id for one in filed]
    with acting_as(worker_context()):
        rows = list(Notification.objects.filter(kind__in=TRIGGERS, ticket_id__in=tickets).order_by("pk"))
    return [
        (
            Alert(row.ticket_id or 0, row.kind, row.occurred_at, row.recipient_email.partition("@")[0]),
            row,
        )
        for row in rows
    ]


def missing(filed: Sequence[Filed], *, until: datetime) -> set[Alert]:
    """Return the alerts that are due and have not been handed over."""
    sent = {alert for alert, row in alerts(filed) if row.state == State.SENT}
    return set(due(filed, until=until)) - sent


def waiting(now: datetime) -> int:
    """Return how many messages are due and still in the outbox."""
    with acting_as(worker_context()):
        return Notification.objects.due_by(now).count()


def message_keys() -> list[str]:
    """Return the key of each message that arrived in the local mailbox, twice if it arrived twice."""
    return [key_of(str(mail.message["Message-ID"])) for mail in mailbox()]


def repeated() -> list[str]:
    """Return the names of messages that arrived in the local mailbox again."""
    return sorted(path.name for path in Path(settings.PORTAL_MAIL_DIR).glob("*+.eml"))


def key_of(message_id: str) -> str:
    return message_id.strip(" <>").partition("@")[0].partition("+")[0]


def assert_alerts_are_right(filed: Sequence[Filed], *, until: datetime, now: datetime) -> int:
    """Compare the outbox with the rules: all that is due once, nothing else, nothing early; return how many."""
    outbox = alerts(filed)
    found = Counter(alert for alert, _ in outbox)
    assert {alert: count for alert, count in found.items() if count != 1} == {}
    must, may = due(filed, until=until), possible(filed, until=now)
    assert set(must) - set(found) == set()
    assert set(found) - set(may) == set()
    for alert, row in outbox:
        assert row.state == State.SENT, (alert, row.state, row.last_error)
        assert row.sent_at is not None
        assert row.sent_at >= may[alert], f"{alert} was sent early"
    return len(found)


def assert_each_arrived_once() -> int:
    """Compare the outbox with the mailbox: what was sent is there once, and nothing else; return how many."""
    arrived = Counter(message_keys())
    assert {key: count for key, count in arrived.items() if count != 1} == {}
    with acting_as(worker_context()):
        rows = list(Notification.objects.order_by("pk"))
        now = database_now()
    assert set(arrived) == {row.message_key for row in rows if row.state == State.SENT}
    assert_none_is_left(rows, now)
    may_arrive = {row.message_key: row.deliver_after for row in rows}
    for mail in mailbox():
        assert mail.arrived_at >= may_arrive[key_of(str(mail.message["Message-ID"]))]
    return len(rows)


def assert_none_is_left(rows: Iterable[Notification], now: datetime) -> None:
    """Assert that none was given up, and that what waits does so for its time, such as a digest."""
    assert [row.pk for row in rows if row.state == State.DEAD] == []
    assert [row.pk for row in rows if row.state == State.QUEUED and row.deliver_after <= now] == []


def assert_facts_are_right(filed: Sequence[Filed], *, until: datetime) -> int:
    """Compare the log with the rules: each miss is told once, at its instant, not before; return how many."""
    told = 0
    with acting_as(worker_context()):
        for one in filed:
            records = list(
                EventRecord.objects.filter(ticket_id=one.ticket_id, type="slas.objective_breached").order_by(
                    "seq"
                )
            )
            at = {metric: one.opened_at + timedelta(seconds=target) for metric, target in TARGETS.items()}
            expected = sorted((moment, metric) for metric, moment in at.items() if moment < until)
            assert sorted((row.occurred_at, row.payload["metric"]) for row in records) == expected
            assert all(row.recorded_at >= row.occurred_at for row in records)
            told += len(records)
    return told


def assert_ladders_were_climbed_in_order(filed: Sequence[Filed]) -> int:
    """Compare the log with the ladders: each rung was taken once, in order, and never before its time."""
    taken = 0
    with acting_as(worker_context()):
        ladders = list(
            Escalation.objects.filter(ticket_id__in=[one.ticket_id for one in filed]).order_by("pk")
        )
        for ladder in ladders:
            records = list(
                EventRecord.objects.filter(
                    ticket_id=ladder.ticket_id,
                    type="escalations.step_taken",
                    payload__escalation_id=ladder.pk,
                ).order_by("seq")
            )
            assert [row.payload["step"] for row in records] == list(range(ladder.steps_taken))
            for row, step in zip(records, ladder.steps, strict=False):
                assert row.occurred_at >= ladder.began_at + timedelta(seconds=step.after_seconds)
            taken += len(records)
    return taken


def lost_attempts() -> int:
    """Return how many attempts to send ended together with their process."""
    with acting_as(worker_context()):
        tried = Notification.objects.filter(attempts_settled__gt=0)
        return DeliveryAttempt.objects.count() - tried.count()


def faults() -> list[str]:
    """Return what the auditor finds."""
    with acting_as(worker_context()) as now:
        return [str(fault) for fault in auditor.found(now)]
