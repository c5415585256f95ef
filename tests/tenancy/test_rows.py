"""Every table with customers' rows, read and written as each side; and a mutant for every lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, connections, transaction
from django.http import Http404

from core.tenancy import acting_as, worker_context
from customers.access import member_context
from customers.models import Customer, Member
from tests.cast import Cast, file_ticket
from tests.tenancy.everything import Belongings, furnish
from tickets import access
from tickets.models import Ticket, TicketQuerySet

#: Read by nobody of a customer: what a delivery tries is the portal's business.
DESK_ONLY = {
    "tickets_handoverline",
    "notifications_deliveryattempt",
    "escalations_escalation",
    "escalations_escalationcall",
    "escalations_functionalescalation",
    "tickets_mention",
    "tickets_ownarticleversion",
    "tickets_presence",
    "tickets_readmark",
    "tickets_tickettag",
    "tickets_servicechecklist",
    "tickets_deskfollower",
    "reports_contribution",
    "reports_dryrunmove",
    "reports_dryruntally",
    "reports_missaction",
    "reports_missstep",
    "reports_reviewbuild",
    "reports_upkeep",
    "vendors_outgoing",
    "vendors_pushhint",
    "vendors_vendorfile",
    "vendors_vendormessage",
}
#: Which the database refuses to change, so that a probe of its keys has to get past that first.
APPEND_ONLY = {"vendors_casestatus", "vendors_planobservation", "reports_missstep", "reports_sealedreview"}
#: Read by nobody of the desk.
MEMBERS_ONLY = {"tickets_reportdraft", "tickets_reportfile", "tickets_owntext"}


def customer_tables() -> dict[str, str]:
    """Return each customer-owned table with the column that names the customer."""
    found = {Customer._meta.db_table: "id"}
    for model in apps.get_models():
        names = {field.attname for field in model._meta.concrete_fields}
        if "customer_id" in names:
            found[model._meta.db_table] = "customer_id"
    return found


@pytest.fixture
def two(cast: Cast) -> tuple[Belongings, Belongings]:
    return furnish(cast, cast.acme), furnish(cast, cast.globex)


def count(table: str, column: str, customer: Customer) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}" WHERE {column} = %s', [customer.pk])
        row: tuple[int] = cursor.fetchone()
    return row[0]


def test_a_connection_without_a_context_reads_no_customers_row(two: tuple[Belongings, Belongings]) -> None:
    for table, column in customer_tables().items():
        with suppress(ProgrammingError), transaction.atomic():  # permission denied, for most of them
            assert count(table, column, two[0].house.customer) == 0, table


def test_a_connection_without_a_context_reads_no_ticket(cast: Cast) -> None:
    file_ticket(cast.acme.requester)
    with pytest.raises(ProgrammingError, match="permission denied for table tickets_ticket"):
        Ticket.objects.count()


def test_every_table_shows_members_their_own_rows_and_nobody_elses(
    two: tuple[Belongings, Belongings],
) -> None:
    acme, globex = (belongings.house for belongings in two)
    for table, column in customer_tables().items():
        if table in MEMBERS_ONLY:
            for own, other in ((acme, globex), (globex, acme)):
                with acting_as(member_context(own.lead)):
                    assert count(table, column, own.customer) > 0, table
                    assert count(table, column, other.customer) == 0, table
            continue
        with acting_as(worker_context()):
            # The positive control: there is something to see on both sides.
            assert count(table, column, acme.customer) > 0, table
            assert count(table, column, globex.customer) > 0, table
        if table in DESK_ONLY:
            with pytest.raises(ProgrammingError), acting_as(member_context(acme.lead)):
                count(table, column, acme.customer)
            continue
        with acting_as(member_context(acme.lead)):
            assert count(table, column, acme.customer) > 0, table
            assert count(table, column, globex.customer) == 0, table


def test_a_member_cannot_write_into_another_customer(two: tuple[Belongings, Belongings]) -> None:
    acme, globex = (belongings.house for belongings in two)
    for table, column in customer_tables().items():
        with acting_as(member_context(acme.lead)), connection.cursor() as cursor:
            for statement in (
                f'UPDATE "{table}" SET {column} = {column} WHERE {column} = %s',
                f'DELETE FROM "{table}" WHERE {column} = %s',
            ):
                with suppress(ProgrammingError), transaction.atomic():  # permission denied, for some
                    cursor.execute(statement, [globex.customer.pk])
                    assert cursor.rowcount == 0, statement
    with acting_as(member_context(acme.lead)), pytest.raises(ProgrammingError), transaction.atomic():
        Member.objects.create(
            customer=globex.customer, user=acme.requester.user, name="Intruder", email="x@acme.example"
        )


def audiences(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT DISTINCT audience FROM "{table}"')
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.parametrize("table", ["tickets_message", "tickets_attachment", "core_eventrecord"])
def test_each_side_keeps_its_own_words(two: tuple[Belongings, Belongings], table: str) -> None:
    with acting_as(member_context(two[0].house.coordinator)):
        assert audiences(table) == {"public", "customer"}
    with acting_as(worker_context()):
        assert audiences(table) == {"public", "desk"}


def test_the_words_of_their_own_notes_are_kept_where_the_desk_has_no_access(
    two: tuple[Belongings, Belongings],
) -> None:
    acme = two[0].house
    with acting_as(member_context(acme.coordinator)):
        assert audiences("tickets_tickettext") == {"public"}
        assert count("tickets_owntext", "customer_id", acme.customer) == 1
    with acting_as(worker_context()):
        assert audiences("tickets_tickettext") == {"public", "desk"}
    with pytest.raises(ProgrammingError), acting_as(worker_context()):
        count("tickets_owntext", "customer_id", acme.customer)


@pytest.mark.parametrize("table", ["tickets_draft", "tickets_stagedfile"])
def test_what_is_not_sent_yet_is_hidden_from_the_other_side(
    two: tuple[Belongings, Belongings], table: str
) -> None:
    with acting_as(member_context(two[0].house.coordinator)):
        assert audiences(table) == {"customer"}
    with acting_as(worker_context()):
        assert audiences(table) == {"desk"}


def test_alerts_to_the_desk_are_not_the_customers_to_read(two: tuple[Belongings, Belongings]) -> None:
    with acting_as(member_context(two[0].house.lead)):
        assert "desk" not in audiences("notifications_notification")


def test_a_nested_context_gives_the_outer_one_back(cast: Cast) -> None:
    file_ticket(cast.acme.requester)
    file_ticket(cast.globex.requester)
    with acting_as(member_context(cast.acme.lead)):
        assert Ticket.objects.count() == 1
        with acting_as(worker_context()):
            assert Ticket.objects.count() == 2
        assert Ticket.objects.count() == 1
        with acting_as(member_context(cast.globex.lead)):
            assert [ticket.customer_id for ticket in Ticket.objects.all()] == [cast.globex.customer.pk]
        assert [ticket.customer_id for ticket in Ticket.objects.all()] == [cast.acme.customer.pk]


def test_a_failing_nested_context_gives_the_outer_one_back(cast: Cast) -> None:
    file_ticket(cast.acme.requester)
    with acting_as(member_context(cast.acme.lead)):
        with pytest.raises(DatabaseError), acting_as(worker_context()), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert Ticket.objects.count() == 1
    with pytest.raises(ProgrammingError):
        Ticket.objects.count()


# --- Mutants: each lock is taken away in a transaction that is rolled back, and its probe must notice ---
@contextmanager
def without(*statements: str) -> Iterator[None]:
    """Run in the owner's transaction with a lock removed, then put everything back."""
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        try:
            yield
        finally:
            transaction.set_rollback(True, using="owner")


