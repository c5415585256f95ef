"""A mail is read within bounds, whoever wrote it, and nothing that it says of itself is believed."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from tests.mail.letters import letter
from tickets.mail.html import MOST_TAGS, to_text
from tickets.mail.letter import MOST_PARTS, Unreadable, head, read


def test_a_plain_mail_is_read() -> None:
    found = read(letter("Aisha Rahman <Aisha@Acme.example>", "Hello\n\nOn 1 May, B wrote:\n> Hi").as_bytes())
    assert (found.sender, found.sender_name) == ("aisha@acme.example", "Aisha Rahman")
    assert (found.text, found.subject) == ("Hello", "Shop is slow")
    assert "Hi" in found.quoted
    assert found.automatic == ""
    assert found.files == ()


def test_a_mail_of_html_only_is_read_as_text_and_no_script_of_it_stays() -> None:
    message = EmailMessage()
    message["From"] = "a@acme.example"
    message.set_content(
        "<style>p{}</style><script>alert(1)</script><p>It is <b>slow</b>.</p><ul><li>one<li>two</ul>"
        '<p>See <a href="https://acme.example/x">this</a> <a href="javascript:alert(1)">that</a></p>'
        "<blockquote>Is it fixed?</blockquote>",
        subtype="html",
    )
    found = read(message.as_bytes())
    assert found.text == "It is slow.\n\n- one\n- two\n\nSee this (https://acme.example/x) that"
    assert found.quoted == "> Is it fixed?"


@pytest.mark.parametrize("piece", ["<div>", "<!", "<a href='", "<![CDATA[", "<blockquote>a", "<b>", "<p><a>"])
def test_of_hostile_html_only_so_much_is_looked_at(piece: str) -> None:
    """Cleaning takes time by the square of the depth: a hundred thousand of some of these took minutes."""
    assert to_text(piece * 100_000) == to_text((piece * 100_000)[: max(MOST_TAGS * len(piece), 1)])


def test_a_forwarded_mail_and_a_picture_are_files() -> None:
    message = letter("a@acme.example", files=(("screen.png", b"\x89PNG"),))
    message.add_attachment(letter("b@acme.example", subject="Inner"))
    names = [file.name for file in read(message.as_bytes()).files]
    assert names[0] == "screen.png"
    assert names[1].endswith(".eml")


def test_encoded_words_are_read_and_cannot_break_a_line() -> None:
    raw = b"From: a@acme.example\nSubject: =?utf-8?q?Shop=0D=0ABcc:_x@y.example?=\n\nHello"
    assert read(raw).subject == "Shop Bcc: x@y.example"


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfe\x00 not a mail",
        b"From: a@b.example\nContent-Type: text/plain; charset=nonsense\n\nH\xe9",
        b"From: a@b.example\nContent-Transfer-Encoding: base64\n\n%%%",
        b"From: a@b.example\nContent-Type: multipart/mixed\n\nno boundary",
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n--x\n--x--",
        b"From: =?utf-8?b?%%%?= <a@b.example>\nSubject: =?x-none?q?a?=\n\n",
        b"",
    ],
)
def test_a_broken_mail_is_read_as_far_as_it_goes(raw: bytes) -> None:
    assert read(raw).files == ()


def test_a_mail_without_bounds_is_refused_with_the_reason() -> None:
    parts = b"".join(b"--x\nContent-Type: text/plain\n\na\n" for _ in range(MOST_PARTS + 1))
    many = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n" + parts + b"--x--"
    with pytest.raises(Unreadable, match="more than 100 parts"):
        read(many)
    with pytest.raises(Unreadable, match="headers are longer"):
        head(b"X: y\n" * 100_000 + b"\nHello")
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth) for depth in range(3_000)
    )
    with pytest.raises(Unreadable):
        read(b"From: a@b.example\n" + nested)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (failure)"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<a.example>"},
        {"Return_Path": "<>"},
    ],
)
def test_what_a_program_sent_is_known(headers: dict[str, Any]) -> None:
    assert read(letter("a@acme.example", **headers).as_bytes()).automatic


@pytest.mark.parametrize(
    "sender", ["MAILER-DAEMON@acme.example", "no-reply@acme.example", "postmaster@a.example"]
)
def test_a_program_is_known_by_its_address(sender: str) -> None:
    assert read(letter(sender).as_bytes()).automatic


def test_a_person_may_say_that_no_program_wrote() -> None:
    assert read(letter("a@acme.example", Auto_Submitted="no").as_bytes()).automatic == ""


def test_two_senders_are_none() -> None:
    assert read(letter("a@acme.example, b@acme.example").as_bytes()).sender == ""
    twice = b"From: a@acme.example\nFrom: b@acme.example\n\nHello"
    assert read(twice).sender == ""


VERDICTS = {
    "mx.trusst.example; dmarc=fail header.from=acme.example; spf=pass": True,
    "mx.trusst.example; dmarc=pass header.from=acme.example; spf=fail": False,
    "mx.trusst.example; spf=fail smtp.mailfrom=acme.example; dkim=none": True,
    "mx.trusst.example; spf=softfail; dkim=fail; dkim=pass": False,
    "mx.trusst.example; spf=none; dkim=none": False,
    "evil.example; dmarc=fail": False,  # a stranger's word, for or against
}


@pytest.mark.parametrize("said", VERDICTS)
def test_only_our_own_servers_word_about_the_sender_counts(said: str) -> None:
    raw = letter("a@acme.example", Authentication_Results=said).as_bytes()
    assert read(raw, authority="mx.trusst.example").is_forged == VERDICTS[said]
    assert not read(raw).is_forged


def test_of_two_words_of_our_server_the_topmost_counts() -> None:
    raw = letter("a@acme.example", Authentication_Results="mx.trusst.example; dmarc=pass").as_bytes()
    raw = b"Authentication-Results: mx.trusst.example; dmarc=fail\n" + raw
    assert read(raw, authority="mx.trusst.example").is_forged
