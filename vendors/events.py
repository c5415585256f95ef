"""Facts about links to vendors, what plans were seen, and cases: no body, no name of a person but the actor's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from core.events import Audience, DeskEvent, Event


# --- Links and plans -----------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class LinkAdded(Event):
    """Somebody began to connect an account."""

    type_name: ClassVar[str] = "vendors.link_added"
    link_id: int
    account_number: str


@dataclass(frozen=True, kw_only=True)
class LinkStateChanged(Event):
    """Calls for an account can be made, or no longer; `now` and `was` are states of links, `evidence` why."""

    type_name: ClassVar[str] = "vendors.link_state_changed"
    link_id: int
    account_number: str
    was: str
    now: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class LinkRotated(Event):
    """The external id of a link was replaced, so it has to be verified again."""

    type_name: ClassVar[str] = "vendors.link_rotated"
    link_id: int
    account_number: str


@dataclass(frozen=True, kw_only=True)
class LinkChanged(Event):
    """A link has another role or channel, is dealt with by hand or no longer, or lost a key; `kind` says which."""

    type_name: ClassVar[str] = "vendors.link_changed"
    link_id: int
    account_number: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class PushKeyMade(Event):
    """A key was made with which the account's events can be sent to the portal."""

    type_name: ClassVar[str] = "vendors.push_key_made"
    link_id: int
    account_number: str


@dataclass(frozen=True, kw_only=True)
class SupportPlanObserved(Event):
    """A look at an account's plan showed something else than the look before; `was` is the last thing known."""

    type_name: ClassVar[str] = "vendors.plan_observed"
    link_id: int
    aws_account_id: int
    account_number: str
    finding: str
    was: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class PlanNoticeSent(Event):
    """The customer's leads were told that an account falls short, or will; `kind` says what about."""

    type_name: ClassVar[str] = "vendors.plan_notice"
    aws_account_id: int
    account_number: str
    kind: str


# --- Cases ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class VendorCaseAsked(Event):
    """The desk asked a vendor for a case; it is sent by a sweep."""

    type_name: ClassVar[str] = "vendors.case_asked"
    audience: ClassVar[Audience] = Audience.DESK
    case_id: int
    vendor: str
    vendor_severity: str

    def sentence(self) -> str:
        return f"asked {self.vendor} for a case ({self.vendor_severity})"


@dataclass(frozen=True, kw_only=True)
class VendorCaseOpened(Event):
    """The vendor has a case; `adopted` when it existed before the portal knew of it."""

    type_name: ClassVar[str] = "vendors.case_opened"
    case_id: int
    vendor: str
    display_id: str
    adopted: bool

    def sentence(self) -> str:
        values = {"vendor": self.vendor, "case": self.display_id}
        if self.adopted:
            return _("follows case %(case)s at %(vendor)s") % values
        return _("has case %(case)s at %(vendor)s") % values


@dataclass(frozen=True, kw_only=True)
class VendorCaseFailed(Event):
    """Something could not be sent to the vendor; `kind` says what, `why` in the desk's words."""

    type_name: ClassVar[str] = "vendors.case_failed"
    audience: ClassVar[Audience] = Audience.DESK
    case_id: int
    vendor: str
    kind: str
    why: str

    def sentence(self) -> str:
        return f"could not reach {self.vendor}: {self.why}"


@dataclass(frozen=True, kw_only=True)
class VendorCaseMoved(Event):
    """A case took another status; `raw` is the vendor's word, `now` and `was` ours."""

    type_name: ClassVar[str] = "vendors.case_moved"
    case_id: int
    vendor: str
    display_id: str
    raw: str
    was: str
    now: str

    def sentence(self) -> str:
        values = {"vendor": self.vendor, "case": self.display_id, "status": self.raw}
        return _("case %(case)s at %(vendor)s is now %(status)s") % values


@dataclass(frozen=True, kw_only=True)
class VendorReplied(Event):
    """The vendor wrote on a case; `on_us` when the vendor now waits for us."""

    type_name: ClassVar[str] = "vendors.replied"
    audience: ClassVar[Audience] = Audience.DESK
    case_id: int
    vendor: str
    message_id: int
    automatic: bool
    on_us: bool


@dataclass(frozen=True, kw_only=True)
class VendorWaits(Event):
    """The vendor waits for us; `again` when it has waited so long that it may soon resolve the case by itself."""

    type_name: ClassVar[str] = "vendors.waits"
    audience: ClassVar[Audience] = Audience.DESK
    case_id: int
    vendor: str
    display_id: str
    again: bool

    def sentence(self) -> str:
        if self.again:
            return f"still waits for our answer on case {self.display_id}, and may resolve it by itself soon"
        return f"waits for our answer on case {self.display_id}"


@dataclass(frozen=True, kw_only=True)
class VendorWaitsNoLonger(Event):
    """The vendor does not wait for us any more."""

    type_name: ClassVar[str] = "vendors.waits_no_longer"
    audience: ClassVar[Audience] = Audience.DESK
    case_id: int
    vendor: str


@dataclass(frozen=True, kw_only=True)
class VendorCaseMissing(Event):
    """The vendor does not know a case any more that it knew before."""

    type_name: ClassVar[str] = "vendors.case_missing"
    audience: ClassVar[Audience] = Audience.DESK
    case_id: int
    vendor: str
    display_id: str

    def sentence(self) -> str:
        return f"does not know case {self.display_id} any more"


@dataclass(frozen=True, kw_only=True)
class VendorTold(Event):
    """The desk wrote to the vendor."""

    type_name: ClassVar[str] = "vendors.told"
    audience: ClassVar[Audience] = Audience.DESK
    case_id: int
    vendor: str
    message_id: int


@dataclass(frozen=True, kw_only=True)
class VendorMessageShared(Event):
    """The desk showed the customer what a vendor wrote."""

    type_name: ClassVar[str] = "vendors.message_shared"
    audience: ClassVar[Audience] = Audience.DESK
    case_id: int
    vendor: str
    message_id: int

    def sentence(self) -> str:
        return f"showed the customer a message from {self.vendor}"


# --- The desk's own ------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class VendorChanged(DeskEvent):
    """A vendor was added, changed, or switched off or on; `kind` says which."""

    type_name: ClassVar[str] = "vendors.vendor_changed"
    vendor: str
    kind: str

    def sentence(self) -> str:
        return f"{self.kind} the vendor {self.vendor}"


@dataclass(frozen=True, kw_only=True)
class SupportPlanChanged(DeskEvent):
    """When a vendor's plan is accepted or sold was changed; `reason` is what was said."""

    type_name: ClassVar[str] = "vendors.plan_changed"
    vendor: str
    plan: str
    reason: str

    def sentence(self) -> str:
        return f"changed the plan {self.plan} of {self.vendor}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class VendorTargetAdded(DeskEvent):
    """A vendor publishes another time to a first response."""

    type_name: ClassVar[str] = "vendors.target_added"
    vendor: str
    plan: str
    vendor_severity: str
    seconds: int
    valid_from: str

    def sentence(self) -> str:
        minutes = self.seconds // 60
        return f"noted that {self.vendor} publishes {minutes} min for {self.vendor_severity} on {self.plan} from {self.valid_from}"
