"""Facts about tickets; what each says on the ticket's timeline stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from core.events import Audience, DeskEvent, Event
from tickets.models import ApprovalKind, HoldChoice, LinkKind, ResolutionCode
from tickets.severity import Severity


def say_hold(reason: str) -> str:
    """Return a hold's reason as the middle of a sentence, such as 'waiting for a vendor'."""
    label = str(HoldChoice(reason).label)
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
    by_mail: bool = False

    def sentence(self) -> str:
        if self.by_mail:
            return _(
                "reported this by e-mail; without answers about its impact it begins as %(severity)s"
            ) % {"severity": Severity(self.severity).label}
        return _("reported this; the answers propose %(severity)s") % {
            "severity": Severity(self.severity).label
        }


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
        return _("answered the impact questions again (%(reason)s); the answers propose %(severity)s") % {
            "reason": self.reason,
            "severity": now,
        }


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
            return _("confirmed %(severity)s: %(reason)s") % {"severity": now, "reason": self.reason}
        return _("changed severity from %(previous)s to %(severity)s: %(reason)s") % {
            "previous": Severity(self.previous).name,
            "severity": now,
            "reason": self.reason,
        }


@dataclass(frozen=True, kw_only=True)
class ReviewAsked(Event):
    """The customer asked a desk lead to look at the severity; `severity` is the one they want."""

    type_name: ClassVar[str] = "tickets.review_asked"
    severity: int
    previous: int
    reason: str

    def sentence(self) -> str:
        return _("asked for a review of the severity, for %(severity)s: %(reason)s") % {
            "severity": Severity(self.severity).label,
            "reason": self.reason,
        }


@dataclass(frozen=True, kw_only=True)
class ReviewWithdrawn(Event):
    """Whoever asked for a review no longer does."""

    type_name: ClassVar[str] = "tickets.review_withdrawn"

    def sentence(self) -> str:
        return _("withdrew the request for a review")


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
            return _("reviewed the severity and kept %(severity)s: %(reason)s") % {
                "severity": now.label,
                "reason": self.reason,
            }
        return _("reviewed the severity and changed it from %(previous)s to %(severity)s: %(reason)s") % {
            "previous": Severity(self.previous).name,
            "severity": now.label,
            "reason": self.reason,
        }


@dataclass(frozen=True, kw_only=True)
class TicketReachedDesk(Event):
    """The ticket reached the desk, so its clocks start."""

    type_name: ClassVar[str] = "tickets.reached_desk"
    level: int
    severity: int

    def sentence(self) -> str:
        return _("sent this to the Trusst desk (Level 2)")


@dataclass(frozen=True, kw_only=True)
class LevelOneAssigned(Event):
    """At Level 1 the ticket was given to one of the customer's people, or to nobody; `owner` is their name."""

    type_name: ClassVar[str] = "tickets.level_1_assigned"
    owner_id: int | None
    owner: str

    def sentence(self) -> str:
        if self.owner_id is None:
            return _("took this from its Level 1 owner")
        if self.actor.is_member and self.actor.id == self.owner_id:
            return _("took this at Level 1")
        return _("gave this to %(owner)s at Level 1") % {"owner": self.owner}


@dataclass(frozen=True, kw_only=True)
class AwsAccountNamed(Event):
    """The customer said which AWS account the ticket is about; `about` is what they call it."""

    type_name: ClassVar[str] = "tickets.aws_account_named"
    aws_account_id: int
    about: str

    def sentence(self) -> str:
        return _("named the AWS account %(about)s") % {"about": self.about}


@dataclass(frozen=True, kw_only=True)
class TicketReturned(Event):
    """The desk gave the ticket back to the customer's Level 1."""

    type_name: ClassVar[str] = "tickets.returned"
    reason: str

    def sentence(self) -> str:
        return _("returned this to Level 1: %(reason)s") % {"reason": self.reason}


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
class VendorMessagePosted(Event):
    """Something was said to a vendor or, if the actor is one, by it; only the desk reads it."""

    type_name: ClassVar[str] = "tickets.vendor_message"
    audience: ClassVar[Audience] = Audience.DESK
    vendor: str
    message_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerNotePosted(Event):
    """A note for the customer's own people only."""

    type_name: ClassVar[str] = "tickets.customer_note"
    audience: ClassVar[Audience] = Audience.CUSTOMER
    message_id: int


