from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from customers.models import Customer
from slas.actions.agreements import attached_agreement, newest_calendar, newest_policy
from slas.calendar import Calendar
from slas.models import CalendarVersion, PolicyVersion
from tickets import actions as ticket_actions


@transaction.atomic
def plan_closing(*, ticket_id: int, customer_id: int, at: datetime) -> None:
    """Set when a resolved ticket closes: the reopening window of its policy, or of the seeded one.

    Its policy is the one that was attached when it reached the desk, whatever was signed or ended since.
    """
    attached = attached_agreement(ticket_id=ticket_id, customer_id=customer_id)
    if attached is not None:
        policy = PolicyVersion.objects.get(pk=attached.policy_id)
        versions = {"business": attached.business_hours_id, "always": attached.always_id}
        hours = CalendarVersion.objects.get(pk=versions[policy.document["reopen_window"]["calendar"]])
        zone = attached.timezone
    else:
        policy = newest_policy(at)
        hours = newest_calendar("business", "", at)
        zone = Customer.objects.get(pk=customer_id).timezone
    calendar = Calendar.from_dict(hours.document(zone))
    window = policy.document["reopen_window"]["seconds"]
    # Still open to a reopening at the last instant of the window, so it closes one second later.
    closes_at = calendar.add(at, window) + timedelta(seconds=1)
    ticket_actions.set_closing(ticket_id=ticket_id, customer_id=customer_id, closes_at=closes_at)
