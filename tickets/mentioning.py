"""Who is named with an @ in a note: a pure look at the text and at what people are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

#: What stands before the sign: not a letter of an address such as ops@acme.example.
_BEFORE = r"(?<![\w@./])@"


def mentioned(text: str, people: Mapping[int, str]) -> dict[int, str]:
    """Return the ids of the people whom a text names, each with the name as it was typed first.

    The full name always counts, the first name alone where only one person has it.
    """
    names = {name.casefold(): who for who, name in people.items()}
    firsts = [name.split()[0].casefold() for name in people.values()]
    for who, name in people.items():
        first = name.split()[0].casefold()
        if firsts.count(first) == 1:
            names.setdefault(first, who)
    if not names:
        return {}
    found: dict[int, str] = {}
    for match in pattern(names).finditer(text):
        found.setdefault(names[" ".join(match[1].split()).casefold()], match[0])
    return found


def pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of the names after an @, the longest first."""
    listed = sorted(names, key=len, reverse=True)
    joined = "|".join(r"\s".join(re.escape(word) for word in name.split()) for name in listed)
    return re.compile(rf"{_BEFORE}({joined})(?!\w)", re.IGNORECASE)
