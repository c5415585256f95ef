"""Workers, beats, servers, clocks and the mail server are hurt for a while; once they are well, all is as it must be.

The processes are real, and so is the time. Each run is drawn from a seed: harm is done, then everything is
mended and waited for, and only then the history is compared with the rules.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from core.models import Heartbeat
from core.now import database_now, standing_at
from core.tenancy import acting_as, worker_context
from notifications.models import Notification, State
from tests.cast import CRITICAL, Cast, assemble, file_ticket
from tests.conftest import ALIASES
from tests.faults import history
from tests.faults.history import Filed
from tests.faults.nemesis import Nemesis
from tests.faults.portal import Portal, Servers, wait_until
from tests.faults.post import BAD_MOODS, Mood, Post, open_post
from tests.faults.slow_mailbox import marks
from tests.runner.starting import own_place, processes_of

pytestmark = pytest.mark.faults

SEEDS = [int(word) for word in os.environ.get("FAULT_SEEDS", "1").split()]
#: How long harm is done.
SECONDS = float(os.environ.get("FAULT_SECONDS", "20"))
#: A bound for a machine that is busy with other things; a quiet one needs a tenth of it.
PATIENCE = 240.0
TICKETS = 48
#: How long before the instant that matters each kind of ticket was opened: a response is missed, leads and
#: managers are called about a critical ticket, one is at risk, managers hear of a miss, restoration is missed.
_AGES = (1800, 600, 1200, 1350, 2700, 14400)


@pytest.fixture(autouse=True)
def clock() -> None:
    """Leave the portal's clock to the database."""


class House:
    """Servers with a seeded database, of which each test gets a copy."""

    def __init__(self, servers: Servers, cast: Cast) -> None:
        self.servers = servers
        self.cast = cast
        self.place = servers.data_dir

    def make_new(self) -> None:
        """Bring the database, the queue and the mailbox back to their beginning."""
        self.servers.sql('DROP DATABASE IF EXISTS "portal" WITH (FORCE)')
        self.servers.sql('CREATE DATABASE "portal" TEMPLATE "seeded" OWNER portal_owner')
        self.servers.wipe_valkey()
        for left in (self.place / "mail", marks(self.place / "mail")):
            shutil.rmtree(left, ignore_errors=True)


@pytest.fixture(scope="module")
def house(django_db_blocker: Any) -> Iterator[House]:
    """Start the servers once, migrate, and make the cast."""
    with own_place() as place:
        servers = Servers(place)
        servers.start()
        before = _point_at(servers)
        try:
            servers.ensure_database()
            Portal(place, servers).manage("migrate", "--database", "owner", "--verbosity", "0")
            with django_db_blocker.unblock():
                cast = assemble()
                connections.close_all()
            servers.sql('ALTER DATABASE "portal" RENAME TO "seeded"')
            yield House(servers, cast)
        finally:
            with django_db_blocker.unblock():
                connections.close_all()
            _point_back(before)
            servers.stop()
        assert processes_of(place) == {}


def _point_at(servers: Servers) -> dict[str, dict[str, Any]]:
    """Let this process' connections lead to the servers; return where they led."""
    before = {}
    for alias in ALIASES:
        settings_dict = connections[alias].settings_dict
        before[alias] = {name: settings_dict[name] for name in ("NAME", "HOST", "PORT", "USER", "PASSWORD")}
        user = "portal_owner" if alias == "owner" else "portal_login"
        settings_dict.update(NAME="portal", HOST=str(servers.run), PORT="", USER=user, PASSWORD="")
    return before


def _point_back(before: dict[str, dict[str, Any]]) -> None:
    for alias, values in before.items():
        connections[alias].settings_dict.update(values)


Open = Callable[..., Portal]


@pytest.fixture
def open_portal(house: House, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any) -> Iterator[Open]:
    """Return a function that starts workers and beats over a new copy of the database."""
    opened: list[Portal] = []

    def begin(
        *,
        workers: tuple[float, ...] = (0, 0),
        beats: tuple[float, ...] = (0, 0),
        until: Callable[[Portal], bool] = is_at_work,
        **more: str,
    ) -> Portal:
        portal = Portal(house.place, house.servers, **more)
        opened.append(portal)
        for offset in workers:
            portal.add_worker(offset=offset)
        for offset in beats:
            portal.add_beat(offset=offset)
        is_so = wait_until(lambda: until(portal), within=PATIENCE, meanwhile=portal.look_after)
        assert is_so, portal.log()
        return portal

    with django_db_blocker.unblock():
        house.make_new()
        monkeypatch.setattr(settings, "PORTAL_MAIL_DIR", house.place / "mail")
        try:
            yield begin
        finally:
            for portal in opened:
                portal.end()
            connections.close_all()


def is_at_work(portal: Portal) -> bool:
    """Tell whether a sweep came to its end."""
    with acting_as(worker_context()):
        return Heartbeat.objects.exists()


def file_tickets(cast: Cast) -> list[Filed]:
    """File tickets about which something becomes due all through the time in which harm is done."""
    begin = database_now() + timedelta(seconds=8)
    filed = []
    for number in range(TICKETS):
        matters_at = begin + timedelta(seconds=int(number * SECONDS / TICKETS))
        opened_at = matters_at - timedelta(seconds=_AGES[number % len(_AGES)])
        with standing_at(opened_at):
            ticket = file_ticket(
                cast.acme.requester, impact=CRITICAL, subject=f"The shop stands still, {number}"
            )
        filed.append(Filed(ticket.pk, opened_at))
    connections.close_all()  # they do not outlive what comes
    return filed


