"""Crash points: every commit and every send of a job, found by running it, and a SIGKILL at each in turn.

Nothing is listed: a commit that is added to the code is a point from the next run on.
"""

from __future__ import annotations

import os
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from django.core.mail import EmailMessage
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from trusst_support.local.mail import MailboxBackend

T = TypeVar("T")


def each_death(prepare: Callable[[int], T], job: Callable[[], object]) -> Iterator[tuple[str, T]]:
    """Run a job to its end once, then let it die at each of its points; yield after each of them.

    `prepare` makes something to do, the same for every run but for its number. What is yielded is the name
    of the point ('' for the run that was left alone) and what was prepared.
    """
    prepared = prepare(0)
    points = _run_in_child(job, die_at=None)
    yield "", prepared
    for number, point in enumerate(points):
        prepared = prepare(number + 1)
        passed = _run_in_child(job, die_at=number)
        assert passed == points[: number + 1]
        yield point, prepared


def _run_in_child(job: Callable[[], object], *, die_at: int | None) -> list[str]:
    """Run a job in a process of its own and return the points that it came to."""
    connections.close_all()  # a child must not share them
    before = _sessions()  # such as those of threads that serve a browser
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads: the child uses none of theirs
        child = os.fork()
    if child == 0:
        _be_the_child(job, writer, die_at)
    os.close(writer)
    with os.fdopen(reader) as said:
        lines = said.read().splitlines()
    _, status = os.waitpid(child, 0)
    if die_at is None:
        assert os.WIFEXITED(status), "\n".join(lines)
        assert os.WEXITSTATUS(status) == 0, "\n".join(lines)
    else:
        assert os.WIFSIGNALED(status), f"it was to die at point {die_at}:\n" + "\n".join(lines)
        assert os.WTERMSIG(status) == signal.SIGKILL
    _wait_for_end(before)
    return lines


#: What a child inherited; kept, because a connection that is thrown away ends its session, which is the parent's.
_inherited: list[object] = []


def _be_the_child(job: Callable[[], object], writer: int, die_at: int | None) -> None:
    code = 1
    try:
        _leave_the_parents_connections()
        _set_points(writer, die_at)
        job()
        code = 0
    except BaseException:  # noqa: BLE001 - the parent reads it
        os.write(writer, traceback.format_exc().encode())
    finally:
        os._exit(code)


def _leave_the_parents_connections() -> None:
    """Begin with none: what a child sends over its parent's lives on when the child dies, with all its locks.

    The parent has closed those that it sees. Where a browser's event loop runs, those are not the ones that
    the child sees, in which no loop runs.
    """
    for connection in connections.all(initialized_only=True):
        _inherited.append(connection.connection)
        connection.connection = None


def _set_points(writer: int, die_at: int | None) -> None:
    """Put a point before and after every commit on every connection, and every delivery to the mailbox."""
    passed = 0

    def point(name: str) -> None:
        nonlocal passed
        os.write(writer, f"{name}\n".encode())
        if passed == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        passed += 1

    commit, send = BaseDatabaseWrapper._commit, MailboxBackend.send_messages  # type: ignore[attr-defined]

    def commit_between(connection: Any) -> Any:
        point(f"before a commit on {connection.alias}")
        done = commit(connection)
        point(f"after a commit on {connection.alias}")
        return done

    def send_between(backend: MailboxBackend, email_messages: Sequence[EmailMessage]) -> int:
        point("before a send")
        sent = send(backend, email_messages)
        point("after a send")
        return sent

    BaseDatabaseWrapper._commit = commit_between  # type: ignore[attr-defined]
    MailboxBackend.send_messages = send_between  # type: ignore[method-assign,assignment]


def _sessions() -> set[int]:
    """Return the sessions of others in this database, by the ids of their servers."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        found = {pid for (pid,) in cursor.fetchall()}
    connections["owner"].close()
    return found


def _wait_for_end(before: set[int]) -> None:
    """Wait until the database has noticed the death: until then its locks are held."""
    for _ in range(6000):
        if _sessions() <= before:
            return
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.005)")
    raise AssertionError("a session of the dead process is still there")
