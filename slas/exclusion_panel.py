"""Exclusions, earlier restorations and waivers of a ticket as pages show them, with what the viewer may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from customers.models import DeskPerson, Member
from slas import exclusion_access as access
from slas import previews
from slas.events import say_change
from slas.exclusion_forms import (
    ApprovalForm,
    ContestForm,
    DecisionForm,
    EndForm,
    ProposeExclusionForm,
    RevocationForm,
    WaiverForm,
)
from slas.exclusion_rules import DECISIONS, Verb
from slas.models import EarlierRestoration, Exclusion
from slas.previews import Changes
from slas.verdicts import signature
from tickets.models import Ticket

Subject = Exclusion | EarlierRestoration | None
#: A verb and what it is about, as pages tell forms apart.
Key = tuple[str, str]

_WORDS: dict[str, tuple[str | Promise, str | Promise, type[forms.Form]]] = {
    "propose": ("Propose an exclusion", "Propose", ProposeExclusionForm),
    "waive": ("Waive a missed objective", "Waive", WaiverForm),
    "approve": ("Approve", "Approve", ApprovalForm),
    "reject": ("Reject", "Reject", DecisionForm),
    "withdraw": ("Withdraw the proposal", "Withdraw", DecisionForm),
    "end": ("End the exclusion", "End it now", EndForm),
    "contest": (lazy("Contest"), lazy("Contest"), ContestForm),
    "keep": ("Keep it, and answer", "Keep and answer", DecisionForm),
    "revoke": ("Revoke", "Revoke", RevocationForm),
}


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing that the viewer may do, with its form.

    `changes` says which verdicts it changes; None where it is not about the past.
    """

    name: str
    title: str | Promise
    button: str | Promise
    url: str
    form: forms.Form
    is_failed: bool
    changes: Sequence[str] | None

    @property
    def verb(self) -> str:
        return self.name.partition("-")[0]

    @property
    def seen(self) -> str:
        """The signature of the changes, with which the decision is sent."""
        signed: str = self.form.initial.get("seen", "")
        return signed


@dataclass(frozen=True, kw_only=True)
class Row:
    """One exclusion or earlier restoration."""

    it: Exclusion | EarlierRestoration
    actions: Sequence[Action]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What one viewer, of the desk or of the customer, sees of one ticket."""

    ticket: Ticket
    now: datetime
    person: DeskPerson | None = None
    member: Member | None = None
    failed: Mapping[Key, forms.Form] = field(default_factory=dict)

    @cached_property
    def exclusions(self) -> list[Row]:
        return [
            Row(
                it=exclusion,
                actions=[self._action(verb.value, exclusion) for verb in Verb if self._may(verb, exclusion)],
            )
            for exclusion in access.exclusions_of(self.ticket)
        ]

    @cached_property
    def restorations(self) -> list[Row]:
        return [
            Row(
                it=restoration,
                actions=[
                    self._action(name, restoration)
                    for name in ("approve", "reject")
                    if self.person is not None and restoration.may_be_decided_by(self.person)
                ],
            )
            for restoration in access.restorations_of(self.ticket)
        ]

    @cached_property
    def waivers(self) -> list[access.Waiver]:
        return access.waivers_of(self.ticket)

    @cached_property
    def actions(self) -> list[Action]:
        """What the viewer may do on the ticket itself."""
        if self.person is None:
            return []
        names = ["propose"] if self.ticket.is_with_desk else []
        if self.person.decides and access.waivable_clocks(self.ticket):
            names.append("waive")
        return [self._action(name, None) for name in names]

    @property
    def is_empty(self) -> bool:
        return not (self.exclusions or self.restorations or self.waivers or self.actions)

    @property
    def errors(self) -> list[forms.Form]:
        return list(self.failed.values())

    @property
    def refused(self) -> list[forms.Form]:
        """The failed forms of what the viewer is not offered, so that the reason is said all the same."""
        rows = [*self.exclusions, *self.restorations]
        offered = {action.name for action in (*self.actions, *(one for row in rows for one in row.actions))}
        return [form for key, form in self.failed.items() if "-".join(key) not in offered]

    def form(self, name: str, about: Subject, data: Any = None) -> forms.Form:
        """Return the form of a verb, empty or with what somebody sent."""
        more: dict[str, Any] = {}
        if name == "waive":
            more["clocks"] = access.waivable_clocks(self.ticket)
        elif about is not None:
            more = {"version": about.version, "signature": signature(self._changes(name, about) or ())}
        return _WORDS[name][2](data, auto_id=f"{'-'.join(key_of(name, about))}-%s", **more)

    def _may(self, verb: Verb, exclusion: Exclusion) -> bool:
        if verb is Verb.CONTEST:
            return self.member is not None and exclusion.may(verb)
        if self.person is None or (verb in DECISIONS and not self.person.decides):
            return False
        return exclusion.may(verb, self.person)

    def _action(self, name: str, about: Subject) -> Action:
        title, button, _ = _WORDS[name]
        failed = self.failed.get(key_of(name, about))
        changes = None if about is None else self._changes(name, about)
        return Action(
            name="-".join(key_of(name, about)),
            title=title,
            button=button,
            url=self._url(name, about),
            form=failed if failed is not None else self.form(name, about),
            is_failed=failed is not None,
            changes=None if changes is None else [say_change(change) for change in changes],
        )

    def _changes(self, name: str, about: Exclusion | EarlierRestoration) -> Changes | None:
        """Return which verdicts a decision would change; None where it leaves the past alone."""
        if name == "approve" and isinstance(about, Exclusion):
            return previews.if_approved(about, as_of=self.now, log=self._log)
        if name == "approve" and isinstance(about, EarlierRestoration):
            return previews.if_restoration_approved(about, as_of=self.now, log=self._log)
        if name == "revoke" and isinstance(about, Exclusion):
            return previews.if_void(about, as_of=self.now, log=self._log)
        return None

    @cached_property
    def _log(self) -> previews.Log:
        return previews.Log.of(self.ticket)

    def _url(self, name: str, about: Subject) -> str:
        if self.member is not None:
            place: dict[str, Any] = {"customer": self.ticket.customer.slug, "number": self.ticket.number}
            side = "portal"
        else:
            place, side = {"key": self.ticket.key}, "desk"
        if about is None:
            return reverse(f"{side}-ticket-{name}", kwargs=place)
        kind = "exclusion" if isinstance(about, Exclusion) else "restoration"
        return reverse(f"{side}-{kind}-{name}", kwargs=place | {"pk": about.pk})


def key_of(name: str, about: Subject) -> Key:
    """Return what tells the form of a verb from the others of its page."""
    if about is None:
        return name, "ticket"
    return name, f"{'exclusion' if isinstance(about, Exclusion) else 'restoration'}-{about.pk}"
