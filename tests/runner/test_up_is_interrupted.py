"""Ctrl-C while the portal starts leaves nothing behind, and half a demonstration is not kept."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runner.starting import (
    free_port,
    own_place,
    processes_of,
    running_up,
    sockets_of,
    wait_for_file,
)


@pytest.fixture
def place() -> Iterator[Path]:
    with own_place() as made:
        yield made


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_the_start_ends_everything_without_a_trace(
    place: Path, number: signal.Signals
) -> None:
    with running_up(place, PORT=str(free_port())) as up:
        up.wait_for_line("Database and queue are up.")
        assert up.end(number) == 0
    assert up.output == "Database and queue are up.\n"  # no traceback, of a child either
    assert processes_of(place) == {}
    assert sockets_of(place) == []


@pytest.mark.long
def test_a_demonstration_that_was_interrupted_is_loaded_again_from_the_beginning(place: Path) -> None:
    port = str(free_port())
    with running_up(place, PORT=port) as up:
        up.wait_for_line("Migrated.")
        wait_for_file(place / "demo-loading")
        assert up.end() == 0
    assert (
        up.output == "Database and queue are up.\nMigrated.\n"
    )  # no traceback of the child, which heard it too
    assert (place / "demo-loading").exists()
    (place / "mail").mkdir(exist_ok=True)
    (place / "mail" / "half.eml").touch()
    with running_up(place, PORT=port) as up:
        up.wait_for_line("The last start ended while it loaded the demonstration; that begins again.")
        assert "Demonstration loaded: 44 tickets." in up.wait_for_line("Demonstration loaded")
        up.end()
    assert not (place / "demo-loading").exists()
    assert not (place / "mail" / "half.eml").exists()
    assert processes_of(place) == {}
