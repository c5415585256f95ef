"""Looking at accounts: what is at the vendors becomes rows here, however often and in whatever pieces it is read."""

from vendors.actions.sync.polling import look_soon, poll, poll_due
from vendors.actions.sync.waiting import remind_of_waiting

__all__ = ["look_soon", "poll", "poll_due", "remind_of_waiting"]
