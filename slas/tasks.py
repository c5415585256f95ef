from __future__ import annotations

from celery import shared_task

from slas import actions


@shared_task(name="slas.tasks.sweep_due_clocks")
def sweep_due_clocks() -> int:
    """Look at tickets whose clocks have something due until there is none, then end."""
    return actions.sweep()


@shared_task(name="slas.tasks.check_clocks")
def check_clocks() -> int:
    """Compare stored clocks with a replay, every night; return how many tickets are contradicted."""
    return len(actions.check_clocks()[1])


@shared_task(name="slas.tasks.apply_rule_changes")
def apply_rule_changes() -> int:
    """Let calendars that have begun to hold reach their tickets, then end."""
    return actions.sweep_changes()


@shared_task(name="slas.tasks.tell_contested_exclusions")
def tell_contested_exclusions() -> int:
    """Tell the desk of exclusions that customers contested since, then end."""
    return actions.tell_contested()
