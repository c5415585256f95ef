"""Rules in words: a week, what differs between two versions, what an objective promises; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.catalogue import gettext as _
from core.catalogue import gettext_noop, ngettext
from slas.calendar import DAYS
from slas.documents import DEFAULT_STOPS, Metric
from slas.drafts import CalendarDraft, kinds_of, whole_days, write_shifts, write_target

WEEKDAYS = dict(
    zip(
        DAYS,
        (
            gettext_noop("Monday"),
            gettext_noop("Tuesday"),
            gettext_noop("Wednesday"),
            gettext_noop("Thursday"),
            gettext_noop("Friday"),
            gettext_noop("Saturday"),
            gettext_noop("Sunday"),
        ),
        strict=True,
    )
)
METRICS = {
    "respond": gettext_noop("Respond"),
    "update": gettext_noop("Update"),
    "restore": gettext_noop("Restore"),
    "resolve": gettext_noop("Resolve"),
}
#: What stops a clock, in the words of a customer's page.
STOPS = {
    "customer_reply": gettext_noop("waiting for the customer's reply"),
    "customer_access": gettext_noop("waiting for access from the customer"),
    "vendor": gettext_noop("waiting for a vendor"),
    "agreed_wait": gettext_noop("an agreed wait"),
    "excluded": gettext_noop("an approved exclusion"),
}
KIND_NAMES = {
    "incident": gettext_noop("Incidents"),
    "request": gettext_noop("Service requests"),
    "both": gettext_noop("All tickets"),
}


def week_lines(weekly: Mapping[str, Sequence[Sequence[str]]]) -> list[tuple[str, str]]:
    """Return each weekday with its hours; days that follow each other and are alike share a line."""
    lines: list[tuple[str, str, str]] = []
    for day in DAYS:
        hours = _say_hours(weekly.get(day, ()))
        if lines and lines[-1][2] == hours:
            lines[-1] = (lines[-1][0], _(WEEKDAYS[day]), hours)
        else:
            lines.append((_(WEEKDAYS[day]), _(WEEKDAYS[day]), hours))
    return [
        (first if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}, hours)
        for first, last, hours in lines
    ]


def _say_hours(shifts: Sequence[Sequence[str]]) -> str:
    return write_shifts(shifts) or _("closed")


def calendar_changes(before: CalendarDraft, after: CalendarDraft) -> Iterator[str]:
    """Yield, line by line, what differs between two contents of a calendar."""
    for day in DAYS:
        was, becomes = (_say_hours(one.weekly.get(day, ())) for one in (before, after))
        if was != becomes:
            yield f"{WEEKDAYS[day]}: {was} becomes {becomes}"
    for day in sorted(before.holidays.keys() | after.holidays.keys()):
        old, new = before.holidays.get(day), after.holidays.get(day)
        if old is None:
            yield f"{day} {new}: closed"
        elif new is None:
            yield f"{day} {old}: no longer closed"
        elif old != new:
            yield f"{day}: {old} is called {new}"
    for day in sorted(before.overrides.keys() | after.overrides.keys()):
        shifts, others = before.overrides.get(day), after.overrides.get(day)
        if shifts == others:
            continue
        was = "as every week" if shifts is None else _say_hours(shifts)
        becomes = "as every week" if others is None else _say_hours(others)
        yield f"{day}: {was} becomes {becomes}"
    if before.timezone != after.timezone:
        was, becomes = (one.timezone or "the customer's" for one in (before, after))
        yield f"Time zone: {was} becomes {becomes}"


@dataclass(frozen=True, kw_only=True)
class ObjectiveLine:
    """One objective as a row of a table."""

    severity: str
    metric: str
    label: str
    kind: str
    target: str
    hours: str
    at_risk_percent: int
    stops: str
    clause: str


def objective_lines(document: Mapping[str, Any]) -> list[ObjectiveLine]:
    """Return the objectives of a policy, by severity, then metric, then kind."""
    order = {metric.value: place for place, metric in enumerate(Metric)}
    listed = sorted(
        document["objectives"],
        key=lambda one: (one["severity"], order[one["metric"]], one.get("kind", "both")),
    )
    return [
        ObjectiveLine(
            severity=one["severity"],
            metric=one["metric"],
            label=_(METRICS[one["metric"]]),
            kind=_(KIND_NAMES[one.get("kind", "both")]),
            target=_say_target(one["target_seconds"], one["calendar"]),
            hours=_("around the clock") if one["calendar"] == "always" else _("business hours"),
            at_risk_percent=one.get("at_risk_percent", 75),
            stops=say_stops(one),
            clause=one.get("clause", ""),
        )
        for one in listed
    ]


def _say_target(seconds: int, calendar: str) -> str:
    if (days := whole_days(seconds, calendar)) is None:
        return write_target(seconds, calendar)
    return ngettext("%(days)s business day", "%(days)s business days", days) % {"days": days}


def say_stops(objective: Mapping[str, Any]) -> str:
    """Return what stops an objective's clock, in words."""
    return ", ".join(STOPS[reason] for reason in stops_of(objective)) or "nothing"


def stops_of(objective: Mapping[str, Any]) -> list[str]:
    """Return what stops an objective's clock, the metric's usual reasons where it does not say."""
    listed = objective.get("stops_while")
    reasons = DEFAULT_STOPS[Metric(objective["metric"])] if listed is None else listed
    return [reason for reason in STOPS if reason in reasons]


def policy_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield, line by line, what differs between two contents of a policy."""
    old, new = _by_name(before), _by_name(after)
    for name in sorted(old.keys() | new.keys()):
        severity, metric, kind = name
        about = f"{severity} {METRICS[metric].lower()}, {KIND_NAMES[kind].lower()}"
        if name not in old:
            yield f"{about}: new, {_target(new[name])}"
        elif name not in new:
            yield f"{about}: no longer promised"
        else:
            yield from (f"{about}: {said}" for said in _objective_changes(old[name], new[name]))
    was, becomes = (write_target(one["reopen_window"]["seconds"], "business") for one in (before, after))
    if was != becomes:
        yield f"Reopening: within {was} becomes within {becomes}"


def _by_name(document: Mapping[str, Any]) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    return {
        (one["severity"], one["metric"], kind): one
        for one in document["objectives"]
        for kind in kinds_of(one)
    }


def _target(objective: Mapping[str, Any]) -> str:
    hours = "around the clock" if objective["calendar"] == "always" else "in business hours"
    return f"{write_target(objective['target_seconds'], objective['calendar'])} {hours}"


def _objective_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if _target(old) != _target(new):
        yield f"{_target(old)} becomes {_target(new)}"
    if old.get("at_risk_percent", 75) != new.get("at_risk_percent", 75):
        yield f"at risk from {old.get('at_risk_percent', 75)} % becomes {new.get('at_risk_percent', 75)} %"
    if stops_of(old) != stops_of(new):
        yield f"stopped by {say_stops(old)} becomes stopped by {say_stops(new)}"
    if old.get("clause", "") != new.get("clause", ""):
        yield f"clause {old.get('clause') or 'none'} becomes clause {new.get('clause') or 'none'}"
