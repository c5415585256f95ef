"""From plain answers about business impact to a proposed severity; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from core.catalogue import gettext as _
from core.catalogue import gettext_noop


class Severity(IntEnum):
    """P1 is the most severe."""

    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4

    @property
    def label(self) -> str:
        return _(_LABELS[self])

    @property
    def meaning(self) -> str:
        return _(_MEANINGS[self])


_LABELS = {
    Severity.P1: gettext_noop("P1 Critical"),
    Severity.P2: gettext_noop("P2 High"),
    Severity.P3: gettext_noop("P3 Normal"),
    Severity.P4: gettext_noop("P4 Low"),
}
_MEANINGS = {
    Severity.P1: gettext_noop(
        "Operations are halted or severely impacted, and there is no acceptable workaround."
    ),
    Severity.P2: gettext_noop(
        "Intermittent failure or degradation with major impact, and no acceptable workaround."
    ),
    Severity.P3: gettext_noop("Minor impact: the system works, or an acceptable workaround exists."),
    Severity.P4: gettext_noop("A question, a cosmetic fault, non-production, or no operational impact."),
}


class Environment(StrEnum):
    """Whether live business depends on what is affected."""

    PRODUCTION = "production"
    NON_PRODUCTION = "non_production"


class Work(StrEnum):
    """What people can still do."""

    STOPPED = "stopped"
    DEGRADED = "degraded"
    NUISANCE = "nuisance"
    UNAFFECTED = "unaffected"


class Affected(StrEnum):
    """Who is affected: evidence for the engineer, not input to the proposal."""

    FEW = "few"
    TEAM = "team"
    BUSINESS = "business"


class SecurityRisk(StrEnum):
    """The risk to the security of the customer's systems or information."""

    NONE = "none"
    MODERATE = "moderate"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, kw_only=True)
class Impact:
    """The customer's assessment of business impact."""

    environment: Environment
    work: Work
    has_workaround: bool
    affected: Affected = Affected.FEW
    security: SecurityRisk = SecurityRisk.NONE


#: The impact of what somebody asks for while everything works.
NOTHING_BROKEN = Impact(environment=Environment.PRODUCTION, work=Work.UNAFFECTED, has_workaround=False)

_BY_SECURITY = {
    SecurityRisk.NONE: Severity.P4,
    SecurityRisk.MODERATE: Severity.P3,
    SecurityRisk.HIGH: Severity.P2,
    SecurityRisk.CRITICAL: Severity.P1,
}


def propose(impact: Impact) -> Severity:
    """Return the severity that the answers propose: the highest of the rules that match (DOMAIN, section 2)."""
    return min(_BY_SECURITY[impact.security], _by_operations(impact))


def least_for_security(risk: SecurityRisk) -> Severity | None:
    """Return the severity that a security risk alone proposes; None without a risk."""
    return None if risk is SecurityRisk.NONE else _BY_SECURITY[risk]


def _by_operations(impact: Impact) -> Severity:
    if impact.environment is Environment.NON_PRODUCTION:
        return Severity.P3 if impact.work is Work.STOPPED else Severity.P4
    match impact.work:
        case Work.STOPPED:
            return Severity.P2 if impact.has_workaround else Severity.P1
        case Work.DEGRADED:
            return Severity.P3 if impact.has_workaround else Severity.P2
        case Work.NUISANCE:
            return Severity.P3
        case Work.UNAFFECTED:
            return Severity.P4
