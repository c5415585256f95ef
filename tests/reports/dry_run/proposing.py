"""Proposals as a manager types them, and tickets of the past to try them on."""

from __future__ import annotations

from typing import Any

from django.test import Client

from core.tenancy import acting_as, worker_context
from reports.models import DryRun
from slas.models import CalendarVersion, PolicyVersion
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, Cast, House, actor_of, context_of, file_ticket, fresh
from tests.conftest import Clock
from tests.explaining import explain
from tests.slas.test_promises_targets import reply
from tests.slas.test_rules_policies import row_of
from tickets import actions as tickets
from tickets.models import ResolutionCode, Ticket


def policy() -> PolicyVersion:
    with acting_as(worker_context()):
        return PolicyVersion.objects.order_by("-version")[0]


def calendar(region: str = "NSW") -> CalendarVersion:
    with acting_as(worker_context()):
        return CalendarVersion.objects.of_family("business", region)[0]


def address(version: PolicyVersion | CalendarVersion) -> str:
    kind = "policy" if isinstance(version, PolicyVersion) else "calendar"
    return f"/desk/reports/dry-run/{kind}/{version.pk}/"


def typed_policy(client: Client, **changes: Any) -> dict[str, Any]:
    """Return what the form of a proposed policy holds, a copy of the newest, with some fields typed over."""
    rows = client.get(address(policy())).context["rows"]
    values: dict[str, Any] = {
        "objectives-TOTAL_FORMS": rows.total_form_count(),
        "objectives-INITIAL_FORMS": rows.initial_form_count(),
        "reopen": "5 business days",
        "customer": "",
        "months": "3",
        "reach": "family",
    }
    for row in rows:
        for bound in row:
            value = bound.value()
            if value is None:  # a browser sends the first choice of a select
                value = bound.field.choices[0][0] if bound.name in ("severity", "metric", "calendar") else []
            values[bound.html_name] = value
    return values | changes


def target(values: dict[str, Any], severity: str, metric: str, text: str) -> dict[str, Any]:
    """Return what is typed with another target for an objective."""
    return values | {f"{row_of(values, severity, metric)}-target": text}


def found_at(answer: Any) -> DryRun:
    """Return the dry run that an answer leads to."""
    assert answer.status_code == 302, answer.content.decode()
    with acting_as(worker_context()):
        return DryRun.objects.get(pk=int(answer["Location"].rstrip("/").rpartition("/")[2]))


def read(run: DryRun) -> DryRun:
    with acting_as(worker_context()):
        return DryRun.objects.get(pk=run.pk)


def answered_after(cast: Cast, clock: Clock, house: House, *, minutes: int) -> Ticket:
    """Let a critical ticket be filed, answered after so many minutes, and resolved half an hour later."""
    ticket = file_ticket(house.requester, impact=CRITICAL)
    clock.advance(minutes=minutes)
    sweep_due_clocks()
    reply(cast, ticket)
    clock.advance(minutes=30)
    explain(cast, ticket)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.resolve(ticket=ticket, actor=actor_of(cast.engineer), at=now, code=ResolutionCode.FIXED)
    clock.advance(minutes=5)
    return fresh(ticket)
