"""A dry run, timed inside a portal of its own: copies of one ticket of 30 facts, replayed twice each.

Every ticket is a copy of the one in benchmarks/rows.py. The run is the one that a manager starts and a worker
works on: facts are read, replayed as they are and under the proposal, and what is found is kept, batch by batch.
"""

from __future__ import annotations

import json
from time import perf_counter

from benchmarks import rows
from benchmarks.scale import scale
from core.models import EventRecord
from core.tenancy import SYSTEM, acting_as, worker_context
from customers import actions as customers
from customers.models import DeskRole
from reports.actions import dry_run
from reports.models import DryRun, DryRunMove, Reach
from slas.drafts import PolicyDraft
from slas.models import Clock, PolicyVersion


def main(arguments: list[str]) -> None:
    """Play, copy, propose, work and print the figures; runs inside `benchmarks.portal`."""
    ticket = rows.play()
    count = scale().tried
    rows.copy(ticket, count - 1, batch=0, tables=("tickets_ticket", "core_eventrecord"))
    user = customers.create_user(email="manager@trusst.example", password=None)
    with acting_as(worker_context()) as now:
        manager = customers.add_desk_person(
            user=user,
            name="Manager",
            role=DeskRole.MANAGER,
            timezone="Australia/Sydney",
            actor=SYSTEM,
            at=now,
        )
        policy = PolicyVersion.objects.order_by("-version")[0]
        objectives = [
            {**one, "target_seconds": one["target_seconds"] // 4} for one in policy.document["objectives"]
        ]
        before = (EventRecord.objects.count(), list(Clock.objects.order_by("pk").values_list()))
        run = dry_run.ask_policy(
            policy=policy,
            draft=PolicyDraft(objectives=objectives, reopen_window=policy.document["reopen_window"]),
            differs=["A quarter of every target"],
            reach=Reach.FAMILY,
            person=manager,
            at=now,
            customer=None,
            months=12,
        )
    began = perf_counter()
    batches = dry_run.work(seconds=_UNTIL_DONE)
    seconds = perf_counter() - began
    with acting_as(worker_context()):
        run = DryRun.objects.get(pk=run.pk)
        assert (run.state, run.seen, run.reached, run.unread) == ("done", count, count, 0), run.state
        assert (EventRecord.objects.count(), list(Clock.objects.order_by("pk").values_list())) == before
        moved = DryRunMove.objects.filter(run=run).count()
    assert moved % count == 0, moved  # copies of one ticket, so each adds the same
    assert moved > 0
    what = f"dry run: {count:,} tickets of {rows.FACTS} facts in {batches:,} batches"
    print(
        json.dumps(
            [
                (what, f"{seconds:.1f} s"),
                ("dry run: tickets a second, one worker", f"{count / seconds:,.0f}"),
                ("dry run: misses that come or go", f"{moved:,}"),
            ]
        )
    )


_UNTIL_DONE = 36_000.0
