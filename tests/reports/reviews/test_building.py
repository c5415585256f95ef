"""Figures are built in the background, and whatever happens to a worker they are built."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.problems import Refused
from core.tenancy import acting_as, worker_context
from reports.actions import review_building as building
from reports.actions import reviews as actions
from reports.actions.review_building import build_due, overdue_builds
from reports.models import BuildState, Review, ReviewBuild, ReviewState
from reports.models.reviews import LEASE
from reports.tasks import build_reviews
from slas import actions as slas
from slas.models import Clock as StoredClock
from tests.cast import Cast, actor_of, context_of
from tests.conftest import Clock
from tests.reports.reviews.making import APRIL, MARCH, a_month, fresh, make, mark, seal


def begin(cast: Cast) -> Review:
    with acting_as(context_of(cast.manager)) as now:
        return actions.make_review(
            customer=cast.acme.customer, month=MARCH, actor=actor_of(cast.manager), at=now
        )


def build_of(review: Review) -> ReviewBuild:
    with acting_as(worker_context()):
        found = ReviewBuild.objects.filter(review=review).first()
        assert found is not None
        return found


def test_it_waits_for_a_worker_and_is_built_once(cast: Cast, clock: Clock) -> None:
    a_month(cast, clock, cast.acme)
    review = begin(cast)
    assert (build_of(review).state, fresh(review).content) == (BuildState.QUEUED, None)
    assert build_reviews() == 1
    built = build_of(review)
    assert (built.state, built.done, built.total) == (BuildState.DONE, 2, 2)
    assert fresh(review).built_at == APRIL
    assert build_reviews() == 0


def test_asking_twice_is_asking_once(cast: Cast, clock: Clock) -> None:
    clock.set(APRIL)
    review = begin(cast)
    with acting_as(context_of(cast.lead)) as now:
        actions.ask_build(review=review, actor=actor_of(cast.lead), at=now)
    with acting_as(worker_context()):
        assert ReviewBuild.objects.count() == 1


def test_the_page_is_told_how_far_it_is(cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    a_month(cast, clock, cast.acme)
    review = begin(cast)
    seen: list[tuple[int, int]] = []
    monkeypatch.setattr(building, "BATCH", 1)
    say = building._say

    def spied(build: ReviewBuild, **how: int) -> None:
        say(build, **how)
        seen.append((build_of(review).done, build_of(review).total))

    monkeypatch.setattr(building, "_say", spied)
    build_due()
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_a_dead_workers_build_is_begun_again(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_month(cast, clock, cast.acme)
    review = begin(cast)
    with monkeypatch.context() as patch:
        patch.setattr(building, "_build_safely", lambda pk: building._claim(pk) is not None)
        assert build_due() == 1  # and then the worker is gone
    assert build_due() == 0
    clock.advance(seconds=LEASE.total_seconds())
    assert build_due() == 1
    assert (build_of(review).state, build_of(review).attempts) == (BuildState.DONE, 2)


def test_a_worker_that_comes_back_late_changes_nothing(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_month(cast, clock, cast.acme)
    review = begin(cast)
    late = building._claim(build_of(review).pk)
    assert late is not None
    clock.advance(seconds=LEASE.total_seconds())
    assert build_due() == 1
    version = fresh(review).version
    with pytest.raises(building._Taken):
        building._build(*late)
    assert fresh(review).version == version


def test_a_build_that_never_ends_is_given_up_and_alarms(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock.set(APRIL)
    review = begin(cast)
    monkeypatch.setattr(building, "_build", lambda *claimed: (_ for _ in ()).throw(building._Taken))
    for _ in range(4):
        build_due()
        clock.advance(seconds=LEASE.total_seconds())
    assert build_of(review).state == BuildState.FAILED
    assert "was begun 3 times" in caplog.text
    with acting_as(worker_context()) as now:
        assert list(overdue_builds(now)) == [build_of(review)]


def test_a_failure_is_said_and_the_next_build_may_succeed(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_month(cast, clock, cast.acme)
    review = begin(cast)

    def broken(*given: Any) -> None:
        raise RuntimeError("no")

    with monkeypatch.context() as patch:
        patch.setattr(building, "figures_of", broken)
        assert build_due() == 1
    failed = build_of(review)
    assert (failed.state, failed.error) == (
        BuildState.FAILED,
        "The figures could not be built. The portal's log says why.",
    )
    with acting_as(context_of(cast.lead)) as now, pytest.raises(Refused, match="not built yet"):
        actions.write_and_mark(review=review, person=cast.lead, version=review.version, words="W", at=now)
    with acting_as(context_of(cast.lead)) as now:
        actions.ask_build(review=review, actor=actor_of(cast.lead), at=now)
    clock.advance(seconds=1)
    build_due()
    assert fresh(review).content is not None


def test_clocks_that_contradict_the_facts_are_no_figures(cast: Cast, clock: Clock) -> None:
    a_month(cast, clock, cast.acme)
    with acting_as(worker_context()):
        StoredClock.objects.filter(outcome="missed").update(outcome="met")
    review = begin(cast)
    build_due()
    assert build_of(review).error.startswith("Clocks of the month changed")
    assert fresh(review).content is None


def test_a_new_build_takes_the_mark_away(cast: Cast, clock: Clock) -> None:
    _, late = a_month(cast, clock, cast.acme)
    review = mark(cast, make(cast, cast.acme.customer))
    with acting_as(context_of(cast.lead)) as now:
        slas.waive_objective(
            ticket=late, metric="respond", cycle=1, actor=actor_of(cast.lead), at=now, reason="Agreed"
        )
        actions.ask_build(review=review, actor=actor_of(cast.lead), at=now)
    with acting_as(context_of(cast.manager)) as now, pytest.raises(Refused, match="are being built"):
        actions.seal(review=review, person=cast.manager, version=review.version, at=now)
    build_due()
    assert fresh(review).state == ReviewState.DRAFT
    mark(cast, fresh(review))
    assert seal(cast, review).content["figures"]["attainment"][0]["waived"] == 1


def test_a_sealed_review_is_not_built_again(cast: Cast, clock: Clock) -> None:
    clock.set(APRIL)
    review = make(cast, cast.acme.customer)
    mark(cast, review)
    seal(cast, review)
    with acting_as(context_of(cast.lead)) as now, pytest.raises(Refused, match="It is sealed"):
        actions.ask_build(review=review, actor=actor_of(cast.lead), at=now)


def test_what_waits_for_long_is_an_alarm(cast: Cast, clock: Clock) -> None:
    clock.set(APRIL)
    review = begin(cast)
    with acting_as(worker_context()) as now:
        assert list(overdue_builds(now)) == []
        assert list(overdue_builds(now + timedelta(minutes=5))) == [build_of(review)]
