"""Start the portal as `make up` does, in a place of its own, and see what is left of it."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from trusst_support.local.embedded import Services
from trusst_support.places import run_directory

ROOT = Path(__file__).resolve().parents[2]
#: A start takes ten seconds and an end two; this is for a machine that is busy with other things.
PATIENCE = 120.0
#: What a shell may have that would change what is tested.
_OF_THE_PORTAL = re.compile(r"PORTAL_|DATABASE_|REDIS_|EMAIL_|SECRET_KEY|PORT$|DJANGO_|PYTEST_|ALLOWED_HOSTS")


@contextmanager
def own_place() -> Iterator[Path]:
    """Make a data directory that Postgres can reach, and clear all that belongs to it afterwards."""
    place = Path(tempfile.mkdtemp(prefix="portal-runner-"))
    place.chmod(0o711)
    try:
        yield place
    finally:
        services = Services(place)
        for left in (services.cluster, services.run, place):
            shutil.rmtree(left, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(place: Path, **more: str) -> dict[str, str]:
    """Return this process' environment without what tests, or a shell, have set for the portal."""
    kept = {name: value for name, value in os.environ.items() if not _OF_THE_PORTAL.match(name)}
    return kept | {"PORTAL_DATA_DIR": str(place)} | more


class Up:
    """A running `make up`."""

    def __init__(self, place: Path, **more: str) -> None:
        self.place = place
        self.output = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "trusst_support.local.up"],
            cwd=ROOT,
            env=environment(place, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
            start_new_session=True,
        )

    @property
    def _lines(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    def wait_for_line(self, words: str) -> str:
        """Read what it says up to a line with these words, and return that line."""
        for line in self._lines:
            self.output += line
            if words in line:
                return line
        raise AssertionError(f"it ended without saying {words!r}:\n{self.output}")

    def end(self, number: int = signal.SIGINT) -> int:
        """Send a signal and return the exit status; Ctrl-C goes to the whole group, as in a terminal."""
        if self.process.poll() is None and number == signal.SIGINT:
            os.killpg(self.process.pid, number)
        elif self.process.poll() is None:
            self.process.send_signal(number)
        return self.wait()

    @property
    def has_ended(self) -> bool:
        return self._lines.closed

    def wait(self) -> int:
        """Wait until it has ended, with what it says, and return its exit status."""
        try:
            self.output += self.process.communicate(timeout=PATIENCE)[0]
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise AssertionError(f"it does not end, and has said:\n{self.output}") from None
        return self.process.returncode


@contextmanager
def running_up(place: Path, **more: str) -> Iterator[Up]:
    """Start the portal, and end it whatever the test did."""
    up = Up(place, **more)
    try:
        yield up
    finally:
        if not up.has_ended:
            up.end()


def processes_of(place: Path) -> dict[int, str]:
    """Return the processes that work in a place: those whose command line or environment names it."""
    wanted = (str(place).encode(), str(run_directory(place)).encode())
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            words = command + (entry / "environ").read_bytes()
        except OSError:
            continue  # it ended meanwhile, or is somebody else's
        if any(name in words for name in wanted):
            found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


def wait_for_the_end_of(processes: dict[int, str]) -> dict[int, str]:
    """Wait until processes have ended and return those that have not within the bound."""
    deadline = time.monotonic() + PATIENCE
    left = {}
    for number, command in processes.items():
        try:
            handle = os.pidfd_open(number)
        except ProcessLookupError:
            continue
        try:
            if not select.select([handle], [], [], max(0.0, deadline - time.monotonic()))[0]:
                left[number] = command
        finally:
            os.close(handle)
    return left


def wait_for_file(path: Path) -> None:
    """Wait until a file is there."""
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} does not appear"
        time.sleep(0.01)


def sockets_of(place: Path) -> list[str]:
    """Return the sockets that are there for a place."""
    return sorted(path.name for path in run_directory(place).glob("*") if path.is_socket())
