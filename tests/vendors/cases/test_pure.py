"""What a case says before anybody has written, in which pieces it goes, and what looks like a secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.prefill import (
    LONGEST_BODY,
    Known,
    Said,
    body_of,
    mark_of_part,
    marked,
    severity_for,
    split,
    subject_of,
    tagged,
)
from vendors.secrets import Kind, scan

AT = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
ALL = ["low", "normal", "high", "urgent", "critical"]


def known(*said: str) -> Known:
    return Known(
        reference="ACME-12",
        subject="Shop is slow",
        impact=["Production: work has stopped, without a workaround"],
        account="acme-prod 100000000001",
        opened_at=AT,
        said=[
            Said(by="Customer" if not number else "Desk", at=AT + timedelta(minutes=number), text=text)
            for number, text in enumerate(said)
        ],
    )


def test_a_subject_begins_with_the_tickets_key_whatever_becomes_of_it() -> None:
    assert subject_of("ACME-12", "Shop  is\nslow") == "[ACME-12] Shop is slow"
    assert len(subject_of("ACME-12", "x" * 300)) == 120
    assert tagged("ACME-12", "[ACME-12] Mine") == "[ACME-12] Mine"
    assert tagged("ACME-12", "Mine") == "[ACME-12] Mine"


def test_the_body_says_impact_account_and_conversation() -> None:
    body = body_of(known("It is slow", "We look"))
    assert body.startswith("Impact:\n- Production: work has stopped, without a workaround\n")
    assert "AWS account: acme-prod 100000000001" in body
    assert "Customer, 2026-03-02 23:00 UTC:\nIt is slow" in body
    assert body.index("It is slow") < body.index("We look")


def test_of_a_long_conversation_the_report_and_the_newest_stay() -> None:
    body = body_of(known("The report", *(f"Message {number} {'x' * 900}" for number in range(20))))
    assert len(body) <= LONGEST_BODY + 200
    assert "The report" in body
    assert "Message 19" in body
    assert "Message 0 " not in body
    assert "earlier messages)" in body


@pytest.mark.parametrize(
    ("priority", "offered", "chosen"),
    [
        (1, ALL, "critical"),
        (1, ALL[:4], "urgent"),
        (2, ALL, "high"),
        (3, ALL, "normal"),
        (4, ALL, "low"),
        (1, [], ""),
        (2, ["low"], "low"),
    ],
)
def test_the_severity_that_fits_is_one_that_is_offered(
    priority: int, offered: list[str], chosen: str
) -> None:
    assert severity_for(priority, offered) == chosen


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6000))
def test_pieces_fit_and_together_say_the_same(text: str) -> None:
    pieces = split(text, 700)
    assert all(len(piece) <= 700 for piece in pieces)
    parts = [piece.partition("\n")[2] for piece in pieces] if len(pieces) > 1 else pieces
    assert "".join("".join(part.split()) for part in parts) == "".join(text.split())


def test_a_piece_is_numbered_and_every_piece_has_a_mark_of_its_own() -> None:
    pieces = split("word " * 400, 700)
    assert [piece[:5] for piece in pieces] == ["(1/3)", "(2/3)", "(3/3)"]
    marks = [mark_of_part("ACME-12/0a1b2c3d4e5f", number) for number in (1, 2, 3)]
    assert len(set(marks)) == 3
    assert marked("Words", marks[1]) == "Words\n\nRef: ACME-12/0a1b2c3d4e5f.2"


SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("key AKIAIOSFODNN7EXAMPLE", Kind.ACCESS_KEY),
        ("key ASIAIOSFODNN7EXAMPLE", Kind.ACCESS_KEY),
        (f"aws_secret_access_key = {SECRET}", Kind.SECRET_KEY),
        (f'"SecretAccessKey": "{SECRET}"', Kind.SECRET_KEY),
        ("-----BEGIN RSA PRIVATE KEY-----", Kind.PRIVATE_KEY),
        ("-----BEGIN PRIVATE KEY-----", Kind.PRIVATE_KEY),
        ("card 4111 1111 1111 1111", Kind.CARD),
        ("card 5500-0000-0000-0004", Kind.CARD),
        ("password: hunter22", Kind.PASSWORD),
        ("the password is hunter22", Kind.PASSWORD),
        ("PWD=hunter22", Kind.PASSWORD),
        ("postgres://shop:hunter22@db.example/shop", Kind.PASSWORD),
        ("Authorization: Bearer abcdefghijklmnop1234", Kind.TOKEN),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", Kind.TOKEN),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN", Kind.TOKEN),
    ],
)
def test_what_looks_like_a_secret_is_found_and_not_repeated(text: str, kind: Kind) -> None:
    [found] = scan(f"Line one\n{text}")
    assert (found.kind, found.line) == (kind, 2)
    assert len(found.shown) <= 5 or kind is Kind.PRIVATE_KEY
    assert SECRET not in found.shown


@pytest.mark.parametrize(
    "text",
    [
        "The password page is slow",
        "account 100000000001, case 176402918835",
        "order 4111111111111112",
        "vol-0123456789abcdef0 in ap-southeast-2",
        "case-123456789012-muen-2026-0123456789abcdef",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "https://console.aws.example/support?case=17",
        "2026-03-02 23:00:00 UTC",
        "",
    ],
)
def test_what_is_none_is_left_alone(text: str) -> None:
    assert scan(text) == []


@given(st.text(max_size=400))
def test_any_text_can_be_looked_at(text: str) -> None:
    for found in scan(text):
        assert 1 <= found.line <= len(text.splitlines())
