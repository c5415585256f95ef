"""What can be done to many tickets at once: each is the verb of one ticket, and some have a way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from customers.access import active_desk_people
from customers.desk_admin_access import active_teams
from tickets import actions, verbs
from tickets.bulk_forms import (
    AssignAllForm,
    BulkForm,
    HoldAllForm,
    ReplyAllForm,
    ResolveAllForm,
    TeamAllForm,
)
from tickets.canned import fill
from tickets.composer_access import values_for
from tickets.lifecycle import HoldReason
from tickets.models import Ticket

Was = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """A verb for many tickets; `tells` says that customers are mailed.

    `was` remembers of a ticket what `undo` puts back, as JSON; without them there is no way back.
    """

    name: str
    title: str
    button: str
    form: type[BulkForm]
    act: Callable[[verbs.Request], object]
    tells: bool = False
    was: Callable[[Ticket], Was] | None = None
    undo: Callable[[verbs.Request, Was], object] | None = None

    @property
    def doing(self) -> verbs.Doing:
        """The verb of one ticket."""
        return verbs.DESK[self.name]


def _reply(asked: verbs.Request) -> object:
    text = fill(asked.values["body"], values_for(asked.ticket, sender=asked.actor.name, now=asked.at)).text
    return verbs.DESK["reply"].act(replace(asked, values={"body": text}))


def _assign_back(asked: verbs.Request, was: Was) -> object:
    person = active_desk_people().filter(pk=was["assignee"]).first() if was["assignee"] else None
    return actions.assign(**asked.common, person=person)


def _team_back(asked: verbs.Request, was: Was) -> object:
    team = active_teams().filter(pk=was["team"]).first() if was["team"] else None
    return actions.give_to_team(**asked.common, team=team)


_HOLD = ("hold_reason", "hold_owner", "hold_note", "hold_evidence", "hold_review_at")


def _hold_of(ticket: Ticket) -> Was:
    was = {name: getattr(ticket, name) for name in _HOLD}
    at: datetime | None = was["hold_review_at"]
    return was | {"hold_review_at": None if at is None else at.isoformat()}


def _hold_back(asked: verbs.Request, was: Was) -> object:
    """Put the earlier hold back, or end the new one where there was none; what the clocks counted stays."""
    if not was["hold_reason"]:
        return actions.resume(**asked.common)
    review_at = was["hold_review_at"]
    return actions.hold(
        **asked.common,
        reason=HoldReason(was["hold_reason"]),
        owner=was["hold_owner"],
        note=was["hold_note"],
        evidence=was["hold_evidence"],
        review_at=None if review_at is None else datetime.fromisoformat(review_at),
    )


def _like_one(name: str) -> Callable[[verbs.Request], object]:
    return verbs.DESK[name].act


_OWNER: Mapping[str, Any] = {"was": lambda ticket: {"assignee": ticket.assignee_id}, "undo": _assign_back}
BULK: dict[str, Bulk] = {
    bulk.name: bulk
    for bulk in (
        Bulk(name="take", title="Take", button="Take", form=BulkForm, act=_like_one("take"), **_OWNER),
        Bulk(
            name="assign",
            title="Assign",
            button="Change owner",
            form=AssignAllForm,
            act=_like_one("assign"),
            **_OWNER,
        ),
        Bulk(
            name="team",
            title="Give to a team",
            button="Change team",
            form=TeamAllForm,
            act=_like_one("team"),
            was=lambda ticket: {"team": ticket.team_id},
            undo=_team_back,
        ),
        Bulk(
            name="reply",
            title="Reply",
            button="Send to customers",
            form=ReplyAllForm,
            act=_reply,
            tells=True,
        ),
        Bulk(
            name="hold",
            title="Put on hold",
            button="Put on hold",
            form=HoldAllForm,
            act=_like_one("hold"),
            was=_hold_of,
            undo=_hold_back,
        ),
        Bulk(
            name="resume",
            title="End the hold",
            button="End the hold",
            form=BulkForm,
            act=_like_one("resume"),
            was=_hold_of,
            undo=_hold_back,
        ),
        Bulk(
            name="resolve",
            title="Resolve",
            button="Resolve",
            form=ResolveAllForm,
            act=_like_one("resolve"),
            tells=True,
        ),
    )
}
