from __future__ import annotations

from collections import Counter
from collections.abc import Generator

from core.tenancy import acting_as, worker_context
from customers.models import Customer
from reports.actions.folding import (
    DAILY,
    MONTHLY,
    add_to_sums,
    fold_locked,
    lock_contributions,
    own_sums,
)
from reports.folding import Key, load
from reports.models import Contribution, Upkeep
from tickets.models import Ticket

BATCH = 500
#: Contributions that are read at once while sums are made.
_READ = 2_000


def customers_to_rebuild(key: str | None) -> list[Customer]:
    """Return the customer of a key, or all; those whose rebuild was interrupted come first."""
    with acting_as(worker_context()):
        found = Customer.objects.all() if key is None else Customer.objects.filter(key=key.upper())
        begun = set(Upkeep.objects.rebuilding().values_list("customer_id", flat=True))
        return sorted(found, key=lambda one: (one.pk not in begun, one.pk))


def rebuild(*, customer: Customer, batch: int = BATCH) -> Generator[tuple[int, int], None, None]:
    """Make a customer's contributions and sums anew; yield how many tickets are done, of how many.

    Each batch is a transaction that says how far it came, so that an interrupted rebuild goes on there. The
    sums are made in one transaction at the end: a reader sees the old ones or the new ones.
    """
    with acting_as(worker_context()) as now:
        upkeep, _ = Upkeep.objects.get_or_create(customer=customer)
        if upkeep.rebuilding_since is None:
            upkeep.rebuilding_since, upkeep.last_ticket_id = now, 0
            upkeep.save(update_fields=["rebuilding_since", "last_ticket_id"])
        mine = Ticket.objects.of(customer)
        whole, done = mine.count(), mine.filter(pk__lte=upkeep.last_ticket_id).count()
    while count := _refold(customer, batch):
        done += count
        yield done, max(whole, done)
    with acting_as(worker_context()):
        sum_up(customer)
        Upkeep.objects.filter(customer=customer).update(
            rebuilding_since=None, last_ticket_id=0, differs_since=None
        )


def _refold(customer: Customer, size: int) -> int:
    """Count the next tickets of a rebuild again."""
    with acting_as(worker_context()) as now:
        upkeep = Upkeep.objects.select_for_update(no_key=True).get(customer=customer)
        later = Ticket.objects.of(customer).filter(pk__gt=upkeep.last_ticket_id).order_by("pk")
        tickets = list(later.values_list("pk", flat=True)[:size])
        if not tickets:
            return 0
        held = lock_contributions({(customer.pk, ticket) for ticket in tickets}, skip=False)
        fold_locked(held, at=now)
        _forget_differences(held)
        upkeep.last_ticket_id = tickets[-1]
        upkeep.save(update_fields=["last_ticket_id"])
    return len(tickets)


def _forget_differences(held: list[Contribution]) -> None:
    wrong = [one.pk for one in held if one.differs_since is not None]
    if wrong:
        Contribution.objects.filter(pk__in=wrong).update(differs_since=None)


def sum_up(customer: Customer) -> None:
    """Replace a customer's sums by what its contributions add up to, in the caller's transaction."""
    own_sums(customer.pk)
    amounts = added_up(customer)
    for model in (*DAILY.values(), *MONTHLY.values()):
        model.objects.filter(customer=customer).delete()
    add_to_sums({customer.pk: amounts})


def added_up(customer: Customer) -> dict[Key, Counter[str]]:
    """Return what a customer's contributions add up to."""
    sums: dict[Key, Counter[str]] = {}
    rows = Contribution.objects.filter(customer=customer).values_list("parts", flat=True)
    for parts in rows.iterator(chunk_size=_READ):
        for key, numbers in load(parts).items():
            held = sums.setdefault(key, Counter())
            for name, number in numbers.items():
                held[name] += number
    return sums
