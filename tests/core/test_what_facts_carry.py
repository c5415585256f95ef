"""Facts carry ids and short values: every event type that the portal knows is looked at, field by field."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any, get_type_hints

import pytest

from core import events
from core.events import Audience, DeskEvent, Event, load_event, publish
from core.tenancy import SYSTEM, Actor, ActorKind, acting_as, worker_context
from customers.access import member_context
from tests.cast import START, Cast

#: Every field that a fact may have, with its type. A new name is a decision: no body, no address, nobody's
#: personal data but the display name of whoever acts or is given a ticket. Texts are one typed line at most.
ALLOWED: dict[str, Any] = {
    # ids
    "agreement_id": int,
    "always_id": int,
    "approval_id": int,
    "assignee_id": int | None,
    "attachment_id": int,
    "aws_account_id": int,
    "business_hours_id": int,
    "calendar_id": int,
    "canned_id": int,
    "channel_id": int,
    "case_id": int,
    "checklist_id": int,
    "correction_id": int,
    "customer_id": int,  # of a fact about the desk, which belongs to no customer
    "escalation_id": int,
    "exclusion_id": int,
    "functional_id": int,
    "into_id": int,
    "invitation_id": int,
    "item_id": int,
    "link_id": int,
    "member_id": int,
    "hand_over_id": int,
    "handover_id": int,
    "owner_id": int | None,
    "mail_id": int,
    "message_id": int,
    "notification_id": int,
    "other_id": int,
    "override_id": int,
    "person_id": int,
    "policy_id": int,
    "restoration_id": int,
    "review_id": int,
    "rota_id": int,
    "service_id": int,
    "source_id": int,
    "tag_id": int,
    "team_id": int,
    "to_team_id": int | None,
    # numbers and flags
    "again": bool,
    "adopted": bool,
    "applied": bool,
    "automatic": bool,
    "by_mail": bool,
    "by_team": bool,
    "called": int,
    "confirmed": bool,
    "cycle": int,
    "ended": bool,
    "goes_on": bool,
    "has_workaround": bool,
    "is_private": bool,
    "members_see_all": bool,
    "in_review": bool,
    "is_done": bool,
    "is_helpful": bool,
    "is_void": bool,
    "issue": int,  # of a monthly review
    "lacks_plan": bool,
    "level": int,
    "may_decide": bool,
    "on_us": bool,
    "previous": int,
    "production": bool,
    "score": int,
    "seconds": int,
    "severity": int,
    "step": int,
    "target_seconds": int,
    "verified": bool,
    # one word of a fixed vocabulary
    "affected": str,
    "by": str,
    "cause": str,
    "code": str,
    "environment": str,
    "finding": str,
    "hold": str,
    "kind": str,
    "metric": str,
    "now": str,
    "role": str,
    "security": str,
    "was": str,
    "what": str,
    "work": str,
    # names and instants
    "account_number": str,
    "agreement_number": str,
    "calendar": str,
    "checklist": str,
    "display_id": str,  # of a case, the number that people use
    "due_at": str,
    "effective_at": str,
    "ends_at": str,
    "ends_on": str,
    "inherit_start_at": str,
    "article": str,  # the end of its address
    "key": str,  # of another ticket
    "month": str,
    "number": str,
    "policy": str,
    "plan": str,
    "raw": str,  # a vendor's own word for a status
    "reported_at": str,
    "restored_at": str,
    "review_at": str | None,
    "rota": str,
    "seal": str,  # the digest under which a review was frozen
    "starts_at": str,
    "starts_on": str,
    "tag": str,
    "team": str,
    "timezone": str,
    "valid_from": str,
    "vendor": str,
    "vendor_severity": str,
    # what a desk person is called
    "assignee_name": str,
    "contact_name": str,  # and a person of the customer to whom a ticket belongs from now on
    "keeper": str,
    "who": str,  # the first few who were called
    "follower_name": str,  # and one who follows a ticket
    "item": str,  # one step of a checklist
    # the line that says why, which is part of the record
    "about": str,
    "evidence": str,
    "note": str,
    "owner": str,
    "why": str,
    "reason": str,
}
SAMPLES: dict[Any, Any] = {int: 7, bool: True, str: "a word", int | None: 8, str | None: None}
ACTORS = [
    SYSTEM,
    Actor(kind=ActorKind.MEMBER, id=3, name="Acme Requester"),
    Actor(kind=ActorKind.DESK, id=4, name="Desk Engineer"),
    Actor(kind=ActorKind.VENDOR, id=None, name="AWS Support"),
]


def event_types() -> list[type[Event]]:
    """Return every registered type but those that tests define."""
    return [found for name, found in sorted(events._types.items()) if not name.startswith("tests.")]


def desk_event_types() -> list[type[DeskEvent]]:
    return [found for name, found in sorted(events._desk_types.items()) if not name.startswith("tests.")]


def added(event_type: type[Event] | type[DeskEvent]) -> dict[str, Any]:
    base = Event if issubclass(event_type, Event) else DeskEvent
    common = {field.name for field in fields(base)}
    hints = get_type_hints(event_type)
    return {field.name: hints[field.name] for field in fields(event_type) if field.name not in common}


def test_the_portal_knows_its_events() -> None:
    names = {found.type_name for found in event_types()}
    assert len(names) >= 25
    assert {"tickets.opened", "slas.objective_breached", "escalations.step_taken"} <= names
    assert {found.type_name for found in desk_event_types()} >= {"customers.desk_person_added"}


@pytest.mark.parametrize("event_type", [*event_types(), *desk_event_types()], ids=lambda t: t.type_name)
def test_a_fact_has_only_fields_that_facts_may_have(event_type: type[Event] | type[DeskEvent]) -> None:
    assert {name: kind for name, kind in added(event_type).items() if ALLOWED.get(name) != kind} == {}


def test_every_allowed_field_is_used() -> None:
    used = {name for event_type in event_types() for name in added(event_type)}
    used |= {name for event_type in desk_event_types() for name in added(event_type)}
    assert set(ALLOWED) - used == set()


@pytest.mark.parametrize("event_type", event_types(), ids=lambda t: t.type_name)
def test_a_record_gives_every_type_of_event_back(
    event_type: type[Event], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_handlers", {})  # what handlers do with it is not asked here
    # Each side keeps its own words: a fact for the customer alone is written in the customer's context.
    is_customers = event_type.audience is Audience.CUSTOMER
    context = member_context(cast.acme.lead) if is_customers else worker_context()
    for number, actor in enumerate(ACTORS):
        event = event_type(
            at=START + timedelta(seconds=number),
            customer_id=cast.acme.customer.pk,
            ticket_id=7,
            actor=actor,
            source_key=f"round-trip:{number}",
            **{name: SAMPLES[kind] for name, kind in added(event_type).items()},
        )
        with acting_as(context):
            record = publish(event)
            record.refresh_from_db()
        assert load_event(record) == event
