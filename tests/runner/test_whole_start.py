"""`make up` from the first start to the last: it serves, it is one of a kind, and it ends with its starter."""

from __future__ import annotations

import os
import re
import signal
import stat
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.runner.starting import (
    Up,
    free_port,
    own_place,
    processes_of,
    running_up,
    sockets_of,
    wait_for_the_end_of,
)
from trusst_support.local.embedded import Services

pytestmark = pytest.mark.long


@pytest.fixture
def place() -> Iterator[Path]:
    with own_place() as made:
        yield made


class Browser:
    """Something with cookies that follows redirects on this machine."""

    def __init__(self) -> None:
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )

    def get(self, address: str) -> tuple[str, str]:
        """Return where one arrives and the page."""
        with self.opener.open(address, timeout=30) as answer:
            return answer.url, answer.read().decode()

    def sign_in(self, base: str, email: str, password: str) -> tuple[str, str]:
        page = self.get(f"{base}/accounts/login/")[1]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        fields = {"login": email, "password": password, "csrfmiddlewaretoken": token[1]}
        request = urllib.request.Request(
            f"{base}/accounts/login/",
            data=urllib.parse.urlencode(fields).encode(),
            headers={"Referer": f"{base}/accounts/login/"},
        )
        with self.opener.open(request, timeout=30) as answer:
            return answer.url, answer.read().decode()


def start(up: Up) -> str:
    """Wait until the portal answers; return its password."""
    up.wait_for_line("Ctrl-C stops it")
    password = re.search(r"password of them all +(\S+)", up.output)
    assert password is not None, up.output
    return password[1]


def programs(place: Path) -> set[str]:
    """Return which of the portal's programs run in a place."""
    words = ("postgres -D", "valkey-server", "gunicorn", " worker ", " beat ")
    return {word for word in words for command in processes_of(place).values() if word in command}


def test_the_portal_serves_alone_keeps_its_data_and_ends_with_its_starter(place: Path) -> None:
    port = str(free_port())
    base = f"http://127.0.0.1:{port}"
    with running_up(place, PORT=port) as first:
        password = start(first)
        assert f"The portal answers at {base}\n" in first.output
        assert f"{base}/local/mail/" in first.output
        assert f"{place}/*.log" in first.output
        for role in ("engineer", "lead", "manager", "admin"):
            assert f"desk {role} " in first.output
        for role in ("requester", "coordinator", "lead"):
            assert f"customer {role} " in first.output
        assert stat.S_IMODE((place / "demo-password").stat().st_mode) == 0o600
        assert programs(place) == {"postgres -D", "valkey-server", "gunicorn", " worker ", " beat "}
        where, page = Browser().sign_in(base, "priya@trusst.example", password)
        assert where == f"{base}/desk/"
        assert "Card gateway refuses every second payment" in page
        where, page = Browser().sign_in(base, "aisha@acme.example", password)
        assert where == f"{base}/c/acme/"
        assert "Card gateway" not in page
        with running_up(place, PORT=str(free_port())) as second:
            assert second.wait() == 1
        assert second.output == f"The portal is running already at {base}. Stop it there with Ctrl-C.\n"
        assert Browser().get(f"{base}/healthz")[0] == f"{base}/healthz"

        everything = {pid: words for pid, words in processes_of(place).items() if pid != first.process.pid}
        first.end(signal.SIGKILL)
    assert wait_for_the_end_of(everything) == {}
    assert processes_of(place) == {}

    with running_up(place, PORT=port) as again:
        assert start(again) == password
        assert "Demonstration loaded" not in again.output
        assert again.end(signal.SIGINT) == 0
    assert processes_of(place) == {}
    assert sockets_of(place) == []


def test_a_part_that_ends_by_itself_ends_the_whole_and_is_named(place: Path) -> None:
    with running_up(place, PORT=str(free_port())) as up:
        start(up)
        beat = next(pid for pid, words in processes_of(place).items() if " beat " in words)
        os.kill(beat, signal.SIGKILL)
        assert up.wait() == 1
    assert f"beat ended by itself; see the logs in {place}." in up.output
    assert processes_of(place) == {}
    assert sockets_of(place) == []


def test_a_server_named_by_the_addresses_is_used_and_left_running(place: Path) -> None:
    with own_place() as elsewhere:
        given = Services(elsewhere, durable=False)
        given.start(valkey=False)
        given.ensure_database()
        try:
            addresses = {
                "DATABASE_URL": f"postgres://portal_login@/portal?host={given.run}",
                "DATABASE_OWNER_URL": f"postgres://portal_owner@/portal?host={given.run}",
            }
            with running_up(place, PORT=str(free_port()), **addresses) as up:
                password = start(up)
                assert not (place / "postgres").exists()
                port = urllib.parse.urlsplit((place / "up.lock").read_text()).netloc
                where, _ = Browser().sign_in(f"http://{port}", "priya@trusst.example", password)
                assert where == f"http://{port}/desk/"
                assert up.end() == 0
            assert given.sql("SELECT count(*) FROM tickets_ticket", database="portal") == "44"
        finally:
            given.stop()
