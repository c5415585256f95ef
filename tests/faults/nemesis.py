"""What is done to a portal, drawn from a seed: the same seed brings the same faults at the same distances."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from random import Random

from tests.faults.portal import Portal, pool_of
from tests.faults.slow_mailbox import marks

#: How often each fault comes, beside one stop of Postgres and one loss of Valkey in each run.
_OFTEN = {
    "kill a task": 3,
    "kill a task that sends": 6,
    "freeze a task": 1,
    "freeze a task that sends": 3,
    "kill a worker": 1,
    "kill a beat": 1,
}
#: How long somebody who sends is looked for.
_LOOKS_FOR = 2.0


class Nemesis:
    """One run of faults; `done` counts what hit."""

    def __init__(self, portal: Portal, *, seed: int) -> None:
        self._portal = portal
        self._random = Random(seed)
        self.done: Counter[str] = Counter()

    def rage(self, seconds: float) -> None:
        """Do harm for so many seconds, then stop; what was frozen goes on."""
        began = time.monotonic()
        for at, fault in self._schedule(seconds):
            self._wait_until(began + at)
            self._portal.look_after()
            if self._faults()[fault]():
                self.done[fault] += 1

    def _schedule(self, seconds: float) -> list[tuple[float, str]]:
        at, planned = 0.0, []
        while (at := at + self._random.uniform(0.3, 1.2)) < seconds:
            planned.append((at, self._random.choices(list(_OFTEN), weights=list(_OFTEN.values()))[0]))
        planned.append((seconds * self._random.uniform(0.25, 0.45), "stop Postgres"))
        planned.append((seconds * self._random.uniform(0.55, 0.8), "wipe Valkey"))
        return sorted(planned)

    def _faults(self) -> dict[str, Callable[[], bool]]:
        return {
            "kill a task": lambda: self._kill(self._some_task()),
            "kill a task that sends": lambda: self._kill(self._sending_task()),
            "freeze a task": lambda: self._freeze(self._some_task()),
            "freeze a task that sends": lambda: self._freeze(self._sending_task()),
            "kill a worker": self._kill_worker,
            "kill a beat": self._kill_beat,
            "stop Postgres": self._stop_postgres,
            "wipe Valkey": self._wipe_valkey,
        }

    def _kill(self, task: int) -> bool:
        return self._signal(task, signal.SIGKILL)

    def _freeze(self, task: int) -> bool:
        """Stop a process in whatever it does, and let it go on when others may have taken over."""
        length = self._random.uniform(1.5, 3.0)
        if not self._signal(task, signal.SIGSTOP):
            return False
        self._wait_until(time.monotonic() + length)
        self._signal(task, signal.SIGCONT)
        return True

    def _kill_worker(self) -> bool:
        self._portal.kill(self._random.choice(self._portal.workers))
        return True

    def _kill_beat(self) -> bool:
        self._portal.kill(self._random.choice(self._portal.beats))
        return True

    def _stop_postgres(self) -> bool:
        self._portal.servers.crash_postgres()
        return True

    def _wipe_valkey(self) -> bool:
        self._portal.servers.wipe_valkey()
        return True

    def _tasks(self) -> list[int]:
        return [task for worker in self._portal.workers for task in pool_of(worker)]

    def _sending_task(self) -> int:
        """Return a process that is sending right now; 0 where none does for a while, as with a real mail server."""
        deadline = time.monotonic() + _LOOKS_FOR
        place = marks(self._portal.place / "mail")
        while time.monotonic() < deadline:
            for task in self._tasks():
                if (place / str(task)).exists():
                    return task
            time.sleep(0.005)
        return 0

    def _some_task(self) -> int:
        """Return a process that does tasks; 0 where no worker has one at the moment."""
        tasks = self._tasks()
        lot = self._random.random()
        return tasks[int(lot * len(tasks))] if tasks else 0

    def _signal(self, process: int, number: signal.Signals) -> bool:
        if not process:
            return False
        try:
            os.kill(process, number)
        except ProcessLookupError:
            return False
        return True

    def _wait_until(self, moment: float) -> None:
        time.sleep(max(0.0, moment - time.monotonic()))
