"""What somebody wrote is told from what their mail program quoted, in time that grows with the text only."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.mail.quoting import split

OUTLOOK = """It works again, thank you.

________________________________
From: Trusst Support <desk@in.trusst.example>
Sent: Tuesday, 24 November 2026 14:10
To: Aisha Rahman
Subject: ACME-1 Priya replied

We restarted the database."""

CASES = {
    "our own line": ("Yes.\n\n--- Answer above this line ---\n\nPriya wrote:", "Yes."),
    "our own line, quoted": ("Yes.\n\n> --- Answer above this line ---\n> Priya wrote:", "Yes."),
    "announced": ("Yes.\n\nOn 24 Nov 2026, Priya <a@b.example> wrote:\n> Is it fixed?", "Yes."),
    "announced over two lines": (
        "Yes.\n\nOn Tue, 24 Nov 2026 at 14:10, Trusst Support\n<desk@in.trusst.example> wrote:\n\n> Is it fixed?",
        "Yes.",
    ),
    "announced in German": ("Ja.\n\nAm 24.11.2026 um 14:10 schrieb Priya:\n> Geht es?", "Ja."),
    "announced in German, verb last": (
        "Ja.\n\nAm 24.11.2026 hat Priya geschrieben\nschrieb:\n> Geht es?",
        "Ja.",
    ),
    "announced in French": ("Oui.\n\nLe 24 nov. 2026, Priya a écrit :\n> Ça marche ?", "Oui."),
    "Outlook": (OUTLOOK, "It works again, thank you."),
    "Outlook without its rule": (OUTLOOK.replace("_" * 32 + "\n", ""), "It works again, thank you."),
    "an original message": ("Yes.\n-----Original Message-----\nFrom: Priya", "Yes."),
    "a signature": ("Yes.\n-- \nAisha Rahman\nAcme Freight", "Yes."),
    "a tail that is quoted": ("Yes.\n\n> Is it fixed?\n>\n> Priya\n", "Yes."),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_quoted_is_put_apart(name: str) -> None:
    text, fresh = CASES[name]
    found = split(text)
    if name == "announced in German":
        # The verb stands in the middle there: only the quoted lines themselves are known.
        assert found.fresh.startswith(fresh)
        assert "Geht es?" not in found.fresh
        return
    assert found.fresh == fresh
    assert found.quoted
    assert fresh not in found.quoted


KEPT = {
    "answers between the lines": "On Monday Priya wrote:\n> Which region?\nSydney.\n> Since when?\nSince nine.",
    "only a quote": "> Is it fixed?\n> Priya",
    "a sentence that begins with On": "On Monday it was slow.\nOn Tuesday it stopped.\nPlease help.",
    "a dash": "The error says\n--verbose is unknown",
    "from, as a word": "From: the log\nwe see nothing new\nsince then",
}


@pytest.mark.parametrize("name", KEPT)
def test_a_text_that_is_no_quote_stays_whole(name: str) -> None:
    assert split(KEPT[name]) == (KEPT[name], "")


HOSTILE = {
    "On without an end": "On " * 30_000,
    "an On on every line": "On a day\n" * 5_000,
    "line ends": "\n" * 20_000,
    "quotes": "> " * 100_000,
    "quoted lines": "> a\n" * 5_000,
    "underscores": "_" * 200_000,
    "headers": "From: a\n" * 5_000,
    "announced and answered at the end": "On a day A wrote:\n" * 5_000 + "> a\nb",
}


def work_for(text: str) -> int:
    """Return how many calls splitting a text takes, which no other load on the machine changes."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        split(text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_keeps_the_splitter_busy(name: str) -> None:
    """Both reply parsers that are about need minutes for texts such as these; ours looks at a line only so often."""
    text = HOSTILE[name]
    assert work_for(text) < 250 * text.count("\n") + 2_000


@given(
    st.lists(st.sampled_from(["Yes.", "", "> old", "-- ", "On 1 May A wrote:", "From: a", "To: b", "_" * 30]))
)
def test_nothing_is_lost_and_something_always_stays(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = split(text)
    assert [*found.fresh.split(), *found.quoted.split()] == text.split()
    assert bool(found.fresh) == bool(text.strip())
