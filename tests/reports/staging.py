"""What the managers' pages show when every page is looked at: misses, renewals, dry runs done and waiting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from core.tenancy import acting_as, worker_context
from reports.actions import dry_run
from reports.actions.misses import note_misses
from reports.models import DryRun, MissAction, Reach
from slas.drafts import PolicyDraft
from slas.models import Agreement, PolicyVersion
from tests.cast import Cast

Who = Literal["engineer", "desk lead", "manager"]
Act = Literal["", "send empty"]


def stage_planning(cast: Cast) -> None:
    """Let misses be followed, a notice date come near, one dry run be done and another wait."""
    note_misses()
    with acting_as(worker_context()) as now:
        Agreement.objects.filter(customer=cast.acme.customer).update(
            notice_on=date(2026, 4, 1), renewal_note="They want weekends"
        )
        policy = PolicyVersion.objects.order_by("pk")[0]
        tighter = [
            {**one, "target_seconds": one["target_seconds"] // 8} for one in policy.document["objectives"]
        ]
        draft = PolicyDraft(objectives=tighter, reopen_window=policy.document["reopen_window"])
    for is_worked in (True, False):
        with acting_as(worker_context()) as now:
            dry_run.ask_policy(
                policy=policy,
                draft=draft,
                differs=["Respond, P1: 30 min becomes 3 min"],
                reach=Reach.FAMILY,
                person=cast.manager,
                at=now,
                customer=None,
                months=1,
            )
        if is_worked:
            dry_run.work()


def planning_stops() -> Iterator[tuple[str, Who, str, Act]]:
    """Return name, visitor, address and what is done of each of these pages."""
    with acting_as(worker_context()):
        miss = MissAction.objects.order_by("pk")[0].pk
        done, waiting = DryRun.objects.order_by("pk").values_list("pk", flat=True)[:2]
        run = DryRun.objects.select_related("policy").get(pk=done)
        calendar = Agreement.objects.order_by("pk")[0].business_hours_id
    assert run.policy is not None
    yield "desk-board", "engineer", "/desk/board/", ""
    yield "desk-board", "manager", "/desk/board/?wall=1", ""
    yield "desk-report-misses", "manager", "/desk/reports/misses/", ""
    yield "desk-report-misses", "engineer", "/desk/reports/misses/?until=2020-01-01", ""
    yield "desk-report-miss", "manager", f"/desk/reports/misses/{miss}/", ""
    yield "desk-report-miss", "engineer", f"/desk/reports/misses/{miss}/", ""
    yield "desk-report-renewals", "manager", "/desk/reports/renewals/", ""
    yield "desk-dry-runs", "manager", "/desk/reports/dry-run/", ""
    yield "desk-dry-runs", "manager", "/desk/reports/dry-run/?basis=none", ""
    yield "desk-dry-run", "engineer", f"/desk/reports/dry-run/{done}/", ""
    yield "desk-dry-run", "manager", f"/desk/reports/dry-run/{waiting}/", ""
    yield "desk-dry-run-policy", "manager", f"/desk/reports/dry-run/policy/{run.policy.pk}/", ""
    yield "desk-dry-run-calendar", "manager", f"/desk/reports/dry-run/calendar/{calendar}/", ""
    yield "desk-report-subscription", "manager", "/desk/reports/subscription/", ""
