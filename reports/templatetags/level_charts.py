"""The charts beside a customer's own service levels."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from core.periods import PeriodForm
from customers.models import Member
from reports import panels
from reports.access import slo
from reports.access.scopes import months_later
from reports.figures import Scope, attainment_by, freshness, time_of
from reports.findings import join
from slas.events import say_metric
from slas.tallies import verdict_of
from tickets.severity import Severity

register = template.Library()
MONTHS = 12


@register.inclusion_tag("reports/slo/_levels.html")
def level_charts(member: Member, form: PeriodForm, goals: Any, now: datetime) -> dict[str, Any]:
    """Show a customer's attainment over a year and whose the time of its tickets was in the period."""
    since, until = (timezone.localdate(instant) for instant in form.period())
    own = frozenset({member.customer_id})
    zone = member.customer.timezone
    months = slo.months_to(until, MONTHS)
    end = months_later(months[-1], 1)
    by_month = {
        month: slo.cells_by_metric(cells)
        for month, cells in attainment_by(
            Scope(since=months[0], until=end, zone=zone, customers=own), "month"
        ).items()
    }
    spent = time_of(Scope(since=since, until=until, zone=zone, customers=own), "severity")
    goals = goals or {}
    parties = panels.party_names(member.customer.name)
    return {
        "trend": panels.trend_panel(
            months,
            by_month,
            goals,
            is_open=end > timezone.localdate(now),
            finding=_finding(by_month.get(months[-1], {}), goals),
            question=_("Are the promises kept, and is it getting better?"),
        ),
        "time": panels.time_panel(
            [(Severity(one).name, spent[one]) for one in sorted(spent)],
            name="time",
            question=_("Whose time was it?"),
            by=_("Severity"),
            parties=parties,
            finding=_finding_of_time(spent, parties),
            wide="w12",
        ),
        "as_of": freshness().as_of,
        "now": now,
    }


def _finding(cells: Any, goals: Any) -> str:
    enough = {metric: tally for metric, tally in cells.items() if tally.is_enough}
    below = [
        say_metric(metric)
        for metric, tally in enough.items()
        if verdict_of(tally, goals.get(metric)) == "not_attained"
    ]
    if not enough:
        return _("Too few measured in the last month to judge")
    if below:
        return _("Below the goal in the last month: %(names)s") % {"names": join(below)}
    return _("Nothing that can be judged is below its goal in the last month")


def _finding_of_time(spent: Any, parties: Any) -> str:
    sums = {party: sum(numbers.get(party, 0) for numbers in spent.values()) for party in parties}
    total = sum(sums.values())
    if not total:
        return _("No ticket ended in this period")
    most = max(sums, key=lambda party: sums[party])
    return _("%(share)s%% of the time: %(party)s") % {
        "share": sums[most] * 100 // total,
        "party": parties[most],
    }
