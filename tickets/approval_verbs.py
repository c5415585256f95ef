"""What can be done to a request for access or approval, with the action behind it, for both doors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from core.tenancy import Actor
from customers.models import Member
from tickets import actions
from tickets.models import ApprovalRequest


@dataclass(frozen=True, kw_only=True)
class Request:
    """One thing that somebody does about one request; `confirmed` when they just proved who they are."""

    approval: ApprovalRequest
    actor: Actor
    at: datetime
    values: Mapping[str, Any]
    member: Member | None = None
    confirmed: bool = False

    @property
    def common(self) -> dict[str, Any]:
        """Return what every action takes."""
        return {"approval": self.approval, "actor": self.actor, "at": self.at}


@dataclass(frozen=True, kw_only=True)
class Doing:
    """A verb as doors offer it: the address ends with `name`; `done` is said afterwards."""

    name: str
    act: Callable[[Request], object]
    done: str | Promise


def _approve(asked: Request) -> object:
    assert asked.member is not None
    return actions.approve(
        **asked.common,
        member=asked.member,
        confirmed=asked.confirmed,
        comment=asked.values.get("comment") or "",
    )


def _decline(asked: Request) -> object:
    assert asked.member is not None
    return actions.decline(**asked.common, member=asked.member, reason=asked.values["reason"])


def _withdraw(asked: Request) -> object:
    return actions.withdraw_approval(**asked.common, reason=asked.values.get("reason") or "")


def _remind(asked: Request) -> object:
    return actions.remind_of_approval(**asked.common)


MEMBER: dict[str, Doing] = {
    doing.name: doing
    for doing in (
        Doing(name="approve", act=_approve, done=lazy("Approved. The desk goes on.")),
        Doing(name="decline", act=_decline, done=lazy("Declined. The desk reads why.")),
    )
}
DESK: dict[str, Doing] = {
    doing.name: doing
    for doing in (
        Doing(name="withdraw", act=_withdraw, done="Withdrawn. Whoever was asked is told."),
        Doing(name="remind", act=_remind, done="Reminded. Whoever decides gets a mail."),
    )
}
