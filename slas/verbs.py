"""What a browser form or an API call about exclusions, restorations and waivers turns into, for both doors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from core.tenancy import Actor
from customers.models import DeskPerson
from slas import actions
from slas.models import EarlierRestoration, Exclusion, ExclusionReason
from tickets.models import Ticket


@dataclass(frozen=True, kw_only=True)
class Request:
    """One thing that somebody asks; `person` is the one of the desk who does."""

    ticket: Ticket
    actor: Actor
    at: datetime
    values: Mapping[str, Any]
    person: DeskPerson | None = None
    exclusion: Exclusion | None = None
    restoration: EarlierRestoration | None = None

    def about(self, **more: Any) -> dict[str, Any]:
        """Return what every action about one exclusion takes."""
        return {
            "exclusion": self.exclusion,
            "actor": self.actor,
            "at": self.at,
            "expected_version": self.values.get("version"),
        } | more

    @property
    def decision(self) -> dict[str, Any]:
        """Return what every decision takes."""
        return {
            "person": self.person,
            "actor": self.actor,
            "at": self.at,
            "reason": self.values["reason"],
            "expected_version": self.values.get("version"),
        }


def subject(about: Exclusion | EarlierRestoration | None) -> dict[str, Any]:
    """Return what a request is about, by the name of its field."""
    return {
        "exclusion": about if isinstance(about, Exclusion) else None,
        "restoration": about if isinstance(about, EarlierRestoration) else None,
    }


@dataclass(frozen=True, kw_only=True)
class Doing:
    """A verb as doors offer it: the address ends with `name`; `done` is said afterwards."""

    name: str
    act: Callable[[Request], object]
    done: str | Promise
    #: Whether it is for those who decide what others propose.
    decides: bool = False


def _propose(asked: Request) -> object:
    assert asked.person is not None
    return actions.propose_exclusion(
        ticket=asked.ticket,
        person=asked.person,
        actor=asked.actor,
        at=asked.at,
        reason=ExclusionReason(asked.values["reason"]),
        evidence=asked.values["evidence"],
        starts_at=asked.values.get("starts_at"),
        ends_at=asked.values.get("ends_at"),
    )


def _waive(asked: Request) -> object:
    metric, _, cycle = asked.values["clock"].partition("-")
    return actions.waive_objective(
        ticket=asked.ticket,
        metric=metric,
        cycle=int(cycle),
        actor=asked.actor,
        at=asked.at,
        reason=asked.values["reason"],
    )


def _approve(asked: Request) -> object:
    assert asked.exclusion is not None
    return actions.approve_exclusion(exclusion=asked.exclusion, seen=asked.values["seen"], **asked.decision)


def _reject(asked: Request) -> object:
    assert asked.exclusion is not None
    return actions.reject_exclusion(exclusion=asked.exclusion, **asked.decision)


def _withdraw(asked: Request) -> object:
    assert asked.exclusion is not None
    return actions.withdraw_exclusion(exclusion=asked.exclusion, **asked.decision)


def _keep(asked: Request) -> object:
    assert asked.exclusion is not None
    return actions.keep_exclusion(exclusion=asked.exclusion, **asked.decision)


def _revoke(asked: Request) -> object:
    assert asked.exclusion is not None
    return actions.revoke_exclusion(
        exclusion=asked.exclusion,
        is_void=asked.values["since"] == "start",
        seen=asked.values["seen"],
        **asked.decision,
    )


def _agree(asked: Request) -> object:
    assert asked.restoration is not None
    return actions.approve_restoration(
        restoration=asked.restoration, seen=asked.values["seen"], **asked.decision
    )


def _disagree(asked: Request) -> object:
    assert asked.restoration is not None
    return actions.reject_restoration(restoration=asked.restoration, **asked.decision)


def _by_name(*doings: Doing) -> dict[str, Doing]:
    return {doing.name: doing for doing in doings}


#: About a ticket.
ON_TICKET = _by_name(
    Doing(name="propose", act=_propose, done="Proposed. A desk lead or manager decides it."),
    Doing(name="waive", act=_waive, done="Waived. The objective stays missed.", decides=True),
)
#: About one exclusion, for the desk.
ON_EXCLUSION = _by_name(
    Doing(name="approve", act=_approve, done="The exclusion is approved.", decides=True),
    Doing(name="reject", act=_reject, done="The exclusion is rejected.", decides=True),
    Doing(name="withdraw", act=_withdraw, done="The proposal is withdrawn."),
    Doing(
        name="end",
        act=lambda asked: actions.end_exclusion(**asked.about()),
        done="The exclusion has ended.",
    ),
    Doing(name="keep", act=_keep, done="The exclusion stays, and the customer is told why.", decides=True),
    Doing(name="revoke", act=_revoke, done="The exclusion is revoked.", decides=True),
)
#: About one exclusion, for the customer.
ON_EXCLUSION_BY_MEMBER = _by_name(
    Doing(
        name="contest",
        act=lambda asked: actions.contest_exclusion(**asked.about(reason=asked.values["reason"])),
        done=lazy("Contested. A desk lead answers you."),
    ),
)
#: About an earlier restoration.
ON_RESTORATION = _by_name(
    Doing(name="approve", act=_agree, done="The earlier restoration is approved.", decides=True),
    Doing(name="reject", act=_disagree, done="The earlier restoration is rejected.", decides=True),
)
