"""The SLO report, whose time it was, and the clocks and tickets behind every number of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.doors import desk_door
from customers.models import Customer, DeskPerson
from reports import figures, findings, panels
from reports.access import scopes, slo
from reports.access.scopes import AGES, OLD, Asked
from reports.charts import Drawing, draw_spark
from reports.figures import Share
from reports.findings import Budget
from reports.folding import BUCKETS
from reports.forms.scopes import ClocksForm, ScopeForm, TicketsForm
from reports.views.slo_pages import next_page, read_place
from slas.events import METRIC_NAMES, say_clock
from slas.ledger import Party
from slas.models import MissCause
from slas.tallies import ENOUGH, Tally, verdict_of
from slas.words import say_seconds
from tickets.severity import Severity
from vendors import performance

#: The desk writes that figures are late when they are older than this and something waits.
STALE_AFTER = timedelta(minutes=5)
#: So many customers are shown, the worst first, until somebody asks for all.
CUSTOMERS = 15
SPARK_MONTHS = 6
MONTHS = 12
PAGE = 50

Link = Callable[..., str]


@require_safe
@desk_door()
def slo_report(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show whether promises were kept, when and why not, and what is behind each figure."""
    form = ScopeForm(request.GET, now=now)
    if not form.is_valid():
        return _asked_wrongly(request, form, "reports/slo/report.html", now)
    asked = form.asked()
    context = _report(asked, now, shows_all=request.GET.get("customers") == "all")
    return TemplateResponse(
        request,
        "reports/slo/report.html",
        {"form": form, "shortcuts": form.shortcuts(asked), "asked": asked, "now": now, **context},
    )


def _asked_wrongly(request: HttpRequest, form: ScopeForm, template: str, now: datetime) -> HttpResponseBase:
    return TemplateResponse(request, template, {"form": form, "now": now}, status=422)


def _links(asked: Asked) -> tuple[Link, Link]:
    """Return what makes addresses of the clocks and of the tickets behind a number."""
    to_clocks, to_tickets = reverse("desk-report-clocks"), reverse("desk-report-tickets")

    def clocks(**changes: object) -> str:
        return f"{to_clocks}?{asked.query(compare='', **changes)}"

    def tickets(**changes: object) -> str:
        return f"{to_tickets}?{asked.query(compare='', metric='', **changes)}"

    return clocks, tickets


# --- The report ---------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Card:
    """The error budget of an objective."""

    metric: str
    label: str
    budget: Budget
    change: str
    bar_used: float
    bar_limit: float
    clocks: str
    missed: str
    excluded: str
    goal_differs: bool


def _report(asked: Asked, now: datetime, *, shows_all: bool) -> dict[str, Any]:
    scope = asked.scope()
    customers = slo.customers_of(scope)
    each_goal = slo.goals_by_customer(scope)
    goals, differing = slo.common_goals(each_goal.values())
    to_clocks, to_tickets = _links(asked)
    cells = figures.attainment(scope)
    totals = slo.cells_by_metric(cells)
    used = figures.share_used(scope)
    spent = figures.time_of(scope, "severity")
    opened = slo.open_now(asked, now)
    causes = slo.causes_of_misses(scope)
    waiting = slo.to_decide(asked, now)
    return {
        "state": _state(asked, now),
        "is_empty": not totals,
        "cards": _cards(asked, totals, goals, differing, to_clocks),
        "opened": opened,
        "old": sum(n for (age, _), n in opened.numbers.items() if age > AGES.index(OLD)),
        "to_open": to_tickets(what="open"),
        "trend": _trend(asked, goals, now),
        "hours": panels.hours_panel(figures.misses_by_hour(scope), asked, to_clocks),
        "customers": _customers(asked, customers, each_goal, shows_all=shows_all),
        "used": [
            panels.used_panel(metric, used[metric], to_clocks) for metric in METRIC_NAMES if metric in used
        ],
        "time": _time_by_severity(spent, to_tickets),
        "severities": _severities(cells, goals, to_clocks),
        "left_out": _left_out(asked, totals, goals, to_clocks),
        "ageing": panels.ageing_panel(opened, to_tickets),
        "misses": _misses(asked, causes, to_clocks),
        "todo": _todo(waiting, totals, goals, asked, to_clocks),
        "renewals": waiting.renewals[:4],
        "enough": ENOUGH,
    }


