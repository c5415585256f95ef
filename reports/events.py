"""Facts about reports that customers are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import Audience, Event


@dataclass(frozen=True, kw_only=True)
class ReviewMarked(Event):
    """Somebody read a draft of a monthly review, wrote its words, and says that it is right; `month` is like 2026-03."""

    type_name: ClassVar[str] = "reports.review_marked"
    audience: ClassVar[Audience] = Audience.DESK
    review_id: int
    month: str
    issue: int


@dataclass(frozen=True, kw_only=True)
class ReviewSealed(Event):
    """The figures of a monthly review were frozen under a seal."""

    type_name: ClassVar[str] = "reports.review_sealed"
    audience: ClassVar[Audience] = Audience.DESK
    review_id: int
    month: str
    issue: int
    seal: str


@dataclass(frozen=True, kw_only=True)
class ReviewSent(Event):
    """A sealed review was sent to the customer's leads."""

    type_name: ClassVar[str] = "reports.review_sent"
    review_id: int
    month: str
    issue: int
    seal: str


@dataclass(frozen=True, kw_only=True)
class ReviewIssueBegun(Event):
    """A sealed review is to be corrected by another issue of its month, and why."""

    type_name: ClassVar[str] = "reports.review_issue_begun"
    audience: ClassVar[Audience] = Audience.DESK
    review_id: int
    month: str
    issue: int
    reason: str
