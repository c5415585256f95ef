"""What can be done to many tickets at once: each is the verb of one ticket, and some have a way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    LinkAllForm,
    ReplyAllForm,
    ResolveAllForm,
    TagAllForm,
    TeamAllForm,
    UntagAllForm,
)
from tickets.canned import fill
from tickets.composer_access import values_for
from tickets.lifecycle import HoldReason
from tickets.models import LinkKind, Ticket
from tickets.relation_access import find_ticket, tags, tags_of

Was = dict[str, Any]
#: What was typed once for all tickets.
Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """A verb for many tickets; `tells` says that customers are mailed.

    `was` remembers of a ticket, before what was typed is done to it, what `undo` puts back, as JSON; without them
    there is no way back. `beside` names the tickets that are changed with each of the chosen ones.
    """

    name: str
    title: str
    button: str
    form: type[BulkForm]
    act: Callable[[verbs.Request], object]
    tells: bool = False
    was: Callable[[Ticket, Values], Was] | None = None
    undo: Callable[[verbs.Request, Was], object] | None = None
    beside: Callable[[Values], Sequence[Ticket]] = lambda values: ()

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


def _hold_of(ticket: Ticket, values: Values) -> Was:
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


def _tag_of(ticket: Ticket, values: Values) -> Was:
    tag = values["tag"]
    return {"tag": tag.pk, "had": tag in tags_of(ticket)}


def _tag_back(asked: verbs.Request, was: Was) -> object:
    tag = tags().filter(pk=was["tag"]).first()
    if tag is None:
        return None
    back = actions.tag_ticket if was["had"] else actions.untag_ticket
    return back(**asked.common, tag=tag)


def _link(asked: verbs.Request) -> object:
    return actions.link_tickets(**asked.common, other=asked.values["other"], kind=LinkKind.CHILD)


def _link_back(asked: verbs.Request, was: Was) -> object:
    return actions.unlink_tickets(**asked.common, other=find_ticket(was["other"], field="other"))


def _like_one(name: str) -> Callable[[verbs.Request], object]:
    return verbs.DESK[name].act


_OWNER: Mapping[str, Any] = {
    "was": lambda ticket, values: {"assignee": ticket.assignee_id},
    "undo": _assign_back,
}
_TAG: Mapping[str, Any] = {"was": _tag_of, "undo": _tag_back}
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
            was=lambda ticket, values: {"team": ticket.team_id},
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
        Bulk(
            name="tag", title="Add a tag", button="Add the tag", form=TagAllForm, act=_like_one("tag"), **_TAG
        ),
        Bulk(
            name="untag",
            title="Take a tag off",
            button="Take the tag off",
            form=UntagAllForm,
            act=_like_one("untag"),
            **_TAG,
        ),
        Bulk(
            name="link",
            title="Link to a major incident",
            button="Link them to it",
            form=LinkAllForm,
            act=_link,
            was=lambda ticket, values: {"other": values["other"].key},
            undo=_link_back,
            beside=lambda values: (values["other"],),
        ),
    )
}
