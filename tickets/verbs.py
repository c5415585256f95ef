"""What a browser form or an API call turns into: each verb with the action behind it, for both doors.

Doors validate shape (forms and serializers), then hand the same values to the same function here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.tenancy import Actor
from customers.models import DeskPerson, Member
from tickets import actions
from tickets.lifecycle import HoldReason, Verb
from tickets.models import ResolutionCode, Ticket
from tickets.severity import Severity


@dataclass(frozen=True, kw_only=True)
class Request:
    """One thing that somebody asks of one ticket."""

    ticket: Ticket
    actor: Actor
    at: datetime
    values: Mapping[str, Any]
    person: DeskPerson | None = None
    member: Member | None = None

    @property
    def common(self) -> dict[str, Any]:
        """Return what every action takes."""
        return {"ticket": self.ticket, "actor": self.actor, "at": self.at}

    @property
    def versioned(self) -> dict[str, Any]:
        """Return what an action takes that refuses a stale edit."""
        return self.common | {"expected_version": self.values.get("version")}


@dataclass(frozen=True, kw_only=True)
class Doing:
    """A verb as doors offer it: the address ends with `name`; `done` is said afterwards."""

    name: str
    verb: Verb
    act: Callable[[Request], object]
    done: str


def _reply(asked: Request) -> object:
    return actions.post_reply(
        **asked.common, body=asked.values["body"], files=asked.values.get("files") or ()
    )


def _internal_note(asked: Request) -> object:
    return actions.post_internal_note(
        **asked.common, body=asked.values["body"], files=asked.values.get("files") or ()
    )


def _customer_note(asked: Request) -> object:
    return actions.post_customer_note(
        **asked.common, body=asked.values["body"], files=asked.values.get("files") or ()
    )


def _assign(asked: Request) -> object:
    return actions.assign(**asked.versioned, person=asked.values["person"])


def _take(asked: Request) -> object:
    assert asked.person is not None
    return actions.take(**asked.versioned, person=asked.person)


def _severity(asked: Request) -> object:
    return actions.establish_severity(
        **asked.versioned, severity=Severity(int(asked.values["severity"])), reason=asked.values["reason"]
    )


def _hold(asked: Request) -> object:
    return actions.hold(
        **asked.versioned,
        reason=HoldReason(asked.values["reason"]),
        owner=asked.values["owner"],
        note=asked.values["note"],
        evidence=asked.values.get("evidence") or "",
        review_at=asked.values.get("review_at"),
    )


def _decide(asked: Request) -> object:
    return actions.decide_review(
        **asked.versioned, severity=Severity(int(asked.values["severity"])), reason=asked.values["reason"]
    )


def _answer(asked: Request) -> object:
    return actions.answer_contest(
        **asked.versioned, end=asked.values["answer"] == "end", reason=asked.values["reason"]
    )


def _reassess(asked: Request) -> object:
    return actions.reassess_impact(
        **asked.versioned, impact=asked.values["impact"], reason=asked.values["reason"]
    )


def _review(asked: Request) -> object:
    assert asked.member is not None
    return actions.ask_for_review(
        **asked.versioned,
        member=asked.member,
        severity=Severity(int(asked.values["severity"])),
        reason=asked.values["reason"],
    )


def _contest(asked: Request) -> object:
    assert asked.member is not None
    return actions.contest_hold(**asked.versioned, member=asked.member, reason=asked.values["reason"])


def _restored(asked: Request) -> object:
    return actions.mark_restored(
        **asked.versioned,
        restored_at=asked.values.get("restored_at"),
        may_decide=asked.person is not None and asked.person.decides,
        confirmed=asked.values.get("confirmed", False),
    )


def _solve_at_level_1(asked: Request) -> object:
    return actions.resolve(**asked.versioned, code=ResolutionCode.LEVEL_1)


def _follow(asked: Request) -> object:
    assert asked.member is not None
    return actions.watch(ticket=asked.ticket, member=asked.member)


def _unfollow(asked: Request) -> object:
    assert asked.member is not None
    return actions.unwatch(ticket=asked.ticket, member=asked.member)


DESK: dict[str, Doing] = {
    doing.name: doing
    for doing in (
        Doing(name="reply", verb=Verb.REPLY, act=_reply, done="Sent to the customer."),
        Doing(name="note", verb=Verb.NOTE, act=_internal_note, done="Note saved. Only the desk sees it."),
        Doing(name="assign", verb=Verb.ASSIGN, act=_assign, done="Owner changed."),
        Doing(name="take", verb=Verb.ASSIGN, act=_take, done="The ticket is yours."),
        Doing(name="severity", verb=Verb.ESTABLISH, act=_severity, done="Severity established."),
        Doing(name="hold", verb=Verb.HOLD, act=_hold, done="On hold."),
        Doing(
            name="resume",
            verb=Verb.RESUME,
            act=lambda asked: actions.resume(**asked.versioned),
            done="The hold has ended.",
        ),
        Doing(name="restored", verb=Verb.RESTORE, act=_restored, done="Service is marked as restored."),
        Doing(
            name="resolve",
            verb=Verb.RESOLVE,
            act=lambda asked: actions.resolve(**asked.versioned, code=asked.values["code"]),
            done="Resolved.",
        ),
        Doing(
            name="reopen",
            verb=Verb.REOPEN,
            act=lambda asked: actions.reopen(**asked.versioned),
            done="Reopened.",
        ),
        Doing(
            name="return",
            verb=Verb.RETURN,
            act=lambda asked: actions.return_to_customer(**asked.versioned, reason=asked.values["reason"]),
            done="Returned to the customer's Level 1.",
        ),
        Doing(
            name="close", verb=Verb.CLOSE, act=lambda asked: actions.close(**asked.versioned), done="Closed."
        ),
        Doing(name="decide", verb=Verb.DECIDE, act=_decide, done="Decided. The customer is told."),
        Doing(name="answer", verb=Verb.ANSWER, act=_answer, done="Answered. The customer is told."),
    )
}

MEMBER: dict[str, Doing] = {
    doing.name: doing
    for doing in (
        Doing(name="reply", verb=Verb.REPLY, act=_reply, done="Sent."),
        Doing(
            name="note",
            verb=Verb.NOTE,
            act=_customer_note,
            done="Note saved. Only your organisation sees it.",
        ),
        Doing(
            name="pass",
            verb=Verb.PASS,
            act=lambda asked: actions.pass_to_desk(**asked.versioned),
            done="Passed to the Trusst desk.",
        ),
        Doing(name="solve", verb=Verb.RESOLVE, act=_solve_at_level_1, done="Marked as solved."),
        Doing(
            name="reopen",
            verb=Verb.REOPEN,
            act=lambda asked: actions.reopen(**asked.versioned),
            done="Reopened. The desk looks at it again.",
        ),
        Doing(
            name="confirm",
            verb=Verb.CLOSE,
            act=lambda asked: actions.close(**asked.versioned),
            done="Thank you. The ticket is closed.",
        ),
        Doing(
            name="reassess",
            verb=Verb.REASSESS,
            act=_reassess,
            done="Thank you. We have your new answers.",
        ),
        Doing(name="review", verb=Verb.REVIEW, act=_review, done="A desk lead will look at it and answer."),
        Doing(
            name="withdraw",
            verb=Verb.WITHDRAW,
            act=lambda asked: actions.withdraw_review(**asked.versioned),
            done="You no longer ask for a review.",
        ),
        Doing(
            name="contest", verb=Verb.CONTEST, act=_contest, done="A desk lead will look at it and answer."
        ),
        Doing(name="follow", verb=Verb.FOLLOW, act=_follow, done="You follow this ticket."),
        Doing(name="unfollow", verb=Verb.UNFOLLOW, act=_unfollow, done="You no longer follow this ticket."),
    )
}
