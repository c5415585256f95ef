"""In templates that are ready for another language, every text is marked for translation."""

from __future__ import annotations

import re

import pytest

from tests.lints.tree import ROOT

#: Whose texts are not marked: only the desk reads them, in English, and the mailbox of the demonstration.
#: Every other template is ready for another language as soon as it exists.
DESKS_OWN = (
    "desk/",
    "escalations/_bounce_line.html",
    "escalations/_escalation_path.html",
    "escalations/_level_3_mark.html",
    "escalations/_on_shift.html",
    "escalations/_rota_",
    "escalations/_shifts.html",
    "escalations/_visit.html",
    "escalations/desk_",
    "escalations/escalate.html",
    "escalations/rota",
    "escalations/ticket_alerts.html",
    "local/",
    "reports/board/",
    "reports/dry_run/",
    "reports/misses/",
    "reports/renewals/",
    "reports/reviews/_build.html",
    "reports/reviews/confirm.html",
    "reports/reviews/issue.html",
    "reports/reviews/list.html",
    "reports/reviews/review.html",
    "reports/slo/_cards.html",
    "reports/slo/_controls.html",
    "reports/slo/_more.html",
    "reports/slo/_state.html",
    "reports/slo/_verdict.html",
    "reports/slo/clocks.html",
    "reports/slo/report.html",
    "reports/slo/tickets.html",
    "reports/slo/time.html",
    "reports/subscription/",
    "vendors/cases/",
    "vendors/directory/",
    "vendors/links/desk_",
    "vendors/pages/",
)

TEMPLATES = ROOT / "templates"

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
#: Words that are given to a filter or to another template; `_("…")` marks them.
_GIVEN = re.compile(r"""(?:\|(?:default|yesno):|(?<![-\w])(?:button|says|label)=)"([^"]*)\"""")


def ready() -> list[str]:
    """Return the templates that anybody but the desk reads."""
    names = (str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
    return sorted(name for name in names if not name.startswith(DESKS_OWN))


def bare_texts(html: str) -> list[str]:
    """Return the texts of a template that a translator would never see."""
    html = _CLASSES.sub("", _COMMENT.sub("", html))
    given = [text for text in _GIVEN.findall(html) if text[:1].isupper()]
    html = _TEMPLATE.sub("", _MARKED.sub("", html))
    pieces = [*given, *_SAID.findall(html), *_TAG.sub("\n", html).splitlines()]
    found = []
    for piece in pieces:
        left = piece
        for name in NAMES:
            left = left.replace(name, "")
        if _WORD.search(left):
            found.append(piece.strip())
    return found


@pytest.mark.parametrize("name", ready())
def test_every_text_is_marked(name: str) -> None:
    html = (TEMPLATES / name).read_text()
    assert bare_texts(html) == [], "mark it with {% translate %} or {% blocktranslate %}"


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>Hello there</p>", ["Hello there"]),
        ('<a aria-label="Pages">{{ page }}</a>', ["Pages"]),
        ("<h1>{% if new %}Add{% else %}{{ name }}{% endif %}</h1>", ["Add"]),
        ('<p>{% translate "Hello there" %}</p>', []),
        ("<p>{% blocktranslate with a=b %}Hello {{ a }}{% endblocktranslate %} - Trusst Support</p>", []),
        ('{% include "x.html" with button="Send" %}{{ name|default:"No one" }}', ["No one", "Send"]),
        ('{% include "x.html" with button=_("Send") %}{{ name|default:_("No one") }}', []),
        ('<p class="dim">{{ name }} · {# to whom #}{% comment %}a note{% endcomment %}</p>', []),
    ],
)
def test_a_bare_text_is_found_and_a_marked_one_is_not(html: str, found: list[str]) -> None:
    assert sorted(bare_texts(html)) == found


def test_what_is_left_out_is_the_desks_own() -> None:
    found = [str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")]
    for start in DESKS_OWN:
        assert any(name.startswith(start) for name in found), start
    assert list(DESKS_OWN) == sorted(set(DESKS_OWN))
