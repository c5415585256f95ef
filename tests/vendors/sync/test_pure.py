"""Cadence, back-off and fingerprints, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.adapters.base import FileRef, Received
from vendors.fingerprints import fingerprint, in_order, is_ours, numbered
from vendors.pacing import after_failure, break_after, file_wait, gap, is_due
from vendors.states import Side

AT = datetime(2026, 3, 3, 10, tzinfo=UTC)
HELLO = Received(author="Amazon Web Services", side=Side.VENDOR, body="Hello", at=AT)


@pytest.mark.parametrize(
    ("severities", "accelerated", "least", "most"),
    [
        (["low", "urgent"], False, 60, 120),
        (["critical"], False, 60, 120),
        (["P1"], False, 60, 120),
        (["low", "normal"], False, 240, 300),
        ([], False, 1500, 1800),
        (["low"], True, 20, 30),
        ([], True, 1500, 1800),
    ],
)
def test_how_often_an_account_is_looked_at(
    severities: list[str], accelerated: bool, least: int, most: int
) -> None:
    gaps = {
        gap(severities, key=f"{number}", accelerated=accelerated).total_seconds() for number in range(200)
    }
    assert min(gaps) >= least
    assert max(gaps) <= most
    assert len(gaps) > 5  # accounts spread out
    assert gap(severities, key="7") == gap(severities, key="7")


def test_a_case_is_read_again_by_its_own_severity() -> None:
    assert is_due(severity="low", read_at=None, now=AT)
    assert not is_due(severity="low", read_at=AT - timedelta(seconds=239), now=AT)
    assert is_due(severity="low", read_at=AT - timedelta(seconds=240), now=AT)
    assert is_due(severity="urgent", read_at=AT - timedelta(seconds=60), now=AT)
    assert is_due(severity="low", read_at=AT - timedelta(seconds=20), now=AT, accelerated=True)
    assert not is_due(severity="low", read_at=AT, now=AT, accelerated=True)  # or many would never all be read


@given(st.integers(1, 60), st.text(max_size=5))
def test_after_a_failure_an_account_waits_up_to_a_minute_and_as_long_as_it_was_told(
    failures: int, key: str
) -> None:
    assert timedelta(seconds=1) <= after_failure(failures, key=key) <= timedelta(seconds=60)
    assert after_failure(failures, key=key, after=600) == timedelta(seconds=600)


def test_the_breaker_opens_after_five_failures_and_for_longer_each_time() -> None:
    assert [break_after(number) for number in range(1, 5)] == [None] * 4
    pauses = [break_after(number) for number in range(5, 30)]
    assert pauses[:3] == [timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
    assert pauses[-1] == timedelta(minutes=30)
    assert [file_wait(1), file_wait(2), file_wait(60)] == [
        timedelta(seconds=30),
        timedelta(seconds=60),
        timedelta(hours=1),
    ]


@pytest.mark.parametrize(
    "other",
    [
        replace(HELLO, body="Hello "),
        replace(HELLO, author="Somebody"),
        replace(HELLO, at=AT + timedelta(seconds=1)),
        replace(HELLO, files=(FileRef(ref="a", name="a.txt"),)),
        replace(HELLO, external_id="7"),
    ],
)
def test_a_message_that_differs_in_anything_is_another_one(other: Received) -> None:
    assert fingerprint("d-1", HELLO) != fingerprint("d-1", other)
    assert fingerprint("d-1", HELLO) != fingerprint("d-2", HELLO)


def test_the_name_of_a_file_and_the_zone_of_a_time_make_no_other_message() -> None:
    files = (FileRef(ref="b", name="b.txt"), FileRef(ref="a", name="a.txt"))
    renamed = (FileRef(ref="a", name="x.txt"), FileRef(ref="b", name="y.txt"))
    one, other = replace(HELLO, files=files), replace(HELLO, files=renamed)
    assert fingerprint("d-1", one) == fingerprint("d-1", other)


def test_messages_that_are_the_same_are_numbered() -> None:
    assert [nth for _, _, nth in numbered("d-1", [HELLO, replace(HELLO, body="Bye"), HELLO])] == [0, 0, 1]


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(0, 3))
def test_a_look_that_begins_later_numbers_messages_in_the_same_way(seconds: list[int], since: int) -> None:
    every = in_order([replace(HELLO, at=AT + timedelta(seconds=second)) for second in seconds])
    late = [one for one in every if one.at >= AT + timedelta(seconds=since)]
    whole = {(one, print_, nth) for one, print_, nth in numbered("d-1", every)}
    assert {(one, print_, nth) for one, print_, nth in numbered("d-1", late)} <= whole


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        ("The volume is vol-1.\n\nRef: ACME-12/345", True),
        ("The volume is [REDACTED].\n\nRef: ACME-12/345\n  ", True),
        ("The volume is vol-1.\n\nRef: ACME-13/345", False),
        ("Ref: ACME-12/345\n\nThis I wrote below what you wrote.", False),
        ("> Ref: ACME-12/345", False),
        ("", False),
    ],
)
def test_our_own_words_are_known_by_their_last_line(body: str, ours: bool) -> None:
    assert is_ours(body, "ACME-12") is ours
