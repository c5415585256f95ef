"""Texts looked up in a catalogue by rules that may not know Django; pure.

Until `core.apps` says who looks texts up, each stands for itself. The names are those that
`makemessages` collects.
"""

from __future__ import annotations

from collections.abc import Callable


def _itself(one: str, many: str, number: int) -> str:
    return one if number == 1 else many


_look_up: Callable[[str], str] = str
_look_up_number: Callable[[str, str, int], str] = _itself


def look_up_with(single: Callable[[str], str], number: Callable[[str, str, int], str]) -> None:
    """Look texts up with these functions from now on."""
    global _look_up, _look_up_number
    _look_up, _look_up_number = single, number


def gettext(text: str) -> str:
    """Return a text in the reader's language."""
    return _look_up(text)


def ngettext(one: str, many: str, number: int) -> str:
    """Return the text for a number in the reader's language."""
    return _look_up_number(one, many, number)


def gettext_noop(text: str) -> str:
    """Return a text as it is, marked for the catalogue: whoever shows it looks it up."""
    return text
