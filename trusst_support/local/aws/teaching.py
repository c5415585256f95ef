"""Tells the local AWS of the accounts that the portal is connected to, and of the cases that it has there."""

from __future__ import annotations

from typing import Any

from core.tenancy import acting_as, worker_context
from trusst_support.local.aws import telling
from trusst_support.local.aws.catalogue import PLANS
from trusst_support.local.aws.state import ROLE, written
from vendors.models import AccountLink, VendorCase, VendorMessage, Way
from vendors.states import LinkState

_NO_PLAN = "Developer"
_USUAL = "Business Support+"
_UNKNOWN_ID = "-"


def teach(address: str) -> int:
    """Make the accounts that the local AWS does not have yet, as the portal knows them; return how many."""
    with acting_as(worker_context()):
        links = (
            AccountLink.objects.automatic()
            .filter(vendor__way=Way.AWS)
            .exclude(state=LinkState.UNVERIFIED)
            .select_related("account")
        )
        accounts = [_account(link) for link in links]
    return sum(telling.tell(address, "account", **one, only_new=True)["made"] for one in accounts)


def _account(link: AccountLink) -> dict[str, Any]:
    declared = link.account.declared_plan if link.account else ""
    plan = declared if declared in PLANS else _USUAL
    if link.state == LinkState.NO_PLAN and PLANS[plan]:
        plan = _NO_PLAN
    return {
        "number": link.account_number,
        "plan": plan,
        "external_id": _UNKNOWN_ID if link.state == LinkState.DENIED else link.external_id,
        "role": link.role_arn.rpartition("/")[2] or ROLE,
        "reads_only": link.reads_only,
        "cases": [_case(case) for case in VendorCase.objects.filter(link=link).exclude(external_id="")],
    }


def _case(case: VendorCase) -> dict[str, Any]:
    messages = VendorMessage.objects.filter(case=case).select_related("message").order_by("at", "pk")
    return {
        "case_id": case.external_id,
        "display_id": case.display_id,
        "subject": case.subject,
        "status": case.raw_status,
        "severity": case.severity,
        "service": case.service,
        "category": case.category,
        "author": case.opened_by,
        "at": written(case.opened_at or case.asked_at),
        "language": case.language,
        "extra": case.extra,
        "letters": [
            {"author": one.author, "body": one.message.body or "-", "at": written(one.at)} for one in messages
        ],
    }
