from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import CharField, Value
from django.db.models.functions import MD5, Cast, Concat

from core.models import Heartbeat
from core.tenancy import acting_as, worker_context
from customers.models import Customer
from reports.actions.folding import DAILY, MONTHLY, NAMES, SumModel, amounts_now, own_sums
from reports.actions.rebuilding import added_up
from reports.folding import Amounts, Key, Sum, by_month, difference, load, order
from reports.models import CHECKED, Contribution, MissTimes, Upkeep

logger = logging.getLogger(__name__)

TOUCHED_WITHIN = timedelta(days=1)
#: How many other tickets, and how many customers' sums, are drawn for a night; a date always draws the same.
SAMPLE, CUSTOMERS = 1000, 20
_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A ticket or a customer whose figures are not what clocks and facts say, and how."""

    what: str
    found: Sequence[str]


def check_figures(*, everything: bool = False) -> tuple[int, list[Wrong]]:
    """Compare contributions with clocks and facts, and sums with contributions; return how many and what is wrong.

    It repairs nothing: what is wrong is logged at ERROR and marked for the auditor until a check finds it
    right. Tickets that wait to be counted are left out. What seems wrong is looked at again under its lock.
    """
    with acting_as(worker_context()) as now:
        draw = now.date().isoformat()
        some = Contribution.objects.worth_checking(
            since=now - TOUCHED_WITHIN if not everything else datetime.min.replace(tzinfo=now.tzinfo),
            sample=SAMPLE,
            draw=draw,
        )
        chosen = list(some.order_by("pk").values_list("pk", flat=True))
        customers = _customers(draw, everything=everything)
    wrong = [
        found
        for first in range(0, len(chosen), _AT_ONCE)
        for pk in _suspects(chosen[first : first + _AT_ONCE])
        if (found := _check_one(pk)) is not None
    ]
    wrong += [found for one in customers if (found := _check_sums(one)) is not None]
    with acting_as(worker_context()) as now:
        Heartbeat.objects.update_or_create(name=CHECKED, defaults={"at": now})
    return len(chosen) + len(customers), wrong


def _customers(draw: str, *, everything: bool) -> list[Customer]:
    lot = MD5(Concat(Value(draw), Cast("pk", CharField())))
    drawn = list(Customer.objects.order_by(lot)[: None if everything else CUSTOMERS])
    before = Upkeep.objects.differing().exclude(customer__in=drawn).select_related("customer")
    return drawn + [one.customer for one in before]


# --- Contributions ------------------------------------------------------------------------------------
def _suspects(batch: list[int]) -> list[int]:
    with acting_as(worker_context()):
        rows = list(Contribution.objects.filter(pk__in=batch).order_by("pk"))
        try:
            return [one.pk for one, found in _compare(rows) if found or one.differs_since is not None]
        except Exception:
            logger.warning("%s tickets could not be compared together", len(rows), exc_info=True)
            return batch


def _check_one(pk: int) -> Wrong | None:
    with acting_as(worker_context()) as now:
        row = (
            Contribution.objects.select_for_update(no_key=True, of=("self", "ticket"))
            .select_related("ticket__customer")
            .get(pk=pk)
        )
        if Contribution.objects.filter(pk=pk).waiting().exists():
            return None  # it has just changed, and is counted soon
        [(_, found)] = _compare([row])
        if bool(found) != (row.differs_since is not None):
            row.differs_since = now if found else None
            row.save(update_fields=["differs_since"])
        if not found:
            return None
        logger.error("the figures of %s are not what its clocks say: %s", row.ticket.key, "; ".join(found))
        return Wrong(what=row.ticket.key, found=found)


def _compare(rows: Sequence[Contribution]) -> Iterator[tuple[Contribution, list[str]]]:
    amounts = amounts_now(rows)
    for row in rows:
        yield row, _say(difference(amounts[row.ticket_id], load(row.parts)))


def _say(missing: Amounts) -> list[str]:
    """Say in lines what has to be added to make figures right."""
    return [
        f"{key.sum} of {key.day} {key.metric} P{key.severity}: {name} lacks {number}"
        for key, numbers in sorted(missing.items(), key=lambda item: order(item[0]))
        for name, number in sorted(numbers.items())
    ]


# --- Sums ---------------------------------------------------------------------------------------------
def _check_sums(customer: Customer) -> Wrong | None:
    """Compare a customer's sums with its contributions while nobody moves them."""
    with acting_as(worker_context()) as now:
        own_sums(customer.pk)
        daily = added_up(customer)
        found = _say(difference(daily, stored_sums(customer, DAILY)))
        found += _say(difference(_without_misses(by_month(daily)), stored_sums(customer, MONTHLY)))
        upkeep = Upkeep.objects.filter(customer=customer).first() or Upkeep(customer=customer)
        if bool(found) != (upkeep.differs_since is not None):
            upkeep.differs_since = now if found else None
            upkeep.save()
    if not found:
        return None
    logger.error("the sums of %s are not what its tickets add up to: %s", customer.key, "; ".join(found[:5]))
    return Wrong(what=customer.key, found=found)


def _without_misses(amounts: dict[Key, Counter[str]]) -> dict[Key, Counter[str]]:
    return {key: numbers for key, numbers in amounts.items() if key.sum is not Sum.MISSES}


def stored_sums(customer: Customer, models: Mapping[Sum, SumModel]) -> dict[Key, Counter[str]]:
    """Return what the sums of a customer say, as amounts."""
    found: dict[Key, Counter[str]] = {}
    for kind, model in models.items():
        for row in model.objects.filter(customer=customer).iterator():
            key = Key(
                kind,
                row.day,
                row.severity,
                row.service_id,
                getattr(row, "metric", ""),
                f"{row.at:%Y-%m-%dT%H:%M:%SZ}" if isinstance(row, MissTimes) else "",
            )
            numbers = Counter({name: getattr(row, name) for name in NAMES[kind]})
            found[key] = Counter({name: number for name, number in numbers.items() if number})
    return found
