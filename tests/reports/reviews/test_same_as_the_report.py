"""A review replays facts and the report adds up what it was told: after any story they come to the same."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from core.tenancy import acting_as, worker_context
from customers.models import Customer
from reports import figures
from reports.models.reviews import next_month
from reports.reviews import verify
from slas.tallies import Tally
from tests.cast import Cast
from tests.conftest import Clock
from tests.reports.figures.living import Life
from tests.reports.reviews.making import fresh, make, mark, seal
from tickets.severity import Severity


def reported(customer: Customer, month: date) -> tuple[object, object]:
    """Return what the report says of a month: promises by objective and severity, and time by severity."""
    scope = figures.Scope(
        since=month,
        until=next_month(month),
        zone=customer.timezone,
        customers=frozenset({customer.pk}),
    )
    with acting_as(worker_context()):
        tallies = {
            (metric, Severity(severity).name): tally
            for (metric, severity), tally in figures.attainment(scope).items()
            if tally != Tally()
        }
        time = {
            Severity(severity).name: {party: seconds for party, seconds in parties.items() if seconds}
            for severity, parties in figures.time_of(scope, "severity").items()
        }
    return tallies, {severity: parties for severity, parties in time.items() if parties}


def reviewed(found: dict[str, object]) -> tuple[object, object]:
    attainment: list[dict[str, object]] = found["attainment"]  # type: ignore[assignment]
    time: list[dict[str, dict[str, int]]] = found["time"]  # type: ignore[assignment]
    tallies = {
        (line["metric"], line["severity"]): Tally(
            **{name: line[name] for name in ("met", "missed", "waived", "excluded")}  # type: ignore[arg-type]
        )
        for line in attainment
        if line["severity"]
    }
    spent = {
        line["severity"]: {party: seconds for party, seconds in line["seconds"].items() if seconds}
        for line in time
    }
    return tallies, {severity: parties for severity, parties in spent.items() if parties}


@pytest.mark.parametrize("seed", [4, 11])
def test_every_month_of_a_random_story_is_the_same_in_both(cast: Cast, clock: Clock, seed: int) -> None:
    life = Life(cast, clock, seed)
    life.live(160)
    assert life.done["exclude"]
    assert life.done["reopen"]
    began, ends = date(2026, 3, 1), timezone.localdate(clock.now).replace(day=1)
    clock.set(
        datetime.combine(next_month(ends), datetime.min.time(), tzinfo=clock.now.tzinfo) + timedelta(days=3)
    )
    life.live(1)  # what falls due by then is looked at and counted
    judged = 0
    for house in (cast.acme, cast.globex):
        month = began
        while month <= ends:
            review = make(cast, house.customer, month)
            assert review.content is not None, month
            said = review.content["figures"]
            assert reviewed(said) == reported(house.customer, month), (house.customer.slug, month)
            mark(cast, review)
            sealed = seal(cast, fresh(review))
            assert verify.check(str(month), bytes(sealed.bundle)).faults == []
            judged += sum(line["judged"] for line in said["attainment"] if not line["severity"])
            month = next_month(month)
    assert judged > 100
