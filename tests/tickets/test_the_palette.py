"""Search and commands: what is offered for what was typed, and that every key names something."""

from __future__ import annotations

import re

from django.test import Client

from core.tenancy import acting_as
from tests.cast import Cast, context_of, file_ticket
from tests.conftest import Browse, Clock
from tickets import actions
from tickets.keyboard import ALWAYS, GO, GO_TO, QUEUE, TICKET
from tickets.models import Ticket


def offered(client: Client, text: str = "") -> list[str]:
    page = client.get("/desk/commands/", {"q": text}).content.decode()
    return re.findall(r'data-href="([^"]*)"', page)


def read(cast: Cast, ticket: Ticket) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        actions.mark_read(ticket=ticket, person=cast.engineer, at=now)


def test_without_words_the_tickets_opened_last_come_first(cast: Cast, browse: Browse, clock: Clock) -> None:
    first, second, _ = (file_ticket(cast.acme.requester) for _ in range(3))
    for ticket in (first, second, first):
        clock.advance(minutes=1)
        read(cast, ticket)
    client = browse(cast.engineer)
    assert offered(client)[:3] == ["/desk/tickets/ACME-1/", "/desk/tickets/ACME-2/", "/desk/?view=due"]
    assert "/desk/tickets/" not in "".join(offered(browse(cast.lead)))


def test_words_find_tickets_and_places(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester, subject="Payments are refused")
    file_ticket(cast.acme.requester, subject="Shop is slow")
    client = browse(cast.engineer)
    assert offered(client, "payments") == ["/desk/tickets/ACME-1/", "/desk/?q=payments"]
    assert offered(client, "unass") == ["/desk/?q=unass", "/desk/?view=unassigned"]


def test_a_key_arrives_at_its_ticket(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester)
    file_ticket(cast.globex.requester, subject="Same as ACME-1")
    assert offered(browse(cast.engineer), " acme-1 ")[0] == "/desk/tickets/ACME-1/"


def test_the_number_of_an_aws_account_arrives_at_its_tickets(cast: Cast, browse: Browse) -> None:
    number = f"{100000000000 + cast.acme.customer.pk:012d}"
    spaced = f"{number[:4]}-{number[4:8]}-{number[8:]}"
    assert offered(browse(cast.engineer), spaced)[0] == f"/desk/?account={number}"


def test_what_was_typed_is_only_ever_text(cast: Cast, browse: Browse) -> None:
    page = browse(cast.engineer).get("/desk/commands/", {"q": "<b>&x"}).content.decode()
    assert "<b>" not in page
    assert 'data-href="/desk/?q=%3Cb%3E%26x"' in page


def keys_of(page: str) -> set[str]:
    return set(re.findall(r'data-key="([^"]*)"', page))


#: The keys that the script serves itself: moving, choosing, closing and sending.
BY_SCRIPT = {"j", "k", "x", "escape", "mod enter"}


def test_every_key_of_the_list_names_a_control_on_the_queue(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester)
    found = keys_of(browse(cast.engineer).get("/desk/").content.decode())
    listed = {one.code for one in (*QUEUE, *TICKET, *ALWAYS)} - BY_SCRIPT
    assert listed - found == set()


def test_every_key_of_the_list_names_a_control_on_a_ticket(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester)
    found = keys_of(browse(cast.engineer).get("/desk/tickets/ACME-1/").content.decode())
    assert {one.code for one in TICKET} - found == set()
    assert {"j", "k"} <= found


def test_every_place_with_a_key_is_in_the_rail(cast: Cast, browse: Browse) -> None:
    found = keys_of(browse(cast.engineer).get("/desk/").content.decode())
    assert {one.code for one in GO} - found == set()
    assert set(GO_TO.values()) == {one.code for one in GO}


def test_the_list_of_keys_is_a_page_as_well(cast: Cast, browse: Browse) -> None:
    page = browse(cast.engineer).get("/desk/shortcuts/").content.decode()
    for one in (*QUEUE, *TICKET, *GO, *ALWAYS):
        assert one.does in page
