"""What is sent to a chat and to a webhook, from one alert; pure.

What the sender adds is used where it is there: `ticket` (its key), `title` (its subject), `severity`, `customer`
and `url`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

#: One SMS in the alphabet of phones.
_SHORT = 160
#: What Slack takes in the parts of a message.
_HEADING, _SECTION = 150, 2900


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What became true, and when, about what."""

    key: str
    kind: str
    subject: str
    body: str
    occurred_at: datetime
    more: Mapping[str, Any]

    def said(self, name: str) -> str:
        return str(self.more.get(name) or "")

    @property
    def when(self) -> str:
        return f"{self.occurred_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

    @property
    def text(self) -> str:
        """The alert in so few characters that a phone shows it as one message."""
        text = f"{self.subject} ({self.when})"
        return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"

    @property
    def facts(self) -> list[tuple[str, str]]:
        ticket = " ".join(part for part in (self.said("ticket"), self.said("title")) if part)
        listed = [
            ("Ticket", ticket),
            ("Customer", self.said("customer")),
            ("Severity", self.said("severity")),
            ("Since", self.when),
        ]
        return [(name, value) for name, value in listed if value]


def webhook(alert: Alert) -> bytes:
    """Return the body for a signed webhook."""
    return _json(
        {
            "type": alert.kind,
            "timestamp": f"{alert.occurred_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "data": {**alert.more, "subject": alert.subject, "text": alert.text, "body": alert.body},
        }
    )


def slack(alert: Alert) -> bytes:
    """Return the body for an incoming webhook of Slack; nothing in it is read as markup or as a mention."""
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": alert.subject[:_HEADING], "emoji": False}},
        {
            "type": "section",
            "fields": [
                {"type": "mrkdwn", "text": f"*{name}*\n{_slack_text(value)[:_SECTION]}"}
                for name, value in alert.facts
            ],
        },
    ]
    if url := alert.said("url"):
        button = {"type": "button", "text": {"type": "plain_text", "text": "Open the ticket"}, "url": url}
        blocks.append({"type": "actions", "elements": [button]})
    return _json({"text": _slack_text(alert.text), "blocks": blocks})


def teams(alert: Alert) -> bytes:
    """Return the body for an incoming webhook of Microsoft Teams: an adaptive card."""
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {
                "type": "TextBlock",
                "size": "Medium",
                "weight": "Bolder",
                "wrap": True,
                "text": _card(alert.subject),
            },
            {
                "type": "FactSet",
                "facts": [{"title": name, "value": _card(value)} for name, value in alert.facts],
            },
        ],
    }
    if url := alert.said("url"):
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open the ticket", "url": url}]
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return _json({"type": "message", "attachments": [attachment]})


def _slack_text(text: str) -> str:
    """Return text as Slack's markup shows it; a word joiner keeps stars and the like from being read as markup."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for sign in "*_~`":
        safe = safe.replace(sign, f"{sign}\u2060")
    return safe


def _card(text: str) -> str:
    """Return text as an adaptive card shows it, whose markup is a little Markdown."""
    for sign in "\\`*_[]()#":
        text = text.replace(sign, f"\\{sign}")
    return text


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
