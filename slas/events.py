"""Facts about promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import Event
from tickets.severity import Severity

METRIC_NAMES = {
    "respond": "First response",
    "update": "Update",
    "restore": "Restoration",
    "resolve": "Resolution",
}


def breached_key(ticket_id: int, metric: str, cycle: int) -> str:
    """Return the source key that makes a breach one fact, however often it is noticed."""
    return f"breached:{ticket_id}:{metric}:{cycle}"


def at_risk_key(ticket_id: int, metric: str, cycle: int, severity: int) -> str:
    """Return the source key of a warning: another severity brings another target, so it warns again."""
    return f"at-risk:{ticket_id}:{metric}:{cycle}:P{severity}"


@dataclass(frozen=True, kw_only=True)
class AgreementSigned(Event):
    """A customer signed an annual agreement; dates are ISO."""

    type_name: ClassVar[str] = "slas.agreement_signed"
    agreement_id: int
    number: str
    starts_on: str
    ends_on: str


@dataclass(frozen=True, kw_only=True)
class AgreementAttached(Event):
    """A ticket reached the desk under this agreement; the versions named here measure it to its end."""

    type_name: ClassVar[str] = "slas.agreement_attached"
    agreement_id: int
    agreement_number: str
    policy_id: int
    business_hours_id: int
    always_id: int
    timezone: str

    def sentence(self) -> str:
        return f"measures this under agreement {self.agreement_number}"


@dataclass(frozen=True, kw_only=True)
class ObjectiveAtRisk(Event):
    """The warning share of a target was used up at `at`."""

    type_name: ClassVar[str] = "slas.objective_at_risk"
    metric: str
    cycle: int
    severity: int
    due_at: str

    def sentence(self) -> str:
        return f"warned that the {METRIC_NAMES[self.metric].lower()} objective is at risk ({Severity(self.severity).name})"


@dataclass(frozen=True, kw_only=True)
class ObjectiveBreached(Event):
    """A target was used up unmet at `at`, whoever was looking."""

    type_name: ClassVar[str] = "slas.objective_breached"
    metric: str
    cycle: int
    severity: int
    target_seconds: int

    def sentence(self) -> str:
        return f"recorded that the {METRIC_NAMES[self.metric].lower()} objective was missed ({Severity(self.severity).name})"
