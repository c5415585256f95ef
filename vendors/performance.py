"""How long vendors took, by plan and severity: their own times, shown and not owed.

No figure about our promises reads this, and this reads none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median
from typing import NamedTuple

from vendors import clocks
from vendors.access.pages import published_of, read_clocks
from vendors.models import CaseStatus, VendorCase, VendorMessage
from vendors.states import Side, Turn

#: Fewer measured responses than this are too few to judge by a share.
ENOUGH = 20
_ZERO = timedelta(0)


class Group(NamedTuple):
    """What cases are counted together by; each as an address names it."""

    vendor: str
    plan: str
    severity: str


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A case with what its clocks say."""

    case: VendorCase
    reading: clocks.Reading

    @property
    def group(self) -> Group:
        return Group(self.case.vendor.slug, self.case.plan, self.case.severity)

    @property
    def took(self) -> timedelta | None:
        """How long the first response of a person took."""
        return self.reading.response.took

    @property
    def on_vendor(self) -> timedelta:
        return self.reading.per_turn.get(Turn.VENDOR, _ZERO)

    @property
    def on_us(self) -> timedelta:
        return self.reading.per_turn.get(Turn.US, _ZERO)

    @property
    def has_ended(self) -> bool:
        """Tell whether the vendor was ever done with it."""
        return self.reading.resolution is not None or self.reading.reopened > 0

    def is_of(self, only: str) -> bool:
        """Tell whether it is among the cases that a figure counts."""
        verdict = self.reading.response.verdict
        match only:
            case "answered":
                return self.took is not None
            case "within":
                return verdict is clocks.Verdict.WITHIN
            case "late":
                return verdict in _LATE
            case "reopened":
                return self.reading.reopened > 0
            case _:
                return True


_LATE = (clocks.Verdict.LATE, clocks.Verdict.OVERDUE)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What the cases of one group come to."""

    group: Group
    vendor: str
    severity: str
    cases: int
    took: Sequence[timedelta]
    published: Sequence[int]
    in_business_hours: bool
    within: int
    late: int
    on_vendor: timedelta
    on_us: timedelta
    ended: int
    reopened: int

    @property
    def typical(self) -> timedelta | None:
        """The median of the first responses."""
        return timedelta(seconds=median(one.total_seconds() for one in self.took)) if self.took else None

    @property
    def ninetieth(self) -> timedelta | None:
        """The time within which nine of ten first responses came."""
        return self.took[ceil(len(self.took) * 9 / 10) - 1] if self.took else None

    @property
    def measured(self) -> int:
        """How many responses can be judged: those that came, and those that are overdue."""
        return self.within + self.late

    @property
    def percent_within(self) -> float | None:
        """The share within the published time; None where too few can be judged."""
        return self.within * 1000 // self.measured / 10 if self.measured >= ENOUGH else None

    @property
    def percent_on_vendor(self) -> float | None:
        """The vendor's share of the time in which it was anybody's move."""
        whole = self.on_vendor + self.on_us
        return round(self.on_vendor / whole * 100, 1) if whole else None

    @property
    def percent_reopened(self) -> float | None:
        """The share of those once resolved that went on; None where too few were."""
        return self.reopened * 1000 // self.ended / 10 if self.ended >= ENOUGH else None


def measure(*, since: datetime, until: datetime, now: datetime) -> list[Measured]:
    """Return the cases that vendors opened in [since, until) with their clocks as they read now; three queries."""
    cases = list(
        VendorCase.objects.filter(opened_at__gte=since, opened_at__lt=until)
        .select_related("vendor", "ticket__customer")
        .order_by("-opened_at", "-pk")
    )
    ids = [case.pk for case in cases]
    statuses: dict[int, list[CaseStatus]] = {}
    for status in CaseStatus.objects.filter(case_id__in=ids).order_by("at", "pk"):
        statuses.setdefault(status.case_id, []).append(status)
    written: dict[int, list[clocks.Wrote]] = {}
    for case_id, at, is_automatic in (
        VendorMessage.objects.filter(case_id__in=ids, side=Side.VENDOR)
        .order_by("at", "pk")
        .values_list("case_id", "at", "is_automatic")
    ):
        written.setdefault(case_id, []).append(
            clocks.Wrote(at=at, side=Side.VENDOR, is_automatic=is_automatic)
        )
    found = []
    for case in cases:
        reading = read_clocks(case, statuses.get(case.pk, ()), written.get(case.pk, ()), now=now)
        if reading is not None:
            found.append(Measured(case=case, reading=reading))
    return found


def add_up(measured: Iterable[Measured]) -> list[Figures]:
    """Return the figures of every group, by vendor, plan and the shortest published time."""
    groups: dict[Group, list[Measured]] = {}
    for one in measured:
        groups.setdefault(one.group, []).append(one)
    figures = [_figures(group, listed) for group, listed in groups.items()]
    return sorted(
        figures, key=lambda one: (one.vendor, one.group.plan, min(one.published, default=10**9), one.severity)
    )


def _figures(group: Group, listed: Sequence[Measured]) -> Figures:
    newest = listed[0].case
    published = [published_of(one.case) for one in listed]
    return Figures(
        group=group,
        vendor=newest.vendor.name,
        severity=newest.severity_name or newest.severity or "no severity",
        cases=len(listed),
        took=sorted(one.took for one in listed if one.took is not None),
        published=sorted({one.seconds for one in published if one.seconds is not None}),
        in_business_hours=any(one.in_business_hours for one in published),
        within=sum(one.is_of("within") for one in listed),
        late=sum(one.is_of("late") for one in listed),
        on_vendor=sum((one.on_vendor for one in listed), _ZERO),
        on_us=sum((one.on_us for one in listed), _ZERO),
        ended=sum(one.has_ended for one in listed),
        reopened=sum(one.is_of("reopened") for one in listed),
    )


# --- How it is drawn -----------------------------------------------------------------------------------
WIDTH = 1000


@dataclass(frozen=True, kw_only=True)
class Line:
    """A group in the chart: places of the median, of nine of ten, and of what is published, on one scale."""

    figures: Figures
    typical_x: float
    ninetieth_x: float
    published_x: float | None


def draw(figures: Iterable[Figures]) -> tuple[list[Line], timedelta]:
    """Return the groups that were answered as lines of a chart, and the length at its end."""
    answered = [one for one in figures if one.took]
    ends = [one.ninetieth for one in answered] + [
        timedelta(seconds=one.published[-1]) for one in answered if one.published
    ]
    end = max((length for length in ends if length is not None), default=_ZERO) or timedelta(seconds=1)

    def place(length: timedelta | None) -> float:
        return 0.0 if length is None else round(length / end * WIDTH, 1)

    return [
        Line(
            figures=one,
            typical_x=place(one.typical),
            ninetieth_x=place(one.ninetieth),
            published_x=None
            if not one.published or one.in_business_hours
            else place(timedelta(seconds=one.published[-1])),
        )
        for one in answered
    ], end
