"""How a ticket stands, in the sentences that its customer reads: every state, with every hold."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from customers.models import Customer, DeskPerson
from tickets.lifecycle import HoldReason, Status
from tickets.models import Ticket
from tickets.standing import Standing, standing_of

NOW = datetime(2026, 3, 3, 3, 5, tzinfo=UTC)  # 14:05 in Sydney
SINCE = NOW - timedelta(hours=1)
LATER = NOW + timedelta(minutes=39)

#: With the desk, an update due and the time to restore running.
WORKED: dict[str, Any] = {
    "status": Status.IN_PROGRESS.value,
    "level": 2,
    "has_cover": True,
    "next_objective": "update",
    "next_due_at": LATER,
    "clock_state": "running",
    "restore_state": "running",
    "restore_due_at": NOW + timedelta(days=1),
}
DUE = ("Update: due by 14:44 AEDT", "Restore: due by Wed 4 Mar, 14:05 AEDT")
#: On hold for somebody else than the customer: news is owed all the same.
NEWS = {"status": Status.ON_HOLD.value, "held_at": SINCE, "hold_note": "A fix", "restore_state": "paused"}
#: On hold for the customer, or as agreed: no clock goes on.
STILL = NEWS | {"next_objective": "update", "next_due_at": None, "clock_state": "paused"}
#: Ended: no clock is open.
OVER = {"next_objective": "", "next_due_at": None, "clock_state": "none", "restore_state": "met"}
NOT_STARTED = "Our clocks have not started. They start when the ticket reaches the Trusst desk."
BEST_EFFORT = "Best effort: no agreement was in force, so nothing is promised by a time."

TABLE: dict[str, tuple[dict[str, Any], str, str, tuple[str, ...]]] = {
    "new at Level 1": (
        {"status": Status.NEW.value, "level": 1},
        "With Acme's Level 1",
        "Nobody has begun yet.",
        (NOT_STARTED,),
    ),
    "worked on at Level 1": (
        {"status": Status.IN_PROGRESS.value, "level": 1},
        "With Acme's Level 1",
        "Somebody works on it.",
        (NOT_STARTED,),
    ),
    "returned to Level 1": (
        {"status": Status.IN_PROGRESS.value, "level": 1, "reached_desk_at": SINCE},
        "With Acme's Level 1",
        "The Trusst desk gave it back.",
        (NOT_STARTED,),
    ),
    "new with the desk": (
        WORKED | {"status": Status.NEW.value, "next_objective": "respond"},
        "With the Trusst desk",
        "Waiting for an engineer.",
        ("Respond: due by 14:44 AEDT", DUE[1]),
    ),
    "worked on": (
        WORKED | {"assignee": DeskPerson(name="Tom")},
        "With the Trusst desk",
        "Tom works on it.",
        DUE,
    ),
    "restore is due next": (
        WORKED | {"next_objective": "restore", "restore_due_at": LATER},
        "With the Trusst desk",
        "Waiting for an engineer.",
        ("Restore: due by 14:44 AEDT",),
    ),
    "an update missed": (
        WORKED | {"next_due_at": NOW - timedelta(minutes=9), "clock_state": "missed"},
        "With the Trusst desk",
        "Waiting for an engineer.",
        ("Update: missed by 9 min, it was due by 13:56 AEDT", DUE[1]),
    ),
    "an update missed that the sweep has not seen": (
        WORKED | {"next_due_at": NOW - timedelta(hours=25, minutes=1)},
        "With the Trusst desk",
        "Waiting for an engineer.",
        ("Update: missed by 1 day 1 h, it was due by Mon 2 Mar, 13:04 AEDT", DUE[1]),
    ),
    "the time to restore missed": (
        WORKED | {"restore_state": "missed", "restore_due_at": NOW - timedelta(minutes=90)},
        "With the Trusst desk",
        "Waiting for an engineer.",
        (DUE[0], "Restore: missed by 1 h 30 min, it was due by 12:35 AEDT"),
    ),
    "no time to restore": (
        WORKED | {"restore_state": "none", "restore_due_at": None},
        "With the Trusst desk",
        "Waiting for an engineer.",
        (DUE[0],),
    ),
    "waiting for a reply": (
        WORKED | STILL | {"hold_reason": HoldReason.CUSTOMER_REPLY.value, "hold_note": "Which printer?"},
        "Waiting for you",
        "Which printer?",
        ("Update and Restore: paused, waiting for your reply since 13:05 AEDT",),
    ),
    "waiting for access": (
        WORKED | STILL | {"hold_reason": HoldReason.CUSTOMER_ACCESS.value, "next_objective": "restore"},
        "Waiting for you",
        "A fix",
        ("Restore: paused, waiting for access from you since 13:05 AEDT",),
    ),
    "with a vendor that is named": (
        WORKED | NEWS | {"hold_reason": HoldReason.VENDOR.value, "hold_owner": "AWS"},
        "With AWS",
        "A fix",
        (DUE[0], "Restore: paused, waiting for AWS since 13:05 AEDT"),
    ),
    "with a vendor since yesterday": (
        WORKED | NEWS | {"hold_reason": HoldReason.VENDOR.value, "held_at": NOW - timedelta(days=1)},
        "With a vendor",
        "A fix",
        (DUE[0], "Restore: paused, waiting for a vendor since Mon 2 Mar, 14:05 AEDT"),
    ),
    "an agreed wait": (
        WORKED | STILL | {"hold_reason": HoldReason.AGREED_WAIT.value, "hold_note": "Until Sunday's window"},
        "With the Trusst desk",
        "Until Sunday's window",
        ("Update and Restore: paused, as agreed since 13:05 AEDT",),
    ),
    "paused without a hold": (
        WORKED | {"next_due_at": None, "clock_state": "paused", "restore_state": "none"},
        "With the Trusst desk",
        "Waiting for an engineer.",
        ("Update: paused, it is not counted now",),
    ),
    "restored": (
        WORKED | {"status": Status.RESTORED.value, "restored_at": SINCE, "restore_state": "met"},
        "Waiting for you: is it fixed?",
        "We think this is fixed, since 13:05 AEDT.",
        (DUE[0],),
    ),
    "restored and confirmed": (
        WORKED
        | {
            "status": Status.RESTORED.value,
            "restored_at": SINCE,
            "confirmed_at": NOW,
            "restore_state": "met",
        },
        "Restored",
        "You confirmed it 14:05 AEDT. The Trusst desk resolves it next.",
        (DUE[0],),
    ),
    "resolved": (
        WORKED | OVER | {"status": Status.RESOLVED.value, "closes_at": NOW + timedelta(days=7)},
        "Resolved",
        "It closes by itself Tue 10 Mar, 14:05 AEDT unless you reply.",
        (),
    ),
    "closed": (
        WORKED | OVER | {"status": Status.CLOSED.value, "closed_at": SINCE},
        "Closed",
        "Closed 13:05 AEDT.",
        (),
    ),
    "everything kept": (
        WORKED | OVER,
        "With the Trusst desk",
        "Waiting for an engineer.",
        ("Nothing is due now.",),
    ),
    "without an agreement": (
        {"status": Status.IN_PROGRESS.value, "level": 2},
        "With the Trusst desk",
        "Waiting for an engineer.",
        (BEST_EFFORT,),
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_ticket_says_where_it_is_and_what_is_promised(name: str) -> None:
    columns, where, what, promises = TABLE[name]
    ticket = Ticket(customer=Customer(name="Acme"), **columns)
    with timezone.override(zoneinfo.ZoneInfo("Australia/Sydney")):
        assert standing_of(ticket, NOW) == Standing(where=where, what=what, promises=promises)


def test_every_state_and_every_hold_is_in_the_table() -> None:
    tickets = [columns for columns, *_ in TABLE.values()]
    assert {one["status"] for one in tickets} == {status.value for status in Status}
    assert {one["hold_reason"] for one in tickets if "hold_reason" in one} == {
        one.value for one in HoldReason
    }


def test_no_sentence_has_a_word_that_customers_do_not_read() -> None:
    said = " ".join(" ".join((where, what, *promises)) for _, where, what, promises in TABLE.values())
    assert not {"breached", "soon", "shortly", "SLA"} & set(said.replace(",", "").split())
