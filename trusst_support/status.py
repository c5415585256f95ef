"""How the portal itself is doing: what the desk's status page, the metrics and a monitor outside are told."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen

from django.conf import settings
from django.db.models import Count, Max, Min, QuerySet

from core.models import Heartbeat
from core.tenancy import acting_as, worker_context
from escalations.models import Escalation
from notifications.models import Notification, State
from slas.models import Watch
from tickets.models import IncomingMail, MailState
from trusst_support import auditor
from vendors.models import AccountLink, VendorCase

logger = logging.getLogger(__name__)

_PING_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Work that a sweep does: how much is due, and since when the oldest is."""

    name: str
    label: str
    count: int
    oldest_at: datetime | None
    now: datetime

    @property
    def lag_seconds(self) -> int:
        return 0 if self.oldest_at is None else max(0, int((self.now - self.oldest_at).total_seconds()))

    @property
    def is_late(self) -> bool:
        return self.lag_seconds > auditor.LATE_AFTER.total_seconds()


@dataclass(frozen=True, kw_only=True)
class Status:
    """What the portal knows of itself at an instant."""

    now: datetime
    heartbeat_at: datetime | None
    audited_at: datetime | None
    faults: Sequence[auditor.Fault]
    waiting: Sequence[Waiting]
    given_up: int
    held_mail: int
    last_mail_at: datetime | None
    oldest_look_at: datetime | None
    last_sent_at: datetime | None

    @property
    def workers_answer(self) -> bool:
        """Whether beat asked for an audit and a worker made it within the last minutes."""
        return self.audited_at is not None and self.audited_at > self.now - auditor.SILENT_AFTER

    @property
    def is_well(self) -> bool:
        beats = self.heartbeat_at is not None and self.heartbeat_at > self.now - auditor.SILENT_AFTER
        return beats and not self.faults


def status() -> Status:
    """Return how the portal is doing; some twenty-five short statements, whatever the number of tickets."""
    with acting_as(worker_context()) as now:
        beats = dict(Heartbeat.objects.values_list("name", "at"))
        mail = IncomingMail.objects.aggregate(at=Max("received_at"))
        return Status(
            now=now,
            heartbeat_at=beats.get(auditor.HEARTBEAT),
            audited_at=beats.get(auditor.AUDITED),
            faults=list(auditor.found(now)),
            waiting=[
                _waiting("clocks", "Clocks to look at", Watch.objects.due_by(now), "next_check_at", now),
                _waiting("ladders", "Ladders to climb", Escalation.objects.due_by(now), "next_step_at", now),
                _waiting(
                    "outbox", "Messages to send", Notification.objects.due_by(now), "deliver_after", now
                ),
                _waiting("mail", "Mail to read", IncomingMail.objects.due_by(now), "next_try_at", now),
                _waiting(
                    "vendors",
                    "Vendor accounts to look at",
                    AccountLink.objects.poll_due_by(now),
                    "next_poll_at",
                    now,
                ),
            ],
            given_up=Notification.objects.dead().count(),
            held_mail=IncomingMail.objects.in_state(MailState.HELD).count(),
            last_mail_at=mail["at"],
            oldest_look_at=VendorCase.objects.looked_at().aggregate(at=Min("link__last_polled_at"))["at"],
            last_sent_at=Notification.objects.filter(
                state=State.SENT, sent_at__gt=now - timedelta(days=7)
            ).aggregate(at=Max("sent_at"))["at"],
        )


def _waiting(name: str, label: str, due: QuerySet[Any], field: str, now: datetime) -> Waiting:
    found = due.order_by().aggregate(count=Count("pk"), oldest=Min(field))
    return Waiting(name=name, label=label, count=found["count"], oldest_at=found["oldest"], now=now)


def metrics(of: Status) -> str:
    """Return a status in the text format that Prometheus reads."""
    lines = [
        "# HELP portal_up Whether the auditor finds all well.",
        "# TYPE portal_up gauge",
        f"portal_up {int(of.is_well)}",
        "# HELP portal_heartbeat_age_seconds Seconds since the auditor last found all well; -1 for never.",
        "# TYPE portal_heartbeat_age_seconds gauge",
        f"portal_heartbeat_age_seconds {_age(of.heartbeat_at, of.now)}",
        "# HELP portal_audit_age_seconds Seconds since a worker last made an audit; -1 for never.",
        "# TYPE portal_audit_age_seconds gauge",
        f"portal_audit_age_seconds {_age(of.audited_at, of.now)}",
        "# HELP portal_audit_faults Rows that should have been dealt with and were not.",
        "# TYPE portal_audit_faults gauge",
        f"portal_audit_faults {sum(fault.count for fault in of.faults)}",
        "# HELP portal_due Rows that are due and wait for a sweep.",
        "# TYPE portal_due gauge",
        *(f'portal_due{{sweep="{one.name}"}} {one.count}' for one in of.waiting),
        "# HELP portal_lag_seconds How long the oldest of them has been due.",
        "# TYPE portal_lag_seconds gauge",
        *(f'portal_lag_seconds{{sweep="{one.name}"}} {one.lag_seconds}' for one in of.waiting),
        "# HELP portal_messages_given_up Messages that nobody was able to deliver.",
        "# TYPE portal_messages_given_up gauge",
        f"portal_messages_given_up {of.given_up}",
        "# HELP portal_mail_held Incoming mails that wait for a person.",
        "# TYPE portal_mail_held gauge",
        f"portal_mail_held {of.held_mail}",
        "# HELP portal_vendor_sync_age_seconds Seconds since the account with running cases that was looked at longest ago; -1 for none.",
        "# TYPE portal_vendor_sync_age_seconds gauge",
        f"portal_vendor_sync_age_seconds {_age(of.oldest_look_at, of.now)}",
    ]
    return "\n".join(lines) + "\n"


def _age(at: datetime | None, now: datetime) -> int:
    return -1 if at is None else int((now - at).total_seconds())


def ping() -> bool:
    """Tell the monitor at HEARTBEAT_URL that all is well; its silence is the alarm, so a failure is only logged."""
    if not settings.HEARTBEAT_URL:
        return False
    request = Request(settings.HEARTBEAT_URL, method="GET", headers={"User-Agent": "trusst-support"})  # noqa: S310 — the operator's own address, checked in the settings
    try:
        with urlopen(request, timeout=_PING_SECONDS, context=ssl.create_default_context()) as answer:  # noqa: S310
            return bool(answer.status < 300)
    except OSError as error:
        logger.warning("the monitor at HEARTBEAT_URL was not reached (%s)", type(error).__name__)
        return False
