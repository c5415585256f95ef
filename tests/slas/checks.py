"""What must hold of a ticket's cached clocks at every moment."""

from __future__ import annotations

from core.tenancy import acting_as, worker_context
from slas.comparison import mismatches
from slas.looks import look_back_at
from slas.models import Watch
from tickets.models import Ticket


def assert_cache_is_true(ticket: Ticket) -> None:
    """Compare the cached clocks, the watch and the ticket's next deadline with a fresh replay.

    The replay is made as of the instant for which the cache was last computed: what only time has changed
    since is the sweep's to notice.
    """
    with acting_as(worker_context()):
        watch = (
            Watch.objects.select_related("ticket")
            .filter(customer_id=ticket.customer_id, ticket=ticket)
            .first()
        )
        if watch is None:  # no clock has been looked at yet
            fresh = Ticket.objects.get(pk=ticket.pk, customer_id=ticket.customer_id)
            assert (fresh.next_due_at, fresh.next_objective) == (None, "")
            return
        [look] = look_back_at([watch.ticket], when={ticket.pk: watch.looked_at})
        assert [str(one) for one in mismatches(look, watch)] == []
