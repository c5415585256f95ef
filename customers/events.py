"""Facts about a customer's people, and about the desk's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import DeskEvent, Event


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
class DeskPersonAdded(DeskEvent):
    """A person was given a place on the desk."""

    type_name: ClassVar[str] = "customers.desk_person_added"
    person_id: int
    role: str
