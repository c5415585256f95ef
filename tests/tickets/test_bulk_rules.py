"""How the result of many changes is said, and how a selection is read."""

from __future__ import annotations

import pytest

from tickets.bulk import CHANGED, Outcome, read_picks, tell

DONE = [Outcome(key=f"ACME-{n}") for n in range(1, 10)]


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (DONE, "9 done."),
        (
            [*DONE, Outcome(key="ACME-128", reason=CHANGED)],
            "9 done, 1 not: ACME-128 changed since you looked.",
        ),
        ([Outcome(key="A-1", reason="It is closed.")], "0 done, 1 not: A-1: It is closed."),
        ([*DONE[:1], Outcome(key="A-1", reason="x"), Outcome(key="A-2", reason="y")], "1 done, 2 not."),
    ],
)
def test_a_result_is_one_sentence(outcomes: list[Outcome], said: str) -> None:
    assert tell(outcomes) == said


def test_a_selection_is_read_and_what_is_none_is_left_out() -> None:
    texts = ["acme-1:7", "GLOB-2:0", "INIT-3", ":4", "X-1:-1", "X-2:٣", "X-3:1234567890", "ACME-1:8"]
    assert read_picks(texts) == {"ACME-1": 8, "GLOB-2": 0}
