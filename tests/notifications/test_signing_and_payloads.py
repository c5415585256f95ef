"""What leaves for a webhook or a chat: signed as the standard says, and read as the text that it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from notifications.payloads import Alert, slack, teams, webhook
from notifications.signing import is_signed, new_secret, sign, signed_headers
from tests.cast import START

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    signature = sign(
        SECRET, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=1614265330, body=b'{"test": 2432232314}'
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_of_two_secrets_proves_the_message() -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers([new, old], message_id="m1", at=START, body=b"{}")
    for known in (old, new):
        assert is_signed([known], headers, b"{}", now=START)
    assert not is_signed([new_secret()], headers, b"{}", now=START)


@pytest.mark.parametrize(
    "broken",
    [{"webhook-id": "m2"}, {"webhook-timestamp": "0"}, {"webhook-timestamp": "x"}, {"webhook-signature": ""}],
)
def test_a_message_that_was_changed_is_not_believed(broken: dict[str, str]) -> None:
    headers = signed_headers([SECRET], message_id="m1", at=START, body=b"{}")
    assert not is_signed([SECRET], headers | broken, b"{}", now=START)
    assert not is_signed([SECRET], headers, b"{ }", now=START)
    assert not is_signed([SECRET], headers, b"{}", now=START + timedelta(minutes=6))


def alert(subject: str = "ACME-1 P1 Critical: first response missed", **more: str) -> Alert:
    return Alert(
        key="k",
        kind="breach",
        subject=subject,
        body="Body",
        occurred_at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC),
        more=more,
    )


def test_a_webhook_gets_what_became_true_and_when_and_a_text_for_a_phone() -> None:
    said = json.loads(webhook(alert("x" * 200, ticket="ACME-1", severity="P1 Critical")))
    assert (said["type"], said["timestamp"]) == ("breach", "2026-03-02T23:30:00Z")
    assert (said["data"]["ticket"], len(said["data"]["text"])) == ("ACME-1", 160)


def test_slack_reads_no_markup_and_calls_nobody() -> None:
    said = slack(
        alert(ticket="ACME-1", title="<!channel> *now* <https://evil.example|here>", url="https://x.example/")
    )
    text = said.decode()
    assert "<!" not in text
    assert "<https" not in text
    assert "&lt;!channel&gt;" in text
    assert json.loads(said)["blocks"][-1]["elements"][0]["url"] == "https://x.example/"


def test_teams_gets_a_card_with_the_facts_and_no_markup() -> None:
    said = json.loads(teams(alert(ticket="ACME-1", title="[click](https://evil.example)", customer="Acme")))
    card = said["attachments"][0]["content"]
    facts = {fact["title"]: fact["value"] for fact in card["body"][1]["facts"]}
    assert facts == {
        "Ticket": "ACME-1 \\[click\\]\\(https://evil.example\\)",
        "Customer": "Acme",
        "Since": "2026-03-02 23:30 UTC",
    }