@dataclass(frozen=True, kw_only=True)
class DraftTakenOver(Event):
    """Somebody of the desk took a copy of the reply that a colleague, `owner`, has begun."""

    type_name: ClassVar[str] = "tickets.draft_taken_over"
    audience: ClassVar[Audience] = Audience.DESK
    person_id: int
    owner: str

    def sentence(self) -> str:
        return f"took over the reply that {self.owner} has begun"


@dataclass(frozen=True, kw_only=True)
class TicketAssigned(Event):
    """The ticket was given to a desk person, or to nobody."""

    type_name: ClassVar[str] = "tickets.assigned"
    assignee_id: int | None
    assignee_name: str

    def sentence(self) -> str:
        if self.assignee_id is None:
            return _("took the assignee away")
        if self.actor.is_desk and self.actor.id == self.assignee_id:
            return _("took this ticket")
        return _("assigned this to %(name)s") % {"name": self.assignee_name}


@dataclass(frozen=True, kw_only=True)
class TicketGivenToTeam(Event):
    """The ticket was given to a team of the desk, or to none; customers do not see teams."""

    type_name: ClassVar[str] = "tickets.given_to_team"
    audience: ClassVar[Audience] = Audience.DESK
    to_team_id: int | None
    team: str

    def sentence(self) -> str:
        return f"gave this to the team {self.team}" if self.team else "took this from its team"


@dataclass(frozen=True, kw_only=True)
class LevelChanged(Event):
    """The desk moved the ticket between its levels; the customer reads no more about it than this."""

    type_name: ClassVar[str] = "tickets.level_changed"
    level: int
    previous: int

    def sentence(self) -> str:
        if self.level > self.previous:
            return _("passed this to the desk's specialists")
        return _("took this back from the desk's specialists")


@dataclass(frozen=True, kw_only=True)
class ContactChanged(Event):
    """Another of the customer's people became the one to whom the ticket belongs."""

    type_name: ClassVar[str] = "tickets.contact_changed"
    member_id: int
    contact_name: str

    def sentence(self) -> str:
        return _("made %(name)s the contact") % {"name": self.contact_name}


@dataclass(frozen=True, kw_only=True)
class TicketHeld(Event):
    """The next move is someone else's, `owner`'s; `review_at` is an ISO instant.

    `goes_on` when it was so before, and only whose time it is has changed: one hold ends as the next begins.
    """

    type_name: ClassVar[str] = "tickets.held"
    reason: str
    note: str
    review_at: str | None
    lacks_plan: bool
    owner: str = ""
    evidence: str = ""
    goes_on: bool = False

    def sentence(self) -> str:
        if self.goes_on:
            return _(
                "saw that the AWS account lacks the agreed support plan: from now on the wait for AWS counts as the customer's time"
            )
        said = f": {self.note}" if self.note else ""
        by = " " + _("(to act: %(owner)s)") % {"owner": self.owner} if self.owner else ""
        seen = " " + _("Evidence: %(evidence)s") % {"evidence": self.evidence} if self.evidence else ""
        return _("put this on hold, %(hold)s") % {"hold": say_hold(self.reason)} + f"{said}{by}{seen}"


@dataclass(frozen=True, kw_only=True)
class TicketResumed(Event):
    """A hold ended; `goes_on` when another one for the same reason begins at this instant."""

    type_name: ClassVar[str] = "tickets.resumed"
    reason: str
    goes_on: bool = False

    def sentence(self) -> str:
        if self.goes_on:
            return ""
        return _("ended the hold")


@dataclass(frozen=True, kw_only=True)
class HoldContested(Event):
    """The customer says that a hold is wrong; `hold` is the hold's reason, `reason` the customer's."""

    type_name: ClassVar[str] = "tickets.hold_contested"
    hold: str
    reason: str

    def sentence(self) -> str:
        return _("contested the hold (%(hold)s): %(reason)s") % {
            "hold": say_hold(self.hold),
            "reason": self.reason,
        }


