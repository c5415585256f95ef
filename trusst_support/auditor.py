"""The auditor: finds what should have happened and has not, and keeps a heartbeat only while all is well.

It repairs nothing. Each fault is one line at ERROR; silence of the heartbeat is the alarm, also when the
auditor itself does not run.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from core.models import Heartbeat
from core.tenancy import acting_as, worker_context
from escalations.access import breaches_without_ladder
from escalations.models import Escalation
from notifications.models import Notification
from reports.actions.review_building import overdue_builds
from reports.board import Health
from reports.models import CHECKED, FOLDED, Contribution, Unfolded, Upkeep
from slas.access import CHECK, breaches_without_fact, overdue_changes
from slas.models import Clock, Exclusion, Watch
from tickets.models import ApprovalRequest, IncomingMail, Ticket
from vendors.models import AccountLink, VendorCase, VendorFile

logger = logging.getLogger(__name__)

HEARTBEAT = "auditor"
#: That an audit was made, whatever it found: beat and a worker are there.
AUDITED = "audited"
#: How late a sweep may be before it counts as a fault; sweeps of deadlines run every two seconds.
LATE_AFTER = timedelta(minutes=1)
#: Tickets are closed by a sweep that runs once a minute.
CLOSE_LATE_AFTER = timedelta(minutes=5)
#: Cases of an account that answers are looked at every few minutes.
SYNC_LATE_AFTER = timedelta(minutes=30)
#: Clocks are compared with a replay once a night, which takes minutes.
CHECK_LATE_AFTER = timedelta(hours=26)
#: Tickets are counted for the managers' figures every few seconds.
FOLD_LATE_AFTER = timedelta(minutes=5)
#: How far back finished things are looked at, so that an audit stays cheap for ever.
LOOKS_BACK = timedelta(days=1)
#: The auditor runs every minute, so three minutes of silence are no accident.
SILENT_AFTER = timedelta(minutes=3)
_NAMED = 10


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something of one kind that should have happened and has not; `ids` names the first few rows."""

    what: str
    count: int
    ids: tuple[int, ...]

    def __str__(self) -> str:
        named = ", ".join(str(pk) for pk in self.ids)
        return f"{self.what}: {self.count} ({named}{', …' if self.count > len(self.ids) else ''})"


def audit() -> list[Fault]:
    """Log each fault at ERROR and return them; write the heartbeat when there is none."""
    with acting_as(worker_context()) as now:
        faults = list(found(now))
        for fault in faults:
            logger.error("audit: %s", fault)
        Heartbeat.objects.update_or_create(name=AUDITED, defaults={"at": now})
        if not faults:
            Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"at": now})
    return faults


def last_heartbeat() -> datetime | None:
    """Return when the auditor last found all well."""
    with acting_as(worker_context()):
        return Heartbeat.objects.filter(name=HEARTBEAT).values_list("at", flat=True).first()


def is_silent() -> bool:
    """Tell whether the heartbeat is missing or too old."""
    with acting_as(worker_context()) as now:
        at = last_heartbeat()
        return at is None or at <= now - SILENT_AFTER


def health_of_workers(now: datetime) -> list[Health]:
    """Return, for the live board, whether beat and a worker are heard and the auditor finds all well."""
    beats = dict(Heartbeat.objects.filter(name__in=(AUDITED, HEARTBEAT)).values_list("name", "at"))

    def heard(name: str) -> bool:
        return name in beats and beats[name] > now - SILENT_AFTER

    return [
        Health(label="Workers answer", is_well=heard(AUDITED), since=beats.get(AUDITED)),
        Health(label="The auditor finds all well", is_well=heard(HEARTBEAT), since=beats.get(HEARTBEAT)),
    ]


def found(now: datetime) -> Iterator[Fault]:
    """Yield what should have happened by now and has not, in the present context."""
    for what, rows in _checks(now):
        ids = tuple(rows.order_by("pk").values_list("pk", flat=True)[:_NAMED])
        if ids:
            yield Fault(what=what, count=rows.count(), ids=ids)


def _checks(now: datetime) -> list[tuple[str, QuerySet[Any]]]:
    """Return each kind of fault with the rows that show it; every set is empty while all is well."""
    late, since = now - LATE_AFTER, now - LOOKS_BACK
    return [
        ("watches overdue", Watch.objects.due_by(late)),
        ("watches that fail", Watch.objects.failing()),
        ("watches of clocks that a replay contradicts", Watch.objects.differing()),
        (
            "nightly checks of clocks that did not end",
            Heartbeat.objects.filter(name=CHECK, at__lte=now - CHECK_LATE_AFTER),
        ),
        ("calendars that have not reached every ticket", overdue_changes(late)),
        ("clocks past their due instant that nobody has looked at", Clock.objects.overdue_by(late)),
        ("breached clocks that the log does not know", breaches_without_fact(since=since)),
        ("recorded breaches that nobody was called about", breaches_without_ladder(since=since)),
        ("ladders overdue", Escalation.objects.due_by(late)),
        ("acknowledgements that nobody looked at again", Escalation.objects.lapsed_by(late)),
        ("notifications late", Notification.objects.stuck_by(now)),
        ("notifications given up", Notification.objects.dead()),
        ("mail that nobody has read", IncomingMail.objects.due_by(late)),
        (
            "tickets that should be closed",
            Ticket.objects.due_to_close().filter(closes_at__lte=now - CLOSE_LATE_AFTER),
        ),
        ("contested exclusions that no desk lead was told of", Exclusion.objects.to_tell(late)),
        ("questions that no desk lead was told of", Ticket.objects.leads_to_tell(late)),
        ("tickets without the checklists that are theirs", Ticket.objects.due_a_checklist(late)),
        ("figures of reviews that nobody could build", overdue_builds(now)),
        ("approval requests past their time", ApprovalRequest.objects.to_expire(late)),
        ("ends of approval requests that the desk was not told of", ApprovalRequest.objects.to_tell(late)),
        ("accounts at vendors that nobody looks at", AccountLink.objects.poll_due_by(late)),
        ("vendor cases that were not read for long", VendorCase.objects.unseen_by(now - SYNC_LATE_AFTER)),
        ("files of vendors that nobody fetches", VendorFile.objects.due_by(late)),
        (
            "sweeps of the managers' figures that did not end",
            Heartbeat.objects.filter(name=FOLDED, at__lte=now - FOLD_LATE_AFTER),
        ),
        ("tickets that cannot be counted", Unfolded.objects.failing()),
        ("tickets counted otherwise than their clocks say", Contribution.objects.differing()),
        ("customers whose sums are not what their tickets add up to", Upkeep.objects.differing()),
        (
            "nightly checks of the managers' figures that did not end",
            Heartbeat.objects.filter(name=CHECKED, at__lte=now - CHECK_LATE_AFTER),
        ),
    ]
