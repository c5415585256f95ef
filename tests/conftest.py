"""What every test stands on: a database made by its owner and used by the least-privileged login, a clock
that only tests move, the cast, and no network beyond this machine."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from django.test import Client, TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from rest_framework.test import APIClient

from core import now as core_now
from customers.models import DeskPerson, Member
from slas.models import ALWAYS_SINCE
from tests.cast import START, Cast, assemble
from tests.snapshot import Snapshot, take

# The same examples in every run, and no verdict by how long they took: machines differ.
hypothesis_settings.register_profile(
    "portal", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("portal")

KEPT = ("django_migrations", "django_content_type", "slas_calendarversion", "slas_policyversion")
#: What migrations wrote and people may change: it is put back as it was.
SEEDED = ("vendors_vendor", "vendors_supportplan", "vendors_vendortarget")
LOGS = (
    "core_eventrecord",
    "core_deskrecord",
    "customers_accessrecord",
    "vendors_planobservation",
    "vendors_casestatus",
    "reports_missstep",
    "reports_sealedreview",
)
VERSIONS = ("slas_calendarversion", "slas_policyversion")
ALIASES = ("default", "ledger", "owner")


_seeds: dict[str, str] = {}


# --- The database ------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Make this worker's database as portal_owner and leave it to portal_login."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"test_portal_{worker}"
    with django_db_blocker.unblock():
        _recreate(name)
        for alias in ALIASES:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        call_command("migrate", database="owner", verbosity=0)
        with connections["owner"].cursor() as cursor:
            for table in SEEDED:
                cursor.execute(f'SELECT json_agg(row_to_json(t))::text FROM "{table}" t')
                _seeds[table] = cursor.fetchone()[0]
    yield
    with django_db_blocker.unblock():
        for alias in ALIASES:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = "portal"
        _drop(name)


def _recreate(name: str) -> None:
    _drop(name)
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" OWNER portal_owner')


def _drop(name: str) -> None:
    with connections["owner"].cursor() as cursor:
        # A request that a browser made while it was closed may still have a session, which the owner of the
        # database may not end.
        for _ in range(400):
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name])
            if cursor.fetchone()[0] == 0:
                break
            cursor.execute("SELECT pg_sleep(0.05)")
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    connections["owner"].close()


def _wait_for_requests(cursor: Any) -> None:
    """Let a request that a browser made while it was closed end first: it reads what is about to be locked."""
    for _ in range(400):
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
        )
        if cursor.fetchone()[0] == 0:
            break
        cursor.execute("SELECT pg_sleep(0.05)")


def _empty_as_owner(case: TransactionTestCase) -> None:
    """Empty every table but the seeded configuration; the append-only logs let only their owner do that."""
    owner = connections["owner"]
    with owner.cursor() as cursor:
        # A session that a test has left in a transaction is an error here, never a run that stands still.
        cursor.execute("SET lock_timeout = '60s'")
        _wait_for_requests(cursor)
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall() if row[0] not in KEPT]
        for log in LOGS:
            cursor.execute(f'ALTER TABLE "{log}" DISABLE TRIGGER append_only_table')
        for table in VERSIONS:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER append_only_rows')
        _kept.clear()  # ids begin again, so that what is put back could meet what is new
        cursor.execute("TRUNCATE {} RESTART IDENTITY".format(", ".join(f'"{table}"' for table in tables)))
        for table in SEEDED:
            cursor.execute(
                f'INSERT INTO "{table}" SELECT * FROM json_populate_recordset(NULL::"{table}", %s)',
                [_seeds[table]],
            )
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM \"{table}\"))", [table]
            )
        for table in VERSIONS:
            cursor.execute(f'DELETE FROM "{table}" WHERE created_at > %s', [ALWAYS_SINCE])
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER append_only_rows')
        for log in LOGS:
            cursor.execute(f'ALTER TABLE "{log}" ENABLE TRIGGER append_only_table')
    owner.close()


@pytest.fixture(autouse=True, scope="session")
def _flush_as_owner() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", _flush)
    yield
    patch.undo()


def _flush(case: TransactionTestCase) -> None:
    allowed = type(case).databases
    type(case)._remove_databases_failures()  # type: ignore[attr-defined]
    try:
        _empty_as_owner(case)
    finally:
        type(case).databases = allowed
        type(case)._add_databases_failures()  # type: ignore[attr-defined]


# --- Time --------------------------------------------------------------------------------------------
class Clock:
    """The database's clock as the portal reads it; it stands still until a test moves it."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def advance(self, **length: float) -> datetime:
        self.now += timedelta(**length)
        return self.now

    def set(self, moment: datetime) -> datetime:
        self.now = moment
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Freeze the portal's clock at a known Tuesday."""
    frozen = Clock(START)
    monkeypatch.setattr(core_now, "_read_clock", lambda using: frozen.now)
    return frozen


# --- Places ------------------------------------------------------------------------------------------
@pytest.fixture(autouse=True)
def _own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PORTAL_FILES_ROOT", tmp_path / "files")
    monkeypatch.setattr(settings, "PORTAL_MAIL_DIR", tmp_path / "mail")
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "trusst_support.local.mail.MailboxBackend")


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    patch = pytest.MonkeyPatch()
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "local"
        if host not in ("local", "127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)

    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


# --- People ------------------------------------------------------------------------------------------
_kept: list[Snapshot] = []


@pytest.fixture
def cast(db: None, clock: Clock) -> Cast:
    """Everybody, inside the test's transaction; assembled once, then put back as it was."""
    if clock.now != START:  # the facts of how they came would have other times
        return assemble()
    if not _kept:
        whole, snapshot = take()
        _kept.append(snapshot)
        return whole
    return _kept[0].put_back()


@pytest.fixture
def real_cast(transactional_db: None) -> Cast:
    """Everybody, committed, for tests with more than one connection."""
    return assemble()


Browse = Callable[[Member | DeskPerson], Client]


@pytest.fixture
def browse() -> Browse:
    """Return a function that signs a person in and returns their browser."""

    def sign_in(person: Member | DeskPerson) -> Client:
        client = Client()
        client.force_login(person.user)
        return client

    return sign_in


Call = Callable[[Member | DeskPerson], APIClient]


@pytest.fixture
def call() -> Call:
    """Return a function that signs a person in and returns their API client."""

    def sign_in(person: Member | DeskPerson) -> APIClient:
        client = APIClient()
        client.force_login(person.user)
        return client

    return sign_in


# --- Chromium ----------------------------------------------------------------------------------------
def find_chromium() -> str | None:
    """Return where Chromium is, or None."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser tests where there is no browser, saying so; with PORTAL_REQUIRE_BROWSER they fail instead."""
    if find_chromium() or os.environ.get("PORTAL_REQUIRE_BROWSER"):
        return
    skip = pytest.mark.skip(reason="Chromium is not installed: journeys in a browser were left out")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(skip)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Count a skip as a failure where everything needed is meant to be there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("PORTAL_NO_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
