"""`make up` says at once why it cannot start, before it touches anything."""

from __future__ import annotations

import fcntl
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runner.starting import ROOT, environment, free_port, own_place, processes_of


@pytest.fixture
def place() -> Iterator[Path]:
    with own_place() as made:
        yield made


def up(place: Path, **more: str) -> tuple[int, str]:
    """Run `up` to its end and return its exit status and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "trusst_support.local.up"],
        cwd=ROOT,
        env=environment(place, **more),
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("given", ["DATABASE_URL", "DATABASE_OWNER_URL"])
def test_one_of_the_two_database_addresses_is_not_enough(place: Path, given: str) -> None:
    assert up(place, **{given: "postgres://somebody@/portal"}) == (
        1,
        "Set DATABASE_URL and DATABASE_OWNER_URL together: one serves, the other migrates.\n",
    )
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("port", ["web", "0", "65536", ""])
def test_a_port_that_is_none_is_named(place: Path, port: str) -> None:
    assert up(place, PORT=port) == (1, f"PORT must be a number from 1 to 65535, and is {port!r}.\n")
    assert list(place.iterdir()) == []


def test_a_port_in_use_is_said_before_anything_is_started(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert up(place, PORT=str(port)) == (
            1,
            f"Port {port} cannot be used (Address already in use). Choose another: make up PORT=8001\n",
        )
    assert [path.name for path in place.iterdir()] == ["up.lock"]
    assert processes_of(place) == {}


def test_a_second_start_names_the_first_ones_address_and_leaves_it_alone(place: Path) -> None:
    with (place / "up.lock").open("w+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("http://127.0.0.1:8123")
        lock.flush()
        assert up(place, PORT=str(free_port())) == (
            1,
            "The portal is running already at http://127.0.0.1:8123. Stop it there with Ctrl-C.\n",
        )
    assert (place / "up.lock").read_text() == "http://127.0.0.1:8123"
    assert [path.name for path in place.iterdir()] == ["up.lock"]


def test_an_address_beyond_this_machine_is_refused_before_anything_is_served(place: Path) -> None:
    status, said = up(place, PORT=str(free_port()), PORTAL_BASE_URL="https://support.example.com")
    assert status == 1
    assert "PORTAL_LOCAL is for this machine only" in said
    assert processes_of(place) == {}
