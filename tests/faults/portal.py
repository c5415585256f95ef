"""A portal to be hurt: servers of its own, workers and beats as child processes, and what is done to them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.runner.starting import PATIENCE, ROOT, environment
from trusst_support.local.embedded import Services, die_with_parent


class Servers(Services):
    """The two servers, which can also be ended without a word and started again."""

    def crash_postgres(self) -> None:
        """Stop Postgres at once, as a failing machine would, and start it: it recovers from its log."""
        self._end_now(signal.SIGINT, by=signal.SIGQUIT)
        self._start_postgres()

    def wipe_valkey(self) -> None:
        """Kill Valkey and start it empty."""
        self._end_now(signal.SIGTERM, by=signal.SIGKILL)
        shutil.rmtree(self.data_dir / "valkey")
        (self.run / "redis.sock").unlink(missing_ok=True)
        self._start_valkey()

    def _end_now(self, politely: signal.Signals, *, by: signal.Signals) -> None:
        [(server, _)] = [found for found in self._children if found[1] == politely]
        server.send_signal(by)
        server.wait(PATIENCE)
        self._children = [found for found in self._children if found[0] is not server]


@dataclass
class Part:
    """A worker or a beat: how it is started, and its present process."""

    name: str
    words: tuple[str, ...]
    offset: float
    process: subprocess.Popen[bytes]


class Portal:
    """Workers and beats over servers of their own; a part that ends is started again, as an init system would."""

    def __init__(self, place: Path, servers: Servers, **more: str) -> None:
        self.place = place
        self.servers = servers
        self.parts: list[Part] = []
        self.counts: Counter[str] = Counter()
        self._environment = environment(
            place, PORTAL_LOCAL="1", DJANGO_SETTINGS_MODULE="tests.faults.settings", **more
        )

    def manage(self, *command: str) -> None:
        """Run a command of manage.py to its end."""
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=self._environment, check=True)

    def add_worker(self, *, offset: float = 0) -> None:
        name = f"worker{len(self.parts)}"
        self._add(
            name, "worker", "--loglevel", "INFO", "--concurrency", "2", "--without-mingle", "--without-gossip",
            "--hostname", f"{name}@here", offset=offset,
        )  # fmt: skip

    def add_beat(self, *, offset: float = 0) -> None:
        name = f"beat{len(self.parts)}"
        self._add(name, "beat", "--schedule", str(self.place / f"{name}.db"), "--pidfile", "", offset=offset)

    def _add(self, name: str, *words: str, offset: float) -> None:
        self.parts.append(Part(name, words, offset, self._start(name, words, offset)))

    def _start(self, name: str, words: tuple[str, ...], offset: float) -> subprocess.Popen[bytes]:
        with (self.place / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.faults.part", str(offset), *words],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    @property
    def workers(self) -> list[Part]:
        return [part for part in self.parts if part.words[0] == "worker"]

    @property
    def beats(self) -> list[Part]:
        return [part for part in self.parts if part.words[0] == "beat"]

    def look_after(self) -> None:
        """Start again whatever has ended by itself."""
        for part in self.parts:
            if part.process.poll() is not None:
                self.counts["parts that ended by themselves"] += 1
                self._again(part)

    def kill(self, part: Part) -> None:
        """End a part and all processes that it made without a word, and start it again."""
        _signal_group(part.process, signal.SIGKILL)
        part.process.wait(PATIENCE)
        self._again(part)

    def right_clocks(self) -> None:
        """Kill each part whose clock is off, and start it with the right time."""
        for part in self.parts:
            if part.offset:
                part.offset = 0
                self.kill(part)

    def _again(self, part: Part) -> None:
        _signal_group(part.process, signal.SIGKILL)  # what it made may have outlived it
        part.process = self._start(part.name, part.words, part.offset)

    def end(self) -> None:
        """End every part, politely first."""
        for part in self.parts:
            _signal_group(part.process, signal.SIGCONT)
            if part.process.poll() is None:
                part.process.terminate()
        for part in self.parts:
            try:
                part.process.wait(PATIENCE / 4)
            except subprocess.TimeoutExpired:
                self.counts["parts that did not end when they were asked"] += 1
            _signal_group(part.process, signal.SIGKILL)
            part.process.wait(PATIENCE)
        self.parts.clear()

    def log(self) -> str:
        """Return the last lines of what the parts said."""
        tails = [
            f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in self.place.glob("*.log")
        ]
        return "\n".join(tails)


def pool_of(part: Part) -> list[int]:
    """Return the processes in which a worker does its tasks, without those that are dead and not buried."""
    pid = part.process.pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [int(word) for word in children if _is_alive(word)]


def _is_alive(process: str) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def wait_until(is_so: Callable[[], bool], *, within: float, meanwhile: Callable[[], None]) -> bool:
    """Wait until something is so, or the bound has passed; tell which."""
    deadline = time.monotonic() + within
    while not is_so():
        if time.monotonic() > deadline:
            return False
        meanwhile()
        time.sleep(0.2)
    return True
