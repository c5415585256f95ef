"""A review as a PDF to read and to print, set by Typst from the template beside this file; pure.

Nothing but the template and Typst's own fonts is read, and its clock is the review's, so that equal reviews are equal
files. The document is tagged and keeps PDF/UA-1, which refuses a character without a glyph: such ones are replaced.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from reports.reviews.figures import read_moment
from reports.reviews.said import contents

TEMPLATE = Path(__file__).with_name("review.typ")
_UNPRINTABLE = "\ufffd"


def render(review: Mapping[str, Any], *, state: str) -> bytes:
    """Return a review as PDF; `state` says under its title how far it is, such as 'Draft'."""
    return _compile(_printable(contents(review, state=state)), review["as_of"])


def _compile(data: Any, as_of: str) -> bytes:
    made: Any = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=read_moment(as_of),
    )
    assert isinstance(made, bytes)
    return made


# --- Characters ---------------------------------------------------------------------------------------
#: What Typst's own fonts have for certain: Latin, Greek and Cyrillic with their usual punctuation.
_KNOWN = re.compile(
    r"[\n\x20-\x7e\u00a0-\u017f\u0384-\u03ce\u0400-\u045f\u2010-\u2014\u2018-\u201e\u2022\u2026\u20ac]*"
)


def _printable(value: Any) -> Any:
    """Replace what cannot be printed in every text of a value."""
    if isinstance(value, str):
        return value if _KNOWN.fullmatch(value) else "".join(_glyphs(value))
    if isinstance(value, Mapping):
        return {key: _printable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part) for part in value]
    return value


def _glyphs(text: str) -> Iterator[str]:
    for character in unicodedata.normalize("NFC", text):
        if _KNOWN.fullmatch(character) or (character.isprintable() and _has_glyph(character)):
            yield character
        elif character.isspace():
            yield " "
        elif unicodedata.category(character) not in ("Mn", "Me", "Cf", "Cc"):
            yield _UNPRINTABLE


@lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    """Ask Typst whether its fonts can show a character."""
    if unicodedata.combining(character) or unicodedata.bidirectional(character) in ("R", "AL"):
        return False  # what such a character looks like depends on its neighbours, which is not asked here
    source = '#set document(title: "A")\n#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))\n= A\n#sys.inputs.text'
    try:
        typst.compile(
            source.encode(),
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"text": character},
            pdf_standards=["ua-1"],
        )
    except typst.TypstError:
        return False
    return True
