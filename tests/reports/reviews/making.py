"""Reviews made as people make them, for tests and for pages that show them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from core.tenancy import acting_as, worker_context
from customers.models import Customer
from reports.actions import reviews as actions
from reports.actions.review_building import build_due
from reports.models import Review, SealedReview
from slas import actions as slas
from slas.miss_access import misses_of
from slas.models import MissCause
from tests.cast import HIGH, Cast, House, actor_of, context_of, file_ticket
from tests.conftest import Clock
from tickets import actions as tickets
from tickets.models import ResolutionCode, Ticket

MARCH = date(2026, 3, 1)
#: The third working day of April 2026 in Sydney: Friday 3 and Monday 6 April are Easter.
APRIL = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)
WORDS = "The month in our own words."


def answer(
    cast: Cast, clock: Clock, ticket: Ticket, *, after: timedelta, resolved: timedelta | None = None
) -> None:
    """Answer so long after the opening, restore a minute later and, where that is said, resolve."""
    clock.set(ticket.opened_at + after)
    slas.sweep()
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="Looking")
    clock.advance(minutes=1)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.mark_restored(ticket=ticket, actor=actor_of(cast.engineer), at=now)
    if resolved is None:
        return
    clock.set(ticket.opened_at + resolved)
    slas.sweep()
    with acting_as(context_of(cast.engineer)) as now:
        misses = [miss.key for miss in misses_of(ticket, now)]
        if misses:
            explain(cast, ticket, misses, now)
        tickets.resolve(ticket=ticket, actor=actor_of(cast.engineer), at=now, code=ResolutionCode.FIXED)


def explain(cast: Cast, ticket: Ticket, misses: list[str], now: datetime) -> None:
    slas.explain_misses(
        ticket=ticket,
        actor=actor_of(cast.engineer),
        at=now,
        misses=misses,
        cause=MissCause.STAFFING,
        detail="Two were ill",
        action="A third is on call",
    )


def a_month(cast: Cast, clock: Clock, house: House) -> list[Ticket]:
    """Let a customer have a ticket that was answered in time, one that was answered late, and go to April."""
    first = file_ticket(house.requester, impact=HIGH, subject="In time")
    answer(cast, clock, first, after=timedelta(minutes=10), resolved=timedelta(minutes=40))
    late = file_ticket(house.requester, impact=HIGH, subject="Too late")
    answer(cast, clock, late, after=timedelta(minutes=90), resolved=timedelta(minutes=100))
    clock.set(APRIL)
    slas.sweep()
    return [first, late]


def make(cast: Cast, customer: Customer, month: date = MARCH) -> Review:
    """Make a draft and build its figures."""
    with acting_as(context_of(cast.manager)) as now:
        review = actions.make_review(customer=customer, month=month, actor=actor_of(cast.manager), at=now)
    assert build_due() == 1
    return fresh(review)


def mark(cast: Cast, review: Review, words: str = WORDS) -> Review:
    with acting_as(context_of(cast.lead)) as now:
        return actions.write_and_mark(
            review=review, person=cast.lead, version=review.version, words=words, at=now
        )


def seal(cast: Cast, review: Review) -> SealedReview:
    with acting_as(context_of(cast.manager)) as now:
        found = fresh(review)
        return actions.seal(review=found, person=cast.manager, version=found.version, at=now)


def send(cast: Cast, review: Review) -> Review:
    with acting_as(context_of(cast.manager)) as now:
        found = fresh(review)
        return actions.send(review=found, person=cast.manager, version=found.version, at=now)


def whole(cast: Cast, customer: Customer, month: date = MARCH) -> SealedReview:
    """Take a review from its draft to the customer."""
    review = make(cast, customer, month)
    mark(cast, review)
    sealed = seal(cast, review)
    send(cast, review)
    return sealed


def fresh(review: Review) -> Review:
    with acting_as(worker_context()):
        return Review.objects.select_related("customer", "reviewed_by").get(pk=review.pk)
