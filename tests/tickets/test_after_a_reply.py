"""After a reply somebody stays on the ticket or goes on to the next due one, as they chose last."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as
from tests.cast import CRITICAL, HIGH, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse
from tickets import actions
from tickets.models import PresenceState, Ticket


@pytest.fixture
def three(cast: Cast) -> tuple[Ticket, Ticket, Ticket]:
    """A ticket of P3, then one due in an hour and one due in half an hour."""
    return (
        file_ticket(cast.acme.requester, subject="Later"),
        file_ticket(cast.acme.requester, impact=HIGH, subject="In an hour"),
        file_ticket(cast.globex.requester, impact=CRITICAL, subject="In half an hour"),
    )


def answer(browse: Browse, cast: Cast, ticket: Ticket, **typed: Any) -> Any:
    return browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/reply/", {"body": "We look", **typed})


def chosen(browse: Browse, cast: Cast, ticket: Ticket) -> str:
    """Return what is selected beside Send."""
    page = browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/").content.decode()
    [said] = [line for line in page.splitlines() if "Go to the next due ticket" in line]
    return "next" if 'value="next" selected' in said else "stay"


def test_whoever_chose_nothing_stays_on_the_ticket(
    cast: Cast, browse: Browse, three: tuple[Ticket, Ticket, Ticket]
) -> None:
    assert chosen(browse, cast, three[0]) == "stay"
    assert answer(browse, cast, three[0])["Location"] == f"/desk/tickets/{three[0].key}/"


def test_the_next_due_ticket_follows_and_the_choice_is_remembered(
    cast: Cast, browse: Browse, three: tuple[Ticket, Ticket, Ticket]
) -> None:
    later, hour, half = three
    there = answer(browse, cast, half, then="next")
    assert (there.status_code, there["Location"]) == (302, f"/desk/tickets/{hour.key}/")
    assert chosen(browse, cast, later) == "next"
    again = browse(cast.engineer)
    shown = again.post(f"/desk/tickets/{later.key}/reply/", {"body": "We look", "then": "stay"}, follow=True)
    assert "Sent to the customer." in shown.content.decode()
    assert chosen(browse, cast, later) == "stay"


def test_what_is_said_names_the_ticket_that_was_answered(
    cast: Cast, browse: Browse, three: tuple[Ticket, Ticket, Ticket]
) -> None:
    shown = browse(cast.engineer).post(
        f"/desk/tickets/{three[2].key}/reply/", {"body": "We look", "then": "next"}, follow=True
    )
    assert f"{three[2].key}: Sent to the customer. This is due next." in shown.content.decode()


def test_a_ticket_that_a_colleague_answers_is_left_to_them(
    cast: Cast, browse: Browse, three: tuple[Ticket, Ticket, Ticket]
) -> None:
    later, hour, half = three
    with acting_as(context_of(cast.lead)) as now:
        actions.show_up(ticket=half, person=cast.lead, at=now, state=PresenceState.REPLYING)
    assert answer(browse, cast, later, then="next")["Location"] == f"/desk/tickets/{hour.key}/"


def test_where_nothing_else_is_due_the_queue_follows(cast: Cast, browse: Browse) -> None:
    only = file_ticket(cast.acme.requester)
    with acting_as(context_of(cast.engineer)) as now:
        actions.post_reply(ticket=only, actor=actor_of(cast.engineer), at=now, body="We look")
    there = answer(browse, cast, only, then="next")
    assert there["Location"] == "/desk/"


def test_a_note_and_a_refused_reply_stay(
    cast: Cast, browse: Browse, three: tuple[Ticket, Ticket, Ticket]
) -> None:
    note = browse(cast.engineer).post(
        f"/desk/tickets/{three[0].key}/note/", {"body": "Between us", "then": "next"}
    )
    assert note["Location"] == f"/desk/tickets/{three[0].key}/"
    refused = answer(browse, cast, three[0], body="", then="next")
    assert refused.status_code == 422
    assert 'value="next" selected' in refused.content.decode()
    assert chosen(browse, cast, three[0]) == "stay"  # nothing was sent, so nothing is remembered


def test_the_settings_say_and_change_it(
    cast: Cast, browse: Browse, three: tuple[Ticket, Ticket, Ticket]
) -> None:
    client = browse(cast.engineer)
    assert "After a reply" in client.get("/desk/settings/").content.decode()
    client.post("/desk/settings/after-reply/", {"then": "next"})
    assert chosen(browse, cast, three[0]) == "next"
    refused = client.post("/desk/settings/after-reply/", {"then": "home"}, follow=True)
    assert "Select where you go after a reply." in refused.content.decode()
    assert chosen(browse, cast, three[0]) == "next"
    page = browse(cast.lead).get(f"/desk/tickets/{three[0].key}/").content.decode()
    assert 'value="next" selected' not in page
