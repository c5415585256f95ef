"""Who wrote a message of a case, from the little that AWS says."""

from __future__ import annotations

import re

from vendors.adapters.aws.limits import mark_of
from vendors.states import Side

VENDOR = "Amazon Web Services"
_AUTOMATIC = re.compile(
    r"automat(?:ed|ic|ically) (?:message|reply|response|notification|generated|e-?mail)"
    r"|\bauto-(?:reply|generated|response)"
    r"|we(?:'ve| have)? received your (?:case|support case|request)"
    r"|thank you for (?:contacting|reaching out to) (?:aws|amazon)[^\n]{0,80}\bcase (?:id )?[\w-]+ (?:has been|was) (?:created|received|opened)"
    r"|this case (?:will be|has been|was) (?:automatically|auto) ?-?(?:closed|resolved)"
    r"|case (?:has been|was) (?:automatically|auto) ?-?(?:closed|resolved)",
    re.IGNORECASE,
)
_BEGINNING = 1200


def side_of(author: str, body: str, *, role: str) -> Side:
    """Return whose message it is.

    What AWS signs is AWS's, whatever it quotes. Otherwise our mark tells, and then the name of the role we use;
    everybody else who writes on a case is the customer, in the console.
    """
    if author.strip() == VENDOR:
        return Side.VENDOR
    if mark_of(body) or (role and author.partition(" (Role)")[0].strip() == role and " (Role)" in author):
        return Side.DESK
    return Side.CUSTOMER


def is_automatic(author: str, body: str) -> bool:
    """Tell whether a message of AWS is likely written by no person: it acknowledges, or tells of a closing."""
    return author.strip() == VENDOR and _AUTOMATIC.search(body[:_BEGINNING]) is not None
