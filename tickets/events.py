"""Facts about tickets; what each says on the ticket's timeline stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import Audience, Event
from tickets.models import HoldChoice, ResolutionCode
from tickets.severity import Severity


@dataclass(frozen=True, kw_only=True)
class TicketOpened(Event):
    """A ticket was filed; `severity` is the one proposed from the impact answers."""

    type_name: ClassVar[str] = "tickets.opened"
    severity: int
    kind: str

    def sentence(self) -> str:
        return f"reported this; the answers propose {Severity(self.severity).label}"


@dataclass(frozen=True, kw_only=True)
class SeverityEstablished(Event):
    """The desk verified or changed the severity."""

    type_name: ClassVar[str] = "tickets.severity_established"
    severity: int
    previous: int
    reason: str
    verified: bool

    def sentence(self) -> str:
        now = Severity(self.severity).label
        if self.severity == self.previous:
            return f"confirmed {now}: {self.reason}"
        return f"changed severity from {Severity(self.previous).name} to {now}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class TicketReachedDesk(Event):
    """The ticket reached the desk, so its clocks start."""

    type_name: ClassVar[str] = "tickets.reached_desk"
    level: int
    severity: int

    def sentence(self) -> str:
        return "sent this to the Trusst desk (Level 2)"


@dataclass(frozen=True, kw_only=True)
class TicketReturned(Event):
    """The desk gave the ticket back to the customer's Level 1."""

    type_name: ClassVar[str] = "tickets.returned"
    reason: str

    def sentence(self) -> str:
        return f"returned this to Level 1: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class PublicReplyPosted(Event):
    """A reply that customer and desk can read; `by` is desk, customer or vendor."""

    type_name: ClassVar[str] = "tickets.public_reply"
    by: str
    automatic: bool
    message_id: int


@dataclass(frozen=True, kw_only=True)
class InternalNotePosted(Event):
    """A note for the desk only."""

    type_name: ClassVar[str] = "tickets.internal_note"
    audience: ClassVar[Audience] = Audience.DESK
    message_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerNotePosted(Event):
    """A note for the customer's own people only."""

    type_name: ClassVar[str] = "tickets.customer_note"
    audience: ClassVar[Audience] = Audience.CUSTOMER
    message_id: int


@dataclass(frozen=True, kw_only=True)
class TicketAssigned(Event):
    """The ticket was given to a desk person, or to nobody."""

    type_name: ClassVar[str] = "tickets.assigned"
    assignee_id: int | None
    assignee_name: str

    def sentence(self) -> str:
        if self.assignee_id is None:
            return "took the assignee away"
        if self.actor.is_desk and self.actor.id == self.assignee_id:
            return "took this ticket"
        return f"assigned this to {self.assignee_name}"


@dataclass(frozen=True, kw_only=True)
class TicketHeld(Event):
    """The next move is someone else's; `review_at` is an ISO instant."""

    type_name: ClassVar[str] = "tickets.held"
    reason: str
    note: str
    review_at: str | None
    lacks_plan: bool

    def sentence(self) -> str:
        said = f": {self.note}" if self.note else ""
        return f"put this on hold, {HoldChoice(self.reason).label[0].lower()}{HoldChoice(self.reason).label[1:]}{said}"


@dataclass(frozen=True, kw_only=True)
class TicketResumed(Event):
    """A hold ended."""

    type_name: ClassVar[str] = "tickets.resumed"
    reason: str

    def sentence(self) -> str:
        return "ended the hold"


@dataclass(frozen=True, kw_only=True)
class ServiceRestored(Event):
    """Service was back at `at`; `reported_at` is the ISO instant at which someone said so."""

    type_name: ClassVar[str] = "tickets.restored"
    reported_at: str

    def sentence(self) -> str:
        return "marked service as restored"


@dataclass(frozen=True, kw_only=True)
class TicketResolved(Event):
    """The ticket was resolved."""

    type_name: ClassVar[str] = "tickets.resolved"
    code: str

    def sentence(self) -> str:
        return f"resolved this: {ResolutionCode(self.code).label}"


@dataclass(frozen=True, kw_only=True)
class TicketReopened(Event):
    """A restored or resolved ticket is worked on again."""

    type_name: ClassVar[str] = "tickets.reopened"

    def sentence(self) -> str:
        return "reopened this"


@dataclass(frozen=True, kw_only=True)
class TicketClosed(Event):
    """The ticket is closed for good."""

    type_name: ClassVar[str] = "tickets.closed"

    def sentence(self) -> str:
        return "closed this"


@dataclass(frozen=True, kw_only=True)
class AttachmentAdded(Event):
    """A file was added to a public message."""

    type_name: ClassVar[str] = "tickets.attachment_added"
    attachment_id: int
