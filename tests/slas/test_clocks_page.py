"""Every clock of a ticket at any moment, for desk and customer alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from core.tenancy import acting_as
from tests.cast import HIGH, START, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket

OURS, DESKS = "/c/acme/tickets/1/clocks/", "/desk/tickets/ACME-1/clocks/"


@pytest.fixture
def held(cast: Cast, clock: Clock) -> Ticket:
    """A P2 answered after 10 minutes, held for the customer from 20 to 50 minutes, seen after an hour."""
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    engineer = actor_of(cast.engineer)
    clock.set(START + timedelta(minutes=10))
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=engineer, at=now, body="Looking")
    clock.set(START + timedelta(minutes=20))
    with acting_as(context_of(cast.engineer)) as now:
        hold(ticket, engineer, now)
    clock.set(START + timedelta(minutes=50))
    with acting_as(context_of(cast.acme.requester)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.acme.requester), at=now, body="Branch 12")
    clock.set(START + timedelta(hours=1))
    return ticket


def hold(ticket: Ticket, engineer: Any, now: datetime) -> None:
    tickets.hold(
        ticket=ticket,
        actor=engineer,
        at=now,
        reason=HoldReason.CUSTOMER_REPLY,
        owner="Acme",
        note="Which branch",
    )


def read(answer: Any) -> dict[str, tuple[str, str, str]]:
    """Return what each clock on the page says: verdict, used, target."""
    story = answer.context["story"]
    return {clock.name: (clock.verdict, clock.consumed, clock.target) for clock in story.clocks}


def local(minutes: int) -> str:
    """Write an instant as the form takes it, in Sydney's summer time."""
    return f"{START + timedelta(hours=11, minutes=minutes):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("side", ["customer", "desk"])
def test_both_sides_read_the_same(cast: Cast, held: Ticket, browse: Browse, side: str) -> None:
    client = browse(cast.acme.requester if side == "customer" else cast.engineer)
    assert read(client.get(OURS if side == "customer" else DESKS)) == {
        "respond-1": ("Met", "10 min", "1 h"),
        "update-1": ("Running", "20 min", "2 h"),
        "restore-1": ("Running", "30 min", "8 h"),
    }


def test_each_stretch_names_its_cause_its_person_and_what_they_said(
    cast: Cast, held: Ticket, browse: Browse
) -> None:
    story = browse(cast.acme.requester).get(OURS).context["story"]
    [restore] = [clock for clock in story.clocks if clock.metric == "restore"]
    assert [(one.said, one.who, one.note, one.seconds) for one in restore.stretches] == [
        ("Counted", "", "", 1200),
        ("Paused: Waiting for the customer's reply", "Desk Engineer", "Which branch", 1800),
        ("Counted", "", "", 600),
    ]


def test_a_past_moment_reads_as_it_was(cast: Cast, held: Ticket, browse: Browse) -> None:
    client = browse(cast.engineer)
    assert read(client.get(DESKS, {"at": local(5)})) == {
        "respond-1": ("Running", "5 min", "1 h"),
        "restore-1": ("Running", "5 min", "8 h"),
    }
    assert read(client.get(DESKS, {"at": local(30)}))["restore-1"] == ("Paused", "20 min", "8 h")


def test_a_paused_clock_says_when_it_would_be_due_if_it_went_on(
    cast: Cast, held: Ticket, browse: Browse
) -> None:
    story = browse(cast.engineer).get(DESKS, {"at": local(30)}).context["story"]
    [restore] = [clock for clock in story.clocks if clock.metric == "restore"]
    assert restore.due_at is None
    assert restore.resumed_due_at == START + timedelta(minutes=30, hours=8) - timedelta(minutes=20)


def test_whose_time_it_was_adds_up_to_the_time_that_went_by(cast: Cast, held: Ticket, browse: Browse) -> None:
    parties = browse(cast.engineer).get(DESKS).context["story"].parties
    assert parties == [
        ("The Trusst desk", "30 min", 1800),
        ("Waiting for Acme Freight", "30 min", 1800),
    ]


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (local(61), "This moment has not come yet. Choose an earlier one."),
        (local(-60), "The ticket was not there yet. Choose a later moment."),
        ("yesterday", "Enter a day and a time, for example 2026-11-24 14:05."),
    ],
)
def test_a_moment_that_cannot_be_read_is_refused_beside_its_field(
    cast: Cast, held: Ticket, browse: Browse, at: str, reason: str
) -> None:
    answer = browse(cast.engineer).get(DESKS, {"at": at})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"at": [reason]}
    assert f'value="{at}"' in answer.content.decode()


def test_a_ticket_without_an_agreement_says_that_no_clock_runs(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.initech.requester)
    answer = browse(cast.initech.requester).get("/c/initech/tickets/1/clocks/")
    assert list(answer.context["story"].clocks) == []
    assert "no clock runs" in answer.content.decode()


@pytest.mark.parametrize("url", [OURS, DESKS, "/c/acme/tickets/1/", "/desk/tickets/ACME-1/"])
def test_each_clock_is_told_in_sentences(cast: Cast, held: Ticket, browse: Browse, url: str) -> None:
    page = browse(cast.engineer if "desk" in url else cast.acme.requester).get(url).content.decode()
    for sentence in (
        "Counted 20 min from 10:00 to 10:20 AEDT.",
        (
            "Paused 30 min from 10:20 to 10:50 AEDT: waiting for the customer’s reply. "
            "Desk Engineer set this: “Which branch”."
        ),
        "That is 30 min counted of 8 h.",
        "7 h 30 min are left, so it is due at 18:30 AEDT if nothing stops it.",
        "It was done at 10:10 AEDT: met.",
    ):
        assert f"<li>{sentence}</li>" in page.replace("&#x27;", "’")


def test_a_clock_that_stands_still_says_when_it_would_be_due(
    cast: Cast, clock: Clock, browse: Browse
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    clock.set(START + timedelta(hours=2))
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="Sorry")
        hold(ticket, actor_of(cast.engineer), now)
    clock.set(START + timedelta(days=1))
    page = browse(cast.engineer).get(DESKS).content.decode()
    for sentence in (
        "The target was used up on Tue 3 Mar, 11:00 AEDT: missed.",
        (
            "Paused 22 h from Tue 3 Mar, 12:00 AEDT to today, 10:00 AEDT: waiting for the customer’s reply. "
            "Desk Engineer set this: “Which branch”."
        ),
        "6 h are left; if it went on now, it would be due at 16:00 AEDT.",
    ):
        assert f"<li>{sentence}</li>" in page.replace("&#x27;", "’")
