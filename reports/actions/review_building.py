"""Compute the figures of reviews in the background: what waits stands in rows, and a worker's death loses only time."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from core.tenancy import acting_as, worker_context
from reports.access import review_facts as facts
from reports.actions.reviews import tallies_in, tallies_now
from reports.models import BuildState, Review, ReviewBuild, ReviewState, SealedReview
from reports.models.reviews import ATTEMPTS
from reports.reviews.bundle import REVIEW_FORMAT
from reports.reviews.figures import Period, differences, figures_of, read
from reports.reviews.summary import sentences
from slas.documents import write_instant

logger = logging.getLogger(__name__)

#: So many tickets are read in one transaction, after which the page is told how far it is.
BATCH = 50
_MOVED = "Clocks of the month changed while the figures were built. Build them again."
_GAVE_UP = "The figures could not be built. The portal's log says why."


class _Taken(Exception):
    """Another worker, or a seal, has it now."""


class _Moved(Exception):
    """What the facts come to is not what the clocks say."""


def build_due(*, limit: int = 10) -> int:
    """Build what waits, one after the other; return how many were dealt with."""
    with acting_as(worker_context()) as now:
        due = list(ReviewBuild.objects.due_by(now).values_list("pk", flat=True)[:limit])
    return sum(_build_safely(pk) for pk in due)


def _build_safely(build_id: int) -> bool:
    """Build one; one that fails is logged and does not hold up the others."""
    claimed = _claim(build_id)
    if claimed is None:
        return False
    try:
        _build(*claimed)
    except _Taken:
        return False
    except _Moved:
        _fail(claimed[0], _MOVED)
    except Exception:
        logger.exception("review %s could not be built", claimed[1].pk)
        _fail(claimed[0], _GAVE_UP)
    return True


def _claim(build_id: int) -> tuple[ReviewBuild, Review, datetime] | None:
    """Take a build, unless another worker has; return it with the issue and the instant of its figures."""
    with acting_as(worker_context()) as now:
        build = (
            ReviewBuild.objects.due_by(now)
            .select_for_update(skip_locked=True, no_key=True)
            .filter(pk=build_id)
            .first()
        )
        if build is None:
            return None
        build.attempts += 1
        build.heard_at, build.done, build.total = now, 0, 0
        build.state = BuildState.RUNNING
        if build.attempts > ATTEMPTS:
            build.state, build.error, build.ended_at = BuildState.FAILED, _GAVE_UP, now
            logger.error("build %s was begun %s times and never ended", build.pk, ATTEMPTS)
        build.save(update_fields=["attempts", "heard_at", "done", "total", "state", "error", "ended_at"])
        if build.state == BuildState.FAILED:
            return None
        review = Review.objects.select_related("customer").get(
            customer_id=build.customer_id, pk=build.review_id
        )
        return build, review, now


def _build(build: ReviewBuild, review: Review, as_of: datetime) -> None:
    period = Period(since=review.since, until=review.until, as_of=as_of)
    with acting_as(worker_context()):
        tickets = facts.tickets_behind(review.customer, period)
    documents: dict[str, Any] = {}
    for first in range(0, len(tickets), BATCH):
        _say(build, done=len(documents), total=len(tickets))
        with acting_as(worker_context()):
            documents |= facts.documents_of(tickets[first : first + BATCH], as_of=as_of)
    _say(build, done=len(documents), total=len(tickets))
    with acting_as(worker_context()) as now:
        _keep(build, review, _content(review, documents, tickets, period), documents, now)


def _say(build: ReviewBuild, *, done: int, total: int) -> None:
    """Tell the page how far it is; raises _Taken where another worker has begun it again."""
    with acting_as(worker_context()) as now:
        mine = ReviewBuild.objects.filter(
            customer_id=build.customer_id, pk=build.pk, state=BuildState.RUNNING, attempts=build.attempts
        )
        if not mine.update(done=done, total=total, heard_at=now):
            raise _Taken


def _content(
    review: Review, documents: dict[str, Any], tickets: Sequence[Any], period: Period
) -> dict[str, Any]:
    """Return review.json without what people write on it later."""
    agreement = facts.agreement_of(review.customer, period)
    goals = {} if agreement is None else agreement.goals
    figures = figures_of(read(documents), period, goals)
    content: dict[str, Any] = {
        "format": REVIEW_FORMAT,
        "customer": {"name": review.customer.name, "key": review.customer.key},
        "month": review.name,
        "issue": review.issue,
        "zone": review.zone,
        "since": write_instant(period.since),
        "until": write_instant(period.until),
        "as_of": write_instant(period.as_of),
        "agreement": facts.say_agreement(agreement),
        "goals": goals,
        "figures": figures,
        "tickets": {ticket.key: facts.say_ticket(ticket) for ticket in tickets},
        "told": facts.told(review.customer, figures["rows"], tickets, period),
        "changes": _changes(review, figures),
    }
    return content | {"summary": sentences(content)}


def _changes(review: Review, figures: dict[str, Any]) -> dict[str, Any] | None:
    """Return what an issue says differently from the one before it; None for the first."""
    if review.issue == 1:
        return None
    before = SealedReview.objects.get(
        customer_id=review.customer_id, month=review.month, issue=review.issue - 1
    ).content["figures"]
    return {
        "from_issue": review.issue - 1,
        "reason": review.reason,
        "rows": differences(before["rows"], figures["rows"]),
        "attainment": list(_changed_lines(before["attainment"], figures["attainment"])),
    }


def _changed_lines(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    was, now = ({(line["metric"], line["severity"]): line for line in lines} for lines in (before, after))
    for metric, severity in dict.fromkeys([*was, *now]):
        pair = was.get((metric, severity)), now.get((metric, severity))
        if pair[0] != pair[1]:
            yield {"metric": metric, "severity": severity, "was": pair[0], "now": pair[1]}


def _keep(
    build: ReviewBuild, review: Review, content: dict[str, Any], documents: dict[str, Any], now: datetime
) -> None:
    """Write the figures to the issue, unless it was sealed meanwhile; what was marked has to be marked again."""
    with transaction.atomic():
        locked = (
            Review.objects.select_related("customer")
            .select_for_update(no_key=True, of=("self",))
            .get(customer_id=review.customer_id, pk=review.pk)
        )
        standing = ReviewBuild.objects.select_for_update(no_key=True).get(
            customer_id=build.customer_id, pk=build.pk
        )
        if locked.is_sealed or standing.state != BuildState.RUNNING or standing.attempts != build.attempts:
            raise _Taken
        # While a month runs its clocks go on; once it is over they stand, and both must come to the same.
        if locked.is_over(now) and tallies_now(locked) != tallies_in(content["figures"]["attainment"]):
            raise _Moved
        locked.content, locked.documents = content, documents
        locked.built_at = build.heard_at
        locked.unexplained = facts.unexplained(content)
        locked.state, locked.reviewed_by, locked.reviewed_at = ReviewState.DRAFT, None, None
        locked.version += 1
        locked.save(
            update_fields=[
                "content",
                "documents",
                "built_at",
                "unexplained",
                "state",
                "reviewed_by",
                "reviewed_at",
                "version",
            ]
        )
        standing.state, standing.ended_at = BuildState.DONE, now
        standing.save(update_fields=["state", "ended_at"])


def _fail(build: ReviewBuild, why: str) -> None:
    with acting_as(worker_context()) as now:
        ReviewBuild.objects.filter(
            customer_id=build.customer_id, pk=build.pk, state=BuildState.RUNNING, attempts=build.attempts
        ).update(state=BuildState.FAILED, error=why, ended_at=now)


def overdue_builds(now: datetime) -> Any:
    """Return the builds that nobody has worked on for minutes, and those of the last day that failed."""
    late = ReviewBuild.objects.stuck_by(now - timedelta(minutes=5))
    failed = ReviewBuild.objects.filter(state=BuildState.FAILED, ended_at__gte=now - timedelta(days=1))
    return late | failed.filter(error=_GAVE_UP)
