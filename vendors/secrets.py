"""What looks like a secret in a text that is about to leave the portal: pure; it warns, and a person decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What something in a text looks like."""

    ACCESS_KEY = "an AWS access key"
    SECRET_KEY = "an AWS secret key"  # noqa: S105 - the words of a warning
    PRIVATE_KEY = "a private key"
    TOKEN = "an access token"  # noqa: S105 - the words of a warning
    CARD = "a card number"
    PASSWORD = "a password"  # noqa: S105 - the words of a warning


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """One thing that looks like a secret: what it is, in which line, and enough of it to find it again."""

    kind: Kind
    line: int
    shown: str


#: The first words of a match are shown; a `secret` group is what is masked.
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.PRIVATE_KEY, re.compile(r"(?P<secret>-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----)")),
    (Kind.ACCESS_KEY, re.compile(r"\b(?P<secret>(?:AKIA|ASIA)[A-Z0-9]{16})\b")),
    (
        Kind.SECRET_KEY,
        re.compile(
            r"(?i:secret)[^\n]{0,40}?[\s:=\"'](?P<secret>(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
        ),
    ),
    (
        Kind.TOKEN,
        re.compile(
            r"\b(?P<secret>gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}"
            r"|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})"
        ),
    ),
    (Kind.TOKEN, re.compile(r"(?i:authorization: ?bearer|\bbearer) +(?P<secret>[A-Za-z0-9._~+/=-]{16,})")),
    (Kind.PASSWORD, re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{1,60}:(?P<secret>[^\s:/@]{3,})@")),
    (
        Kind.PASSWORD,
        re.compile(
            r"(?i:\b(?:pass(?:word|wd|phrase)?|pwd|api[_-]?key|client[_-]?secret|secret|token)\b)"
            r"(?:\"|')?(?: ?[:=]| is) ?(?:\"|')?(?P<secret>[^\s\"',;]{4,})"
        ),
    ),
)
_DIGITS = re.compile(r"(?<![\d.-])(?P<secret>\d(?:[ -]?\d){12,18})(?![\d.-])")
_CARD_BEGINS = ("3", "4", "5", "6")


def scan(text: str) -> list[Suspect]:
    """Return what looks like a secret, in the order of the lines; one place is named once."""
    found: list[Suspect] = []
    for number, line in enumerate(text.splitlines(), start=1):
        taken: list[tuple[int, int]] = []
        for kind, start, end in _suspects_in(line):
            if any(start < there and begin < end for begin, there in taken):
                continue
            taken.append((start, end))
            found.append(Suspect(kind=kind, line=number, shown=_masked(line[start:end])))
    return found


def _suspects_in(line: str) -> Iterator[tuple[Kind, int, int]]:
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(line):
            yield kind, *match.span("secret")
    for match in _DIGITS.finditer(line):
        digits = re.sub(r"\D", "", match["secret"])
        if digits.startswith(_CARD_BEGINS) and _adds_up(digits):
            yield Kind.CARD, *match.span("secret")


def _adds_up(digits: str) -> bool:
    """Tell whether the last digit checks the others, as it does on every payment card."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _masked(secret: str) -> str:
    """Return the beginning of a secret, so that a warning does not become another copy of it."""
    return f"{secret[:4]}…" if not secret.startswith("-----") else secret
