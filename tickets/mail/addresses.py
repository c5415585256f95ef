"""The signed word that stands for a ticket in a mail: nobody can make one up, and one byte off is none."""

from __future__ import annotations

from base64 import b32encode

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_SALT = "tickets.mail.thread"
#: 160 bits of the signature, which base32 writes without padding.
_BYTES = 20


def thread_of(key: str) -> str:
    """Return the thread of the ticket with a reference, such as `acme-128.k3v…` for ACME-128."""
    return f"{key.lower()}.{_signed(key, settings.SECRET_KEY)}"


def key_in(thread: str) -> str | None:
    """Return the reference of the ticket that a thread stands for; None when it was not signed here."""
    key, _, signature = thread.rpartition(".")
    key = key.upper()
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if key and constant_time_compare(signature.lower(), _signed(key, secret)):
            return key
    return None


def _signed(key: str, secret: str) -> str:
    digest = salted_hmac(_SALT, key.upper(), secret=secret, algorithm="sha256").digest()
    return b32encode(digest[:_BYTES]).decode().lower()
