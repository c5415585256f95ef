"""The link in an alert's mail with which exactly its recipient takes the matter, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing

from core.problems import Refused

#: A link is good for so long.
LASTS = timedelta(hours=24)
_SALT = "escalations.acknowledge"


@dataclass(frozen=True, kw_only=True)
class AckLink:
    """Whom a mail called about what, and when."""

    escalation_id: int
    person_id: int
    rung: int
    called_at: datetime

    def token(self) -> str:
        """Return the signed part of the address, which nobody else can make."""
        content = [self.escalation_id, self.person_id, self.rung, int(self.called_at.timestamp())]
        return signing.Signer(salt=_SALT).sign_object(content)

    @classmethod
    def read(cls, token: str) -> AckLink:
        """Return what a token says. Raises Refused for one that was not made here."""
        try:
            escalation_id, person_id, rung, at = signing.Signer(salt=_SALT).unsign_object(token)
            return cls(
                escalation_id=int(escalation_id),
                person_id=int(person_id),
                rung=int(rung),
                called_at=datetime.fromtimestamp(int(at), UTC),
            )
        except (signing.BadSignature, TypeError, ValueError):
            raise Refused("This link is not valid.") from None

    def is_over(self, now: datetime) -> bool:
        """Tell whether its day has gone by."""
        return now >= self.called_at + LASTS
