"""The signature of what is sent to a webhook, as Standard Webhooks says (standardwebhooks.com); pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

_PREFIX = "whsec_"
_BYTES = 32
#: How old or how early a signed message may be when it arrives.
TOLERANCE = timedelta(minutes=5)


def new_secret() -> str:
    """Return a new secret in the form that receivers of Standard Webhooks expect."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def sign(secret: str, *, message_id: str, at: int, body: bytes) -> str:
    """Return the signature of a body sent at a second of the Unix clock."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = b".".join((message_id.encode(), str(at).encode(), body))
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def signed_headers(known: Iterable[str], *, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a message that is signed with each of the secrets."""
    second = int(at.timestamp())
    signatures = [sign(one, message_id=message_id, at=second, body=body) for one in known]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(second),
        "webhook-signature": " ".join(signatures),
    }


def is_signed(known: Iterable[str], headers: Mapping[str, str], body: bytes, *, now: datetime) -> bool:
    """Tell whether a message was signed with one of the secrets, not long ago; header names in small letters."""
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if (
        not message_id
        or not stamp.isdecimal()
        or abs(int(stamp) - now.timestamp()) > TOLERANCE.total_seconds()
    ):
        return False
    given = headers.get("webhook-signature", "").split()
    return any(
        hmac.compare_digest(sign(secret, message_id=message_id, at=int(stamp), body=body), one)
        for secret in known
        for one in given
    )
