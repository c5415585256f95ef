"""Two people change one ticket: the second sees what changed, and what they typed is kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast, file_ticket, fresh
from tests.conftest import Browse
from tests.factories import passing
from tests.tickets.conftest import everything_about
from tickets.models import Ticket


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.coordinator)


CHANGES: list[tuple[str, dict[str, Any], str]] = [
    ("severity", {"severity": 1, "reason": "Nobody can order"}, "reason"),
    (
        "hold",
        {"reason": "vendor", "owner": "AWS", "note": "AWS case 17", "evidence": "Case 17"},
        "note",
    ),
    ("return", {"reason": "Restart it first"}, "reason"),
]


@pytest.mark.parametrize(("name", "typed", "field"), CHANGES)
def test_a_stale_edit_saves_nothing_keeps_the_text_and_can_be_sent_again(
    cast: Cast, browse: Browse, ticket: Ticket, name: str, typed: dict[str, Any], field: str
) -> None:
    browse(cast.lead).post(f"/desk/tickets/{ticket.key}/take/", {"version": ticket.version})
    before = everything_about(ticket)
    client, address = browse(cast.engineer), f"/desk/tickets/{ticket.key}/{name}/"
    answer = client.post(address, typed | {"version": ticket.version})
    assert answer.status_code == 409
    assert answer.context["stale"] is True
    form = answer.context["failed"][name]
    assert form[field].value() == typed[field]
    assert everything_about(ticket) == before
    again = client.post(address, {bound.name: bound.value() or "" for bound in form})
    assert again.status_code == 302
    assert everything_about(ticket) != before


def test_a_stale_edit_of_a_member_saves_nothing(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, to_desk=False)
    browse(cast.acme.lead).post(f"/c/acme/tickets/{ticket.number}/reply/", {"body": "I look at it"})
    before = everything_about(ticket)
    client, address = browse(cast.acme.coordinator), f"/c/acme/tickets/{ticket.number}/pass/"
    typed = passing(ticket, changed="A new switch")
    answer = client.post(address, typed)
    assert answer.status_code == 409
    assert everything_about(ticket) == before
    form = answer.context["form"]
    assert form["changed"].value() == "A new switch"
    assert client.post(address, typed | {"version": form["version"].value()}).status_code == 302
    assert fresh(ticket).is_with_desk


@pytest.mark.parametrize("version", ["", "abc", "1.5", "9" * 5000, "-"])
def test_a_version_that_is_no_number_is_refused(
    cast: Cast, browse: Browse, ticket: Ticket, version: str
) -> None:
    before = everything_about(ticket)
    answer = browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/take/", {"version": version})
    assert answer.status_code == 422
    assert everything_about(ticket) == before


def test_a_version_beyond_every_number_is_stale(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    answer = browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/take/", {"version": str(10**30)})
    assert answer.status_code == 409
    assert fresh(ticket).assignee is None


def test_a_reply_is_never_stale(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    """Words of two people do not exclude each other."""
    for body in ("One", "Two"):
        answer = browse(cast.engineer).post(
            f"/desk/tickets/{ticket.key}/reply/", {"body": body, "version": ticket.version}
        )
        assert answer.status_code == 302
