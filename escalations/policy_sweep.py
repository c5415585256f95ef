"""Start the ladders of what has waited too long or comes near, where a policy asks for it; end them with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.tenancy import acting_as, worker_context
from escalations.actions import end_settled, start
from escalations.ladder import ASKED_FOR, Trigger
from escalations.policy import Matter, Standing, choose
from escalations.policy_access import Waiting, known_keys, running_asked_for, standing, waiting_for


def start_due() -> int:
    """Start what is due by now, once for each matter; return how many ladders were started or ended."""
    with acting_as(worker_context()) as now:
        found = standing(*sorted(ASKED_FOR))
        started = 0
        for trigger in sorted(ASKED_FOR):
            policies = [one for one in found if one.trigger is trigger]
            if policies:
                started += _start(trigger, policies, now)
        running = running_asked_for()
    return started + sum(end_settled(escalation_id=pk) for pk in running)


def _start(trigger: Trigger, policies: Sequence[Standing], now: datetime) -> int:
    minutes = [one.terms.minutes for one in policies]
    is_ahead = trigger is Trigger.UPDATE_NEAR
    by = now if is_ahead else now - timedelta(minutes=min(minutes))
    waiting = list(waiting_for(trigger, by=by, soon=timedelta(minutes=max(minutes))))
    due = [
        (one, at) for one in waiting if (at := _became_true(one, trigger, policies)) is not None and at <= now
    ]
    known = known_keys([one for one, _ in due]) if due else set()
    started = 0
    for one, at in due:
        if (one.customer_id, one.key) in known:
            continue
        start(
            customer_id=one.customer_id,
            ticket_id=one.ticket_id,
            trigger=trigger,
            about=one.about,
            began_at=at,
            dedupe_key=one.key,
            metric=one.metric,
            cycle=one.cycle,
        )
        started += 1
    return started


def _became_true(one: Waiting, trigger: Trigger, policies: Sequence[Standing]) -> datetime | None:
    """Return when it became, or will become, something to call people about; None where no policy answers."""
    matter = Matter(trigger=trigger, customer=one.customer_id, severity=one.severity)
    chosen = choose(policies, matter)
    if chosen is None:
        return None
    length = timedelta(minutes=chosen.terms.minutes)
    return one.since - length if trigger is Trigger.UPDATE_NEAR else one.since + length
