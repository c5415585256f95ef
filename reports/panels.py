"""Panels of reports: a question, what the figures answer, a chart, and the same numbers as a table with links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from reports import findings
from reports.access.scopes import AGES, FIRST_OVER, OLD, Asked, months_later
from reports.access.slo import OpenNow
from reports.charts import (
    Drawing,
    Kind,
    Row,
    Series,
    Span,
    draw_heat_map,
    draw_histogram,
    draw_lines,
    draw_spans,
    draw_stacks,
)
from slas.events import METRIC_NAMES, say_metric
from slas.tallies import Tally
from slas.words import say_seconds
from vendors.performance import ENOUGH as ENOUGH_CASES
from vendors.performance import Figures

#: Which dash and marker an objective has.
LOOKS = {metric: place for place, metric in enumerate(METRIC_NAMES, start=1)}
STEP = 5
_HOUR = 3600
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
AGE_NAMES = ("Under 1 day", "1 to 3 days", "3 to 7 days", "7 to 14 days", "14 to 30 days", "Over 30 days")
_LOOKS_OF_PARTIES = {
    "desk": ("k-desk", ""),
    "customer_l1": ("k-level1", "fall"),
    "customer": ("k-cust", "rise"),
    "vendor": ("k-aws", ""),
    "agreed_wait": ("k-appr", "dots"),
    "excluded": ("k-out", "fall"),
    "after_restore": ("k-after", ""),
}
MOVERS = {
    "desk": "The desk",
    "customer": "The customer",
    "vendor": "A vendor",
    "agreed_wait": "Agreed wait",
}


def party_names(customer: str = "") -> dict[str, str]:
    """Return what parties are called, in the reader's language; without a customer's name they are all of them."""
    name = customer or _("the customer")
    return {
        "desk": _("The Trusst desk"),
        "customer_l1": _("Level 1 of %(customer)s") % {"customer": name},
        "customer": _("Waiting for %(customer)s") % {"customer": name},
        "vendor": _("Waiting for a vendor"),
        "agreed_wait": _("Agreed waits"),
        "excluded": _("Excluded"),
        "after_restore": _("After service was restored"),
    }


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of a table, with the address of what is behind it."""

    text: str
    to: str = ""
    look: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: its first column names rows; the others are numbers."""

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A question, its answer, and the chart and table that show it."""

    name: str
    question: str
    finding: str
    wide: str
    drawing: Drawing
    table: Table | None = None
    note: str = ""
    is_empty: bool = False


def month_name(day: date) -> str:
    """Return a short name of a month, with the year where it would be unclear."""
    return formats.date_format(day, "M Y" if day.month == 1 else "M")


def trend_panel(
    months: Sequence[date],
    tallies: Mapping[date, Mapping[str, Tally]],
    goals: Mapping[str, int],
    *,
    is_open: bool,
    finding: str = "",
    question: str = "",
    link: Callable[[str, date], str] | None = None,
) -> Panel:
    """Return the attainment of each objective by month."""
    known = [metric for metric in METRIC_NAMES if any(metric in tallies.get(month, {}) for month in months)]
    by_metric = {
        metric: [tallies.get(month, {}).get(metric, Tally()) for month in months] for metric in known
    }
    lines = [
        Series(
            name=say_metric(metric),
            look=LOOKS[metric],
            # Too few to judge make no point: a line that jumps with every ticket says nothing.
            values=[one.percent if one.is_enough else None for one in by_metric[metric]],
        )
        for metric in known
    ]
    goal = next(iter({goals[metric] for metric in known if metric in goals}), None)
    is_one_goal = len({goals[metric] for metric in known if metric in goals}) == 1
    labels = [month_name(month) for month in months]
    heading = finding or findings.trend({m: say_metric(m) for m in known}, by_metric, goals)
    drawing = draw_lines(
        "trend",
        title=_("Share of promises kept by objective, %(first)s to %(last)s")
        % {"first": _long(months[0]), "last": _long(months[-1])},
        desc=". ".join([heading, *(f"{one.name}: {_value(one.last)}" for one in lines)]),
        labels=labels,
        lines=lines,
        goal=goal if is_one_goal else None,
        goal_words=_("Goal %(goal)s%%") % {"goal": goal},
        below_words=_("Below the goal"),
        is_last_open=is_open,
    )
    notes = [_("Months with fewer than 20 measured have no point.")]
    if is_open:
        notes.insert(0, _("* so far."))
    return Panel(
        name="trend",
        question=question or _("Are we keeping our promises, and is it getting better?"),
        finding=heading,
        wide="w8",
        drawing=drawing,
        table=Table(
            head=[_("Objective"), *labels],
            rows=[
                [
                    Cell(text=say_metric(metric)),
                    *(
                        Cell(
                            text=_short(one),
                            to=link(metric, month) if link is not None and one.judged else "",
                        )
                        for month, one in zip(months, by_metric[metric], strict=True)
                    ),
                ]
                for metric in known
            ],
        ),
        note=" ".join(notes),
        is_empty=not known,
    )


