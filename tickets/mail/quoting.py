"""Tell what somebody wrote from what their mail program quoted below it; pure, and linear in the text.

The reply parsers that are about hang on a mail of a few kilobytes, because they search with nested patterns.
Here each line is looked at once, by its beginning and its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from notifications.words import REPLY_LINE

#: How mail programs announce what they quote: the beginning and the end of the line, in small letters.
_ANNOUNCED = (
    ("on ", "wrote:"),
    ("am ", "schrieb:"),
    ("le ", "a écrit :"),
    ("le ", "a écrit:"),
    ("el ", "escribió:"),
    ("il ", "ha scritto:"),
    ("em ", "escreveu:"),
    ("op ", "schreef:"),
)
_RULES = ("-----original message-----", "---------- forwarded message", "-------- original message --------")
#: A header of the quoted mail, as Outlook writes it, is followed by another one within so many lines.
_HEADERS = ("from:", "von:", "de:")
_NEXT_HEADERS = ("sent:", "date:", "to:", "subject:", "gesendet:", "envoyé:", "enviado:")
_NEAR = 4
#: An announcement may be broken over this many lines, and is never longer than this.
_BROKEN_OVER = 3
_LONGEST = 400


class Split(NamedTuple):
    """What is new in a mail, and what was quoted or signed below it."""

    fresh: str
    quoted: str


def split(text: str) -> Split:
    """Split a mail's text; a text that is quoted throughout, or answered between the lines, stays whole."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = _beginning_of_quote(lines)
    fresh, quoted = "\n".join(lines[:at]).strip(), "\n".join(lines[at:]).strip()
    return Split(fresh, quoted) if fresh else Split(text.strip(), "")


def _beginning_of_quote(lines: Sequence[str]) -> int:
    """Return the number of the line from which on nothing is new."""
    tail = _quoted_tail(lines)
    answered = _last_answered_quote(lines)
    for number, line in enumerate(lines):
        low = line[:_LONGEST].strip().lower()
        if number >= tail or low.lstrip("> ").startswith(REPLY_LINE.lower()):
            return _with_announcement(lines, number)
        if line.rstrip("\n") in ("-- ", "--") or low.startswith(_RULES) or _is_outlook_rule(low):
            return number
        if low.startswith(_HEADERS) and _has_next_header(lines, number):
            return number
        if number >= answered and _is_announced(lines, number):
            return number
    return len(lines)


def _quoted_tail(lines: Sequence[str]) -> int:
    """Return where the last lines begin of which each one is quoted or empty."""
    number = len(lines)
    while number and (not lines[number - 1].strip() or lines[number - 1].lstrip().startswith(">")):
        number -= 1
    return number if any(line.strip() for line in lines[number:]) else len(lines)


def _with_announcement(lines: Sequence[str], number: int) -> int:
    """Return where the announcement just above a quote begins, or the quote itself."""
    for first in range(max(0, number - _BROKEN_OVER - 1), number):
        if _is_announced(lines, first):
            return first
    return number


def _is_announced(lines: Sequence[str], number: int) -> bool:
    begun = lines[number][:_LONGEST].strip().lower()
    for beginning, ending in _ANNOUNCED:
        if not begun.startswith(beginning):
            continue
        joined = ""
        for line in lines[number : number + _BROKEN_OVER]:
            joined = f"{joined} {line[:_LONGEST].strip().lower()}"
            if joined.endswith(ending):
                return True
    return False


def _last_answered_quote(lines: Sequence[str]) -> int:
    """Return the number of the last quoted line below which somebody wrote; -1 when nobody did."""
    number = next((n for n, line in enumerate(lines) if line in ("-- ", "--")), len(lines)) - 1
    while number >= 0 and (not lines[number].strip() or lines[number].lstrip().startswith(">")):
        number -= 1
    while number >= 0 and not lines[number].lstrip().startswith(">"):
        number -= 1
    return number


def _is_outlook_rule(low: str) -> bool:
    return len(low) >= 20 and not low.strip("_")


def _has_next_header(lines: Sequence[str], number: int) -> bool:
    following = lines[number + 1 : number + 1 + _NEAR]
    return any(line[:_LONGEST].strip().lower().startswith(_NEXT_HEADERS) for line in following)
