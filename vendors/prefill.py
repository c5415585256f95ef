"""What a case says before anybody has written a word, and in which pieces a long text goes out: pure.

Only what customer and desk have said to each other is in it. Whoever calls this has no notes to give: the
message that a note is cannot be made into a `Said`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

#: The longest subject that is offered; a vendor's own limit may be shorter.
LONGEST_SUBJECT = 120
#: A prefilled text leaves room for what the desk adds before it is split.
LONGEST_BODY = 6000
#: What is kept of one message.
LONGEST_SAID = 2500
_CUT = "[…]"

#: Which of a vendor's severities fits ours, the first that an account offers; the rest are never chosen for anybody.
_SEVERITIES: dict[int, tuple[str, ...]] = {
    1: ("critical", "urgent", "high", "normal", "low"),
    2: ("high", "urgent", "normal", "low"),
    3: ("normal", "high", "low"),
    4: ("low", "normal"),
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """A public message: `by` is who said it, without a name."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a ticket knows that a vendor needs."""

    reference: str
    subject: str
    impact: Sequence[str]
    account: str = ""
    service: str = ""
    started_at: datetime | None = None
    opened_at: datetime | None = None
    said: Sequence[Said] = ()


def subject_of(reference: str, subject: str) -> str:
    """Return a case's subject: the ticket's own, after the tag by which the case is found again."""
    return _cut(f"[{reference}] {' '.join(subject.split())}", LONGEST_SUBJECT)


def tagged(reference: str, subject: str) -> str:
    """Return a subject with the ticket's tag at its start, whatever somebody made of it."""
    line = " ".join(subject.split())
    return line if line.startswith(f"[{reference}]") else f"[{reference}] {line}"


def body_of(known: Known) -> str:
    """Return the text with which a case begins: the impact, since when, and what was said, the oldest first.

    Where it would be too long, the report and the newest messages stay.
    """
    head = ["Impact:", *(f"- {line}" for line in known.impact)]
    facts = [
        ("AWS account", known.account),
        ("Affected service of the customer", known.service),
        ("Began", _say(known.started_at)),
        ("Reported", _say(known.opened_at)),
    ]
    head += [f"{name}: {value}" for name, value in facts if value]
    told = [_told(one) for one in known.said]
    kept, left = [], LONGEST_BODY - len("\n".join(head))
    for place in _by_weight(len(told)):
        if len(told[place]) + 2 <= left:
            kept.append(place)
            left -= len(told[place]) + 2
    parts = ["\n".join(head)]
    if told:
        parts.append("What was seen and said so far (times in UTC):")
    if len(kept) < len(told):
        parts.append(f"(left out: {len(told) - len(kept)} earlier messages)")
    return "\n\n".join([*parts, *(told[place] for place in sorted(kept))])


def severity_for(priority: int, offered: Sequence[str]) -> str:
    """Return which of the severities that an account offers fits a ticket's; '' when it offers none that does."""
    return next((code for code in _SEVERITIES[priority] if code in offered), "")


def split(text: str, most: int) -> list[str]:
    """Return a text in pieces that a vendor takes, numbered at their start when there are several.

    It is cut between paragraphs where that is possible, else between lines, else between words.
    """
    text = text.strip()
    if len(text) <= most:
        return [text]
    pieces: list[str] = []
    room = most - len("(10/10)\n")
    while text:
        end = len(text) if len(text) <= room else _end_of_piece(text, room)
        pieces.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [f"({number}/{len(pieces)})\n{piece}" for number, piece in enumerate(pieces, start=1)]


def _end_of_piece(text: str, room: int) -> int:
    """Return where a piece ends: at the last good place of its second half."""
    for mark in ("\n\n", "\n", " "):
        at = text.rfind(mark, room // 2, room + 1)
        if at > 0:
            return at
    return room


def _by_weight(count: int) -> list[int]:
    """Return the places of messages, the report first, then from the newest back."""
    return [0, *range(count - 1, 0, -1)] if count else []


def _told(one: Said) -> str:
    return f"{one.by}, {_say(one.at)}:\n{_cut(one.text.strip(), LONGEST_SAID)}"


def _say(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - len(_CUT)].rstrip()}{_CUT}"


def marked(text: str, mark: str) -> str:
    """Return a text with the last line by which it is known again at the vendor, as it goes out."""
    return f"{text.rstrip()}\n\nRef: {mark}"


def mark_of_part(mark: str, number: int) -> str:
    """Return the mark of one piece of a text; the first has the text's own."""
    return mark if number == 1 else f"{mark}.{number}"