def wait_until_quiet(portal: Portal, filed: list[Filed], *, hurry: bool = False) -> datetime:
    """Wait until all that is due has been handed over; return when that was so."""
    seen = []

    def is_quiet() -> bool:
        if hurry:
            send_at_once()
        now = database_now()
        seen.append(now)
        return not history.missing(filed, until=now) and not history.waiting(now)

    is_so = wait_until(is_quiet, within=PATIENCE, meanwhile=portal.look_after)
    assert is_so, (
        f"{history.missing(filed, until=seen[-1])}\n{history.waiting(seen[-1])} wait\n{portal.log()}"
    )
    portal.end()
    return seen[-1]


def send_at_once() -> None:
    """Let nothing wait for its next attempt: the mail server is well."""
    with acting_as(worker_context()) as now:
        Notification.objects.filter(state=State.QUEUED, failures__gt=0).update(deliver_after=now)


def report(capsys: pytest.CaptureFixture[str], name: str, **counts: object) -> None:
    """Say what was tried, for docs/reliability.md."""
    said = ", ".join(f"{value} {word.replace('_', ' ')}" for word, value in counts.items())
    with capsys.disabled():
        sys.stdout.write(f"\n  {name}: {said}\n")


def check(filed: list[Filed], *, until: datetime) -> dict[str, int]:
    """Compare the history with the rules; return how much there was to compare."""
    now = database_now()
    counts = {
        "alerts": history.assert_alerts_are_right(filed, until=until, now=now),
        "misses": history.assert_facts_are_right(filed, until=until),
        "rungs": history.assert_ladders_were_climbed_in_order(filed),
    }
    assert history.faults() == []
    return counts


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_and_frozen_workers_and_lost_servers(
    house: House, open_portal: Open, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    portal = open_portal()
    filed = file_tickets(house.cast)
    nemesis = Nemesis(portal, seed=seed)
    nemesis.rage(SECONDS)
    until = wait_until_quiet(portal, filed)
    counts = check(filed, until=until)
    messages = history.assert_each_arrived_once()
    report(
        capsys, f"seed {seed}", **counts, messages=messages, attempts_cut_off=history.lost_attempts(),
        **nemesis.done, **portal.counts,
    )  # fmt: skip


def test_workers_and_a_beat_whose_clocks_are_two_minutes_off(
    house: House, open_portal: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    portal = open_portal(workers=(120, -120, 0), beats=(0, 120))
    filed = file_tickets(house.cast)
    nemesis = Nemesis(portal, seed=SEEDS[0])
    nemesis.rage(SECONDS)
    portal.right_clocks()
    until = wait_until_quiet(portal, filed)
    counts = check(filed, until=until)
    messages = history.assert_each_arrived_once()
    report(
        capsys, "clocks off", **counts, messages=messages, attempts_cut_off=history.lost_attempts(),
        **nemesis.done, **portal.counts,
    )  # fmt: skip


def drops_pokes(portal: Portal) -> bool:
    return portal.log().count("Discarding revoked task") >= 3


def test_workers_that_are_all_ahead_of_beat_do_nothing_and_catch_up(
    house: House, open_portal: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    portal = open_portal(workers=(120,), beats=(0,), until=drops_pokes)
    filed = file_tickets(house.cast)
    assert not is_at_work(portal)  # neither does the auditor: the heartbeat's silence is the alarm
    assert history.alerts(filed) == []
    portal.right_clocks()
    until = wait_until_quiet(portal, filed)
    counts = check(filed, until=until)
    report(capsys, "all ahead", **counts, messages=history.assert_each_arrived_once())


def test_a_mail_server_that_refuses_puts_off_hangs_and_lets_go(
    house: House, open_portal: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    random = Random(SEEDS[0])
    with open_post() as post:
        portal = open_portal(PORTAL_LOCAL_MAIL="0", EMAIL_URL=f"smtp://127.0.0.1:{post.port}")
        filed = file_tickets(house.cast)
        ends_at = time.monotonic() + SECONDS
        moods = list(BAD_MOODS)
        while time.monotonic() < ends_at:
            random.shuffle(moods)
            for mood in (*moods, Mood.TAKES):
                post.mood = mood
                time.sleep(random.uniform(0.5, 1.5))
                portal.look_after()
        post.mood = Mood.TAKES
        until = wait_until_quiet(portal, filed, hurry=True)
    counts = check(filed, until=until)
    copies = assert_none_was_lost(post)
    report(
        capsys, "mail server", **counts, messages=len(copies), copies=sum(copies.values()),
        **{f"sessions in which it {mood}": post.met[mood] for mood in Mood},
    )  # fmt: skip


def assert_none_was_lost(post: Post) -> Counter[str]:
    """Compare the outbox with the mail server: each message is there, again only where it could not know."""
    copies = Counter(one.message_id for one in post.arrived)
    untold = Counter(one.message_id for one in post.arrived if not one.was_told)
    with acting_as(worker_context()):
        rows = list(Notification.objects.all())
    history.assert_none_is_left(rows, database_now())
    sent = {row.message_key for row in rows if row.state == State.SENT}
    assert {history.key_of(message_id) for message_id in copies} == sent
    assert len(copies) == len(sent)  # one Message-ID for each message, however often it came
    assert {name: count for name, count in copies.items() if count > 1 + untold[name]} == {}
    for message_id in copies:
        alike = {(one.recipient, one.text) for one in post.arrived if one.message_id == message_id}
        assert len({recipient for recipient, _ in alike}) == 1
    return copies
