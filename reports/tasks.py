from __future__ import annotations

from celery import shared_task

from reports.actions import (
    checking,
    dry_run,
    folding,
    misses,
    renewals,
    review_building,
    review_schedule,
    subscriptions,
)


@shared_task(name="reports.tasks.fold_changes")
def fold_changes() -> int:
    """Count tickets that have changed until nothing is left, then end."""
    return folding.fold()


@shared_task(name="reports.tasks.check_figures")
def check_figures() -> int:
    """Compare the managers' sums with clocks and facts, every night; return how many differ."""
    return len(checking.check_figures()[1])


@shared_task(name="reports.tasks.work_on_dry_runs")
def work_on_dry_runs() -> int:
    """Replay past tickets under proposals that wait, for some seconds, then end."""
    return dry_run.work()


@shared_task(name="reports.tasks.follow_misses")
def follow_misses() -> int:
    """Keep a row for each new miss, tell of what is late, then end."""
    return misses.note_misses() + misses.remind()


@shared_task(name="reports.tasks.remind_of_renewals")
def remind_of_renewals() -> int:
    """Tell managers of notice dates that come near, then end."""
    return renewals.remind()


@shared_task(name="reports.tasks.send_figures")
def send_figures() -> int:
    """Write and send the figures that are due by mail, then end."""
    subscriptions.write_due()
    return subscriptions.send_due()


@shared_task(name="reports.tasks.build_reviews")
def build_reviews() -> int:
    """Build the figures of reviews that wait, then end."""
    return review_building.build_due()


@shared_task(name="reports.tasks.make_reviews")
def make_reviews() -> int:
    """Make the drafts of last month whose day has come, then end."""
    return review_schedule.make_due()
