"""What people type into the long forms, so that a test names only what it is about."""

from __future__ import annotations

from factory.base import DictFactory


class Report(DictFactory):  # type: ignore[misc]
    """The answers of a report whose severity is proposed as P3, sent to the customer's own Level 1."""

    subject = "Orders do not go out"
    environment = "production"
    work = "degraded"
    workaround = "yes"
    affected = "team"
    security = "none"
    description = "The **queue** grows since 9."
    to = "level_1"
