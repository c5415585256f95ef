"""Drafts of reviews by themselves: on each customer's working day, and a manager is told. Sending is a person's act."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from core.tenancy import SYSTEM, acting_as, worker_context
from customers.access import active_desk_people
from customers.models import Customer, DeskPerson, DeskRole
from notifications import actions as notifications
from notifications.models import Audience
from reports.actions.reviews import make_review, plan_of
from reports.models import Review, ReviewPlan
from reports.models.reviews import USUAL_DAY, month_before, next_month
from reports.reviews.figures import working_day
from slas.access import agreements_of, versions_in_force
from slas.calendar import Calendar
from slas.models import Agreement

logger = logging.getLogger(__name__)


def make_due() -> int:
    """Make the drafts of last month whose day has come; return how many were made."""
    with acting_as(worker_context()) as now:
        plans = {plan.customer_id: plan for plan in ReviewPlan.objects.all()}
        waiting = [
            customer.pk
            for customer in Customer.objects.filter(is_active=True).order_by("pk")
            if _waits(customer, plans.get(customer.pk), now)
        ]
    return sum(_make_safely(pk) for pk in waiting)


def _waits(customer: Customer, plan: ReviewPlan | None, now: datetime) -> bool:
    """Tell whether last month's draft was not made by itself yet and may be due: cheap, for it is asked often."""
    last = _last_month(customer, now)
    return plan is None or plan.made_until is None or plan.made_until < last


def _last_month(customer: Customer, now: datetime) -> date:
    return month_before(now.astimezone(ZoneInfo(customer.timezone)).date())


def _make_safely(customer_id: int) -> bool:
    """Make one; one that fails is logged and does not hold up the others."""
    try:
        return _make(customer_id)
    except Exception:
        logger.exception("the draft of a review for customer %s could not be made", customer_id)
        return False


def _make(customer_id: int) -> bool:
    with acting_as(worker_context()) as now:
        customer = Customer.objects.get(pk=customer_id)
        last = _last_month(customer, now)
        agreement = _agreement_in(customer, last)
        if agreement is None or now < draft_day(customer, agreement, last, now):
            return False
        plan = plan_of(customer)
        if plan.made_until is not None and plan.made_until >= last:
            return False  # another worker was faster
        ReviewPlan.objects.filter(pk=plan.pk).update(made_until=last)
        if Review.objects.of_customer(customer).filter(month=last).exists():
            return False  # somebody has begun it by hand
        review = make_review(customer=customer, month=last, actor=SYSTEM, at=now)
        _tell(review, _who_hears(), now)
        return True


def _agreement_in(customer: Customer, month: date) -> Agreement | None:
    """Return the agreement under which something may have been promised in a month."""
    ends = next_month(month) - timedelta(days=1)
    return next(
        (one for one in agreements_of(customer) if one.starts_on <= ends and one.ends_on >= month), None
    )


def draft_day(customer: Customer, agreement: Agreement, month: date, now: datetime) -> datetime:
    """Return when the draft of a month is due: the so-manieth working day of the month after it."""
    plan = ReviewPlan.objects.filter(customer=customer).first()
    following = next_month(month)
    begins = datetime(following.year, following.month, 1, tzinfo=ZoneInfo(customer.timezone))
    [hours] = versions_in_force([agreement.business_hours], now)
    calendar = Calendar.from_dict(hours.document(agreement.timezone))
    return working_day(calendar, begins, USUAL_DAY if plan is None else plan.working_day)


def _who_hears() -> list[DeskPerson]:
    """Return the managers; where there is none, whoever else decides."""
    people = list(active_desk_people().select_related("user"))
    managers = [person for person in people if person.role == DeskRole.MANAGER]
    return managers or [person for person in people if person.decides]


def _tell(review: Review, people: Iterable[DeskPerson], now: datetime) -> None:
    page = f"{settings.PORTAL_BASE_URL}/desk/reviews/{review.pk}/"
    for person in people:
        notifications.queue(
            customer_id=review.customer_id,
            audience=Audience.DESK,
            kind="review",
            dedupe_key=f"review-draft:{review.pk}:desk:{person.pk}",
            recipient_email=person.user.email,
            recipient_name=person.name,
            person_id=person.pk,
            subject=f"{review.customer.name}: the review of {review.title} is drafted",
            body=f"A draft of the service review of {review.title} for {review.customer.name} is made.\n\n"
            "Read the figures, write the summary in your own words, seal it and send it. Nothing goes to the customer "
            f"by itself.\n\nOpen it: {page}\n",
            occurred_at=now,
            deliver_after=now,
        )
