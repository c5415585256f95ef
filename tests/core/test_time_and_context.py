"""The portal's one clock is the database's, and nobody acts without a context that says for whom."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from core import now as core_now
from core.now import database_now, standing_at
from core.tenancy import SYSTEM, Context, Role, acting_as, worker_context
from customers.access import member_context
from tests.cast import Cast
from tests.conftest import Clock

#: The function that the frozen clock stands in for.
READ_CLOCK = core_now._read_clock


@pytest.fixture
def real_clock(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """Take the frozen clock away again."""
    monkeypatch.setattr(core_now, "_read_clock", READ_CLOCK)


def ask(sql: str) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        moment: datetime = cursor.fetchone()[0]
    return moment


@pytest.mark.django_db
def test_now_comes_from_the_database_and_is_cut_to_whole_seconds(real_clock: None) -> None:
    before = ask("SELECT date_trunc('second', clock_timestamp())")
    now = database_now()
    after = ask("SELECT clock_timestamp()")
    assert before <= now <= after
    assert now.microsecond == 0
    assert now.tzinfo is UTC


@pytest.mark.django_db
def test_now_moves_on_inside_a_transaction(real_clock: None) -> None:
    with transaction.atomic():
        began = ask("SELECT transaction_timestamp()")
        ask("SELECT clock_timestamp() FROM pg_sleep(1.01)")
        assert database_now() > began  # statement_timestamp and now() would stand still


@pytest.mark.django_db
def test_the_workers_own_clock_is_never_asked(real_clock: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            raise AssertionError("the worker's clock was asked")

    monkeypatch.setattr(core_now, "datetime", Wrong)
    database_now()


@pytest.mark.django_db
def test_a_context_yields_the_databases_now(clock: Clock) -> None:
    with acting_as(worker_context()) as now:
        assert now == clock.now


@pytest.mark.django_db
def test_a_block_can_stand_at_an_instant(clock: Clock) -> None:
    with standing_at(datetime(2025, 1, 1, 12, 0, 0, 999_999, tzinfo=UTC)):
        assert database_now() == datetime(2025, 1, 1, 12, 0, tzinfo=UTC)
    assert database_now() == clock.now


def test_a_members_context_without_a_customer_is_refused() -> None:
    with pytest.raises(ValueError, match="needs its customer"):
        Context(role=Role.MEMBER, customer_id=None, actor=SYSTEM)


def worn() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, coalesce(current_setting('app.customer', true), '')")
        role, customer = cursor.fetchone()
    return role, customer


def test_a_context_puts_role_and_customer_on_and_takes_them_off(cast: Cast) -> None:
    assert worn() == ("portal_login", "")
    with acting_as(member_context(cast.acme.lead)):
        assert worn() == ("portal_member", str(cast.acme.customer.pk))
        with acting_as(worker_context()):
            assert worn() == ("portal_desk", "")
        assert worn() == ("portal_member", str(cast.acme.customer.pk))
    assert worn() == ("portal_login", "")


def test_a_context_that_fails_is_taken_off_too(cast: Cast) -> None:
    with pytest.raises(LookupError), acting_as(member_context(cast.acme.lead)):
        raise LookupError
    assert worn() == ("portal_login", "")


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_nothing_of_a_context_outlives_its_transaction(real_cast: Cast) -> None:
    with acting_as(member_context(real_cast.acme.lead)):
        pass
    assert worn() == ("portal_login", "")
