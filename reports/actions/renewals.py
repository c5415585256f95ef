"""Managers are told before an agreement's notice date."""

from __future__ import annotations

from django.conf import settings

from core.tenancy import acting_as, worker_context
from customers.access import active_desk_people
from customers.models import DeskRole
from notifications import actions as notifications
from notifications.models import Audience
from reports.access.renewals import Renewal, renewals


def remind() -> int:
    """Tell each manager of the agreements whose notice date is 90, 60 or 30 days away; once for each of them.

    One that is signed late is told of by the nearest of these, and a date that is moved is told of again.
    """
    told = 0
    with acting_as(worker_context()) as now:
        due = [one for one in renewals(now) if one.reminder is not None and one.agreement.customer.is_active]
        managers = list(active_desk_people().filter(role=DeskRole.MANAGER).select_related("user"))
        for renewal in due:
            agreement = renewal.agreement
            for person in managers:
                notifications.queue(
                    customer_id=agreement.customer_id,
                    audience=Audience.DESK,
                    kind="renewal",
                    dedupe_key=f"renewal:{agreement.pk}:{agreement.notice_on}:{renewal.reminder}:desk:{person.pk}",
                    recipient_email=person.user.email,
                    recipient_name=person.name,
                    person_id=person.pk,
                    subject=f"{agreement.customer.name}: notice on {agreement.number} by "
                    f"{agreement.notice_on:%d %B %Y}",
                    body=_body(renewal),
                    occurred_at=now,
                    deliver_after=now,
                )
            told += 1
    return told


def _body(renewal: Renewal) -> str:
    agreement, left = renewal.agreement, renewal.days_left
    days = "today" if left == 0 else f"in {left} day{'' if left == 1 else 's'}"
    note = f"About the renewal: {agreement.renewal_note}\n" if agreement.renewal_note else ""
    return (
        f"Agreement: {agreement.number} of {agreement.customer.name}\n"
        f"Notice by: {agreement.notice_on:%d %B %Y}, {days}\n"
        f"Ends on: {agreement.ends_on:%d %B %Y}\n"
        f"{note}\n"
        f"No term follows it yet.\n\n"
        f"Open it: {settings.PORTAL_BASE_URL}/desk/rules/agreements/{agreement.pk}/\n"
    )
