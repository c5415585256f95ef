"""How long a vendor's case has taken, and whose turn it was: shown, never owed; pure.

A vendor's times are its own. They start and meet no clock of ours, and no figure about our promises reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from vendors.states import CaseState, Side, Turn

_ZERO = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Took:
    """A status that a case took: known at `at`, and not there yet at the look before, `after`."""

    at: datetime
    state: CaseState
    raw: str = ""
    after: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Wrote:
    """That somebody wrote on a case."""

    at: datetime
    side: Side
    is_automatic: bool = False


@dataclass(frozen=True, kw_only=True)
class Published:
    """The time to a first response that the vendor publishes; without `seconds` it publishes none."""

    seconds: int | None = None
    in_business_hours: bool = False

    @property
    def can_be_measured(self) -> bool:
        """Tell whether it counts every hour; a vendor's own business hours are not known here."""
        return self.seconds is not None and not self.in_business_hours


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of a case's life in one status."""

    begins: datetime
    ends: datetime
    state: CaseState
    raw: str

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins

    @property
    def turn(self) -> Turn:
        return self.state.turn


class Verdict(StrEnum):
    """How a first response stands against the time that the vendor publishes."""

    NONE = "none"
    UNMEASURABLE = "unmeasurable"
    PENDING = "pending"
    WITHIN = "within"
    LATE = "late"
    OVERDUE = "overdue"


@dataclass(frozen=True, kw_only=True)
class Response:
    """The first response to a case: a person's counts, an automatic one is shown beside it."""

    at: datetime | None
    automatic_at: datetime | None
    took: timedelta | None
    due_at: datetime | None
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """Between which instants a vendor resolved a case, as far as looking now and then can tell."""

    after: datetime | None
    at: datetime

    @property
    def is_exact(self) -> bool:
        return self.after is None or self.after == self.at


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Everything that the clocks of a case say at one instant."""

    spans: Sequence[Span]
    response: Response
    resolution: Resolution | None
    per_state: Mapping[CaseState, timedelta]
    per_turn: Mapping[Turn, timedelta]
    turn_since: datetime
    reopened: int


def spans_of(statuses: Iterable[Took], *, opened_at: datetime, as_of: datetime) -> list[Span]:
    """Return what the time from the opening to an instant was spent in: no gap, no overlap, none empty.

    What is known later than the instant is not known at it. Before the first status a case is new.
    """
    turns = _steps(statuses, opened_at=opened_at, as_of=as_of)
    spans: list[Span] = []
    for (begins, state, raw), (ends, *_) in pairwise([*turns, (as_of, turns[-1][1], "")]):
        if ends <= begins:
            continue
        if spans and (spans[-1].state, spans[-1].raw) == (state, raw):
            spans[-1] = Span(begins=spans[-1].begins, ends=ends, state=state, raw=raw)
        else:
            spans.append(Span(begins=begins, ends=ends, state=state, raw=raw))
    return spans


def _steps(
    statuses: Iterable[Took], *, opened_at: datetime, as_of: datetime
) -> list[tuple[datetime, CaseState, str]]:
    """Return the statuses known at an instant, each with its beginning, from the opening on."""
    known = sorted((one for one in statuses if one.at <= as_of), key=lambda one: one.at)
    before = [one for one in known if one.at <= opened_at]
    first = before[-1] if before else Took(at=opened_at, state=CaseState.NEW)
    later = [(one.at, one.state, one.raw) for one in known if one.at > opened_at]
    return [(opened_at, first.state, first.raw), *later]


def time_per_state(spans: Iterable[Span]) -> dict[CaseState, timedelta]:
    """Return how long a case was in each status, in the order in which they first came."""
    found: dict[CaseState, timedelta] = {}
    for span in spans:
        found[span.state] = found.get(span.state, _ZERO) + span.length
    return found


def time_per_turn(spans: Iterable[Span]) -> dict[Turn, timedelta]:
    """Return for how long it was whose move."""
    found: dict[Turn, timedelta] = {}
    for span in spans:
        found[span.turn] = found.get(span.turn, _ZERO) + span.length
    return found


def first_response(
    messages: Iterable[Wrote], published: Published, *, opened_at: datetime, as_of: datetime
) -> Response:
    """Return the vendor's first response up to an instant, measured against the time that it publishes."""
    theirs = [one for one in messages if one.side is Side.VENDOR and one.at <= as_of]
    people = min((one.at for one in theirs if not one.is_automatic), default=None)
    machine = min((one.at for one in theirs if one.is_automatic), default=None)
    due_at = None
    if published.seconds is not None and published.can_be_measured:
        due_at = opened_at + timedelta(seconds=published.seconds)
    return Response(
        at=people,
        automatic_at=machine,
        # A vendor's clock may be a little behind its own: no response takes less than no time.
        took=None if people is None else max(_ZERO, people - opened_at),
        due_at=due_at,
        verdict=_judge(published, answered_at=people, due_at=due_at, as_of=as_of),
    )


