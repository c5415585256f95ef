"""One worker looks at an account: it claims it, calls with no transaction open, stores what it found, and plans on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from core.tenancy import acting_as, worker_context
from vendors.actions.links import set_state
from vendors.actions.sync.looking import Look, is_recent, look
from vendors.actions.sync.storing import store_safely
from vendors.actions.telling import tell_leads
from vendors.adapters import adapter_for, target_of
from vendors.adapters.base import (
    NotAuthorised,
    NotEntitled,
    RateLimited,
    Unavailable,
    VendorAdapter,
    VendorError,
)
from vendors.models import AccountLink, PushHint, VendorCase
from vendors.pacing import BREAKS_AFTER, FOLLOWED_FOR, LEAST_GAP, after_failure, break_after, gap
from vendors.states import CaseState, LinkState

logger = logging.getLogger(__name__)

#: So long an account belongs to one worker. A look that is not over some time before leaves the rest to the next.
LEASE = timedelta(minutes=5)
_SPARE = timedelta(minutes=1)
#: With cases left over, the next look is not long in coming.
_REST = timedelta(seconds=2)
_AILING = frozenset({LinkState.DENIED, LinkState.UNREACHABLE})


@dataclass(frozen=True, kw_only=True)
class Claim:
    """An account that is this worker's for a while, and what was known of it when it became so."""

    link: AccountLink
    until: datetime
    at: datetime
    cases: tuple[VendorCase, ...]
    hints: tuple[int, ...]
    hinted: frozenset[str]


def poll_due(*, limit: int = 50) -> int:
    """Look at every account that is due and return how many were looked at."""
    with acting_as(worker_context()) as now:
        due = list(AccountLink.objects.poll_due_by(now).values_list("pk", flat=True)[:limit])
    return sum(_poll_safely(pk) for pk in due)


def _poll_safely(link_id: int) -> bool:
    """Look at one account; one that fails is logged and does not hold up the others."""
    try:
        return poll(link_id=link_id)
    except Exception:
        logger.exception("account link %s could not be looked at", link_id)
        return False


def poll(*, link_id: int) -> bool:
    """Look at one account unless another worker does, or it is no longer due."""
    claim = _claim(link_id)
    if claim is None:
        return False
    adapter = adapter_for(claim.link)
    found = _look(claim, adapter)
    if not _is_still_ours(claim):
        return True  # retired meanwhile, or another worker's: what was seen is thrown away
    for case in sorted(claim.cases, key=lambda one: (one.ticket_id, one.pk)):
        store_safely(case, found, reopen_days=adapter.caps.reopen_days)
    _plan_on(claim, found)
    return True


def look_soon(*, link_id: int, customer_id: int, at: datetime) -> None:
    """Let an account be looked at as soon as may be."""
    AccountLink.objects.live().filter(pk=link_id, customer_id=customer_id).filter(
        Q(next_poll_at=None) | Q(next_poll_at__gt=at)
    ).update(next_poll_at=at)


# --- One worker for each account ----------------------------------------------------------------------
def _claim(link_id: int) -> Claim | None:
    with acting_as(worker_context()) as now:
        link = (
            AccountLink.objects.poll_due_by(now)
            .select_related("vendor", "customer", "account")
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(pk=link_id)
            .first()
        )
        if link is None:
            return None
        link.poll_lease_until = now + LEASE
        link.save(update_fields=["poll_lease_until"])
        hints = list(
            PushHint.objects.filter(customer_id=link.customer_id, link=link, handled_at=None).order_by("pk")
        )
        return Claim(
            link=link,
            until=link.poll_lease_until,
            at=now,
            cases=tuple(_known_cases(link, now)),
            hints=tuple(hint.pk for hint in hints),
            hinted=frozenset(one for hint in hints for one in (hint.external_id, hint.display_id) if one),
        )


def _known_cases(link: AccountLink, now: datetime) -> list[VendorCase]:
    """Return the cases of an account that are followed: what is not over, and what was resolved lately."""
    over = Q(state__in=(CaseState.RESOLVED, CaseState.CLOSED))
    long_ago = over & Q(resolved_at__lte=now - FOLLOWED_FOR)
    return list(
        VendorCase.objects.filter(customer_id=link.customer_id, link=link, given_up_at=None)
        .exclude(external_id="")
        .exclude(long_ago)
        .select_related("ticket", "vendor")
        .order_by("pk")
    )


def _is_still_ours(claim: Claim, *, for_a_call: bool = False) -> bool:
    """Tell whether an account is still this worker's: a link that was retired, or lost, makes no further call."""
    with acting_as(worker_context()) as now:
        if for_a_call and now >= claim.until - _SPARE:
            return False
        return (
            AccountLink.objects.automatic()
            .exclude(state=LinkState.UNVERIFIED)
            .filter(pk=claim.link.pk, poll_lease_until=claim.until)
            .exists()
        )


