"""Facts about a customer's people, and about the desk's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import DeskEvent, Event
from customers.models import DeskRole, MemberRole


@dataclass(frozen=True, kw_only=True)
class CustomerCreated(Event):
    """A customer was taken on."""

    type_name: ClassVar[str] = "customers.created"


@dataclass(frozen=True, kw_only=True)
class MemberInvited(Event):
    """Someone was invited to join the customer."""

    type_name: ClassVar[str] = "customers.member_invited"
    invitation_id: int
    role: str


@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(Event):
    """An open invitation was withdrawn."""

    type_name: ClassVar[str] = "customers.invitation_revoked"
    invitation_id: int


@dataclass(frozen=True, kw_only=True)
class MemberJoined(Event):
    """A person became a member of the customer."""

    type_name: ClassVar[str] = "customers.member_joined"
    member_id: int
    role: str


@dataclass(frozen=True, kw_only=True)
class ColleagueChanged(Event):
    """A lead changed a colleague's role, deactivated or reactivated them; `kind` says which."""

    type_name: ClassVar[str] = "customers.colleague_changed"
    member_id: int
    kind: str
    role: str


@dataclass(frozen=True, kw_only=True)
class AwsAccountDeclared(Event):
    """A customer added, renamed or retired an AWS account, or said what it is; `kind` says which.

    `plan` is another plan as declared, `allowed` and `forbidden` whether the desk may open cases for it.
    """

    type_name: ClassVar[str] = "customers.aws_account_declared"
    aws_account_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class PrivacyChanged(Event):
    """A lead decided whether requesters read colleagues' tickets that are not private."""

    type_name: ClassVar[str] = "customers.privacy_changed"
    members_see_all: bool


@dataclass(frozen=True, kw_only=True)
class DeskPersonAdded(DeskEvent):
    """A person was given a place on the desk."""

    type_name: ClassVar[str] = "customers.desk_person_added"
    person_id: int
    role: str

    def sentence(self) -> str:
        return f"joined the desk as {DeskRole(self.role).label}"


@dataclass(frozen=True, kw_only=True)
class DeskPersonInvited(DeskEvent):
    """Someone was invited to the desk."""

    type_name: ClassVar[str] = "customers.desk_person_invited"
    invitation_id: int
    role: str

    def sentence(self) -> str:
        return f"invited to the desk as {DeskRole(self.role).label}"


@dataclass(frozen=True, kw_only=True)
class DeskInvitationRevoked(DeskEvent):
    """An open invitation to the desk was withdrawn."""

    type_name: ClassVar[str] = "customers.desk_invitation_revoked"
    invitation_id: int

    def sentence(self) -> str:
        return "withdrew the invitation to the desk"


@dataclass(frozen=True, kw_only=True)
class DeskPersonChanged(DeskEvent):
    """A desk person has another role, left the desk or came back; `kind` says which."""

    type_name: ClassVar[str] = "customers.desk_person_changed"
    person_id: int
    kind: str
    role: str

    def sentence(self) -> str:
        return {
            "role": f"changed the role to {DeskRole(self.role).label}",
            "deactivated": "took off the desk",
            "reactivated": f"put back on the desk as {DeskRole(self.role).label}",
        }[self.kind]


@dataclass(frozen=True, kw_only=True)
class TeamChanged(DeskEvent):
    """A team was added, edited, withdrawn or offered again; `kind` says which."""

    type_name: ClassVar[str] = "customers.team_changed"
    team_id: int
    kind: str

    def sentence(self) -> str:
        return f"{self.kind} the team"


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(DeskEvent):
    """The desk took a customer on, edited its settings, let it go or took it back; `kind` says which."""

    type_name: ClassVar[str] = "customers.customer_changed"
    customer_id: int
    kind: str

    def sentence(self) -> str:
        return {
            "taken_on": "took the customer on",
            "edited": "changed the customer's settings",
            "deactivated": "deactivated the customer",
            "reactivated": "reactivated the customer",
        }[self.kind]


@dataclass(frozen=True, kw_only=True)
class ServiceChanged(DeskEvent):
    """A customer's service was added, renamed, withdrawn or offered again; `kind` says which."""

    type_name: ClassVar[str] = "customers.service_changed"
    customer_id: int
    service_id: int
    kind: str

    def sentence(self) -> str:
        return f"{self.kind} a service"


@dataclass(frozen=True, kw_only=True)
class AwsAccountChanged(DeskEvent):
    """A customer's AWS account was added, renamed, retired or taken back; `kind` says which."""

    type_name: ClassVar[str] = "customers.aws_account_changed"
    customer_id: int
    aws_account_id: int
    kind: str

    def sentence(self) -> str:
        return f"{self.kind} an AWS account"


@dataclass(frozen=True, kw_only=True)
class MemberChanged(DeskEvent):
    """The desk changed a member's role, deactivated or reactivated them; `kind` says which."""

    type_name: ClassVar[str] = "customers.member_changed"
    customer_id: int
    member_id: int
    kind: str
    role: str

    def sentence(self) -> str:
        return {
            "role": f"changed the role to {MemberRole(self.role).label}",
            "deactivated": "deactivated the member",
            "reactivated": "reactivated the member",
        }[self.kind]
