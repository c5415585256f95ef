"""Statuses, and which verb is allowed in which; pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from core.catalogue import gettext as _
from core.catalogue import gettext_noop
from core.problems import Refused


class Status(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    RESTORED = "restored"
    RESOLVED = "resolved"
    CLOSED = "closed"


OPEN = frozenset({Status.NEW, Status.IN_PROGRESS, Status.ON_HOLD, Status.RESTORED})
UNRESTORED = frozenset({Status.NEW, Status.IN_PROGRESS, Status.ON_HOLD})


class HoldReason(StrEnum):
    """Why the next move is not the desk's."""

    CUSTOMER_REPLY = "customer_reply"
    CUSTOMER_ACCESS = "customer_access"
    VENDOR = "vendor"
    AGREED_WAIT = "agreed_wait"


#: Holds that a reply of the customer ends by itself.
ENDED_BY_CUSTOMER = frozenset({HoldReason.CUSTOMER_REPLY, HoldReason.CUSTOMER_ACCESS})
#: Holds that stop clocks for a reason outside the conversation, which must be shown.
NEEDS_EVIDENCE = frozenset({HoldReason.VENDOR, HoldReason.AGREED_WAIT})
#: When a hold is looked at again unless somebody says so; an agreed wait has its own agreed end.
REVIEW_AFTER = {
    HoldReason.CUSTOMER_REPLY: timedelta(days=1),
    HoldReason.CUSTOMER_ACCESS: timedelta(days=1),
    HoldReason.VENDOR: timedelta(hours=4),
}

DESK_LEVEL = 2
#: The desk's specialists.
TOP_LEVEL = 3


class Verb(StrEnum):
    """What can be done to a ticket."""

    PASS = "pass"  # noqa: S105 - the verb
    RETURN = "return"
    REPLY = "reply"
    NOTE = "note"
    ASSIGN = "assign"
    WORK_LEVEL_1 = "work_level_1"
    ESTABLISH = "establish"
    HOLD = "hold"
    ASK = "ask"
    RESUME = "resume"
    RESTORE = "restore"
    CONFIRM = "confirm"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    PRIVACY = "privacy"
    AFFECT = "affect"
    UNAFFECT = "unaffect"
    REASSESS = "reassess"
    REVIEW = "review"
    WITHDRAW = "withdraw"
    DECIDE = "decide"
    CONTEST = "contest"
    ANSWER = "answer"
    RELATE = "relate"
    MERGE = "merge"


class NotAllowed(Refused):
    """A verb that the ticket's place in its life does not allow."""


_STATUSES: dict[Verb, frozenset[Status]] = {
    Verb.PASS: OPEN,
    Verb.RETURN: UNRESTORED,
    Verb.REPLY: OPEN | {Status.RESOLVED},
    Verb.NOTE: frozenset(Status),
    Verb.ASSIGN: OPEN | {Status.RESOLVED},
    Verb.WORK_LEVEL_1: OPEN,
    Verb.ESTABLISH: OPEN,
    Verb.HOLD: OPEN,
    Verb.ASK: OPEN,
    Verb.RESUME: OPEN,
    Verb.RESTORE: UNRESTORED,
    Verb.CONFIRM: frozenset({Status.RESTORED}),
    Verb.RESOLVE: OPEN,
    Verb.REOPEN: frozenset({Status.RESTORED, Status.RESOLVED}),
    Verb.CLOSE: frozenset({Status.RESOLVED}),
    Verb.FOLLOW: frozenset(Status),
    Verb.UNFOLLOW: frozenset(Status),
    Verb.PRIVACY: frozenset(Status),
    Verb.AFFECT: OPEN,
    Verb.UNAFFECT: frozenset(Status),
    Verb.REASSESS: OPEN,
    Verb.REVIEW: OPEN,
    Verb.WITHDRAW: frozenset(Status),
    Verb.DECIDE: frozenset(Status),  # whoever asked is answered, also after the end
    Verb.CONTEST: OPEN,
    Verb.ANSWER: OPEN,
    Verb.RELATE: frozenset(
        Status
    ),  # tags, links, steps and followers: what is said about it, also after the end
    Verb.MERGE: OPEN,
}
_NEEDS_DESK = frozenset(
    {
        Verb.RETURN,
        Verb.ESTABLISH,
        Verb.HOLD,
        Verb.ASK,
        Verb.RESUME,
        Verb.RESTORE,
        Verb.CONFIRM,
        Verb.ASSIGN,
        Verb.REVIEW,
        Verb.CONTEST,
        Verb.ANSWER,
    }
)
_NEEDS_LEVEL_1 = frozenset({Verb.PASS, Verb.WORK_LEVEL_1})
_NEEDS_HOLD = frozenset({Verb.RESUME, Verb.CONTEST, Verb.ANSWER})

