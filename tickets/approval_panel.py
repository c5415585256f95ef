"""Requests for access or approval as a page shows them: who may answer, and the forms for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customers.models import DeskPerson, Member
from tickets.approval_access import approvals_on, deciders_of
from tickets.approval_forms import FORMS, BackForm
from tickets.models import ApprovalRequest, Ticket


@dataclass(frozen=True, kw_only=True)
class Card:
    """One request: `can_answer` names who decides, `forms` are those of what the viewer may do."""

    approval: ApprovalRequest
    is_waiting: bool
    can_answer: Sequence[str] = ()
    forms: Mapping[str, BackForm]
    failed: str = ""


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A form that was refused: of which request, for which verb."""

    pk: int
    name: str
    form: BackForm


def bind(approval: ApprovalRequest, name: str, sent: Any) -> BackForm:
    """Return the form of a verb with what was sent."""
    return FORMS[name](sent, auto_id=_auto_id(approval, name))


def cards(
    approvals: Iterable[ApprovalRequest],
    *,
    now: datetime,
    back: str,
    member: Member | None = None,
    person: DeskPerson | None = None,
    failed: Failed | None = None,
) -> list[Card]:
    """Return each request with what the viewer may do about it; one more query while any of them waits."""
    listed = list(approvals)
    people: dict[int, list[Member]] = {}
    found = []
    for approval in listed:
        is_waiting = approval.is_waiting(now)
        if is_waiting and approval.customer_id not in people:
            people[approval.customer_id] = deciders_of(approval.customer)
        names = _verbs(approval, member, person) if is_waiting else ()
        forms = {
            name: FORMS[name](initial={"back": back}, auto_id=_auto_id(approval, name)) for name in names
        }
        is_failed = failed is not None and failed.pk == approval.pk and failed.name in forms
        if is_failed and failed is not None:
            forms[failed.name] = failed.form
        found.append(
            Card(
                approval=approval,
                is_waiting=is_waiting,
                can_answer=_names(approval, people[approval.customer_id]) if is_waiting else (),
                forms=forms,
                failed=failed.name if is_failed and failed is not None else "",
            )
        )
    return found


def cards_on(
    ticket: Ticket, *, now: datetime, member: Member | None = None, person: DeskPerson | None = None
) -> list[Card]:
    """Return the requests of a ticket that the viewer was let in to, the latest first."""
    return cards(approvals_on(ticket), now=now, back="ticket", member=member, person=person)


def _auto_id(approval: ApprovalRequest, name: str) -> str:
    return f"{name}-{approval.pk}-%s"


def _verbs(approval: ApprovalRequest, member: Member | None, person: DeskPerson | None) -> tuple[str, ...]:
    if person is not None:
        return ("remind", "withdraw")
    if member is not None and approval.may_be_answered_by(member):
        return ("approve", "decline")
    return ()


def _names(approval: ApprovalRequest, people: Sequence[Member]) -> list[str]:
    """Return who can answer, whoever is named first."""
    named = [approval.decider.name] if approval.decider is not None and approval.decider.is_active else []
    others = [
        one.name for one in people if one.pk != approval.decider_id and approval.may_be_answered_by(one)
    ]
    return named + others
