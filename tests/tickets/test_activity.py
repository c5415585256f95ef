"""A ticket's story is shown whole, or as the conversation alone."""

from __future__ import annotations

import pytest

from core.tenancy import acting_as
from tests.cast import Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse
from tickets import actions


@pytest.mark.parametrize("side", ["desk", "customer"])
def test_the_conversation_is_shown_without_what_else_happened(cast: Cast, browse: Browse, side: str) -> None:
    ticket = file_ticket(cast.acme.requester)
    with acting_as(context_of(cast.engineer)) as now:
        actions.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We are on it")
    client, address = {
        "desk": (browse(cast.engineer), f"/desk/tickets/{ticket.key}/"),
        "customer": (browse(cast.acme.requester), f"/c/acme/tickets/{ticket.number}/"),
    }[side]
    whole = client.get(address).content.decode()
    assert ("We are on it" in whole, "reported this; the answers propose" in whole) == (True, True)
    alone = client.get(f"{address}?only=conversation").content.decode()
    assert ("We are on it" in alone, "reported this; the answers propose" in alone) == (True, False)
