"""A customer's account is connected to a vendor, which has a case for a ticket, with a message and a file."""

from __future__ import annotations

from core.tenancy import acting_as, worker_context
from tests.cast import Cast, House
from tests.vendors.factories import case, link, message, observe, outgoing
from tickets.models import Ticket
from vendors.models import PushHint, PushKey, VendorFile
from vendors.states import SendState


def connect(cast: Cast, house: House, ticket: Ticket) -> None:
    """Give a customer one of everything that a vendor's case is made of."""
    over = link(house.customer)
    observe(over)
    asked = case(ticket, over)
    received = message(asked)
    outgoing(asked, state=SendState.SENT)
    with acting_as(worker_context()) as now:
        PushKey.objects.create(
            customer=house.customer, link=over, digest="0" * 64, created_at=now, created_by="Sam Field"
        )
        PushHint.objects.create(customer=house.customer, link=over, event_id="event-1", received_at=now)
        VendorFile.objects.create(customer=house.customer, received=received, ref="file-1", name="trace.log")
