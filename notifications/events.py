"""Facts about messages; the desk's own business."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import Audience, DeskEvent, Event


@dataclass(frozen=True, kw_only=True)
class MessageSentAgain(Event):
    """A message that had been given up was put back into the outbox."""

    type_name: ClassVar[str] = "notifications.sent_again"
    audience: ClassVar[Audience] = Audience.DESK
    notification_id: int


@dataclass(frozen=True, kw_only=True)
class ChannelChanged(DeskEvent):
    """A channel was added, edited, given a new secret, tried, switched or paused; `kind` says which."""

    type_name: ClassVar[str] = "notifications.channel_changed"
    channel_id: int
    kind: str

    def sentence(self) -> str:
        return {
            "added": "added a channel for messages",
            "edited": "changed a channel's name or address",
            "rotated": "gave a channel a new secret",
            "tried": "sent a test to a channel",
            "on": "switched a channel on",
            "off": "switched a channel off",
            "paused": "paused a channel that takes no messages",
        }.get(self.kind, "")