def as_member_of(customer: Customer, sql: str, *values: int) -> int:
    """Count as a member, on the owner's connection, inside its transaction."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', 'portal_member', true), set_config('app.customer', %s, true)",
            [str(customer.pk)],
        )
        cursor.execute(sql, values)
        row: tuple[int] = cursor.fetchone()
        cursor.execute("SELECT set_config('role', 'none', true)")
    return row[0]


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_the_probe_of_each_policy_notices_when_the_policy_is_gone(real_cast: Cast) -> None:
    acme, globex = furnish(real_cast, real_cast.acme), furnish(real_cast, real_cast.globex)
    for table, column in customer_tables().items():
        probe = f'SELECT count(*) FROM "{table}" WHERE {column} = %s'
        grant = f'GRANT SELECT ON "{table}" TO portal_member'
        with without(grant):
            assert as_member_of(acme.house.customer, probe, globex.house.customer.pk) == 0, table
        opened = f'ALTER POLICY members_see_their_customer ON "{table}" USING (true)'
        with without(grant, opened):
            assert as_member_of(acme.house.customer, probe, globex.house.customer.pk) > 0, table


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_the_probe_of_each_composite_key_notices_when_the_key_is_gone(real_cast: Cast) -> None:
    acme, globex = furnish(real_cast, real_cast.acme), furnish(real_cast, real_cast.globex)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            SELECT con.conname, a.relname, b.relname, att.attname FROM pg_constraint con
            JOIN pg_class a ON a.oid = con.conrelid JOIN pg_class b ON b.oid = con.confrelid
            JOIN pg_attribute att ON att.attrelid = a.oid AND att.attnum = con.conkey[2]
            WHERE con.conname LIKE %s
            """,
            ["%_same_customer"],
        )
        keys = cursor.fetchall()
    assert len(keys) == 86
    desk = "SELECT set_config('role', 'portal_desk', true)"
    for name, table, target, column in keys:
        point = (
            f'UPDATE "{table}" SET "{column}" = (SELECT id FROM "{target}" WHERE customer_id = %s LIMIT 1) '
            f'WHERE id = (SELECT id FROM "{table}" WHERE customer_id = %s LIMIT 1)'
        )
        values = [globex.house.customer.pk, acme.house.customer.pk]
        grant = f'GRANT SELECT, UPDATE ON "{table}" TO portal_desk'
        if table in APPEND_ONLY:
            grant = f'{grant}; ALTER TABLE "{table}" DISABLE TRIGGER USER'
        with without(grant, desk), connections["owner"].cursor() as cursor:
            cursor.execute(point, values)
            assert cursor.rowcount == 1, name
            with pytest.raises(IntegrityError):
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        drop = f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"'
        with without(grant, drop, desk), connections["owner"].cursor() as cursor:
            cursor.execute(point, values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def reaches(cast: Cast, theirs: Belongings) -> list[str]:
    """Return which look-ups hand Acme's people something that is not theirs, with the policies out of the way."""
    reached = []
    with acting_as(worker_context()):
        look_ups: dict[str, Callable[[], object]] = {
            "ticket": lambda: access.get_ticket_for_member(cast.acme.lead, theirs.ticket.number + 100),
            "file": lambda: access.get_attachment_for_member(cast.acme.lead, theirs.file.token),
        }
        for name, look_up in look_ups.items():
            try:
                look_up()
                reached.append(name)
            except Http404:
                pass
        if access.list_for_member(cast.acme.lead).filter(customer=cast.globex.customer).exists():
            reached.append("list")
        if access.list_for_member(cast.acme.requester).exclude(requester=cast.acme.requester).exists():
            reached.append("colleague")
    return reached


def test_the_look_ups_themselves_keep_customers_and_colleagues_apart(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = furnish(cast, cast.globex)
    file_ticket(cast.acme.coordinator)
    with acting_as(worker_context()):
        Ticket.objects.filter(pk=theirs.ticket.pk).update(number=theirs.ticket.number + 100)
    assert reaches(cast, theirs) == []
    monkeypatch.setattr(TicketQuerySet, "visible_to", lambda self, member: self.all())
    assert reaches(cast, theirs) == ["ticket", "list", "colleague"]
