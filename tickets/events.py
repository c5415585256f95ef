"""Facts about tickets; what each says on the ticket's timeline stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import Audience, Event
from tickets.models import HoldChoice, ResolutionCode
from tickets.severity import Severity


def say_hold(reason: str) -> str:
    """Return a hold's reason as the middle of a sentence, such as 'waiting for a vendor'."""
    label = HoldChoice(reason).label
    return label[0].lower() + label[1:]


@dataclass(frozen=True, kw_only=True)
class TicketOpened(Event):
    """A ticket was filed; `severity` is the one proposed from the impact answers that follow it."""

    type_name: ClassVar[str] = "tickets.opened"
    severity: int
    kind: str
    environment: str = ""
    work: str = ""
    has_workaround: bool = False
    affected: str = ""
    security: str = ""

    def sentence(self) -> str:
        return f"reported this; the answers propose {Severity(self.severity).label}"


@dataclass(frozen=True, kw_only=True)
class ImpactReassessed(Event):
    """The customer answered the impact questions again.

    `severity` is what the answers propose now, `previous` what they proposed before. With `applied` it is
    the ticket's severity from now on: at Level 1 nobody else has established one.
    """

    type_name: ClassVar[str] = "tickets.impact_reassessed"
    severity: int
    previous: int
    applied: bool
    reason: str
    environment: str
    work: str
    has_workaround: bool
    affected: str
    security: str

    def sentence(self) -> str:
        now = Severity(self.severity).label
        return f"answered the impact questions again ({self.reason}); the answers propose {now}"


@dataclass(frozen=True, kw_only=True)
class SeverityEstablished(Event):
    """The desk verified or changed the severity; `in_review` when a lead did so because the customer asked."""

    type_name: ClassVar[str] = "tickets.severity_established"
    severity: int
    previous: int
    reason: str
    verified: bool
    in_review: bool = False

    def sentence(self) -> str:
        if self.in_review:
            return ""  # the decision says it
        now = Severity(self.severity).label
        if self.severity == self.previous:
            return f"confirmed {now}: {self.reason}"
        return f"changed severity from {Severity(self.previous).name} to {now}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class ReviewAsked(Event):
    """The customer asked a desk lead to look at the severity; `severity` is the one they want."""

    type_name: ClassVar[str] = "tickets.review_asked"
    severity: int
    previous: int
    reason: str

    def sentence(self) -> str:
        return f"asked for a review of the severity, for {Severity(self.severity).label}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class ReviewWithdrawn(Event):
    """Whoever asked for a review no longer does."""

    type_name: ClassVar[str] = "tickets.review_withdrawn"

    def sentence(self) -> str:
        return "withdrew the request for a review"


@dataclass(frozen=True, kw_only=True)
class ReviewDecided(Event):
    """A desk lead decided a review: `severity` equals `previous` when it was kept.

    `member_id` is who asked.
    """

    type_name: ClassVar[str] = "tickets.review_decided"
    severity: int
    previous: int
    reason: str
    member_id: int

    def sentence(self) -> str:
        now = Severity(self.severity)
        if self.severity == self.previous:
            return f"reviewed the severity and kept {now.label}: {self.reason}"
        return f"reviewed the severity and changed it from {Severity(self.previous).name} to {now.label}: {self.reason}"


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
    """The next move is someone else's, `owner`'s; `review_at` is an ISO instant."""

    type_name: ClassVar[str] = "tickets.held"
    reason: str
    note: str
    review_at: str | None
    lacks_plan: bool
    owner: str = ""
    evidence: str = ""

    def sentence(self) -> str:
        said = f": {self.note}" if self.note else ""
        by = f" (to act: {self.owner})" if self.owner else ""
        seen = f" Evidence: {self.evidence}" if self.evidence else ""
        return f"put this on hold, {say_hold(self.reason)}{said}{by}{seen}"


@dataclass(frozen=True, kw_only=True)
class TicketResumed(Event):
    """A hold ended."""

    type_name: ClassVar[str] = "tickets.resumed"
    reason: str

    def sentence(self) -> str:
        return "ended the hold"


@dataclass(frozen=True, kw_only=True)
class HoldContested(Event):
    """The customer says that a hold is wrong; `hold` is the hold's reason, `reason` the customer's."""

    type_name: ClassVar[str] = "tickets.hold_contested"
    hold: str
    reason: str

    def sentence(self) -> str:
        return f"contested the hold ({say_hold(self.hold)}): {self.reason}"


@dataclass(frozen=True, kw_only=True)
class ContestAnswered(Event):
    """A desk lead answered a contested hold: it is kept, or it `ended` at `at`; `member_id` contested it."""

    type_name: ClassVar[str] = "tickets.contest_answered"
    hold: str
    ended: bool
    reason: str
    member_id: int

    def sentence(self) -> str:
        did = "ended the contested hold" if self.ended else "kept the contested hold"
        return f"{did}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class ServiceRestored(Event):
    """Service was back at `at`; `reported_at` is the ISO instant at which someone said so."""

    type_name: ClassVar[str] = "tickets.restored"
    reported_at: str

    def sentence(self) -> str:
        return "marked service as restored"


@dataclass(frozen=True, kw_only=True)
class EarlierRestorationStated(Event):
    """Whoever restored the ticket at `at` says that service was back at `restored_at`, an ISO instant before.

    `may_decide` tells that their role may change verdicts, `confirmed` that they want to.
    """

    type_name: ClassVar[str] = "tickets.earlier_restoration_stated"
    restored_at: str
    may_decide: bool
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class RestorationBackdated(Event):
    """Service was back at `at` already, earlier than first recorded; `reported_at` is when that was settled."""

    type_name: ClassVar[str] = "tickets.restoration_backdated"
    reported_at: str

    def sentence(self) -> str:
        return "recorded, afterwards, that service was back at this time"


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