@dataclass(frozen=True, kw_only=True)
class ContestAnswered(Event):
    """A desk lead answered a contested hold: it is kept, or it `ended` at `at`; `member_id` contested it."""

    type_name: ClassVar[str] = "tickets.contest_answered"
    hold: str
    ended: bool
    reason: str
    member_id: int

    def sentence(self) -> str:
        if self.ended:
            return _("ended the contested hold: %(reason)s") % {"reason": self.reason}
        return _("kept the contested hold: %(reason)s") % {"reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class ServiceRestored(Event):
    """Service was back at `at`; `reported_at` is the ISO instant at which someone said so."""

    type_name: ClassVar[str] = "tickets.restored"
    reported_at: str

    def sentence(self) -> str:
        return _("marked service as restored")


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
        return _("recorded, afterwards, that service was back at this time")


@dataclass(frozen=True, kw_only=True)
class RestorationConfirmed(Event):
    """One of the customer's people said that a restored ticket works again; it moves no clock."""

    type_name: ClassVar[str] = "tickets.restoration_confirmed"

    def sentence(self) -> str:
        return _("confirmed that it works again")


@dataclass(frozen=True, kw_only=True)
class TicketResolved(Event):
    """The ticket was resolved."""

    type_name: ClassVar[str] = "tickets.resolved"
    code: str

    def sentence(self) -> str:
        return _("resolved this: %(code)s") % {"code": ResolutionCode(self.code).label}


@dataclass(frozen=True, kw_only=True)
class TicketReopened(Event):
    """A restored or resolved ticket is worked on again."""

    type_name: ClassVar[str] = "tickets.reopened"

    def sentence(self) -> str:
        return _("reopened this")


@dataclass(frozen=True, kw_only=True)
class TicketClosed(Event):
    """The ticket is closed for good."""

    type_name: ClassVar[str] = "tickets.closed"

    def sentence(self) -> str:
        return _("closed this")


@dataclass(frozen=True, kw_only=True)
class SatisfactionGiven(Event):
    """A member said how the ticket was handled, from 1 to 5."""

    type_name: ClassVar[str] = "tickets.satisfaction_given"
    score: int

    def sentence(self) -> str:
        return _("said how this was handled: %(score)s of 5") % {"score": self.score}


@dataclass(frozen=True, kw_only=True)
class ApprovalAsked(Event):
    """The desk asked for access or an approval, `about`; `owner` decides until `review_at`, an ISO instant."""

    type_name: ClassVar[str] = "tickets.approval_asked"
    approval_id: int
    kind: str
    about: str
    owner: str
    review_at: str | None
    production: bool

    def sentence(self) -> str:
        if self.kind == ApprovalKind.ACCESS:
            said = (
                _("asked for access, which touches production: %(about)s")
                if self.production
                else _("asked for access: %(about)s")
            )
        else:
            said = (
                _("asked for an approval, which touches production: %(about)s")
                if self.production
                else _("asked for an approval: %(about)s")
            )
        return said % {"about": self.about}


@dataclass(frozen=True, kw_only=True)
class ApprovalGiven(Event):
    """The customer approved; `confirmed` when whoever did had just proven who they are."""

    type_name: ClassVar[str] = "tickets.approval_given"
    approval_id: int
    about: str
    production: bool
    confirmed: bool

    def sentence(self) -> str:
        return _("approved: %(about)s") % {"about": self.about}


@dataclass(frozen=True, kw_only=True)
class ApprovalDeclined(Event):
    """The customer declined, and said why."""

    type_name: ClassVar[str] = "tickets.approval_declined"
    approval_id: int
    about: str
    reason: str

    def sentence(self) -> str:
        return _("declined: %(about)s") % {"about": self.about}


@dataclass(frozen=True, kw_only=True)
class ApprovalWithdrawn(Event):
    """The desk no longer asks."""

    type_name: ClassVar[str] = "tickets.approval_withdrawn"
    approval_id: int
    about: str
    reason: str

    def sentence(self) -> str:
        if not self.reason:
            return _("withdrew what was asked for: %(about)s") % {"about": self.about}
        return _("withdrew what was asked for (%(reason)s): %(about)s") % {
            "reason": self.reason,
            "about": self.about,
        }


@dataclass(frozen=True, kw_only=True)
class ApprovalExpired(Event):
    """Nobody answered in time."""

    type_name: ClassVar[str] = "tickets.approval_expired"
    approval_id: int
    about: str

    def sentence(self) -> str:
        return _("recorded that nobody answered in time: %(about)s") % {"about": self.about}


@dataclass(frozen=True, kw_only=True)
class ApprovalReminded(Event):
    """The desk reminded whoever decides."""

    type_name: ClassVar[str] = "tickets.approval_reminded"
    approval_id: int
    about: str
    owner: str

    def sentence(self) -> str:
        return _("reminded whoever decides (%(owner)s): %(about)s") % {
            "owner": self.owner,
            "about": self.about,
        }


@dataclass(frozen=True, kw_only=True)
class AttachmentAdded(Event):
    """A file was added to a public message."""

    type_name: ClassVar[str] = "tickets.attachment_added"
    attachment_id: int


@dataclass(frozen=True, kw_only=True)
class CannedReplyChanged(DeskEvent):
    """A canned reply was added, edited, withdrawn or offered again; `kind` says which."""

    type_name: ClassVar[str] = "tickets.canned_reply_changed"
    canned_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class MailSettled(DeskEvent):
    """A desk person decided about an incoming mail; `what` is opened, noted, discarded or kept."""

    type_name: ClassVar[str] = "tickets.mail_settled"
    mail_id: int
    what: str
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class HandedOver(DeskEvent):
    """A desk person handed tickets over to colleagues; `called` is how many tickets."""

    type_name: ClassVar[str] = "tickets.handed_over"
    handover_id: int
    called: int

    def sentence(self) -> str:
        return f"handed over {self.called} ticket{'s' if self.called != 1 else ''}"


@dataclass(frozen=True, kw_only=True)
class HandoverAccepted(DeskEvent):
    """A desk person accepted what they were handed over."""

    type_name: ClassVar[str] = "tickets.handover_accepted"
    handover_id: int
    called: int

    def sentence(self) -> str:
        return f"accepted {self.called} ticket{'s' if self.called != 1 else ''} handed over"


# --- What ties tickets to words, to each other, to steps and to people --------------------------------
@dataclass(frozen=True, kw_only=True)
class TicketTagged(Event):
    """The desk put a tag on a ticket."""

    type_name: ClassVar[str] = "tickets.tagged"
    audience: ClassVar[Audience] = Audience.DESK
    tag_id: int
    tag: str

    def sentence(self) -> str:
        return f"added the tag “{self.tag}”"


@dataclass(frozen=True, kw_only=True)
class TicketUntagged(Event):
    """The desk took a tag off a ticket."""

    type_name: ClassVar[str] = "tickets.untagged"
    audience: ClassVar[Audience] = Audience.DESK
    tag_id: int
    tag: str

    def sentence(self) -> str:
        return f"removed the tag “{self.tag}”"


@dataclass(frozen=True, kw_only=True)
class TicketLinked(Event):
    """A ticket was linked to another, of any customer; `kind` is what it is to the one of reference `key`.

    The desk alone reads it: the other ticket may be one that this ticket's customer must not know of.
    """

    type_name: ClassVar[str] = "tickets.linked"
    audience: ClassVar[Audience] = Audience.DESK
    other_id: int
    key: str
    kind: str

    def sentence(self) -> str:
        said = LinkKind(self.kind).label
        return f"linked this: {said[0].lower()}{said[1:]} {self.key}"


@dataclass(frozen=True, kw_only=True)
class TicketUnlinked(Event):
    """The link between a ticket and the one of reference `key` was taken away."""

    type_name: ClassVar[str] = "tickets.unlinked"
    audience: ClassVar[Audience] = Audience.DESK
    other_id: int
    key: str

    def sentence(self) -> str:
        return f"removed the link to {self.key}"


@dataclass(frozen=True, kw_only=True)
class TicketMerged(Event):
    """The ticket ended here and goes on in another one of its customer, `into_id`, of reference `key`."""

    type_name: ClassVar[str] = "tickets.merged"
    into_id: int
    key: str

    def sentence(self) -> str:
        return _("merged this into %(key)s, where it goes on") % {"key": self.key}


@dataclass(frozen=True, kw_only=True)
class TicketTookOver(Event):
    """Another ticket of the same customer, `source_id`, was merged into this one.

    With `inherit_start_at`, an ISO instant, this one's open clocks start then; empty when they stay.
    """

    type_name: ClassVar[str] = "tickets.took_over"
    source_id: int
    key: str
    inherit_start_at: str

    def sentence(self) -> str:
        if self.inherit_start_at:
            said = _("merged %(key)s into this; its clocks count from when that one reached the desk")
        else:
            said = _("merged %(key)s into this")
        return said % {"key": self.key}


@dataclass(frozen=True, kw_only=True)
class MajorUpdateSent(Event):
    """One update about a major incident went to as many tickets as `called` says, to each by itself."""

    type_name: ClassVar[str] = "tickets.major_update_sent"
    audience: ClassVar[Audience] = Audience.DESK
    called: int

    def sentence(self) -> str:
        return (
            f"sent one update to {self.called} ticket{'s' if self.called != 1 else ''} of this major incident"
        )


@dataclass(frozen=True, kw_only=True)
class ChecklistPut(Event):
    """The steps of a checklist were put on a ticket."""

    type_name: ClassVar[str] = "tickets.checklist_put"
    audience: ClassVar[Audience] = Audience.DESK
    checklist: str
    called: int

    def sentence(self) -> str:
        return f"put the checklist “{self.checklist}” on this ({self.called} steps)"


@dataclass(frozen=True, kw_only=True)
class StepAdded(Event):
    """Somebody of the desk added a step of their own."""

    type_name: ClassVar[str] = "tickets.step_added"
    audience: ClassVar[Audience] = Audience.DESK
    item_id: int
    item: str

    def sentence(self) -> str:
        return f"added the step “{self.item}”"


@dataclass(frozen=True, kw_only=True)
class StepMarked(Event):
    """A step of a checklist was done, or is not done after all."""

    type_name: ClassVar[str] = "tickets.step_marked"
    audience: ClassVar[Audience] = Audience.DESK
    item_id: int
    item: str
    is_done: bool

    def sentence(self) -> str:
        return f"ticked “{self.item}”" if self.is_done else f"took the tick off “{self.item}”"


@dataclass(frozen=True, kw_only=True)
class FollowerAdded(Event):
    """The desk lets a member of the customer follow the ticket."""

    type_name: ClassVar[str] = "tickets.follower_added"
    member_id: int
    follower_name: str

    def sentence(self) -> str:
        return _("lets %(name)s follow this") % {"name": self.follower_name}


@dataclass(frozen=True, kw_only=True)
class TicketPrivacyChanged(Event):
    """The ticket is kept from the contact's colleagues from now on, or no longer."""

    type_name: ClassVar[str] = "tickets.privacy_changed"
    is_private: bool

    def sentence(self) -> str:
        return _("made this private") if self.is_private else _("no longer keeps this private")


@dataclass(frozen=True, kw_only=True)
class FollowerRemoved(Event):
    """The desk took a member of the customer off those who follow the ticket."""

    type_name: ClassVar[str] = "tickets.follower_removed"
    member_id: int
    follower_name: str

    def sentence(self) -> str:
        return _("ended that %(name)s follows this") % {"name": self.follower_name}


@dataclass(frozen=True, kw_only=True)
class MemberAffected(Event):
    """A member said that the ticket affects them too, or what they see of it."""

    type_name: ClassVar[str] = "tickets.member_affected"
    member_id: int
    note: str = ""

    def sentence(self) -> str:
        return _("is affected too: %(note)s") % {"note": self.note} if self.note else _("is affected too")


@dataclass(frozen=True, kw_only=True)
class MemberNotAffected(Event):
    """The ticket no longer affects a member who had said so."""

    type_name: ClassVar[str] = "tickets.member_not_affected"
    member_id: int

    def sentence(self) -> str:
        return _("is no longer affected")


@dataclass(frozen=True, kw_only=True)
class ArticleAnswered(Event):
    """A member said whether an article helped them; `article` is the end of its address."""

    type_name: ClassVar[str] = "tickets.article_answered"
    article: str
    is_helpful: bool


@dataclass(frozen=True, kw_only=True)
class ArticleChanged(DeskEvent):
    """An article was written, changed, published, retired or taken back to a draft."""

    type_name: ClassVar[str] = "tickets.article_changed"
    article: str
    now: str

    def sentence(self) -> str:
        return f"article {self.article}: {self.now}"


@dataclass(frozen=True, kw_only=True)
class FindingsStated(Event):
    """The desk said what was wrong and what was done; the ticket shows the words."""

    type_name: ClassVar[str] = "tickets.findings_stated"

    def sentence(self) -> str:
        return _("recorded what was found and done")


@dataclass(frozen=True, kw_only=True)
class TagChanged(DeskEvent):
    """A tag of the desk's list was added, renamed, merged into another, withdrawn or offered again."""

    type_name: ClassVar[str] = "tickets.tag_changed"
    tag_id: int
    tag: str
    kind: str

    def sentence(self) -> str:
        return f"{self.kind} the tag “{self.tag}”"


@dataclass(frozen=True, kw_only=True)
class ChecklistChanged(DeskEvent):
    """A checklist was added, changed, withdrawn or offered again."""

    type_name: ClassVar[str] = "tickets.checklist_changed"
    checklist_id: int
    checklist: str
    kind: str

    def sentence(self) -> str:
        return f"{self.kind} the checklist “{self.checklist}”"
