"""Jobs on connections of their own, for tests of what happens at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection, connections


def at_once(*jobs: Callable[[], object]) -> list[BaseException]:
    """Run each job on a connection of its own, and return what went wrong."""
    wrong: list[BaseException] = []

    def run(job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as error:  # noqa: BLE001 - a thread's error is told to the test
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    return wrong


def backend() -> int:
    """Return the database's number of this thread's session."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid: int = cursor.fetchone()[0]
    return pid


def wait_until_blocked(pid: int) -> None:
    """Return once another session waits for a lock that the session `pid` holds."""
    with connections["owner"].cursor() as cursor:
        for _ in range(2000):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))", [pid]
            )
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.005)")
    raise AssertionError("nobody waits")
