"""What belongs to a ticket is read and changed over the API as in the browser."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as
from slas import actions as slas
from tests.cast import CRITICAL, Cast, actor_of, context_of, file_ticket
from tests.conftest import Call, Clock
from tests.tickets.conftest import everything_about
from tickets import actions
from tickets.models import LinkKind, Message, Ticket


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester)


def at(ticket: Ticket, end: str) -> str:
    return f"/api/v1/c/{ticket.customer.slug}/tickets/{ticket.number}/{end}/"


def test_tags_are_listed_added_and_taken_off(cast: Cast, call: Call, ticket: Ticket) -> None:
    with acting_as(context_of(cast.lead)) as now:
        actions.add_tag(actor=actor_of(cast.lead), at=now, name="network")
    desk = call(cast.engineer)
    assert desk.post(at(ticket, "tag"), {"tag": "network"}).status_code == 200
    assert desk.get(at(ticket, "tags")).json() == [{"tag": "network", "is_active": True}]
    assert call(cast.acme.lead).get(at(ticket, "tags")).status_code == 403
    desk.post(at(ticket, "untag"), {"tag": "network"})
    assert desk.get(at(ticket, "tags")).json() == []


def test_links_are_listed_as_far_as_the_caller_reads_them(cast: Cast, call: Call, ticket: Ticket) -> None:
    own, others = file_ticket(cast.acme.coordinator), file_ticket(cast.globex.requester)
    desk = call(cast.engineer)
    desk.post(at(ticket, "link"), {"other": own.key, "kind": "duplicate_of"})
    desk.post(at(ticket, "link"), {"other": others.key, "kind": "parent"})
    found = [(one["kind"], one["key"]) for one in desk.get(at(ticket, "links")).json()]
    assert sorted(found) == [("duplicate_of", own.key), ("parent", others.key)]
    seen = call(cast.acme.lead).get(at(ticket, "links")).json()
    assert seen == [
        {"kind": "duplicate_of", "key": own.key, "subject": own.subject, "status": "new"},
    ]
    assert call(cast.globex.lead).get(at(ticket, "links")).status_code == 404
    desk.post(at(ticket, "unlink"), {"other": own.key})
    assert [one["key"] for one in desk.get(at(ticket, "links")).json()] == [others.key]


def test_steps_are_listed_and_ticked(cast: Cast, call: Call, ticket: Ticket) -> None:
    desk = call(cast.engineer)
    desk.post(at(ticket, "step"), {"text": "Ring the carrier"})
    [step] = desk.get(at(ticket, "steps")).json()
    assert (step["text"], step["checklist"], step["is_done"], step["done_by"]) == (
        "Ring the carrier",
        "",
        False,
        "",
    )
    desk.post(at(ticket, "tick"), {"item": step["item"], "done": "yes"})
    [step] = desk.get(at(ticket, "steps")).json()
    assert (step["is_done"], step["done_by"], step["done_at"]) == (
        True,
        "Desk Engineer",
        "2026-03-02T23:00:00Z",
    )
    assert call(cast.acme.lead).get(at(ticket, "steps")).status_code == 403


def test_followers_of_both_sides_are_listed(cast: Cast, call: Call, ticket: Ticket) -> None:
    desk = call(cast.engineer)
    desk.post(at(ticket, "follow"), {})
    desk.post(at(ticket, "follower"), {"member": cast.acme.lead.email})
    assert desk.get(at(ticket, "followers")).json() == {
        "members": [{"name": "Acme Lead", "member": cast.acme.lead.email}],
        "desk": ["Desk Engineer"],
    }
    desk.post(at(ticket, "unfollower"), {"member": cast.acme.lead.email})
    assert desk.get(at(ticket, "followers")).json()["members"] == []


# --- A major incident ---------------------------------------------------------------------------------
def bodies(cast: Cast, ticket: Ticket) -> list[str]:
    with acting_as(context_of(cast.engineer)):
        return list(Message.objects.filter(ticket=ticket, author_kind="desk").values_list("body", flat=True))


@pytest.fixture
def part(cast: Cast, ticket: Ticket) -> Ticket:
    """A ticket of Globex that the first one is over."""
    filed = file_ticket(cast.globex.requester)
    with acting_as(context_of(cast.engineer)) as now:
        actions.link_tickets(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, other=filed, kind=LinkKind.PARENT
        )
    return filed


def test_one_update_reaches_every_part_in_its_own_words(
    cast: Cast, call: Call, ticket: Ticket, part: Ticket
) -> None:
    answer = call(cast.engineer).post(at(ticket, "major"), {"body": "{{customer}}: we work on {{key}}."})
    assert answer.status_code == 200
    assert answer.json() == [{"key": one.key, "is_done": True, "reason": ""} for one in (ticket, part)]
    assert bodies(cast, ticket) == [f"Acme Freight: we work on {ticket.key}."]
    assert bodies(cast, part) == [f"Globex Power: we work on {part.key}."]


def test_an_update_that_names_another_customer_is_held_back_and_a_stranger_is_refused(
    cast: Cast, call: Call, ticket: Ticket, part: Ticket
) -> None:
    desk = call(cast.engineer)
    stranger = file_ticket(cast.initech.requester)
    before = everything_about(ticket)
    refused = desk.post(at(ticket, "major"), {"body": "Hello", "parts": [stranger.key]})
    assert refused.status_code == 422
    assert refused.json()["errors"] == {"parts": [f"Not part of this, or closed: {stranger.key}."]}
    assert everything_about(ticket) == before
    answer = desk.post(at(ticket, "major"), {"body": "Globex Power is down"}).json()
    assert [(one["key"], one["is_done"]) for one in answer] == [(ticket.key, False), (part.key, True)]
    assert "must not read of" in answer[0]["reason"]
    assert bodies(cast, ticket) == []


# --- Misses -------------------------------------------------------------------------------------------
def test_both_sides_read_a_miss_and_the_desk_explains_it(cast: Cast, call: Call, clock: Clock) -> None:
    late = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=40)
    slas.sweep()
    desk, member = call(cast.engineer), call(cast.acme.lead)
    [miss] = desk.get(at(late, "misses")).json()
    assert (miss["miss"], miss["missed_at"], miss["cause"], miss["explained_at"]) == (
        "respond:1",
        "2026-03-02T23:30:00Z",
        "",
        None,
    )
    said: dict[str, Any] = {
        "misses": ["respond:1"],
        "cause": "staffing",
        "detail": "Two were ill",
        "action": "A third is on call",
    }
    before = everything_about(late)
    assert member.post(at(late, "misses"), said).status_code == 403
    refused = desk.post(at(late, "misses"), said | {"misses": ["restore:1"]})
    assert refused.status_code == 422
    assert refused.json()["errors"] == {"misses": ["Select objectives that were missed."]}
    assert everything_about(late) == before
    assert desk.post(at(late, "misses"), said).status_code == 200
    [read] = member.get(at(late, "misses")).json()
    assert (read["cause"], read["detail"], read["action"]) == (
        "staffing",
        "Two were ill",
        "A third is on call",
    )
