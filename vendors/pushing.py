"""The address and the keys with which a customer's event rule reaches the portal."""

from __future__ import annotations

import hashlib
import secrets

from django.core import signing

#: The header that carries the key; API destinations send it as their API key.
KEY_HEADER = "X-Portal-Key"

_signer = signing.Signer(salt="vendors.push", sep=".")


def token_of(link_id: int) -> str:
    """Return the word in a link's address, which nobody can make for another link."""
    return _signer.sign(str(link_id))


def link_id_in(token: str) -> int | None:
    """Return the link that a word stands for, or None for one that was not made here."""
    try:
        return int(_signer.unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def new_key() -> str:
    """Return a new key, which is shown once."""
    return secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    """Return what is kept of a key: it has 256 random bits, so that a plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()
