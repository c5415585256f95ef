"""Requests for access or approval in a test: asked as the desk asks, and read back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.tenancy import acting_as, worker_context
from customers.models import Member
from tests.cast import Cast, actor_of, context_of
from tickets import actions
from tickets.models import ApprovalKind, ApprovalRequest, Ticket

#: What the desk types; the time is the database's, two hours after the tests begin, in Sydney.
TYPED: dict[str, Any] = {
    "kind": "access",
    "what": "The console of acme-prod",
    "expires_at": "2026-03-03T12:00",
    "risk": "The database restarts",
    "effect_of_no": "We wait for tonight",
    "decider": "",
}


def ask(cast: Cast, ticket: Ticket, *, hours: float = 2, **more: Any) -> ApprovalRequest:
    """Let the engineer ask for access, which touches no production unless said."""
    with acting_as(context_of(cast.engineer)) as now:
        asked: dict[str, Any] = {
            "kind": ApprovalKind.ACCESS,
            "what": TYPED["what"],
            "decider": None,
            "risk": TYPED["risk"],
            "effect_of_no": TYPED["effect_of_no"],
            "touches_production": False,
        }
        return actions.ask_approval(
            ticket=ticket,
            person=cast.engineer,
            actor=actor_of(cast.engineer),
            at=now,
            expires_at=now + timedelta(hours=hours),
            **(asked | more),
        )


def again(approval: ApprovalRequest) -> ApprovalRequest:
    """Read a request again."""
    with acting_as(worker_context()):
        return ApprovalRequest.objects.with_people().get(pk=approval.pk)


def columns(approval: ApprovalRequest) -> dict[str, Any]:
    """Return all that a change of a request would change."""
    with acting_as(worker_context()):
        return dict(ApprovalRequest.objects.filter(pk=approval.pk).values().get())


def give_password(member: Member, password: str) -> None:
    """Give a member a password."""
    member.user.set_password(password)
    member.user.save(update_fields=["password"])
