"""Drafts are made by themselves on the customer's working day; nothing is ever sent by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import DeskRole
from notifications.models import Notification
from reports.actions import review_schedule
from reports.actions import reviews as actions
from reports.models import Review, ReviewState
from reports.tasks import build_reviews, make_reviews
from slas.models import Agreement
from tests.cast import Cast, actor_of, context_of
from tests.conftest import Clock
from tests.reports.reviews.making import MARCH

#: The first instant of Tuesday 7 April 2026 in Sydney: Good Friday and Easter Monday are no working days.
THIRD = datetime(2026, 4, 6, 14, 0, tzinfo=UTC)


def made() -> dict[str, tuple[date, str, str]]:
    with acting_as(worker_context()):
        return {
            review.customer.slug: (review.month, review.state, review.made_by_name)
            for review in Review.objects.select_related("customer")
        }


def test_a_draft_is_made_on_the_third_working_day(cast: Cast, clock: Clock) -> None:
    clock.set(THIRD - timedelta(seconds=1))
    assert (make_reviews(), made()) == (0, {})
    clock.set(THIRD)
    assert make_reviews() == 2
    # Initech has no agreement, so nothing was promised to it.
    draft = (MARCH, ReviewState.DRAFT, "Trusst Support")
    assert made() == {"acme": draft, "globex": draft}
    assert build_reviews() == 2


def test_it_is_made_once(cast: Cast, clock: Clock) -> None:
    clock.set(THIRD)
    make_reviews()
    clock.advance(days=3)
    assert make_reviews() == 0
    clock.set(datetime(2026, 5, 5, 14, 0, tzinfo=UTC))
    assert make_reviews() == 2
    with acting_as(worker_context()):
        months = (
            Review.objects.filter(customer=cast.acme.customer)
            .order_by("month")
            .values_list("month", flat=True)
        )
        assert list(months) == [MARCH, date(2026, 4, 1)]


@pytest.mark.parametrize(
    ("day", "begins"), [(1, date(2026, 4, 1)), (2, date(2026, 4, 2)), (4, date(2026, 4, 8))]
)
def test_a_customer_may_have_another_day(cast: Cast, clock: Clock, day: int, begins: date) -> None:
    with acting_as(context_of(cast.lead)):
        actions.set_working_day(customer=cast.acme.customer, day=day)
    midnight = datetime(begins.year, begins.month, begins.day, tzinfo=UTC)
    at = midnight - timedelta(hours=11 if begins < date(2026, 4, 5) else 10)
    clock.set(at - timedelta(seconds=1))
    make_reviews()  # in the last second of March it still looks at February
    assert made().get("acme", ("",))[0] != MARCH
    clock.set(at)
    make_reviews()
    with acting_as(worker_context()):
        assert Review.objects.filter(customer=cast.acme.customer, month=MARCH).exists()


def test_the_managers_are_told_and_the_customer_is_not(cast: Cast, clock: Clock) -> None:
    clock.set(THIRD)
    make_reviews()
    make_reviews()
    build_reviews()
    with acting_as(worker_context()):
        mails = list(Notification.objects.filter(kind="review", customer=cast.acme.customer))
        review = Review.objects.get(customer=cast.acme.customer)
    [mail] = mails
    assert (mail.audience, mail.recipient_email) == ("desk", cast.manager.user.email)
    assert mail.subject == "Acme Freight: the review of March 2026 is drafted"
    assert f"/desk/reviews/{review.pk}/" in mail.body


def test_where_there_is_no_manager_whoever_decides_is_told(cast: Cast, clock: Clock) -> None:
    cast.manager.role = DeskRole.ENGINEER
    with acting_as(worker_context()):
        cast.manager.save(update_fields=["role"])
    clock.set(THIRD)
    make_reviews()
    with acting_as(worker_context()):
        told = set(Notification.objects.filter(kind="review").values_list("recipient_email", flat=True))
    assert told == {cast.lead.user.email, cast.admin.user.email}


def test_what_was_begun_by_hand_is_left_alone(cast: Cast, clock: Clock) -> None:
    clock.set(THIRD - timedelta(days=1))
    with acting_as(context_of(cast.manager)) as now:
        actions.make_review(customer=cast.acme.customer, month=MARCH, actor=actor_of(cast.manager), at=now)
    clock.set(THIRD)
    assert make_reviews() == 1
    assert made()["acme"][2] == cast.manager.name


def test_nothing_is_made_of_a_month_without_an_agreement(cast: Cast, clock: Clock) -> None:
    with acting_as(worker_context()):
        Agreement.objects.filter(customer=cast.acme.customer).update(
            starts_on=date(2026, 4, 1), ends_on=date(2026, 12, 31)
        )
    clock.set(THIRD)
    make_reviews()
    assert set(made()) == {"globex"}


def test_one_customer_that_fails_does_not_hold_up_the_others(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = actions.make_review

    def fails_for_acme(**given: object) -> Review:
        if given["customer"] == cast.acme.customer:
            raise RuntimeError("no")
        return whole(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(review_schedule, "make_review", fails_for_acme)
    clock.set(THIRD)
    assert make_reviews() == 1
    monkeypatch.setattr(review_schedule, "make_review", whole)
    assert make_reviews() == 1
    assert set(made()) == {"acme", "globex"}
