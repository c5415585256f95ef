from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from core.events import publish_all
from slas.looked import tell_of_looks
from slas.looks import COLUMNS, Look, look_at
from slas.models import Clock, Watch
from tickets import actions as ticket_actions
from tickets.models import Ticket


@transaction.atomic
def refresh_clocks(*, ticket_id: int, customer_id: int, at: datetime) -> None:
    """Replay a ticket's clocks as of `at`, keep the result, and publish what became true since.

    Breaches and warnings are stamped with the instant at which they became true. The ticket's row is
    locked first, so that two callers take turns.
    """
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=ticket_id, customer_id=customer_id)
    refresh_locked([ticket], at=at)


def refresh_locked(tickets: Sequence[Ticket], *, at: datetime) -> None:
    """Do what `refresh_clocks` does for tickets whose rows the caller has locked and just read.

    It sends as many statements for many tickets as for one, but for those that acting on news takes.
    """
    looks = look_at(tickets, at=at)
    _keep(looks)
    publish_all(sorted((event for look in looks for event in look.news()), key=lambda event: event.at))
    ticket_actions.set_next_deadlines([(look.ticket, look.deadline()) for look in looks])
    _watch(looks)
    tell_of_looks(tickets)


def _keep(looks: Sequence[Look]) -> None:
    """Make the cache read what the replay said.

    A row's generation moves when more has changed than the time that went by. A cycle that the replay no
    longer knows never was, and goes.
    """
    written: list[Clock] = []
    gone: list[int] = []
    for look in looks:
        left = dict(look.cached)
        for (metric, cycle), values in look.columns().items():
            row = left.pop((metric, cycle), None)
            changed = {name for name in COLUMNS if row is None or getattr(row, name) != values[name]}
            if changed:
                written.append(
                    Clock(
                        customer_id=look.ticket.customer_id,
                        ticket=look.ticket,
                        metric=metric,
                        cycle=cycle,
                        as_of=look.as_of,
                        generation=1 if row is None else row.generation + (changed != {"consumed_seconds"}),
                        **values,
                    )
                )
        gone += [row.pk for row in left.values()]
    Clock.objects.bulk_create(
        written,
        update_conflicts=True,
        unique_fields=["customer", "ticket", "metric", "cycle"],
        update_fields=[*COLUMNS, "as_of", "generation"],
    )
    if gone:
        Clock.objects.filter(pk__in=gone).delete()


def _watch(looks: Sequence[Look]) -> None:
    """Say when the sweep must look at each ticket next."""
    Watch.objects.bulk_create(
        [
            Watch(
                customer_id=look.ticket.customer_id,
                ticket=look.ticket,
                next_check_at=look.next_check_at(),
                looked_at=look.as_of,
            )
            for look in looks
        ],
        update_conflicts=True,
        unique_fields=["customer", "ticket"],
        update_fields=["next_check_at", "failures", "looked_at"],
    )