def _look(claim: Claim, adapter: VendorAdapter) -> Look:
    return look(
        adapter=adapter,
        target=target_of(claim.link),
        cases=claim.cases,
        hinted=claim.hinted,
        begun_at=claim.at,
        goes_on=lambda: _is_still_ours(claim, for_a_call=True),
    )


# --- What comes next ----------------------------------------------------------------------------------
def _plan_on(claim: Claim, found: Look) -> None:
    """Give the account back, with the time of its next look, unless it is no longer this worker's."""
    with acting_as(worker_context()) as now:
        link = (
            AccountLink.objects.automatic()
            .select_related("vendor", "customer", "account")
            .select_for_update(no_key=True, of=("self",))
            .filter(pk=claim.link.pk, poll_lease_until=claim.until)
            .first()
        )
        if link is None:
            return
        link.poll_lease_until = None
        if found.error is None:
            _went_well(link, claim, found, now)
        else:
            _failed(link, found.error, now)
        link.save(
            update_fields=[
                "poll_lease_until",
                "next_poll_at",
                "last_polled_at",
                "next_probe_at",
                "cursor",
                "failures",
                "paused_until",
                "last_error",
            ]
        )
        if found.error is not None:
            _settle_state(link, found.error, now)
        for error in (found.error, *found.skipped.values()):
            if error is not None and type(error) is VendorError:
                _tell_of_unknown(link, error, now)


def _went_well(link: AccountLink, claim: Claim, found: Look, now: datetime) -> None:
    link.last_polled_at = claim.at
    seen = (found.seen.keys() | found.missing) - found.unread - found.skipped.keys()
    VendorCase.objects.filter(customer_id=link.customer_id, link=link, pk__in=seen).filter(
        Q(seen_at=None) | Q(seen_at__lt=claim.at)
    ).update(seen_at=claim.at)
    link.failures = 0
    link.paused_until = None
    link.last_error = "; ".join(sorted({_say(error) for error in found.skipped.values()}))[:300]
    link.cursor = {**link.cursor, "foreign": found.foreign, "at": claim.at.isoformat()}
    if link.standing in _AILING:  # it answers again: a look at its plan says so
        link.next_probe_at = now
    if not found.was_stopped:
        PushHint.objects.filter(customer_id=link.customer_id, pk__in=claim.hints).update(handled_at=now)
    waiting = PushHint.objects.filter(customer_id=link.customer_id, link=link, handled_at=None)
    if found.unread or found.was_stopped:
        link.next_poll_at = now + _REST
    elif waiting.exists():
        link.next_poll_at = now + LEAST_GAP
    else:
        link.next_poll_at = now + _usual_gap(link, now)


def _usual_gap(link: AccountLink, now: datetime) -> timedelta:
    running = list(
        VendorCase.objects.filter(customer_id=link.customer_id, link=link).running().exclude(external_id="")
    )
    return gap(
        [case.severity for case in running],
        key=f"{link.pk}:{now.isoformat()}",
        accelerated=any(is_recent(case, now) for case in running),
    )


def _failed(link: AccountLink, error: VendorError, now: datetime) -> None:
    """Plan the next attempt, each account by itself; after several the account is left alone for a while."""
    link.last_error = _say(error)[:300]
    if isinstance(error, NotEntitled):
        link.next_probe_at = now  # what the plan is, a look at the plan finds out
        link.next_poll_at = now + gap([], key=f"{link.pk}:{now.isoformat()}")
        return
    link.failures += 1
    after = error.after if isinstance(error, RateLimited) else 0
    link.next_poll_at = now + after_failure(link.failures, key=str(link.pk), after=after)
    pause = break_after(link.failures)
    if pause is not None:
        link.paused_until = now + pause
        link.next_poll_at = max(link.next_poll_at, link.paused_until)


def _settle_state(link: AccountLink, error: VendorError, now: datetime) -> None:
    """Say of an account that it refuses us, or that it could not be reached several times in a row."""
    if isinstance(error, NotAuthorised):
        state = LinkState.DENIED
    elif isinstance(error, Unavailable) and link.failures >= BREAKS_AFTER:
        state = LinkState.UNREACHABLE
    else:
        return
    if link.standing is not state:
        set_state(link=link, at=now, state=state, evidence=_say(error))


def _tell_of_unknown(link: AccountLink, error: VendorError, now: datetime) -> None:
    tell_leads(
        link,
        at=now,
        key=f"vendor-error:{link.pk}:{error.code}",
        subject=f"{link.customer.name}: {link.vendor.name} answered something that we do not know",
        body=f"{link.vendor.name} answered for account {link.account_number} of {link.customer.name}:\n\n"
        f"{_say(error)}\n\nThe portal goes on and asks again. Look whether a case needs you at the vendor.",
    )


def _say(error: VendorError) -> str:
    return f"{error.code}: {error}" if error.code else str(error)
