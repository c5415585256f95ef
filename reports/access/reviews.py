"""Reviews as the desk works on them and as a customer's own people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404

from customers.models import Customer, Member
from reports.models import (
    BuildState,
    Review,
    ReviewBuild,
    ReviewPlan,
    ReviewQuerySet,
    ReviewState,
    SealedReview,
)
from reports.reviews import bundle

_GONE = "There is no such review."


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the desk's list is narrowed by; empty values narrow nothing."""

    customer: Customer | None = None
    month: date | None = None
    state: str = ""


def reviews(asked: Asked) -> ReviewQuerySet:
    """Return the issues for the desk's list, the newest month first, with how their last build stands."""
    found = Review.objects.for_list()
    if asked.customer is not None:
        found = found.of_customer(asked.customer)
    if asked.month is not None:
        found = found.filter(month=asked.month)
    if asked.state:
        found = found.filter(state=asked.state)
    newest = ReviewBuild.objects.filter(customer_id=OuterRef("customer_id"), review=OuterRef("pk"))
    return found.newest_first().annotate(build_state=Subquery(newest.values("state")[:1]))


def missing_of(review: Review) -> list[str]:
    """Return what an issue of the list still needs before it goes out; it was read by `reviews`."""
    build: str | None = review.build_state  # type: ignore[attr-defined]
    if review.is_sent:
        return []
    if review.is_sealed:
        return ["to be sent"]
    missing = []
    if build in (BuildState.QUEUED, BuildState.RUNNING):
        missing.append("figures are being built")
    elif build == BuildState.FAILED or review.built_at is None:
        missing.append("figures could not be built")
    if review.unexplained:
        missing.append(
            "1 miss without a cause"
            if review.unexplained == 1
            else f"{review.unexplained} misses without a cause"
        )
    if not review.words:
        missing.append("the summary in your own words")
    if review.state == ReviewState.DRAFT:
        missing.append("to be marked as reviewed")
    return [*missing, "to be sealed"]


def get_review(pk: int) -> Review:
    """Return an issue for the desk, or 404."""
    review = (
        Review.objects.filter(pk=pk)
        .select_related("customer", "reviewed_by", "sent_by")
        .defer("documents")
        .first()
    )
    if review is None:
        raise Http404(_GONE)
    return review


def issues_of(review: Review) -> ReviewQuerySet:
    """Return every issue of the same month, the first one first."""
    return (
        Review.objects.for_list().filter(customer_id=review.customer_id, month=review.month).order_by("issue")
    )


def build_of(review: Review) -> ReviewBuild | None:
    """Return the newest build of an issue."""
    return ReviewBuild.objects.filter(customer_id=review.customer_id, review=review).first()


def plans() -> Mapping[int, ReviewPlan]:
    """Return how reviews are made, by customer."""
    return {plan.customer_id: plan for plan in ReviewPlan.objects.all()}


def months_to_choose(now_month: date) -> Sequence[date]:
    """Return the months of which a review can be made by hand, the present one first."""
    months = []
    year, month = now_month.year, now_month.month
    for _ in range(13):
        months.append(date(year, month, 1))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return months


# --- What is sealed -----------------------------------------------------------------------------------
def seal_of(review: Review) -> SealedReview | None:
    """Return what was sealed of an issue without its archive; None while nothing is."""
    return SealedReview.objects.defer("bundle").filter(customer_id=review.customer_id, review=review).first()


def files_of(review: Review) -> tuple[SealedReview, Mapping[str, bytes]]:
    """Return what was sealed of an issue with the files of its archive, or 404."""
    sealed = SealedReview.objects.filter(customer_id=review.customer_id, review=review).first()
    if sealed is None:
        raise Http404("It is not sealed.")
    return sealed, bundle.unpack(bytes(sealed.bundle))


# --- A customer ---------------------------------------------------------------------------------------
def sent_to(member: Member) -> ReviewQuerySet:
    """Return the issues that a member's customer was sent, the newest first."""
    return Review.objects.for_list().filter(customer_id=member.customer_id).sent().newest_first()


def seals_of(member: Member) -> QuerySet[SealedReview]:
    """Return the seals of a member's customer without what they seal; the database shows those that were sent."""
    return SealedReview.objects.without_files().filter(customer_id=member.customer_id)


def get_sent(member: Member, pk: int) -> Review:
    """Return an issue that a member's customer was sent, or 404."""
    review = sent_to(member).filter(pk=pk).first()
    if review is None:
        raise Http404(_GONE)
    return review


def plan_of(member: Member) -> ReviewPlan | None:
    """Return what a member's customer has chosen about its reviews, if it has."""
    return ReviewPlan.objects.filter(customer_id=member.customer_id).first()


def content_of(review: Review) -> dict[str, Any] | None:
    """Return review.json of a sealed issue."""
    sealed = seal_of(review)
    return None if sealed is None else sealed.content
