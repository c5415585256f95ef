"""Celery as a part of the portal, on a machine whose clock may be off: `python -m tests.faults.part 120 worker`.

Only what asks the process for the time is told the wrong one; nothing of the portal knows of it.
"""

from __future__ import annotations

import datetime as datetime_module
import runpy
import sys
import time
from datetime import datetime, timedelta, tzinfo
from typing import Any


class _LikeTheRealOne(type):
    """What the real class made counts as made by the skewed one."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, datetime)


def put_clock_off(seconds: float) -> None:
    """Let this process believe that it is so many seconds later; called before anything else is imported."""
    length, real_time, real_time_ns = timedelta(seconds=seconds), time.time, time.time_ns

    class Skewed(datetime, metaclass=_LikeTheRealOne):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + length

        @classmethod
        def utcnow(cls) -> Any:
            return datetime.now(datetime_module.UTC).replace(tzinfo=None) + length

        @classmethod
        def today(cls) -> Any:
            return datetime.now() + length  # noqa: DTZ005 - it stands for that very call

    time.time = lambda: real_time() + seconds
    time.time_ns = lambda: real_time_ns() + int(seconds * 1_000_000_000)
    datetime_module.datetime = Skewed  # type: ignore[misc]


if __name__ == "__main__":
    if offset := float(sys.argv[1]):
        put_clock_off(offset)
    sys.argv[:] = ["celery", "--app", "trusst_support", *sys.argv[2:]]
    runpy.run_module("celery", run_name="__main__")
