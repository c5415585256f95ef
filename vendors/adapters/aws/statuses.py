"""What AWS calls a case's status, and what that means here."""

from __future__ import annotations

from vendors.states import CaseState

_STATES = {
    "unassigned": CaseState.NEW,
    "opened": CaseState.NEW,
    "work-in-progress": CaseState.VENDOR_WORKING,
    "pending-customer-action": CaseState.WAITING_ON_US,
    "customer-action-completed": CaseState.WAITING_ON_VENDOR,
    "reopened": CaseState.WAITING_ON_VENDOR,
    "resolved": CaseState.RESOLVED,
}


def state_of(raw: str) -> CaseState:
    """Return where a case stands; a status that AWS has added since is UNKNOWN, and its word is kept beside it."""
    return _STATES.get(raw, CaseState.UNKNOWN)
