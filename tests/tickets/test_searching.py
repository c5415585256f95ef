"""People find tickets by words, reference or number, and only by what they may read."""

from __future__ import annotations

import pytest
from django.test import Client

from core.tenancy import acting_as, worker_context
from tests.cast import Cast, file_ticket, fresh
from tests.conftest import Browse
from tickets.models import AudienceChoice, Ticket
from tickets.search import add_words


@pytest.fixture
def tickets(cast: Cast, browse: Browse) -> list[Ticket]:
    """Return ACME-1 with words of every audience, ACME-2 of a colleague, and GLOB-1."""
    first = file_ticket(cast.acme.requester, subject="Printer jams", description="Paper everywhere")
    file_ticket(cast.acme.coordinator, subject="Router down", description="No network at all")
    file_ticket(cast.globex.lead, subject="Printer of Globex", description="Toner")
    browse(cast.engineer).post(f"/desk/tickets/{first.key}/note/", {"body": "suspect firmware"})
    browse(cast.acme.lead).post(f"/c/acme/tickets/{first.number}/note/", {"body": "warranty expired"})
    browse(cast.engineer).post(f"/desk/tickets/{first.key}/reply/", {"body": "Please restart"})
    return [first]


def found(client: Client, text: str, where: str = "/c/acme/") -> list[str]:
    answer = client.get(where, {"q": text})
    assert answer.status_code == 200
    return sorted(ticket.key for ticket in answer.context["page"])


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("printer", ["ACME-1"]),
        ("PRINTERS", ["ACME-1"]),
        ("everywhere", ["ACME-1"]),
        ("restart", ["ACME-1"]),
        ("printer router", []),
        ("printer or router", ["ACME-1", "ACME-2"]),
        ('"router down"', ["ACME-2"]),
        ("printer -jams", []),
        ("ACME-2", ["ACME-2"]),
        ("acme-2", ["ACME-2"]),
        ("2", ["ACME-2"]),
        ("ACME-9", []),
        ("ACME-", ["ACME-1", "ACME-2"]),
        ("GLOB-1", []),
        ("Globex", []),
        ("toner", []),
    ],
)
def test_a_lead_finds_their_customers_tickets(
    cast: Cast, browse: Browse, tickets: list[Ticket], text: str, keys: list[str]
) -> None:
    assert found(browse(cast.acme.lead), text) == keys


def test_a_requester_finds_only_their_own(cast: Cast, browse: Browse, tickets: list[Ticket]) -> None:
    client = browse(cast.acme.requester)
    assert found(client, "printer or router") == ["ACME-1"]
    assert found(client, "ACME-2") == []
    assert found(client, "2") == []


def test_words_of_the_desks_notes_find_nothing_for_the_customer(
    cast: Cast, browse: Browse, tickets: list[Ticket]
) -> None:
    assert found(browse(cast.engineer), "firmware", "/desk/") == ["ACME-1"]
    for member in cast.acme.members:
        assert found(browse(member), "firmware") == []


def test_words_of_the_customers_notes_find_nothing_for_the_desk(
    cast: Cast, browse: Browse, tickets: list[Ticket]
) -> None:
    assert found(browse(cast.acme.coordinator), "warranty") == ["ACME-1"]
    for person in cast.desk.values():
        assert found(browse(person), "warranty", "/desk/") == []


def test_the_desk_finds_every_customers_tickets(cast: Cast, browse: Browse, tickets: list[Ticket]) -> None:
    assert found(browse(cast.engineer), "printer", "/desk/") == ["ACME-1", "GLOB-1"]
    assert found(browse(cast.engineer), "1", "/desk/") == ["ACME-1", "GLOB-1"]


@pytest.mark.parametrize("text", ["ACME-1", "acme-1", "  ACME-1  "])
def test_a_reference_takes_the_desk_straight_to_the_ticket(
    cast: Cast, browse: Browse, tickets: list[Ticket], text: str
) -> None:
    answer = browse(cast.engineer).get("/desk/", {"q": text})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/tickets/ACME-1/")


def test_the_desk_finds_closed_and_level_1_tickets_too(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester, to_desk=False, subject="Still with level one")
    assert found(browse(cast.engineer), "still level", "/desk/") == ["ACME-1"]


ODD = [
    "the and of",
    "'",
    '"',
    '"""',
    "'); DROP TABLE tickets_ticket; --",
    "a & | ! ( ) :* <->",
    "\\",
    "%",
    "_",
    "-",
    "--",
    "ACME-99999999999999999999",
    "99999999999999999999",
    "９",
    "²",
    "ACME-١",
    "😀",
    "\u202e",
    "x" * 200,
]


@pytest.mark.parametrize("text", ODD)
def test_odd_input_is_an_empty_result_not_an_error(
    cast: Cast, browse: Browse, tickets: list[Ticket], text: str
) -> None:
    for person, where in ((cast.acme.lead, "/c/acme/"), (cast.engineer, "/desk/")):
        assert found(browse(person), text, where) == []


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "x" * 201, "word " * 2000])
def test_input_that_is_no_search_is_refused(
    cast: Cast, browse: Browse, tickets: list[Ticket], text: str
) -> None:
    member, desk = (
        browse(cast.acme.lead).get("/c/acme/", {"q": text}),
        browse(cast.engineer).get("/desk/", {"q": text}),
    )
    assert (member.status_code, desk.status_code) == (422, 422)
    assert set(member.context["filter"].errors) == {"q"}
    assert set(desk.context["asked"].form.errors) == {"q"}


def test_a_very_long_conversation_can_still_be_answered(cast: Cast) -> None:
    """Its words outgrow what Postgres keeps in one vector: the newest are not found, but nothing fails."""
    ticket = file_ticket(cast.acme.requester)
    with acting_as(worker_context()):
        for part in range(30):
            words = (f"{'averyrepetitivewordthatcompresseswell' * 4}{part}x{number}" for number in range(390))
            add_words(ticket, AudienceChoice.PUBLIC, " ".join(words))
        add_words(ticket, AudienceChoice.PUBLIC, "the last straw")
        assert Ticket.objects.search("slow").get() == fresh(ticket)
