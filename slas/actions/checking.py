from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from core.models import Heartbeat
from core.tenancy import acting_as, worker_context
from slas.access import CHECK
from slas.comparison import mismatches
from slas.looks import look_back_at
from slas.models import Watch

logger = logging.getLogger(__name__)

#: What was looked at within this time is checked without exception.
TOUCHED_WITHIN = timedelta(days=1)
#: How many of the other open tickets are drawn for a night; a date always draws the same.
SAMPLE = 1000
_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """A ticket whose stored clocks are not what a replay of its log says, and how, in sentences."""

    ticket: str
    found: Sequence[str]


def check_clocks(*, everything: bool = False) -> tuple[int, list[Contradiction]]:
    """Compare stored clocks with a replay; return how many tickets were checked and which are contradicted.

    It checks what was looked at within the last day, what was contradicted before and a sample of the open
    ones, or everything. It repairs nothing: a contradicted ticket is logged at ERROR and marked for the
    auditor until a check finds it right. A ticket that seems wrong is looked at again under its lock, as
    somebody may just have written.
    """
    with acting_as(worker_context()) as now:
        some = (
            Watch.objects.all()
            if everything
            else Watch.objects.worth_checking(
                since=now - TOUCHED_WITHIN, sample=SAMPLE, draw=now.date().isoformat()
            )
        )
        chosen = list(some.order_by("pk").values_list("pk", flat=True))
    contradictions = [
        found
        for batch in _batches(chosen)
        for pk in _suspects(batch)
        if (found := _check_one(pk)) is not None
    ]
    with acting_as(worker_context()) as now:
        Heartbeat.objects.update_or_create(name=CHECK, defaults={"at": now})
    return len(chosen), contradictions


def _batches(chosen: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(chosen)
    while batch := list(islice(rest, _AT_ONCE)):
        yield batch


def _suspects(batch: list[int]) -> list[int]:
    """Return those that differ, or differed before; all of them where one cannot be computed."""
    try:
        with acting_as(worker_context()):
            watches = list(Watch.objects.filter(pk__in=batch).select_related("ticket").order_by("pk"))
            return [
                watch.pk for watch, found in _compare(watches) if found or watch.differs_since is not None
            ]
    except Exception:
        logger.warning("%s tickets could not be checked together", len(batch), exc_info=True)
        return batch


def _check_one(watch_id: int) -> Contradiction | None:
    """Check one ticket under its lock, and write down what came out."""
    with acting_as(worker_context()) as now:
        watch = (
            Watch.objects.select_for_update(no_key=True, of=("self", "ticket"))
            .select_related("ticket__customer")
            .get(pk=watch_id)
        )
        found = _compare_safely(watch)
        if bool(found) != (watch.differs_since is not None):
            watch.differs_since = now if found else None
            watch.save(update_fields=["differs_since"])
        if not found:
            return None
        logger.error(
            "the clocks of %s are not what a replay says: %s",
            watch.ticket.key,
            "; ".join(found),
        )
        return Contradiction(ticket=watch.ticket.key, found=found)


def _compare_safely(watch: Watch) -> list[str]:
    """Compare one ticket; that it cannot be computed is a difference, too."""
    try:
        [(_, found)] = _compare([watch])
    except Exception as error:
        logger.exception("the clocks of ticket %s cannot be computed", watch.ticket_id)
        return [f"they cannot be computed: {type(error).__name__}"]
    return found


def _compare(watches: Sequence[Watch]) -> Iterator[tuple[Watch, list[str]]]:
    when = {watch.ticket_id: watch.looked_at for watch in watches}
    looks = look_back_at([watch.ticket for watch in watches], when=when)
    for watch, look in zip(watches, looks, strict=True):
        yield watch, [str(one) for one in mismatches(look, watch)]
