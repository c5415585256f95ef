from __future__ import annotations

from celery import shared_task

from escalations import acknowledging, actions, policy_sweep


@shared_task(name="escalations.tasks.advance_due_escalations")
def advance_due_escalations() -> int:
    """Start what has waited too long, call again where nothing was done, climb what is due, then end."""
    return policy_sweep.start_due() + acknowledging.look_at_lapsed() + actions.advance_due()