def _state(asked: Asked, now: datetime) -> dict[str, Any]:
    """Return of which days the figures are, and as of when; late ones say by how much."""
    fresh = figures.freshness()
    age = None if fresh.as_of is None else max(timedelta(0), now - fresh.as_of)
    is_stale = (age is None or age >= STALE_AFTER) and fresh.waiting > 0
    return {
        "period": panels.say_period(asked),
        "as_of": fresh.as_of,
        "is_today": fresh.as_of is not None
        and timezone.localtime(fresh.as_of).date() == timezone.localtime(now).date(),
        "waiting": fresh.waiting,
        "minutes": None if age is None else int(age.total_seconds() // 60),
        "is_stale": is_stale,
        "is_rebuilding": slo.is_rebuilding(),
        "is_running": asked.until > timezone.localdate(now),
    }


def _cards(
    asked: Asked, totals: Mapping[str, Tally], goals: Mapping[str, int], differing: set[str], to_clocks: Link
) -> list[Card]:
    before = asked.before()
    earlier = {} if before is None else slo.cells_by_metric(figures.attainment(before.scope()))
    cards = []
    for metric, label in METRIC_NAMES.items():
        tally = totals.get(metric, Tally())
        if (metric not in totals and metric not in goals) or asked.metric not in ("", metric):
            continue
        budget = Budget(tally=tally, goal=goals.get(metric))
        most = max(tally.missed, budget.limit or 0, 1)
        cards.append(
            Card(
                metric=metric,
                label=label,
                budget=budget,
                change=""
                if before is None
                else findings.say_change(tally, earlier.get(metric, Tally()), panels.say_period(before)),
                bar_used=round(tally.missed / most * 196, 1),
                bar_limit=round((budget.limit or 0) / most * 196, 1) + 2,
                clocks=to_clocks(metric=metric),
                missed=to_clocks(metric=metric, outcome="missed"),
                excluded=to_clocks(metric=metric, outcome="excluded"),
                goal_differs=metric in differing,
            )
        )
    return cards


def _trend(asked: Asked, goals: Mapping[str, int], now: datetime) -> panels.Panel:
    months = slo.months_to(asked.until, MONTHS)
    year = replace(asked, since=months[0], until=scopes.months_later(months[-1], 1))
    by_month = figures.attainment_by(year.scope(), "month")
    base = reverse("desk-report-clocks")
    return panels.trend_panel(
        months,
        {month: slo.cells_by_metric(cells) for month, cells in by_month.items()},
        goals,
        is_open=year.until > timezone.localdate(now),
        link=lambda metric, month: f"{base}?{panels.month_query(asked, month, metric=metric)}",
    )


def _time_by_severity(spent: Mapping[int, Mapping[str, int]], to_tickets: Link) -> panels.Panel:
    severities = sorted(spent)
    return panels.time_panel(
        [(Severity(one).name, spent[one]) for one in severities],
        name="time",
        question="Whose time was it?",
        by="Severity",
        parties=panels.party_names(),
        link=lambda place, party: to_tickets(what="ended", severity=severities[place], party=party),
    )


@dataclass(frozen=True, kw_only=True)
class Line:
    """An objective at one severity."""

    label: str
    severity: str
    tally: Tally
    goal: int | None
    verdict: str
    met: str
    missed: str
    excluded: str


def _severities(cells: Mapping[figures.Cell, Tally], goals: Mapping[str, int], to_clocks: Link) -> list[Line]:
    return [
        Line(
            label=METRIC_NAMES[metric],
            severity=Severity(severity).name,
            tally=tally,
            goal=goals.get(metric),
            verdict=verdict_of(tally, goals.get(metric)),
            met=to_clocks(metric=metric, severity=severity, outcome="met"),
            missed=to_clocks(metric=metric, severity=severity, outcome="missed"),
            excluded=to_clocks(metric=metric, severity=severity, outcome="excluded"),
        )
        for metric in METRIC_NAMES
        for severity in sorted(one for name, one in cells if name == metric)
        for tally in [cells[metric, severity]]
    ]


@dataclass(frozen=True, kw_only=True)
class CustomerRow:
    """A customer's attainment of each objective, with the line of the one that is worst."""

    customer: Customer
    cells: Sequence[tuple[Tally, str, str]]
    worst: str
    spark: Drawing
    to_report: str


def _customers(
    asked: Asked,
    customers: Mapping[int, Customer],
    goals: Mapping[int, Mapping[str, int]],
    *,
    shows_all: bool,
) -> dict[str, Any]:
    scope = asked.scope()
    by_customer = {
        pk: slo.cells_by_metric(cells)
        for pk, cells in figures.attainment_by(scope, "customer").items()
        if pk in customers
    }
    metrics = [metric for metric in METRIC_NAMES if any(metric in cells for cells in by_customer.values())]
    ranked = sorted(
        by_customer, key=lambda pk: (_badness(by_customer[pk], goals.get(pk, {})), customers[pk].name)
    )
    shown = ranked if shows_all else ranked[:CUSTOMERS]
    months = slo.months_to(asked.until, SPARK_MONTHS)
    past = slo.by_customer_and_month(scope, shown, months[0], scopes.months_later(months[-1], 1))
    rows = []
    for pk in shown:
        own = goals.get(pk, {})
        worst = min(by_customer[pk], key=lambda metric: _room(by_customer[pk][metric], own.get(metric)))
        values = [past.get((pk, worst, month), Tally()) for month in months]
        rows.append(
            CustomerRow(
                customer=customers[pk],
                cells=[
                    (
                        by_customer[pk].get(metric, Tally()),
                        verdict_of(by_customer[pk].get(metric, Tally()), own.get(metric)),
                        f"{reverse('desk-report-clocks')}?"
                        + asked.query(customer=customers[pk].slug, metric=metric, compare="", service=""),
                    )
                    for metric in metrics
                ],
                worst=METRIC_NAMES[worst],
                spark=draw_spark(
                    [one.percent if one.is_enough else None for one in values],
                    goal=own.get(worst),
                    look=panels.LOOKS[worst],
                ),
                to_report=f"?{asked.query(customer=customers[pk].slug, service='')}",
            )
        )
    judged = [pk for pk in ranked if any(one.is_enough for one in by_customer[pk].values())]
    below = [customers[pk].name for pk in judged if _badness(by_customer[pk], goals.get(pk, {}))[0] < 0]
    return {
        "finding": findings.customers(below, len(judged)),
        "metrics": [METRIC_NAMES[metric] for metric in metrics],
        "rows": rows,
        "number": len(ranked),
        "to_all": f"?{asked.query(customers='all')}#customers" if len(ranked) > len(shown) else "",
    }


def _badness(cells: Mapping[str, Tally], goals: Mapping[str, int]) -> tuple[float, float]:
    """Return by what customers are ranked: the worst distance from a goal that enough support, then from any."""
    sure = min(
        (_room(tally, goals.get(metric)) for metric, tally in cells.items() if tally.is_enough), default=0
    )
    return (
        min(sure, 0.0),
        min((_room(tally, goals.get(metric)) for metric, tally in cells.items()), default=0),
    )


def _room(tally: Tally, goal: int | None) -> float:
    return 0.0 if tally.percent is None else tally.percent - (95 if goal is None else goal)


def _left_out(
    asked: Asked, totals: Mapping[str, Tally], goals: Mapping[str, int], to_clocks: Link
) -> dict[str, Any]:
    reasons = slo.left_out(asked)
    return {
        "finding": findings.exclusions(METRIC_NAMES, totals, goals, sum(one.number for one in reasons)),
        "reasons": [(one, to_clocks(outcome="excluded", reason=one.reason)) for one in reasons],
        "with_them": [
            (METRIC_NAMES[metric], tally, to_clocks(metric=metric, outcome="excluded"))
            for metric, tally in totals.items()
            if tally.excluded
        ],
    }


def _misses(asked: Asked, causes: Sequence[tuple[str, str, int]], to_clocks: Link) -> dict[str, Any]:
    total = sum(number for _, _, number in causes)
    most = max((number for _, _, number in causes), default=1)
    return {
        "finding": findings.misses(
            [(name, number) for cause, name, number in causes if cause],
            sum(number for cause, _, number in causes if not cause),
        ),
        "total": total,
        "causes": [
            (name, number, round(number / most * 600, 1), to_clocks(outcome="missed", cause=cause or "none"))
            for cause, name, number in causes
        ],
        "latest": [
            (clock, say_clock(clock.metric, clock.cycle), dict(MissCause.choices).get(clock.said_cause, ""))
            for clock in (slo.latest_misses(asked.scope()) if total else ())
        ],
        "all": to_clocks(outcome="missed"),
        "actions": f"{reverse('desk-report-misses')}?{_days(asked)}",
    }


def _days(asked: Asked, **more: str) -> str:
    """Return the period, and the customer, as pages take it that know no more."""
    return asked.query(severity="", metric="", service="", compare="", **more)


@dataclass(frozen=True, kw_only=True)
class Todo:
    """Something that needs somebody who leads the desk."""

    look: str
    icon: str
    what: str
    note: str
    to: str
    verb: str


def _todo(
    waiting: slo.ToDecide,
    totals: Mapping[str, Tally],
    goals: Mapping[str, int],
    asked: Asked,
    to_clocks: Link,
) -> list[Todo]:
    found = []
    if number := waiting.overdue_misses:
        found.append(
            Todo(
                look="bad",
                icon="alert",
                what=f"{number} miss{'' if number == 1 else 'es'} with something overdue",
                note="Cause and action are due within two business days",
                to=f"{reverse('desk-report-misses')}?{_days(asked, status='overdue')}",
                verb="Add",
            )
        )
    for metric, tally in totals.items():
        if verdict_of(tally, goals.get(metric)) == "not_attained":
            budget = Budget(tally=tally, goal=goals[metric])
            found.append(
                Todo(
                    look="bad",
                    icon="alert",
                    what=f"{METRIC_NAMES[metric]} at {tally.percent:.1f}%",
                    note=f"The goal is {goals[metric]}%; {budget.left_words}",
                    to=to_clocks(metric=metric, outcome="missed"),
                    verb="Open",
                )
            )
    if number := waiting.decisions:
        found.append(
            Todo(
                look="soon",
                icon="warn",
                what=f"{number} decision{'' if number == 1 else 's'} about clocks",
                note="Exclusions and earlier restorations wait for approval",
                to=reverse("desk-exclusions"),
                verb="Decide",
            )
        )
    for one in waiting.renewals:
        if one.look in ("past", "soon"):
            days = one.days_left or 0
            found.append(
                Todo(
                    look="soon" if days >= 0 else "bad",
                    icon="warn",
                    what=f"{one.agreement.customer.name}: "
                    + ("notice date passed" if days < 0 else f"notice due in {days} days"),
                    note=f"Agreement {one.agreement.number} ends {one.agreement.ends_on:%-d %b %Y}",
                    to=reverse("desk-report-renewals"),
                    verb="Open",
                )
            )
    return found[:5]


# --- Whose time -----------------------------------------------------------------------------------------
@require_safe
@desk_door()
def time_report(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show whose time it was, how the work went, and who has how much of it."""
    form = ScopeForm(request.GET, now=now)
    if not form.is_valid():
        return _asked_wrongly(request, form, "reports/slo/time.html", now)
    asked = form.asked()
    scope = asked.scope()
    _to_clocks, to_tickets = _links(asked)
    customers = slo.customers_of(scope)
    by_customer = figures.time_of(scope, "customer")
    ranked = sorted(
        (pk for pk in by_customer if pk in customers), key=lambda pk: -sum(by_customer[pk].values())
    )
    begins, ends = (
        datetime.combine(day, time.min, tzinfo=ZoneInfo(asked.zone)) for day in (asked.since, asked.until)
    )
    measured = performance.measure(since=begins, until=min(ends, now), now=now)
    if asked.customer is not None:
        measured = [one for one in measured if one.case.customer_id == asked.customer.pk]
    opened = slo.open_now(asked, now)
    return TemplateResponse(
        request,
        "reports/slo/time.html",
        {
            "form": form,
            "shortcuts": form.shortcuts(asked),
            "asked": asked,
            "state": _state(asked, now),
            "by_severity": _time_by_severity(figures.time_of(scope, "severity"), to_tickets),
            "by_customer": panels.time_panel(
                [(customers[pk].name, by_customer[pk]) for pk in ranked[:CUSTOMERS]],
                name="by-customer",
                question="Whose time was it at each customer?",
                by="Customer",
                parties=panels.party_names(),
                link=lambda place, party: to_tickets(
                    what="ended", customer=customers[ranked[place]].slug, party=party
                ),
                wide="w12",
            ),
            "more_customers": max(0, len(ranked) - CUSTOMERS),
            "vendors": panels.vendor_panel(
                performance.add_up(measured),
                f"{reverse('desk-vendor-performance')}?{_days(asked, customer='')}",
            ),
            "flow": figures.flow(scope),
            "quality": [
                (
                    "Resolutions that did not last",
                    _said_share(figures.reopened(scope)),
                    to_tickets(what="reopened"),
                ),
                (
                    "Arrivals that the desk gave back to Level 1",
                    _said_share(figures.bounced(scope)),
                    to_tickets(what="returned"),
                ),
            ],
            "earlier": _earlier(asked),
            "lists": {name: to_tickets(what=name) for name in scopes.COUNTED},
            "disputes": slo.disagreements(asked),
            "loads": [
                (
                    load,
                    to_tickets(what="open", assignee=0 if load.person is None else load.person.pk),
                )
                for load in slo.workload(asked, now, timedelta(days=OLD))
            ],
            "ageing": panels.ageing_panel(opened, to_tickets),
            "others": [
                ("How vendors did", f"{reverse('desk-vendor-performance')}?{_days(asked, customer='')}"),
                (
                    "Holds shortly before a miss",
                    f"{reverse('desk-report-holds')}?{_days(asked, customer='')}",
                ),
                (
                    "What customers thought",
                    f"{reverse('desk-report-satisfaction')}?{_days(asked, customer='')}",
                ),
            ],
            "is_lead": person.decides,
            "now": now,
        },
    )


def _said_share(share: Share) -> str:
    if share.percent is None:
        return "none to measure"
    said = f"{share.percent:.1f}% ({share.part} of {share.whole})"
    return said if share.whole >= ENOUGH else f"{said}, too few to judge"


def _earlier(asked: Asked) -> dict[str, Any] | None:
    before = asked.before()
    if before is None:
        return None
    scope = before.scope()
    return {
        "period": panels.say_period(before),
        "flow": figures.flow(scope),
        "reopened": _said_share(figures.reopened(scope)),
        "bounced": _said_share(figures.bounced(scope)),
    }


# --- What is behind a number --------------------------------------------------------------------------
@require_safe
@desk_door()
def clocks_behind(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List the clocks that a figure counts, the latest verdict first, each with the page that says why."""
    form = ClocksForm(request.GET, now=now)
    if not form.is_valid():
        return _asked_wrongly(request, form, "reports/slo/clocks.html", now)
    asked, behind = form.asked(), form.behind()
    place = read_place(request.GET.get("after", ""))
    page = scopes.latest_verdicts(asked.scope(), behind, place, PAGE + 1)
    return TemplateResponse(
        request,
        "reports/slo/clocks.html",
        {
            "form": form,
            "asked": asked,
            "period": panels.say_period(asked),
            "narrowed": _narrowed(behind),
            "rows": [(clock, say_clock(clock.metric, clock.cycle), _used_of(clock)) for clock in page[:PAGE]],
            "next": next_page(request.GET, page[PAGE - 1].judged_at, page[PAGE - 1].pk)
            if len(page) > PAGE
            else "",
            "is_later": place is not None,
            "first": next_page(request.GET),
            "to_report": f"{reverse('desk-reports')}?{asked.query()}",
            "to_csv": f"{reverse('desk-report-clocks-csv')}?{next_page(request.GET)}" if page else "",
            "now": now,
        },
    )


def _narrowed(behind: scopes.Behind) -> list[str]:
    """Return in words what the list is narrowed to that no control shows."""
    said = []
    if behind.weekday is not None:
        said.append(panels.WEEKDAYS[behind.weekday])
    if behind.slot is not None:
        said.append(f"{behind.slot * 2:02}:00 to {behind.slot * 2 + 2:02}:00")
    if behind.bucket is not None:
        low = behind.bucket * panels.STEP
        is_last = behind.bucket == BUCKETS - 1
        said.append(f"more than {low}% used" if is_last else f"{low}% to {low + panels.STEP}% used")
    if behind.cause:
        said.append(
            str({**dict(MissCause.choices), "none": "No cause said yet"}.get(behind.cause, behind.cause))
        )
    if behind.reason:
        said.append(f"excluded: {slo.reason_name(behind.reason)}")
    return said


def _used_of(clock: Any) -> str:
    if not clock.target_seconds:
        return say_seconds(clock.consumed_seconds)
    return f"{say_seconds(clock.consumed_seconds)} of {say_seconds(clock.target_seconds)}"


@require_safe
@desk_door()
def tickets_behind(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List the tickets that a figure counts, the newest first, with whose time it was of those that ended."""
    form = TicketsForm(request.GET, now=now)
    if not form.is_valid():
        return _asked_wrongly(request, form, "reports/slo/tickets.html", now)
    asked, given = form.asked(), form.cleaned_data
    after = request.GET.get("after", "")
    below = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else None
    listed = (
        _counted_tickets(asked, form.counts, given["party"], below)
        if form.counts
        else _open_tickets(asked, now, given, below)
    )
    names = panels.party_names()
    return TemplateResponse(
        request,
        "reports/slo/tickets.html",
        {
            "form": form,
            "asked": asked,
            "period": panels.say_period(asked) if form.counts else "",
            "what": dict(form.fields["what"].choices)[given["what"] or "ended"],  # type: ignore[attr-defined]
            "narrowed": [
                *([names[given["party"]]] if given["party"] else []),
                *([panels.AGE_NAMES[given["age"]]] if given["age"] is not None else []),
                *([f"next move: {panels.MOVERS[given['mover']].lower()}"] if given["mover"] else []),
            ],
            "rows": [
                (
                    ticket,
                    ", ".join(
                        f"{names[party.value]} {say_seconds(parts[party.value])}"
                        for party in Party
                        if parts.get(party.value)
                    ),
                )
                for ticket, parts in listed[:PAGE]
            ],
            "shows_time": form.counts == "ended",
            "next": next_page(request.GET, None, listed[PAGE - 1][0].pk) if len(listed) > PAGE else "",
            "is_later": below is not None,
            "first": next_page(request.GET),
            "to_report": f"{reverse('desk-reports-time')}?{asked.query()}",
            "now": now,
        },
    )


def _counted_tickets(
    asked: Asked, what: str, party: str, below: int | None
) -> list[tuple[Any, Mapping[str, int]]]:
    scope = asked.scope()
    rows = scopes.counted_in(scope, what, party)
    if below is not None:
        rows = rows.filter(ticket_id__lt=below)
    return [(one.ticket, scopes.ended_parts(one, scope)) for one in rows[: PAGE + 1]]


def _open_tickets(
    asked: Asked, now: datetime, given: Mapping[str, Any], below: int | None
) -> list[tuple[Any, Mapping[str, int]]]:
    rows = scopes.open_in(asked, now, age=given["age"], mover=given["mover"], assignee=given["assignee"])
    rows = rows.select_related("customer", "assignee").order_by("-pk")
    if below is not None:
        rows = rows.filter(pk__lt=below)
    return [(ticket, {}) for ticket in rows[: PAGE + 1]]
