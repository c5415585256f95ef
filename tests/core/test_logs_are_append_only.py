"""The logs take new facts and refuse everything else, in the database, whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, connections, transaction

from core.models import DeskRecord, EventRecord
from core.tenancy import Context, acting_as, worker_context
from customers.access import member_context
from tests.cast import Cast

LOGS = ["core_eventrecord", "core_deskrecord"]
CHANGES = [
    "UPDATE {log} SET type = 'rewritten'",
    "DELETE FROM {log}",
    "TRUNCATE {log}",
]


@contextmanager
def as_owner(role: str = "none") -> Iterator[None]:
    """Run in the owner's transaction, wearing a role, and roll back."""
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, true)", [role])
        yield
        transaction.set_rollback(True, using="owner")


def facts() -> tuple[int, int, int]:
    with acting_as(worker_context()):
        rewritten = EventRecord.objects.filter(type="rewritten").count()
        return EventRecord.objects.count(), DeskRecord.objects.count(), rewritten


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
@pytest.mark.parametrize("log", LOGS)
@pytest.mark.parametrize("change", CHANGES)
def test_the_owner_of_the_tables_cannot_change_a_log(real_cast: Cast, log: str, change: str) -> None:
    before = facts()
    assert min(before[:2]) > 0  # there is something to change
    with as_owner(), connections["owner"].cursor() as cursor:
        # Forced row security hides the rows from their owner; only the trigger is asked here.
        cursor.execute(f"ALTER TABLE {log} NO FORCE ROW LEVEL SECURITY")
        with pytest.raises(IntegrityError, match=r"append-only: (UPDATE|DELETE|TRUNCATE) is refused"):
            cursor.execute(change.format(log=log))
    assert facts() == before


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
@pytest.mark.parametrize("log", LOGS)
@pytest.mark.parametrize("change", CHANGES)
def test_the_desk_role_cannot_change_a_log_even_with_every_grant(
    real_cast: Cast, log: str, change: str
) -> None:
    before = facts()
    with as_owner(), connections["owner"].cursor() as cursor:
        cursor.execute(f"GRANT ALL ON {log} TO portal_desk")
        cursor.execute("SELECT set_config('role', 'portal_desk', true)")
        with pytest.raises(IntegrityError, match="is append-only"):
            cursor.execute(change.format(log=log))
    assert facts() == before


def contexts(cast: Cast) -> list[Context]:
    return [worker_context(), member_context(cast.acme.lead)]


@pytest.mark.parametrize("log", LOGS)
@pytest.mark.parametrize("change", CHANGES)
def test_neither_desk_nor_member_is_granted_a_change(cast: Cast, log: str, change: str) -> None:
    before = facts()
    for context in contexts(cast):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_as(context),
            connection.cursor() as cursor,
        ):
            cursor.execute(change.format(log=log))
    assert facts() == before


def test_a_member_neither_reads_nor_writes_the_desks_log(cast: Cast) -> None:
    before = facts()
    for statement in ("SELECT * FROM core_deskrecord", "INSERT INTO core_deskrecord (type) VALUES ('x')"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_as(member_context(cast.acme.lead)),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert facts() == before


def test_the_models_own_methods_meet_the_same_refusal(cast: Cast) -> None:
    before = facts()
    with pytest.raises(DatabaseError), acting_as(worker_context()):
        EventRecord.objects.update(type="rewritten")
    with pytest.raises(DatabaseError), acting_as(worker_context()):
        EventRecord.objects.all().delete()
    assert facts() == before
