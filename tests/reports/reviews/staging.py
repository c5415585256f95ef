"""What the pages of reviews show when every page is looked at: one that was sent, its correction, and a preview."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from core.tenancy import acting_as, worker_context
from reports.actions import reviews as actions
from reports.actions.review_building import build_due
from reports.models import Review
from tests.cast import Cast, actor_of, context_of
from tests.reports.reviews.making import make, mark, seal, whole

Who = Literal["coordinator", "lead", "engineer", "desk lead", "manager"]
Act = Literal["", "send empty"]


def stage_reviews(cast: Cast) -> None:
    """Let Acme have a review that was sent, another issue of it that is begun, and one of the month that runs."""
    customer = cast.acme.customer
    sent = whole(cast, customer, date(2026, 2, 1))
    with acting_as(context_of(cast.lead)) as now:
        actions.begin_issue(review=sent.review, person=cast.lead, at=now, reason="A waiver came late")
    build_due()
    make(cast, customer, date(2026, 3, 1))
    sealed = make(cast, customer, date(2026, 1, 1))
    mark(cast, sealed)
    seal(cast, sealed)
    marked = make(cast, cast.globex.customer, date(2026, 2, 1))
    mark(cast, marked)
    with acting_as(context_of(cast.manager)) as now:
        actions.make_review(
            customer=cast.globex.customer, month=date(2026, 1, 1), actor=actor_of(cast.manager), at=now
        )


def review_stops() -> Iterator[tuple[str, Who, str, Act]]:
    """Return name, visitor, address and what is done of each of these pages."""
    with acting_as(worker_context()):
        found = {
            (review.customer.slug, review.name, review.issue): review.pk
            for review in Review.objects.select_related("customer")
        }
    sent = found["acme", "2026-02", 1]
    yield "desk-reviews", "manager", "/desk/reviews/", ""
    yield "desk-reviews", "engineer", "/desk/reviews/?month=soon", ""
    yield "desk-reviews", "desk lead", "/desk/reviews/?state=sealed&customer=globex", ""
    yield "desk-review", "manager", f"/desk/reviews/{sent}/", ""
    yield "desk-review", "desk lead", f"/desk/reviews/{found['acme', '2026-02', 2]}/", ""
    yield "desk-review", "manager", f"/desk/reviews/{found['acme', '2026-03', 1]}/", ""
    yield "desk-review", "engineer", f"/desk/reviews/{found['globex', '2026-02', 1]}/", ""
    yield "desk-review", "manager", f"/desk/reviews/{found['globex', '2026-01', 1]}/", ""
    yield "desk-review-seal", "manager", f"/desk/reviews/{found['globex', '2026-02', 1]}/seal/", ""
    yield "desk-review-send", "manager", f"/desk/reviews/{found['acme', '2026-01', 1]}/send/", ""
    yield "desk-review-issue", "desk lead", f"/desk/reviews/{sent}/issue/", "send empty"
    yield "portal-reviews", "lead", "/c/acme/reviews/", ""
    yield "portal-reviews", "coordinator", "/c/acme/reviews/", ""
    yield "portal-review", "lead", f"/c/acme/reviews/{sent}/", ""
