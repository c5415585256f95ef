"""Facts about messages; the desk's own business."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import Audience, Event


@dataclass(frozen=True, kw_only=True)
class MessageSentAgain(Event):
    """A message that had been given up was put back into the outbox."""

    type_name: ClassVar[str] = "notifications.sent_again"
    audience: ClassVar[Audience] = Audience.DESK
    notification_id: int
