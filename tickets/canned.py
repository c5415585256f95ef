"""Variables of canned replies: which there are, how they are filled, and which are still open in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

#: Every variable, with what the person who writes a canned reply reads about it.
VARIABLES: dict[str, str] = {
    "customer": "the customer's name",
    "first_name": "the first name of whoever reported it",
    "key": "the ticket's reference, such as ACME-128",
    "subject": "what the ticket is about",
    "severity": "the severity in force, such as P2 High",
    "respond_due": "when the first response is due",
    "update_due": "when the next update is due",
    "restore_due": "when service is to be restored",
    "my_name": "the name of whoever sends it",
}

_VARIABLE = re.compile(r"\{\{\s*([^{}\s][^{}\n]{0,59}?)\s*\}\}")
#: Code is quoted as it is: a fence up to its end (or the text's), or a span within one paragraph.
_CODE = re.compile(
    r"^(?P<fence>(?:`{3,}+|~{3,}+)).*?(?:^(?P=fence)|\Z)"
    r"|(?<!`)(?P<tick>`++)(?:(?!\n\s*\n).)+?(?<!`)(?P=tick)(?!`)",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Filled:
    """A text with its variables filled, and the names of those that could not be."""

    text: str
    open: tuple[str, ...]


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Put values in the place of variables; one without a value stays as it stands, for the writer to see."""

    def put(match: re.Match[str]) -> str:
        return values.get(match[1]) or match[0]

    filled = "".join(part if is_code else _VARIABLE.sub(put, part) for part, is_code in _parts(text))
    return Filled(filled, open_variables(filled))


def open_variables(text: str) -> tuple[str, ...]:
    """Return the names of the variables in a text, outside code, each once in the order of their places."""
    found = (match[1] for part, is_code in _parts(text) if not is_code for match in _VARIABLE.finditer(part))
    return tuple(dict.fromkeys(found))


def unknown_variables(text: str) -> tuple[str, ...]:
    """Return the names in a text that are no variable of ours."""
    return tuple(name for name in open_variables(text) if name not in VARIABLES)


def written(names: Iterable[str]) -> str:
    """Return variables as people type them, such as '{{key}} and {{customer}}'."""
    said = [f"{{{{{name}}}}}" for name in names]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def say_instant(moment: datetime | None, *, now: datetime, zone: str) -> str:
    """Return an instant as the reader's clock shows it, with the day when that is another; '' for none."""
    if moment is None:
        return ""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M %Z}"
    return clock if local.date() == today.date() else f"{local:%A} {local.day} {local:%B}, {clock}"


def first_name(name: str) -> str:
    """Return the first word of a name."""
    return name.split(maxsplit=1)[0] if name.split() else ""


def _parts(text: str) -> Iterable[tuple[str, bool]]:
    """Return the text in pieces, each with whether it is code."""
    at = 0
    for match in _CODE.finditer(text):
        yield text[at : match.start()], False
        yield match[0], True
        at = match.end()
    yield text[at:], False
