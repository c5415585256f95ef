"""Facts about the desk itself go to the desk's own log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, ProgrammingError

from core.events import DeskEvent, publish_desk
from core.models import DeskRecord, EventRecord
from core.tenancy import SYSTEM, acting_as, worker_context
from customers import actions
from customers.access import desk_actor, member_context
from customers.models import DeskPerson, DeskRole
from tests.cast import START, Cast
from tests.conftest import Clock


def records() -> list[DeskRecord]:
    with acting_as(worker_context()):
        return list(DeskRecord.objects.order_by("pk"))


def test_whoever_joins_the_desk_is_on_its_log(cast: Cast, clock: Clock) -> None:
    before = len(records())
    clock.advance(hours=1)
    user = actions.create_user(email="new@trusst.example", password=None)
    with acting_as(worker_context()) as now:
        facts = EventRecord.objects.count()
        person = actions.add_desk_person(
            user=user,
            name="New Person",
            role=DeskRole.LEAD,
            timezone="Australia/Perth",
            actor=desk_actor(cast.admin),
            at=now,
        )
        assert EventRecord.objects.count() == facts  # no customer's log has it
    [record] = records()[before:]
    assert record.type == "customers.desk_person_added"
    assert record.occurred_at == START + timedelta(hours=1)
    assert (record.actor_kind, record.actor_id, record.actor_name) == ("desk", cast.admin.pk, "Desk Admin")
    assert record.payload == {"person_id": person.pk, "role": "lead"}
    assert record.schema_version == 1


@pytest.mark.django_db
def test_set_up_by_command_is_on_the_log_as_the_portals_own_act(clock: Clock) -> None:
    call_command("add_desk_person", "first@trusst.example", "First Person", "--role", "admin")
    [record] = records()
    assert (record.actor_kind, record.actor_id, record.actor_name) == ("system", None, "Trusst Support")
    assert record.occurred_at == clock.now


def test_a_person_who_is_refused_leaves_no_fact(cast: Cast) -> None:
    before = len(records())
    user = actions.create_user(email="new@trusst.example", password=None)
    with pytest.raises(ValidationError), acting_as(worker_context()) as now:
        actions.add_desk_person(
            user=user, name="New", role=DeskRole.LEAD, timezone="Mars/Base", actor=SYSTEM, at=now
        )
    with acting_as(worker_context()):
        assert not DeskPerson.objects.filter(user=user).exists()
    assert len(records()) == before


@dataclass(frozen=True, kw_only=True)
class KettleFilled(DeskEvent):
    """A fact of these tests only."""

    type_name: ClassVar[str] = "tests.kettle_filled"
    cups: int


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_a_fact_about_the_desk_needs_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        publish_desk(KettleFilled(at=START, actor=SYSTEM, cups=4))
    assert records() == []


def test_a_member_cannot_write_to_the_desks_log(cast: Cast) -> None:
    before = len(records())
    with pytest.raises(ProgrammingError), acting_as(member_context(cast.acme.lead)):
        publish_desk(KettleFilled(at=START, actor=SYSTEM, cups=4))
    assert len(records()) == before


def test_the_desks_log_cannot_be_rewritten(cast: Cast) -> None:
    before = [record.payload for record in records()]
    with pytest.raises(DatabaseError), acting_as(worker_context()):
        DeskRecord.objects.update(payload={})
    assert [record.payload for record in records()] == before
