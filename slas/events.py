"""Facts about promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from core.events import DeskEvent, Event
from slas.models import ExclusionReason, MissCause
from slas.verdicts import VerdictChange
from tickets.severity import Severity

#: What the objectives are called in English; `say_metric` says it in the reader's language.
METRIC_NAMES = {
    "respond": gettext_noop("First response"),
    "update": gettext_noop("Update"),
    "restore": gettext_noop("Restoration"),
    "resolve": gettext_noop("Resolution"),
}


def breached_key(ticket_id: int, metric: str, cycle: int, *, corrections: int = 0) -> str:
    """Return the source key that makes a breach one fact, however often it is noticed.

    A miss that was corrected away may come true after all, and is another fact then.
    """
    return f"breached:{ticket_id}:{metric}:{cycle}" + (f":again-{corrections}" if corrections else "")


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
        return _("measures this under agreement %(number)s") % {"number": self.agreement_number}


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(AgreementAttached):
    """Another version of a calendar measures the ticket from `at` on; what went before keeps its own.

    The fields name everything that is pinned from then on, as an attachment does.
    """

    type_name: ClassVar[str] = "slas.calendar_changed"
    calendar: str
    reason: str

    def sentence(self) -> str:
        return _("measures this by the opening hours %(calendar)s from here on: %(reason)s") % {
            "calendar": self.calendar,
            "reason": self.reason,
        }


@dataclass(frozen=True, kw_only=True)
class AgreementEnded(Event):
    """A term ends before the day it was signed for."""

    type_name: ClassVar[str] = "slas.agreement_ended"
    agreement_id: int
    number: str
    ends_on: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CalendarPublished(DeskEvent):
    """A version of a calendar was published; it holds from `effective_at` on."""

    type_name: ClassVar[str] = "slas.calendar_published"
    calendar_id: int
    calendar: str
    effective_at: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PolicyPublished(DeskEvent):
    """A version of a policy was published; agreements may be signed on it from `effective_at` on."""

    type_name: ClassVar[str] = "slas.policy_published"
    policy_id: int
    policy: str
    effective_at: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CorrectionProposed(DeskEvent):
    """Someone proposes that a calendar was another already in the past."""

    type_name: ClassVar[str] = "slas.correction_proposed"
    correction_id: int
    calendar: str
    effective_at: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CorrectionDecided(DeskEvent):
    """A second person approved or rejected a retroactive correction; `code` says which."""

    type_name: ClassVar[str] = "slas.correction_decided"
    correction_id: int
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ObjectiveAtRisk(Event):
    """The warning share of a target was used up at `at`."""

    type_name: ClassVar[str] = "slas.objective_at_risk"
    metric: str
    cycle: int
    severity: int
    due_at: str

    def sentence(self) -> str:
        return _("warned that the %(objective)s objective is at risk (%(severity)s)") % {
            "objective": say_metric(self.metric).lower(),
            "severity": Severity(self.severity).name,
        }


@dataclass(frozen=True, kw_only=True)
class ObjectiveBreached(Event):
    """A target was used up unmet at `at`, whoever was looking."""

    type_name: ClassVar[str] = "slas.objective_breached"
    metric: str
    cycle: int
    severity: int
    target_seconds: int

    def sentence(self) -> str:
        return _("recorded that the %(objective)s objective was missed (%(severity)s)") % {
            "objective": say_metric(self.metric).lower(),
            "severity": Severity(self.severity).name,
        }


@dataclass(frozen=True, kw_only=True)
class VerdictCorrected(Event):
    """A clock's verdict is another since something was recorded late; what was recorded before stays.

    `was` and `now` are outcomes, or `none` for a cycle that never was; `cause` is one word: exclusion,
    restoration or calendar. The actor approved it; the system where a calendar's version came late.
    """

    type_name: ClassVar[str] = "slas.verdict_corrected"
    metric: str
    cycle: int
    was: str
    now: str
    cause: str

    def sentence(self) -> str:
        change = VerdictChange(metric=self.metric, cycle=self.cycle, was=self.was, now=self.now)
        said = say_change(change)
        change_said = {"change": f"{said[0].lower()}{said[1:]}"}
        if self.actor.is_desk:
            return _("approved a correction: %(change)s") % change_said
        return _("recorded a correction: %(change)s") % change_said


def say_change(change: VerdictChange) -> str:
    """Return a changed verdict in words, such as 'Restoration was missed and is met'."""
    was, now = say_verdict(change.was), say_verdict(change.now)
    return _("%(clock)s was %(was)s and is %(now)s") % {
        "clock": say_clock(change.metric, change.cycle),
        "was": was,
        "now": now,
    }


def say_metric(metric: str) -> str:
    """Return what an objective is called, such as 'First response'."""
    return _(METRIC_NAMES[metric])


def say_clock(metric: str, cycle: int) -> str:
    """Return what one clock of a ticket is called, such as 'Update no. 3'; the first has no number."""
    name = say_metric(metric)
    return name if cycle == 1 else _("%(clock)s no. %(cycle)s") % {"clock": name, "cycle": cycle}


def say_verdict(outcome: str) -> str:
    """Return an outcome in words."""
    return _(_OUTCOMES.get(outcome, outcome))


_OUTCOMES = {
    "pending": gettext_noop("not decided"),
    "none": gettext_noop("not owed"),
    "met": gettext_noop("met"),
    "missed": gettext_noop("missed"),
    "cancelled": gettext_noop("cancelled"),
    "excluded": gettext_noop("excluded"),
}


@dataclass(frozen=True, kw_only=True)
class ObjectiveWaived(Event):
    """A missed objective is not held against the desk, and why; the clock stays missed."""

    type_name: ClassVar[str] = "slas.objective_waived"
    metric: str
    cycle: int
    reason: str

    def sentence(self) -> str:
        return _("waived the missed %(objective)s objective: %(reason)s") % {
            "objective": say_metric(self.metric).lower(),
            "reason": self.reason,
        }


@dataclass(frozen=True, kw_only=True)
class ExclusionProposed(Event):
    """Someone asks for time of a ticket to be left outside the agreement; `code` says which kind of reason."""

    type_name: ClassVar[str] = "slas.exclusion_proposed"
    exclusion_id: int
    code: str

    def sentence(self) -> str:
        return _("proposed an exclusion: %(why)s") % {"why": _say_code(self.code)}


@dataclass(frozen=True, kw_only=True)
class ExclusionBegan(Event):
    """From `at` on the ticket is excluded; recorded when that was approved."""

    type_name: ClassVar[str] = "slas.exclusion_began"
    exclusion_id: int
    code: str

    def sentence(self) -> str:
        return _("excluded the time from here: %(why)s") % {"why": _say_code(self.code)}


@dataclass(frozen=True, kw_only=True)
class ExclusionEnded(Event):
    """From `at` on the ticket is included again."""

    type_name: ClassVar[str] = "slas.exclusion_ended"
    exclusion_id: int

    def sentence(self) -> str:
        return _("ended the exclusion here")


@dataclass(frozen=True, kw_only=True)
class ExclusionApproved(Event):
    """A proposed exclusion was approved; what it does to clocks was recorded before this."""

    type_name: ClassVar[str] = "slas.exclusion_approved"
    exclusion_id: int
    reason: str

    def sentence(self) -> str:
        return _("approved the exclusion: %(reason)s") % {"reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class ExclusionRejected(Event):
    """A proposed exclusion was rejected; no clock was touched."""

    type_name: ClassVar[str] = "slas.exclusion_rejected"
    exclusion_id: int
    reason: str

    def sentence(self) -> str:
        return _("rejected the exclusion: %(reason)s") % {"reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class ExclusionWithdrawn(Event):
    """Who proposed an exclusion took the proposal back; no clock was touched."""

    type_name: ClassVar[str] = "slas.exclusion_withdrawn"
    exclusion_id: int
    reason: str

    def sentence(self) -> str:
        return _("withdrew the proposed exclusion: %(reason)s") % {"reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class ExclusionContested(Event):
    """The customer does not agree with an approved exclusion."""

    type_name: ClassVar[str] = "slas.exclusion_contested"
    exclusion_id: int
    reason: str

    def sentence(self) -> str:
        return _("contested the exclusion: %(reason)s") % {"reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class ExclusionKept(Event):
    """The desk keeps a contested exclusion, and says why."""

    type_name: ClassVar[str] = "slas.exclusion_kept"
    exclusion_id: int
    reason: str

    def sentence(self) -> str:
        return _("kept the contested exclusion: %(reason)s") % {"reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class ExclusionRevoked(Event):
    """An approved exclusion was revoked: from `at` on, or, if `is_void`, as if it had never been."""

    type_name: ClassVar[str] = "slas.exclusion_revoked"
    exclusion_id: int
    reason: str
    is_void: bool

    def sentence(self) -> str:
        if self.is_void:
            return _("revoked the exclusion as if it never was: %(reason)s") % {"reason": self.reason}
        return _("revoked the exclusion from now on: %(reason)s") % {"reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class RestorationProposed(Event):
    """Someone says that service was back at `restored_at`, which would change a verdict and needs approval."""

    type_name: ClassVar[str] = "slas.restoration_proposed"
    restoration_id: int
    restored_at: str

    def sentence(self) -> str:
        return _("said that service was back earlier, which a desk lead has to approve")


@dataclass(frozen=True, kw_only=True)
class RestorationApproved(Event):
    """A desk lead agrees that service was back earlier than was first recorded."""

    type_name: ClassVar[str] = "slas.restoration_approved"
    restoration_id: int
    reason: str

    def sentence(self) -> str:
        return _("approved the earlier restoration: %(reason)s") % {"reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class RestorationRejected(Event):
    """A desk lead does not agree that service was back earlier; what was recorded first stays."""

    type_name: ClassVar[str] = "slas.restoration_rejected"
    restoration_id: int
    reason: str

    def sentence(self) -> str:
        return _("rejected the earlier restoration: %(reason)s") % {"reason": self.reason}


def _say_code(code: str) -> str:
    label = str(ExclusionReason(code).label)
    return f"{label[0].lower()}{label[1:]}"


@dataclass(frozen=True, kw_only=True)
class MissesExplained(Event):
    """The desk said why as many objectives as `called` says were missed; `cause` is the code, `reason` its words."""

    type_name: ClassVar[str] = "slas.misses_explained"
    called: int
    cause: str
    reason: str

    def sentence(self) -> str:
        label = str(MissCause(self.cause).label)
        return ngettext(
            "explained a missed objective: %(cause)s. %(reason)s",
            "explained %(number)s missed objectives: %(cause)s. %(reason)s",
            self.called,
        ) % {"number": self.called, "cause": f"{label[0].lower()}{label[1:]}", "reason": self.reason}
