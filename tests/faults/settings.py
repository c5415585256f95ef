"""The portal's settings for the processes of the fault suite; two lengths are made short."""

from __future__ import annotations

from trusst_support.settings import *  # noqa: F403
from trusst_support.settings import PORTAL_LOCAL_MAIL

#: A mail server that says nothing more is left after two seconds instead of twenty.
EMAIL_TIMEOUT = 2
if PORTAL_LOCAL_MAIL:
    EMAIL_BACKEND = "tests.faults.slow_mailbox.SlowMailbox"
