"""Timers, timed inside a portal of their own: an idle poll, breaches from end to end, an edited holiday.

Every ticket is a copy of the one in benchmarks/rows.py. A breach is claimed, replayed from 30 facts, written
to the log with its ladder, shown on the ticket and scheduled again, by the sweep that production runs.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from django.db import connections

from benchmarks import rows
from benchmarks.scale import scale
from core.models import EventRecord
from core.tenancy import SYSTEM, acting_as, worker_context
from escalations.ladder import Trigger
from escalations.models import Escalation
from slas import actions
from slas.drafts import CalendarDraft
from slas.events import CalendarChanged, ObjectiveBreached
from slas.models import CalendarVersion, Clock, Watch
from tickets.models import Ticket

POLLS = 400
_UNTIL_DONE = 3600.0
#: The column that says when a ticket is due, which a benchmark sets as it needs it.
_WATCH = ("slas_watch", "next_check_at")
Figure = tuple[str, str]


def main(arguments: list[str]) -> None:
    """Play, copy, measure and print the figures; runs inside `benchmarks.portal`."""
    ticket = rows.play()
    with acting_as(worker_context()):
        found = (EventRecord.objects.filter(ticket_id=ticket.pk).count(), Clock.objects.count())
    assert found == (rows.FACTS, rows.CLOCKS), found
    print(json.dumps([*_one_ticket(ticket), *_firing(ticket), *_edited_holiday(ticket), *_idle(ticket)]))


# --- One ticket --------------------------------------------------------------------------------------
def _one_ticket(ticket: Ticket) -> Iterator[Figure]:
    """Measure what a reply waits for: one ticket looked at again, nothing being due."""
    rows.copy(ticket, 1, batch=0)
    copied = rows.number(0, 1)

    def look() -> None:
        with acting_as(worker_context()) as now:
            actions.refresh_clocks(ticket_id=copied, customer_id=ticket.customer_id, at=now)

    look()  # tells what is due
    again = _milliseconds(look)
    yield "firing: one ticket looked at again, median", f"{median(again):.2f} ms"


# --- Breaches ----------------------------------------------------------------------------------------
def _firing(ticket: Ticket) -> Iterator[Figure]:
    with acting_as(worker_context()):
        Watch.objects.update(
            next_check_at=None
        )  # only copies are swept, as the played ticket is copied again
    each = scale().fired
    for workers in (1, 2):
        rows.copy(ticket, each * workers, batch=workers, overrides={_WATCH: "date_trunc('second', now())"})
        before = _python_seconds(), _database_seconds()
        seconds = _sweep_with(workers)
        _assert_fired(workers, each * workers)
        python, database = _python_seconds() - before[0], _database_seconds() - before[1]
        name = f"firing: {each * workers:,} breaches, {workers} worker{'s' if workers > 1 else ''}"
        per_breach = 1000 / (each * workers)
        yield name, f"{each * workers / seconds:,.0f} a second"
        yield f"{name}, processor time of each in Python", f"{python * per_breach:.2f} ms"
        yield f"{name}, processor time of each in Postgres", f"{database * per_breach:.2f} ms"


def _python_seconds() -> float:
    """Return the processor time of the workers that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _database_seconds() -> float:
    """Return the processor time of the database's sessions that have ended, as Linux counts it for their parent."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    server = _stat(backend)[_PARENT]
    spent = _stat(server)
    return (spent[_CHILDREN_USER] + spent[_CHILDREN_SYSTEM]) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[int]:
    """Return the numbers of a process that follow its name and state."""
    return [int(part) for part in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1:]]


#: Places among those numbers, of which the first is the parent's process id.
_PARENT, _CHILDREN_USER, _CHILDREN_SYSTEM = 0, 12, 13


def _sweep_with(workers: int) -> float:
    """Sweep in so many processes at once until nothing is due; return how many seconds that took."""
    connections.close_all()  # a connection is of one process
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=actions.sweep, kwargs={"seconds": _UNTIL_DONE}) for _ in range(workers)]
    began = perf_counter()
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * workers
    return perf_counter() - began


def _assert_fired(batch: int, count: int) -> None:
    """Hold the figure to its words: each ticket has its one breach in the log and its one ladder."""
    ids = {"ticket_id__gt": rows.number(batch, 0), "ticket_id__lte": rows.number(batch, count)}
    with acting_as(worker_context()) as now:
        told = EventRecord.objects.filter(type=ObjectiveBreached.type_name, **ids)
        called = Escalation.objects.filter(trigger=Trigger.BREACHED, **ids)
        left = Watch.objects.due_by(now)
        found = (told.count(), called.count(), left.count())
        assert found == (count, count, 0), found


# --- An edited holiday -------------------------------------------------------------------------------
def _edited_holiday(ticket: Ticket) -> Iterator[Figure]:
    """Publish a calendar with one more holiday, and let it reach open tickets with two open clocks each."""
    count = scale().reached // 2
    later = "now() + interval '1 day'"
    rows.copy(ticket, count, batch=3, overrides={_WATCH: later})
    with acting_as(worker_context()) as now:
        Ticket.objects.exclude(pk__gt=rows.number(3, 0)).update(closed_at=now)
        old = CalendarVersion.objects.get(name="business", region="NSW")
    draft = CalendarDraft(
        weekly=old.weekly, holidays={**old.holiday_names, f"{now.year + 1}-06-21": "One more day"}
    )
    began = perf_counter()
    with acting_as(worker_context()) as now:
        actions.publish_calendar(
            name=old.name,
            region=old.region,
            draft=draft,
            note="One more day",
            base=old.version,
            actor=SYSTEM,
            at=now,
        )
    actions.sweep_changes()
    seconds = perf_counter() - began
    with acting_as(worker_context()):
        changed = EventRecord.objects.filter(type=CalendarChanged.type_name, ticket_id__gt=rows.number(3, 0))
        assert changed.count() == count, changed.count()
    yield f"firing: a holiday edit reaches {count * 2:,} open clocks", f"{seconds:.1f} s"
    yield "firing: a holiday edit, clocks a second", f"{count * 2 / seconds:,.0f}"


# --- Nothing due -------------------------------------------------------------------------------------
def _idle(ticket: Ticket) -> Iterator[Figure]:
    """Ask what is due where nothing is: the same number of timers, spread over the next two days."""
    with acting_as(worker_context()):
        Watch.objects.update(next_check_at=None)
    later = "now() + interval '1 hour' + mod(n, 172800) * interval '1 second'"
    rows.copy(
        ticket,
        scale().timers,
        batch=4,
        tables=("tickets_ticket", "slas_clock", "slas_watch"),
        overrides={_WATCH: later},
    )
    with acting_as(worker_context()) as now:
        due = Watch.objects.due_by(now).claimed()[:50]
        polls = _milliseconds(lambda: list(due.all()), times=POLLS)
        [plan] = json.loads(due.explain(format="json", analyze=True))
    sweeps = _milliseconds(actions.sweep, times=POLLS)
    what = f"{scale().timers:,} open timers among {rows.CLOCKS * scale().timers:,} clocks"
    yield f"firing: poll, {what}, median", f"{median(polls):.2f} ms"
    yield "firing: the same, 99th percentile", f"{quantiles(polls, n=100)[-1]:.2f} ms"
    yield "firing: the same, in Postgres alone", f"{plan['Planning Time'] + plan['Execution Time']:.2f} ms"
    yield "firing: whole idle sweep, median", f"{median(sweeps):.2f} ms"


def _milliseconds(question: Callable[[], object], *, times: int = 200) -> list[float]:
    found = []
    for _ in range(times):
        before = perf_counter()
        question()
        found.append((perf_counter() - before) * 1000)
    return found
