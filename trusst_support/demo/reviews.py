"""The monthly reviews of the demonstration: last month's was sent, and this month's is a preview."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.tenancy import acting_as
from customers import access
from customers.models import Customer, DeskPerson
from reports.actions import reviews as actions
from reports.actions.review_building import build_due
from reports.models import Review
from reports.models.reviews import month_before

WORDS = (
    "Thank you for the good work together this month.\n\n"
    "Where we were late we say why below, and what we do so that it does not happen again."
)


def keep_reviews(customer: Customer, desk: Mapping[str, DeskPerson], *, now: datetime) -> None:
    """Take last month's review to the customer, and let a draft of this month be begun by hand."""
    this_month = now.astimezone(ZoneInfo(customer.timezone)).date().replace(day=1)
    last = _begin(customer, desk["Ruth"], month_before(this_month))
    with acting_as(access.desk_context(desk["Mei"])) as at:
        actions.write_and_mark(review=last, person=desk["Mei"], version=last.version, words=WORDS, at=at)
    with acting_as(access.desk_context(desk["Ruth"])) as at:
        found = Review.objects.get(pk=last.pk)
        actions.seal(review=found, person=desk["Ruth"], version=found.version, at=at)
        found = Review.objects.get(pk=last.pk)
        actions.send(review=found, person=desk["Ruth"], version=found.version, at=at)
    _begin(customer, desk["Ruth"], this_month)


def _begin(customer: Customer, manager: DeskPerson, month: date) -> Review:
    with acting_as(access.desk_context(manager)) as at:
        review = actions.make_review(customer=customer, month=month, actor=access.desk_actor(manager), at=at)
    build_due()
    with acting_as(access.desk_context(manager)):
        return Review.objects.get(pk=review.pk)
