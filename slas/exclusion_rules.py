"""What may be done to an exclusion, and by whom; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.catalogue import gettext as _
from core.problems import Refused


class Verb(StrEnum):
    """What can be done to an exclusion that somebody proposed."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    END = "end"
    CONTEST = "contest"
    KEEP = "keep"
    REVOKE = "revoke"


#: What only someone other than the proposer may do.
DECISIONS = frozenset({Verb.APPROVE, Verb.REJECT, Verb.KEEP, Verb.REVOKE})


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where an exclusion stands."""

    state: str
    is_running: bool
    was_contested: bool
    is_contested: bool
    proposer_id: int


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A ticket's time at the desk, in which an exclusion has to lie."""

    since: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Span:
    """A time to exclude; open at its end while it lasts."""

    start: datetime
    end: datetime | None

    def touches(self, other: Span) -> bool:
        """Tell whether two spans share an instant, their ends included."""
        return (other.end is None or self.start <= other.end) and (
            self.end is None or other.start <= self.end
        )


def check(verb: Verb, standing: Standing, *, desk_person_id: int | None = None) -> None:
    """Raise Refused, with the reason, unless the verb is allowed now and to this person."""
    reason = _why_not(verb, standing)
    if reason:
        raise Refused(reason)
    if verb in DECISIONS and desk_person_id == standing.proposer_id:
        raise Refused(_("You proposed this. Another desk lead or manager decides it."))
    if verb is Verb.WITHDRAW and desk_person_id != standing.proposer_id:
        raise Refused(_("Only who proposed this may withdraw it."))


def may(verb: Verb, standing: Standing, *, desk_person_id: int | None = None) -> bool:
    """Tell whether the verb is allowed now and to this person."""
    try:
        check(verb, standing, desk_person_id=desk_person_id)
    except Refused:
        return False
    return True


def _why_not(verb: Verb, standing: Standing) -> str:
    if verb in (Verb.APPROVE, Verb.REJECT, Verb.WITHDRAW):
        return "" if standing.state == "proposed" else _("This has been decided already.")
    if standing.state != "approved":
        return _("This exclusion is not in force.")
    if verb is Verb.END and not standing.is_running:
        return _("This exclusion has ended already.")
    if verb is Verb.CONTEST and standing.was_contested:
        return _("This exclusion was contested before. The desk's answer is beside it.")
    if verb is Verb.KEEP and not standing.is_contested:
        return _("Nobody waits for an answer about this exclusion.")
    return ""


def check_span(span: Span, stay: Stay, *, at: datetime) -> None:
    """Raise Refused beside the field at fault unless a span lies within the ticket's time at the desk."""
    if stay.since is None or span.start < stay.since:
        raise Refused("This is before the ticket reached the desk.", field="starts_at")
    if span.start > at:
        raise Refused("This time is in the future.", field="starts_at")
    if span.end is None:
        if stay.finished_at is not None:
            raise Refused("Enter until when: nothing is counted any more.", field="ends_at")
        return
    if span.end > at:
        raise Refused("This time is in the future. Leave it empty while it lasts.", field="ends_at")
    if span.end <= span.start:
        raise Refused("Enter a time after the start.", field="ends_at")
