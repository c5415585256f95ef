"""What reports read; each look-up is for those whom its door lets in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from tickets.models import Satisfaction, Score

#: So many comments are shown; a period with more is narrowed by its reader.
SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class Answers:
    """How often each answer was given, the best first."""

    name: str
    numbers: Sequence[tuple[Score, int]]

    @property
    def total(self) -> int:
        return sum(number for _, number in self.numbers)

    @property
    def satisfied(self) -> int:
        """How many answered good or very good."""
        return sum(number for score, number in self.numbers if score >= Score.GOOD)

    @property
    def percent(self) -> int | None:
        """The share of the satisfied, rounded down; None where nobody answered."""
        return None if self.total == 0 else self.satisfied * 100 // self.total


@dataclass(frozen=True, kw_only=True)
class SatisfactionReport:
    """What customers' people answered in a period: over all, by customer, and what they wrote."""

    whole: Answers
    customers: Sequence[Answers]
    comments: Sequence[Satisfaction]


def satisfaction(*, since: datetime, until: datetime) -> SatisfactionReport:
    """Return the answers given in [since, until), in two queries."""
    given = Satisfaction.objects.given_in(since, until)
    counted: dict[str, Counter[int]] = {}
    for name, score, number in given.values_list("customer__name", "score").annotate(number=Count("pk")):
        counted.setdefault(name, Counter())[score] += number
    return SatisfactionReport(
        whole=_answers("All customers", sum(counted.values(), Counter())),
        customers=[_answers(name, counted[name]) for name in sorted(counted)],
        comments=list(
            given.exclude(comment="")
            .select_related("ticket__customer", "member")
            .order_by("-at", "-pk")[:SHOWN]
        ),
    )


def _answers(name: str, counted: Counter[int]) -> Answers:
    return Answers(name=name, numbers=[(score, counted[score.value]) for score in Score])
