"""In templates that are ready for another language, every text is marked for translation."""

from __future__ import annotations

import re

import pytest

from tests.lints.tree import ROOT

#: The templates that are ready. Add one when its texts are marked; none is taken off.
READY = (
    "customers/people.html",
    "notifications/_mails.html",
    "notifications/mails.html",
    "portal/_coverage.html",
    "portal/access_log.html",
    "portal/agreement.html",
    "portal/aws_account.html",
    "portal/aws_accounts.html",
    "portal/base.html",
    "portal/colleague.html",
    "portal/colleague_leave.html",
    "portal/you.html",
)

#: Names that are the same in every language.
NAMES = ("Trusst Support", "Trusst Desk")

_MARKED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
_COMMENT = re.compile(r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}|{#.*?#}|<!--.*?-->", re.DOTALL)
#: A block that names classes of the style sheet, not words.
_CLASSES = re.compile(r"{%\s*block main_class\s*%}.*?{%\s*endblock\s*%}", re.DOTALL)
_TEMPLATE = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_TAG = re.compile(r"<[^>]*>", re.DOTALL)
#: Attributes that are read to somebody or shown.
_SAID = re.compile(r"""\s(?:aria-label|title|placeholder|alt)\s*=\s*"([^"]*)\"""", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")


def bare_texts(html: str) -> list[str]:
    """Return the texts of a template that a translator would never see."""
    html = _CLASSES.sub("", _COMMENT.sub("", _MARKED.sub("", html)))
    html = _TEMPLATE.sub("", html)
    pieces = [*_SAID.findall(html), *_TAG.sub("\n", html).splitlines()]
    found = []
    for piece in pieces:
        left = piece
        for name in NAMES:
            left = left.replace(name, "")
        if _WORD.search(left):
            found.append(piece.strip())
    return found


@pytest.mark.parametrize("name", READY)
def test_every_text_is_marked(name: str) -> None:
    html = (ROOT / "templates" / name).read_text()
    assert bare_texts(html) == [], "mark it with {% translate %} or {% blocktranslate %}"


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>Hello there</p>", ["Hello there"]),
        ('<a aria-label="Pages">{{ page }}</a>', ["Pages"]),
        ("<h1>{% if new %}Add{% else %}{{ name }}{% endif %}</h1>", ["Add"]),
        ('<p>{% translate "Hello there" %}</p>', []),
        ("<p>{% blocktranslate with a=b %}Hello {{ a }}{% endblocktranslate %} - Trusst Support</p>", []),
        ('<p class="dim">{{ name }} · {# to whom #}{% comment %}a note{% endcomment %}</p>', []),
    ],
)
def test_a_bare_text_is_found_and_a_marked_one_is_not(html: str, found: list[str]) -> None:
    assert bare_texts(html) == found


def test_the_list_is_in_order_and_names_each_once() -> None:
    assert list(READY) == sorted(set(READY))
