"""The link with which somebody answers, from a mail, how their ticket was handled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.utils.translation import gettext as _

from core.problems import Refused

#: A question in an old mail is not answered any more.
LINK_LIFE = timedelta(days=30)
_SALT = "tickets.satisfaction"


@dataclass(frozen=True, kw_only=True)
class RatingLink:
    """What a mailed link says, signed so that nobody else can make one: who answers about which ticket."""

    customer_id: int
    ticket_id: int
    member_id: int
    until: int

    @classmethod
    def of(cls, *, customer_id: int, ticket_id: int, member_id: int, at: datetime) -> RatingLink:
        """Return the link of a question that is asked at an instant."""
        until = int((at + LINK_LIFE).timestamp())
        return cls(customer_id=customer_id, ticket_id=ticket_id, member_id=member_id, until=until)

    def is_over(self, now: datetime) -> bool:
        return now.timestamp() > self.until

    @classmethod
    def read(cls, token: str) -> RatingLink:
        """Read a signed link; raises Refused when it was not signed here ."""
        try:
            content = signing.Signer(salt=_SALT).unsign_object(token)
            return cls(
                customer_id=int(content["c"]),
                ticket_id=int(content["t"]),
                member_id=int(content["m"]),
                until=int(content["u"]),
            )
        except (signing.BadSignature, KeyError, TypeError, ValueError):
            raise Refused(
                _("This link is no longer valid. Sign in to answer on the ticket's page.")
            ) from None

    def token(self) -> str:
        return signing.Signer(salt=_SALT).sign_object(
            {"c": self.customer_id, "t": self.ticket_id, "m": self.member_id, "u": self.until}
        )