def _judge(
    published: Published, *, answered_at: datetime | None, due_at: datetime | None, as_of: datetime
) -> Verdict:
    if published.seconds is None:
        return Verdict.NONE
    if due_at is None:
        return Verdict.UNMEASURABLE
    if answered_at is None:
        return Verdict.PENDING if as_of <= due_at else Verdict.OVERDUE
    return Verdict.WITHIN if answered_at <= due_at else Verdict.LATE


def resolution_of(statuses: Iterable[Took], *, as_of: datetime) -> Resolution | None:
    """Return when the vendor was last done with a case; None while it is not."""
    known = sorted((one for one in statuses if one.at <= as_of), key=lambda one: one.at)
    ended: Took | None = None
    for one in known:
        if not one.state.is_over:
            ended = None
        elif ended is None:
            ended = one
    return None if ended is None else Resolution(after=ended.after, at=ended.at)


def count_reopened(statuses: Iterable[Took], *, as_of: datetime) -> int:
    """Return how often a case went on after the vendor was done with it."""
    known = sorted((one for one in statuses if one.at <= as_of), key=lambda one: one.at)
    return sum(before.state.is_over and not after.state.is_over for before, after in pairwise(known))


def read(
    statuses: Iterable[Took],
    messages: Iterable[Wrote],
    published: Published,
    *,
    opened_at: datetime,
    as_of: datetime,
) -> Reading:
    """Return everything that the clocks of a case say at an instant."""
    listed = list(statuses)
    spans = spans_of(listed, opened_at=opened_at, as_of=as_of)
    return Reading(
        spans=spans,
        response=first_response(messages, published, opened_at=opened_at, as_of=as_of),
        resolution=resolution_of(listed, as_of=as_of),
        per_state=time_per_state(spans),
        per_turn=time_per_turn(spans),
        turn_since=_turn_since(_steps(listed, opened_at=opened_at, as_of=as_of)),
        reopened=count_reopened(listed, as_of=as_of),
    )


def _turn_since(steps: Sequence[tuple[datetime, CaseState, str]]) -> datetime:
    """Return since when it is the move of whoever has it."""
    since = steps[-1][0]
    for begins, state, _raw in reversed(steps):
        if state.turn is not steps[-1][1].turn:
            break
        since = begins
    return since


# --- How it is drawn -----------------------------------------------------------------------------------
WIDTH = 1000


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One stretch of the bar of a case, in thousandths of its width; `look` says whose turn it was."""

    x: float
    width: float
    look: Turn


def draw(spans: Sequence[Span]) -> list[Piece]:
    """Return a case's life as a bar; neighbours of one turn are one piece."""
    if not spans:
        return []
    begins, whole = spans[0].begins, (spans[-1].ends - spans[0].begins).total_seconds()
    edges: list[tuple[datetime, datetime, Turn]] = []
    for span in spans:
        if edges and edges[-1][2] is span.turn:
            edges[-1] = (edges[-1][0], span.ends, span.turn)
        else:
            edges.append((span.begins, span.ends, span.turn))

    def place(moment: datetime) -> float:
        return round((moment - begins).total_seconds() * WIDTH / whole, 1)

    return [
        Piece(x=place(start), width=round(place(end) - place(start), 1), look=turn)
        for start, end, turn in edges
    ]