def _long(month: date) -> str:
    return formats.date_format(month, "F Y")


def _value(percent: float | None) -> str:
    return _("too few to judge") if percent is None else f"{percent:g}%"


def _short(tally: Tally) -> str:
    return "-" if tally.percent is None else f"{tally.percent:.1f}% ({tally.met}/{tally.judged})"


def hours_panel(numbers: Mapping[tuple[int, int], int], asked: Asked, link: Callable[..., str]) -> Panel:
    """Return when promises were missed, by weekday and two hours."""
    total = sum(numbers.values())
    columns = [f"{slot * 2:02}" for slot in range(12)]
    heading = findings.hours(numbers)
    days = [sum(numbers.get((day, slot), 0) for slot in range(12)) for day in range(7)]
    most = max(range(7), key=lambda day: days[day])
    desc = f"{total} missed. {heading}."
    if total:
        desc += f" {WEEKDAYS[most]} has the most, {days[most]}."
    return Panel(
        name="hours",
        question="When do we miss?",
        finding=heading,
        wide="w5",
        drawing=draw_heat_map(
            "hours",
            title="Missed objectives by weekday and start of two hours",
            desc=desc,
            rows=WEEKDAYS,
            columns=columns,
            numbers=numbers,
        ),
        table=Table(
            head=["Day", "From", "Missed"],
            rows=[
                [
                    Cell(text=WEEKDAYS[day]),
                    Cell(text=f"{slot * 2:02}:00"),
                    Cell(text=str(number), to=link(outcome="missed", weekday=day, slot=slot)),
                ]
                for (day, slot), number in sorted(numbers.items())
            ],
        ),
        note=f"Hours are those of {asked.zone.replace('_', ' ')}; {total} missed in total.",
        is_empty=not total,
    )


def used_panel(metric: str, buckets: Sequence[int], link: Callable[..., str]) -> Panel:
    """Return how much of the allowed time was used."""
    total, over = sum(buckets), sum(buckets[FIRST_OVER:])
    median, ninetieth = (findings.percentile(buckets, share, STEP) for share in (50, 90))
    name = METRIC_NAMES[metric]
    heading = findings.used(name, buckets, STEP, FIRST_OVER)
    marks = [
        (share, f"{words} {share}%")
        for share, words in ((median, "Median"), (ninetieth, "9 of 10"))
        if share is not None and total >= ENOUGH_CASES
    ]
    return Panel(
        name=f"used-{metric}",
        question="How close to the limit do we run?",
        finding=heading,
        wide="w6",
        drawing=draw_histogram(
            f"used-{metric}",
            title=f"{name}: share of the allowed time that was used",
            desc=f"{total} measured, {over} over the limit. {heading}.",
            buckets=buckets,
            first_over=FIRST_OVER,
            step=STEP,
            marks=marks,
            over_words=f"{over} over",
            axis_words="Share of the allowed time used",
        ),
        table=Table(
            head=["Share used", "Clocks"],
            rows=[
                [
                    Cell(text=_bucket(place, len(buckets))),
                    Cell(text=str(number), to=link(metric=metric, bucket=place)),
                ]
                for place, number in enumerate(buckets)
                if number
            ],
        ),
        note="Works across severities: each clock is held against its own target. The last bar is for all above 120%.",
    )


