"""The calls of one look at an account. They are made outside every transaction, and write nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from vendors.adapters.base import (
    NotAuthorised,
    NotEntitled,
    NotFound,
    RateLimited,
    Received,
    Snapshot,
    Target,
    Unavailable,
    VendorAdapter,
    VendorError,
)
from vendors.models import VendorCase
from vendors.pacing import ACCELERATED_FOR, OVERLAP, is_due, is_pressing

logger = logging.getLogger(__name__)

#: So many cases are asked for by their ids in one call, and so many have their messages read in one look.
AT_ONCE = 100
MOST_READ = 100
#: What says that no further call for this account will do better.
_ENDS_LOOK = (RateLimited, NotAuthorised, NotEntitled)
#: So many cases may fail to be read before that is put down to the vendor, and not to the case.
_MOST_UNAVAILABLE = 3


class Stopped(Exception):
    """The account is no longer ours to look at: its link was retired, or the time for the look is over."""


@dataclass(kw_only=True)
class Look:
    """What a look at an account found, by the case's id; `messages` of a case are all of them since it was read.

    `error` is why it ended early. What is not in it will be found by the next one.
    """

    begun_at: datetime
    seen: dict[int, Snapshot] = field(default_factory=dict)
    messages: dict[int, list[Received]] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)
    unread: set[int] = field(default_factory=set)
    skipped: dict[int, VendorError] = field(default_factory=dict)
    foreign: int = 0
    error: VendorError | None = None
    was_stopped: bool = False


def look(
    *,
    adapter: VendorAdapter,
    target: Target,
    cases: Sequence[VendorCase],
    hinted: Collection[str],
    begun_at: datetime,
    goes_on: Callable[[], bool],
) -> Look:
    """Ask a vendor about the known cases of an account, and for their messages where there may be new ones.

    `hinted` are ids of cases about which a push came. `goes_on` is asked before every call.
    """
    found = Look(begun_at=begun_at)

    def check() -> None:
        if not goes_on():
            raise Stopped

    try:
        check()
        _open_cases(found, adapter, target, cases)
        rest = [case for case in cases if case.pk not in found.seen]
        for start in range(0, len(rest), AT_ONCE):
            check()
            _by_id(found, adapter, target, rest[start : start + AT_ONCE], check)
        _all_messages(found, adapter, target, cases, hinted, check)
    except Stopped:
        found.was_stopped = True
    except VendorError as error:
        found.error = error
    except Exception as error:
        logger.exception("account link %s got an answer that cannot be read", target.link_id)
        found.error = VendorError("The answer could not be read.", code=type(error).__name__)
    return found


def is_recent(case: VendorCase, now: datetime) -> bool:
    """Tell whether something was sent on a case so lately that its answer is looked for more often."""
    sent_at = max(case.asked_at, case.last_desk_at or case.asked_at)
    return case.is_open and now - sent_at < ACCELERATED_FOR


def _open_cases(found: Look, adapter: VendorAdapter, target: Target, cases: Sequence[VendorCase]) -> None:
    """Note how the open cases stand; those that are not ours are only counted."""
    for snapshot in adapter.open_cases(target):
        case = _known(snapshot, cases)
        if case is None:
            found.foreign += 1
        else:
            found.seen[case.pk] = snapshot


def _known(snapshot: Snapshot, cases: Sequence[VendorCase]) -> VendorCase | None:
    """Return the case that a vendor's is; parts of its id may change, so its number counts as well."""
    for case in cases:
        if case.external_id == snapshot.external_id:
            return case
    for case in cases:
        if case.display_id and case.display_id == snapshot.display_id:
            return case
    return None


def _by_id(
    found: Look,
    adapter: VendorAdapter,
    target: Target,
    cases: Sequence[VendorCase],
    check: Callable[[], None],
) -> None:
    """Ask for cases by their ids; where one is not known and spoils the answer, for each of them by itself."""
    try:
        answer = list(adapter.cases(target, [case.external_id for case in cases]))
    except NotFound:
        if len(cases) == 1:
            found.missing.add(cases[0].pk)
            return
        for case in cases:
            check()
            _by_id(found, adapter, target, [case], check)
        return
    for snapshot in answer:
        case_or_none = _known(snapshot, cases)
        if case_or_none is not None:
            found.seen[case_or_none.pk] = snapshot
    found.missing.update(case.pk for case in cases if case.pk not in found.seen)


def _all_messages(
    found: Look,
    adapter: VendorAdapter,
    target: Target,
    cases: Sequence[VendorCase],
    hinted: Collection[str],
    check: Callable[[], None],
) -> None:
    wanted = list(_to_read(found, cases, hinted))
    found.unread = {case.pk for case in wanted}
    for case in wanted[:MOST_READ]:
        check()
        since = None if case.reply_seen_at is None else case.reply_seen_at - OVERLAP
        try:
            found.messages[case.pk] = list(adapter.messages(target, case.external_id, since=since))
        except _ENDS_LOOK:
            raise
        except VendorError as error:  # this case cannot be read; the others may
            found.skipped[case.pk] = error
            failed = [one for one in found.skipped.values() if isinstance(one, Unavailable)]
            if len(failed) >= min(_MOST_UNAVAILABLE, len(wanted)):
                raise
        found.unread.discard(case.pk)


def _to_read(found: Look, cases: Sequence[VendorCase], hinted: Collection[str]) -> Iterator[VendorCase]:
    """Yield the cases whose messages are read now: what changed, then what cannot wait, then what was read longest ago."""

    def changed(case: VendorCase) -> bool:
        return case.raw_status != found.seen[case.pk].raw_status

    def is_hinted(case: VendorCase) -> bool:
        return case.external_id in hinted or case.display_id in hinted

    def is_wanted(case: VendorCase) -> bool:
        if changed(case) or is_hinted(case) or case.read_at is None:
            return True
        return case.is_open and is_due(
            severity=case.severity,
            read_at=case.read_at,
            now=found.begun_at,
            accelerated=is_recent(case, found.begun_at),
        )

    def rank(case: VendorCase) -> tuple[bool, bool, datetime, int]:
        return (
            not (changed(case) or is_hinted(case)),
            not is_pressing(case.severity),
            case.read_at or case.asked_at,
            case.pk,
        )

    yield from sorted((case for case in cases if case.pk in found.seen and is_wanted(case)), key=rank)