_WHY_NOT: dict[Status, str] = {
    Status.NEW: gettext_noop("The ticket is new: nothing has been restored or resolved yet."),
    Status.IN_PROGRESS: gettext_noop("The ticket is being worked on."),
    Status.ON_HOLD: gettext_noop("The ticket is on hold."),
    Status.RESTORED: gettext_noop("Service is restored already."),
    Status.RESOLVED: gettext_noop("The ticket is resolved. Reopen it first."),
    Status.CLOSED: gettext_noop("The ticket is closed. Report a new one and name this one in it."),
}


def may(
    verb: Verb,
    *,
    status: Status,
    level: int,
    on_hold: bool,
    in_review: bool = False,
    contested: bool = False,
    confirmed: bool = False,
) -> bool:
    """Tell whether the verb is allowed now."""
    try:
        check(
            verb,
            status=status,
            level=level,
            on_hold=on_hold,
            in_review=in_review,
            contested=contested,
            confirmed=confirmed,
        )
    except NotAllowed:
        return False
    return True


def check(
    verb: Verb,
    *,
    status: Status,
    level: int,
    on_hold: bool,
    in_review: bool = False,
    contested: bool = False,
    confirmed: bool = False,
) -> None:
    """Raise NotAllowed, with the reason, unless the verb is allowed now.

    `in_review`: somebody waits for a decision about the severity. `contested`: the hold is. `confirmed`: the
    customer said that it works again.
    """
    with_desk = level >= DESK_LEVEL
    if status not in _STATUSES[verb]:
        raise NotAllowed(_(_WHY_NOT[status]))
    if verb in _NEEDS_DESK and not with_desk:
        raise NotAllowed(_("The ticket is with the customer's Level 1, not with the desk."))
    if verb in _NEEDS_LEVEL_1 and with_desk:
        raise NotAllowed(_("The ticket is with the desk already."))
    if verb in _NEEDS_HOLD and not on_hold:
        raise NotAllowed(_("The ticket is not on hold."))
    if verb is Verb.CONFIRM and confirmed:
        raise NotAllowed(_("It is confirmed already that this works again."))
    if reason := _open_question(verb, in_review=in_review, contested=contested):
        raise NotAllowed(reason)


def check_move(*, status: Status, level: int, to: int) -> None:
    """Raise NotAllowed, with the reason, unless the desk may move a ticket to another level of its own."""
    if level < DESK_LEVEL:
        raise NotAllowed(_("The ticket is with the customer's Level 1, not with the desk."))
    if status not in OPEN:
        raise NotAllowed(_(_WHY_NOT[status]))
    if level == to:
        raise NotAllowed(_("The ticket is at Level %(level)s already.") % {"level": to})


def _open_question(verb: Verb, *, in_review: bool, contested: bool) -> str:
    """Return why a question cannot be asked twice, or answered before it is asked; empty when it can."""
    match verb:
        case Verb.REVIEW if in_review:
            return _("A review of the severity was asked for already. A desk lead answers it first.")
        case Verb.WITHDRAW | Verb.DECIDE if not in_review:
            return _("Nobody waits for a review of the severity.")
        case Verb.CONTEST if contested:
            return _("This hold is contested already. A desk lead answers first.")
        case Verb.ANSWER if not contested:
            return _("Nobody contests this hold.")
    return ""