def _bucket(place: int, number: int) -> str:
    if place == number - 1:
        return f"over {place * STEP}%"
    return f"up to {(place + 1) * STEP}%"


def time_panel(
    rows: Sequence[tuple[str, Mapping[str, int]]],
    *,
    name: str,
    question: str,
    by: str,
    parties: Mapping[str, str],
    finding: str = "",
    link: Callable[[int, str], str] | None = None,
    wide: str = "w7",
) -> Panel:
    """Return whose time it was, a bar for each row; `link` is asked with the place of the row and the party."""
    sums = {party: sum(numbers.get(party, 0) for _label, numbers in rows) for party in parties}
    used = [party for party in parties if sums[party]]
    heading = finding or findings.time(parties, dict(rows))
    drawing = draw_stacks(
        name,
        title=f"{question} ({by})",
        desc=". ".join(f"{label}: {_shares(numbers, parties)}" for label, numbers in rows),
        kinds=[
            Kind(
                key=party,
                name=parties[party],
                look=_LOOKS_OF_PARTIES[party][0],
                pattern=_LOOKS_OF_PARTIES[party][1],
            )
            for party in used
        ],
        rows=[
            Row(label=_clip(label), parts=dict(numbers), end=f"{sum(numbers.values()) // _HOUR:,} h")
            for label, numbers in rows
        ],
        is_share=True,
        left=60 if all(len(label) < 7 for label, _numbers in rows) else 170,
    )
    return Panel(
        name=name,
        question=question,
        finding=heading,
        wide=wide,
        drawing=drawing,
        table=Table(
            head=[by, *(parties[party] for party in used), _("Together")],
            rows=[
                [
                    Cell(text=label),
                    *(
                        Cell(
                            text=_spent(numbers.get(party, 0), sum(numbers.values())),
                            to=link(place, party) if link is not None and numbers.get(party, 0) else "",
                        )
                        for party in used
                    ),
                    Cell(
                        text=say_seconds(sum(numbers.values())),
                        to=link(place, "") if link is not None else "",
                    ),
                ]
                for place, (label, numbers) in enumerate(rows)
            ],
        ),
        note=_("All time from the opening to the end of the tickets that ended in the period."),
        is_empty=not rows,
    )


def _clip(label: str) -> str:
    return label if len(label) <= 20 else f"{label[:19]}…"


def _shares(numbers: Mapping[str, int], parties: Mapping[str, str]) -> str:
    total = sum(numbers.values())
    return ", ".join(
        f"{parties[party]} {numbers[party] * 100 // total}%" for party in parties if numbers.get(party)
    )


def _spent(seconds: int, total: int) -> str:
    return f"{say_seconds(seconds)} ({seconds * 100 // total}%)" if seconds else "-"


def ageing_panel(found: OpenNow, link: Callable[..., str]) -> Panel:
    """Return how old what is open is, and who has the next move."""
    first_old = AGES.index(OLD) + 1
    old = {mover: sum(found.numbers.get((age, mover), 0) for age in range(first_old, 6)) for mover in MOVERS}
    elsewhere = sum(number for mover, number in old.items() if mover != "desk")
    looks = {"desk": "desk", "customer": "customer", "vendor": "vendor", "agreed_wait": "agreed_wait"}
    rows = [
        (age, {mover: found.numbers.get((age, mover), 0) for mover in MOVERS})
        for age in range(len(AGE_NAMES))
    ]
    return Panel(
        name="ageing",
        question="What is getting old, and who has the next move?",
        finding=findings.ageing(sum(old.values()), elsewhere, found.total),
        wide="w6",
        drawing=draw_stacks(
            "ageing",
            title="Open tickets by age and who has the next move",
            desc=f"{found.total} open. "
            + ", ".join(f"{AGE_NAMES[age]}: {sum(numbers.values())}" for age, numbers in rows),
            kinds=[
                Kind(
                    key=mover,
                    name=MOVERS[mover],
                    look=_LOOKS_OF_PARTIES[looks[mover]][0],
                    pattern=_LOOKS_OF_PARTIES[looks[mover]][1],
                )
                for mover in MOVERS
            ],
            rows=[
                Row(label=AGE_NAMES[age], parts=dict(numbers), end=str(sum(numbers.values())))
                for age, numbers in rows
            ],
            is_share=False,
            width=572,
            left=104,
        ),
        table=Table(
            head=["Age", *MOVERS.values(), "All"],
            rows=[
                [
                    Cell(text=AGE_NAMES[age]),
                    *(
                        Cell(text=str(number), to=link(what="open", age=age, mover=mover) if number else "")
                        for mover, number in numbers.items()
                    ),
                    Cell(
                        text=str(sum(numbers.values())),
                        to=link(what="open", age=age) if any(numbers.values()) else "",
                    ),
                ]
                for age, numbers in rows
            ],
        ),
        note="Open tickets of the desk as they are now, whatever the period.",
        is_empty=not found.total,
    )


