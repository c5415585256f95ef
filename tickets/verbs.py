"""What a browser form or an API call turns into: each verb with the action behind it, for both doors.

Doors validate shape (forms and serializers), then hand the same values to the same function here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from core.tenancy import Actor
from customers.models import DeskPerson, Member
from tickets import actions
from tickets.lifecycle import HoldReason, Verb
from tickets.models import ApprovalKind, LinkKind, ResolutionCode, Ticket
from tickets.relation_access import find_ticket
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
    done: str | Promise


def _written(asked: Request) -> dict[str, Any]:
    """Return what every text brings along."""
    values = asked.values
    return asked.common | {
        "body": values["body"],
        "files": values.get("files") or (),
        "staged": values.get("staged") or (),
    }


def _reply(asked: Request) -> object:
    return actions.post_reply(**_written(asked), seen=asked.values.get("seen"))


def _internal_note(asked: Request) -> object:
    return actions.post_internal_note(**_written(asked))


def _customer_note(asked: Request) -> object:
    return actions.post_customer_note(**_written(asked))


def _assign(asked: Request) -> object:
    return actions.assign(**asked.versioned, person=asked.values["person"])


def _take(asked: Request) -> object:
    assert asked.person is not None
    return actions.take(**asked.versioned, person=asked.person)


def _team(asked: Request) -> object:
    return actions.give_to_team(**asked.versioned, team=asked.values["team"])


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


def _ask(asked: Request) -> object:
    assert asked.person is not None
    values = asked.values
    return actions.ask_approval(
        **asked.versioned,
        person=asked.person,
        kind=ApprovalKind(values["kind"]),
        what=values["what"],
        decider=values.get("decider"),
        expires_at=values["expires_at"],
        risk=values["risk"],
        effect_of_no=values["effect_of_no"],
        touches_production=values["touches_production"],
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
        **_findings(asked, "cause", "workaround", "fix"),
    )


def _findings(asked: Request, *names: str) -> dict[str, Any]:
    """Return what was found and done, as far as it was said."""
    return {name: asked.values.get(name) or "" for name in names}


def _resolve(asked: Request) -> object:
    return actions.resolve(**asked.versioned, code=asked.values["code"], **_findings(asked, "cause", "fix"))


def _solve_at_level_1(asked: Request) -> object:
    return actions.resolve(**asked.versioned, code=ResolutionCode.LEVEL_1)


def _take_at_level_1(asked: Request) -> object:
    assert asked.member is not None
    return actions.assign_at_level_1(**asked.versioned, member=asked.member)


def _assign_at_level_1(asked: Request) -> object:
    return actions.assign_at_level_1(**asked.versioned, member=asked.values["member"])


def _tick_at_level_1(asked: Request) -> object:
    values = asked.values
    return actions.tick_at_level_1(**asked.common, text=values["text"], is_done=values["is_done"])


def _follow(asked: Request) -> object:
    assert asked.member is not None
    return actions.watch(ticket=asked.ticket, member=asked.member)


def _unfollow(asked: Request) -> object:
    assert asked.member is not None
    return actions.unwatch(ticket=asked.ticket, member=asked.member)


def _affect(asked: Request) -> object:
    assert asked.member is not None
    return actions.say_affected(**asked.common, member=asked.member, note=asked.values.get("note") or "")


def _unaffect(asked: Request) -> object:
    assert asked.member is not None
    return actions.say_unaffected(**asked.versioned, member=asked.member)


def _privacy(asked: Request) -> object:
    return actions.set_private(**asked.versioned, is_private=asked.values["is_private"])


def _desk_follow(asked: Request) -> object:
    assert asked.person is not None
    return actions.follow(ticket=asked.ticket, person=asked.person)


def _desk_unfollow(asked: Request) -> object:
    assert asked.person is not None
    return actions.unfollow(ticket=asked.ticket, person=asked.person)


def _link(asked: Request) -> object:
    other = find_ticket(asked.values["other"], field="other")
    return actions.link_tickets(**asked.common, other=other, kind=LinkKind(asked.values["kind"]))


def _unlink(asked: Request) -> object:
    other = find_ticket(asked.values["other"], field="other")
    return actions.unlink_tickets(**asked.common, other=other)


def _merge(asked: Request) -> object:
    return actions.merge(
        **asked.versioned,
        into=find_ticket(asked.values["into"], field="into"),
        inherit_start=asked.values["inherit"],
    )


def _tick(asked: Request) -> object:
    return actions.mark_step(
        **asked.common, item_id=asked.values["item"], is_done=asked.values["done"] == "yes"
    )


#: What is said about a ticket beside its life: words, other tickets, steps and people.
_RELATIONS = (
    Doing(
        name="tag",
        verb=Verb.RELATE,
        act=lambda asked: actions.tag_ticket(**asked.common, tag=asked.values["tag"]),
        done="Tag added.",
    ),
    Doing(
        name="untag",
        verb=Verb.RELATE,
        act=lambda asked: actions.untag_ticket(**asked.common, tag=asked.values["tag"]),
        done="Tag removed.",
    ),
    Doing(name="link", verb=Verb.RELATE, act=_link, done="Linked."),
    Doing(name="unlink", verb=Verb.RELATE, act=_unlink, done="The link is removed."),
    Doing(name="merge", verb=Verb.MERGE, act=_merge, done="Merged. It goes on in the other ticket."),
    Doing(
        name="checklist",
        verb=Verb.RELATE,
        act=lambda asked: actions.put_checklist(**asked.common, checklist=asked.values["checklist"]),
        done="The checklist is on the ticket.",
    ),
    Doing(
        name="step",
        verb=Verb.RELATE,
        act=lambda asked: actions.add_step(**asked.common, text=asked.values["text"]),
        done="Step added.",
    ),
    Doing(name="tick", verb=Verb.RELATE, act=_tick, done="Saved."),
    Doing(name="follow", verb=Verb.FOLLOW, act=_desk_follow, done="You follow this ticket."),
    Doing(name="unfollow", verb=Verb.UNFOLLOW, act=_desk_unfollow, done="You no longer follow this ticket."),
    Doing(
        name="follower",
        verb=Verb.RELATE,
        act=lambda asked: actions.add_follower(**asked.common, member=asked.values["member"]),
        done="They follow this ticket.",
    ),
    Doing(
        name="unfollower",
        verb=Verb.RELATE,
        act=lambda asked: actions.remove_follower(**asked.common, member=asked.values["member"]),
        done="They no longer follow this ticket.",
    ),
)
DESK: dict[str, Doing] = {
    doing.name: doing
    for doing in (
        Doing(name="reply", verb=Verb.REPLY, act=_reply, done="Sent to the customer."),
        Doing(name="note", verb=Verb.NOTE, act=_internal_note, done="Note saved. Only the desk sees it."),
        Doing(name="assign", verb=Verb.ASSIGN, act=_assign, done="Owner changed."),
        Doing(name="take", verb=Verb.ASSIGN, act=_take, done="The ticket is yours."),
        Doing(name="team", verb=Verb.ASSIGN, act=_team, done="Team changed."),
        Doing(name="severity", verb=Verb.ESTABLISH, act=_severity, done="Severity established."),
        Doing(name="hold", verb=Verb.HOLD, act=_hold, done="On hold."),
        Doing(name="ask", verb=Verb.ASK, act=_ask, done="Asked. The ticket waits for the customer's answer."),
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
            act=_resolve,
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
        *_RELATIONS,
    )
}

MEMBER: dict[str, Doing] = {
    doing.name: doing
    for doing in (
        Doing(name="reply", verb=Verb.REPLY, act=_reply, done=lazy("Sent.")),
        Doing(
            name="note",
            verb=Verb.NOTE,
            act=_customer_note,
            done=lazy("Note saved. Only your organisation sees it."),
        ),
        Doing(
            name="level1-take",
            verb=Verb.WORK_LEVEL_1,
            act=_take_at_level_1,
            done=lazy("The ticket is yours."),
        ),
        Doing(
            name="level1-assign",
            verb=Verb.WORK_LEVEL_1,
            act=_assign_at_level_1,
            done=lazy("Level 1 owner changed."),
        ),
        Doing(
            name="level1-tick", verb=Verb.WORK_LEVEL_1, act=_tick_at_level_1, done=lazy("Checklist changed.")
        ),
        Doing(name="solve", verb=Verb.RESOLVE, act=_solve_at_level_1, done=lazy("Marked as solved.")),
        Doing(
            name="reopen",
            verb=Verb.REOPEN,
            act=lambda asked: actions.reopen(**asked.versioned),
            done=lazy("Reopened. The desk looks at it again."),
        ),
        Doing(
            name="confirm-restored",
            verb=Verb.CONFIRM,
            act=lambda asked: actions.confirm_restored(**asked.versioned),
            done=lazy("Thank you. The desk knows that it works again, and resolves the ticket."),
        ),
        Doing(
            name="confirm",
            verb=Verb.CLOSE,
            act=lambda asked: actions.close(**asked.versioned),
            done=lazy("Thank you. The ticket is closed."),
        ),
        Doing(
            name="reassess",
            verb=Verb.REASSESS,
            act=_reassess,
            done=lazy("Thank you. We have your new answers."),
        ),
        Doing(
            name="review", verb=Verb.REVIEW, act=_review, done=lazy("A desk lead will look at it and answer.")
        ),
        Doing(
            name="withdraw",
            verb=Verb.WITHDRAW,
            act=lambda asked: actions.withdraw_review(**asked.versioned),
            done=lazy("You no longer ask for a review."),
        ),
        Doing(
            name="contest",
            verb=Verb.CONTEST,
            act=_contest,
            done=lazy("A desk lead will look at it and answer."),
        ),
        Doing(name="follow", verb=Verb.FOLLOW, act=_follow, done=lazy("You follow this ticket.")),
        Doing(
            name="unfollow", verb=Verb.UNFOLLOW, act=_unfollow, done=lazy("You no longer follow this ticket.")
        ),
        Doing(name="privacy", verb=Verb.PRIVACY, act=_privacy, done=lazy("Saved who sees this ticket.")),
        Doing(
            name="affect",
            verb=Verb.AFFECT,
            act=_affect,
            done=lazy("You are among those affected, and hear what happens here."),
        ),
        Doing(
            name="unaffect",
            verb=Verb.UNAFFECT,
            act=_unaffect,
            done=lazy("It no longer affects you. You still follow this ticket."),
        ),
    )
}

#: What a member does through the doors of a higher floor: passing a ticket on needs a hand-over.
ABOVE: dict[str, Verb] = {"pass": Verb.PASS}
