"""Look at customers' accounts at their vendor: whether they let us in safely, and whether the plan takes cases.

A look is claimed in one transaction, made outside of any, and stored in another one. Whoever dies in between loses
nothing: the claim ends by itself, and the look is made again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from core.tenancy import acting_as, worker_context
from vendors.actions import coverage, links
from vendors.adapters import adapter_for, target_of
from vendors.adapters.base import Entitlement, Invalid, NotAuthorised, Options, Refusal, Target, VendorError
from vendors.models import AccountLink
from vendors.plans import OPTIONS_LAST, next_look
from vendors.states import Finding, LinkState

logger = logging.getLogger(__name__)

#: For so long a look belongs to the worker that claimed it.
LEASE = timedelta(minutes=3)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look showed; `is_proved` once the role refused whoever names no or another external id."""

    seen: Entitlement
    is_proved: bool = False
    options: Options | None = None


def look_due(*, limit: int = 50) -> int:
    """Look at every account whose time has come; return how many were looked at."""
    done = 0
    while done < limit and look_at_one():
        done += 1
    return done


def look_at_one() -> bool:
    """Look at one account whose time has come; tell whether there was one."""
    claimed = _claim()
    if claimed is None:
        return False
    link, at = claimed
    try:
        found = _look(link, at)
    except Exception:
        logger.exception("the account of link %s could not be looked at", link.pk)
        found = _nothing(Refusal.UNREACHABLE, "The portal failed to ask.")
    with acting_as(worker_context()) as now:
        store(link=link, look=found, at=now)
    return True


def _claim() -> tuple[AccountLink, datetime] | None:
    with acting_as(worker_context()) as now:
        link = (
            AccountLink.objects.look_due_by(now)
            .select_for_update(of=("self",), skip_locked=True, no_key=True)
            .select_related("vendor", "account", "customer")
            .first()
        )
        if link is None:
            return None
        link.next_probe_at = now + LEASE
        link.save(update_fields=["next_probe_at"])
        return link, now


# --- The calls -----------------------------------------------------------------------------------------
def _look(link: AccountLink, at: datetime) -> Look:
    """Make the calls of a look: proof where a person asked or the link may not be safe, then the plan and its offers."""
    adapter, target = adapter_for(link), target_of(link)
    is_proved = False
    if link.verify_asked_at is not None or link.standing in {LinkState.UNVERIFIED, LinkState.DENIED}:
        refused = _prove(adapter, target)
        if refused is not None:
            return refused
        is_proved = True
    try:
        seen = adapter.verify(target)
    except VendorError as error:
        return replace(_failed(error), is_proved=is_proved)
    return Look(seen=seen, is_proved=is_proved, options=_options(link, adapter, target, seen, at))


def _prove(adapter: Any, target: Target) -> Look | None:
    """Return why a role is not to be used, or None when it refuses whoever does not name the external id."""
    try:
        adapter.prove_safe(target)
    except Invalid as unsafe:
        return _nothing(Refusal.UNSAFE, str(unsafe))
    except VendorError as error:
        return _failed(error)
    return None


def _options(
    link: AccountLink, adapter: Any, target: Target, seen: Entitlement, at: datetime
) -> Options | None:
    """Return what the account offers for a new case, where that is not known or old; None where it is not told."""
    is_fresh = link.options_at is not None and at - link.options_at < OPTIONS_LAST
    if seen.finding is not Finding.MET or (is_fresh and link.verify_asked_at is None):
        return None
    try:
        offers: Options = adapter.options(target)
    except VendorError as error:
        logger.info("link %s does not tell what it offers: %s", link.pk, error.code)
        return None
    return offers


def _failed(error: VendorError) -> Look:
    refusal = Refusal.DENIED if isinstance(error, NotAuthorised) else Refusal.UNREACHABLE
    return _nothing(refusal, error.code or str(error))


def _nothing(refusal: Refusal, evidence: str) -> Look:
    return Look(seen=Entitlement(finding=Finding.UNKNOWN, evidence=evidence, refusal=refusal))


# --- The rows ------------------------------------------------------------------------------------------
def store(*, link: AccountLink, look: Look, at: datetime) -> bool:
    """Keep what a look showed; tell whether it was about the link as it is now.

    Where the link was retired, dealt with by hand, or given another role or external id meanwhile, it shows nothing.
    """
    locked = links.lock_live_or_none(link)
    if (
        locked is None
        or locked.is_manual
        or (locked.role_arn, locked.external_id) != (link.role_arn, link.external_id)
    ):
        return False
    seen = look.seen
    locked.next_probe_at = next_look(locked.pk, at, finding=seen.finding)
    locked.verify_asked_at = _still_asked(locked, link)
    if locked.verify_asked_at is not None:
        locked.next_probe_at = at
    changed = ["next_probe_at", "verify_asked_at"]
    if look.options is not None:
        locked.options, locked.options_at = _as_json(look.options), at
        changed += ["options", "options_at"]
    locked.save(update_fields=changed)
    if (
        locked.verified_at is None
        and look.is_proved
        and seen.refusal is None
        and seen.finding is not Finding.UNKNOWN
        and not _verify(locked, at)
    ):
        seen = Entitlement(
            finding=Finding.UNKNOWN, evidence="Another connection was first.", refusal=Refusal.TAKEN
        )
    links.set_state(
        link=locked,
        at=at,
        state=_state(locked, seen),
        evidence=seen.evidence,
        refusal=seen.refusal.value if seen.refusal else "",
        asks_again=False,
    )
    coverage.note_finding(link=locked, seen=seen, at=at)
    return True


def _verify(locked: AccountLink, at: datetime) -> bool:
    """Let calls be made over a link whose role was proved; not where another one to this account was before it."""
    locked.verified_at = locked.next_poll_at = at
    try:
        with transaction.atomic():
            locked.save(update_fields=["verified_at", "next_poll_at"])
    except IntegrityError:
        locked.verified_at = locked.next_poll_at = None
        return False
    return True


def _still_asked(locked: AccountLink, claimed: AccountLink) -> datetime | None:
    """Return when somebody asked for a look after this one had begun."""
    asked = locked.verify_asked_at
    return None if asked is None or asked == claimed.verify_asked_at else asked


def _state(link: AccountLink, seen: Entitlement) -> LinkState:
    """Return what a look says of the link; one that says nothing leaves it as it is."""
    if seen.refusal in {Refusal.UNSAFE, Refusal.TAKEN}:
        return LinkState.UNVERIFIED
    if seen.refusal is Refusal.DENIED:
        return LinkState.DENIED
    if seen.refusal is Refusal.UNREACHABLE:
        return LinkState.UNREACHABLE
    return {Finding.MET: LinkState.OK, Finding.NOT_MET: LinkState.NO_PLAN}.get(seen.finding, link.standing)


def _as_json(options: Options) -> dict[str, Any]:
    """Return what an account offers as it is kept on its link."""
    return {
        "severities": [[one.code, one.name] for one in options.severities],
        "services": [
            [one.code, one.name, [list(category) for category in one.categories]] for one in options.services
        ],
        "languages": [list(one) for one in options.languages],
    }
