"""Refusals with a reason that a person can act on; every door turns them into its own kind of answer."""

from __future__ import annotations


class Refused(Exception):
    """A request that the rules do not allow; `str()` is the reason in the user's words.

    `field` names the form field that the reason belongs beside, when there is one.
    """

    def __init__(self, reason: str, *, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


class Stale(Refused):
    """An edit of something that someone else has changed since it was read."""