def vendor_panel(figures: Sequence[Figures], link: str) -> Panel:
    """Return how soon vendors answered, by severity of theirs; only beside what they publish, never as a promise of ours."""
    shown = [one for one in figures if one.typical is not None and one.ninetieth is not None][:8]
    spans = [
        Span(
            label=one.severity,
            note=f"{one.vendor}, {one.cases} case{'' if one.cases == 1 else 's'}",
            median=one.typical.total_seconds() if one.typical else 0,
            ninetieth=one.ninetieth.total_seconds() if one.ninetieth else 0,
            target=None if not one.published or one.in_business_hours else one.published[-1],
            said=f"{_length(one.typical)}, 9 of 10 in {_length(one.ninetieth)}",
        )
        for one in shown
    ]
    late = [
        one for one, span in zip(shown, spans, strict=True) if span.is_late and one.measured >= ENOUGH_CASES
    ]
    if not shown:
        heading = "No vendor answered a case in this period"
    elif late:
        heading = f"{late[0].vendor}: one in ten answers to “{late[0].severity}” comes later than published"
    elif all(one.measured < ENOUGH_CASES for one in shown):
        heading = "Too few cases to judge"
    else:
        heading = "Vendors answer within the times that they publish"
    return Panel(
        name="vendors",
        question="Do vendors answer in the time that their plan says?",
        finding=heading,
        wide="w12",
        drawing=draw_spans(
            "vendors",
            title="First answers of vendors, by severity of the vendor",
            desc=". ".join(f"{span.label}: median {span.said}" for span in spans),
            spans=spans,
            late_words="9 of 10 is later than published",
        ),
        table=Table(
            head=["Severity", "Vendor", "Cases", "Median", "9 of 10"],
            rows=[
                [
                    Cell(text=one.severity),
                    Cell(text=one.vendor),
                    Cell(text=str(one.cases), to=link),
                    Cell(text=_length(one.typical)),
                    Cell(text=_length(one.ninetieth)),
                ]
                for one in shown
            ],
        ),
        note="Dot: median. Bar to 9 of 10. Dotted line: the time that the vendor publishes, where it counts round the clock. Each line has its own scale.",
        is_empty=not shown,
    )


def _length(length: Any) -> str:
    return "-" if length is None else say_seconds(int(length.total_seconds()))


def say_period(asked: Asked) -> str:
    """Return the days of a period in words."""
    last = months_end(asked)
    first = asked.since
    if (first.year, first.month) == (last.year, last.month):
        begin = str(first.day)
    elif first.year == last.year:
        begin = f"{first.day} {formats.date_format(first, 'F')}"
    else:
        begin = f"{first.day} {_long(first)}"
    said = f"{last.day} {_long(last)}"
    return said if first == last else f"{begin} to {said}"


def months_end(asked: Asked) -> date:
    """Return the last day of a period."""
    return date.fromordinal(asked.until.toordinal() - 1)


def month_query(asked: Asked, month: date, **changes: object) -> str:
    """Return the address's end for one month of a report."""
    last = date.fromordinal(months_later(month, 1).toordinal() - 1)
    return asked.query(since=month.isoformat(), until=last.isoformat(), compare="", **changes)
