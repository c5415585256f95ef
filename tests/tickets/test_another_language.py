"""The portal with another language switched on: whatever is said to a customer goes through its catalogue.

The language is made here: each text that is looked up comes back between brackets.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from zoneinfo import available_timezones

import pytest
from django.test import Client
from django.utils import translation

from core.events import Audience, Event
from core.tenancy import Actor, ActorKind, acting_as
from customers.models import DeskPerson, Member
from slas import actions as slas
from slas.models import ExclusionReason
from tests.cast import CRITICAL, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.escalations.level1 import at_level_1
from tests.lints.test_events import types
from tests.slas.outside import contest, decide
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import ApprovalKind, Ticket
from tickets.severity import Severity

_MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
_WORD = re.compile(r"[^\W\d_]{2,}")
#: What is the same in every language: names, what people typed, references, zones, signs, days and instants.
_DATA = re.compile(
    r"Trusst Support|Acme Freight shop|Acme \w+|Desk (Engineer|Lead)|acme-prod|ACME(-\d+)?|[\w.]+@acme\.example|AEDT|Australia/\w+"
    r"|Level 1|\bA[LR]\b|Shop is slow|Pages take ten seconds\.|Qqq|P[1-4]|\b\d* ?(min|h|d|s)\b"
    r"|\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b|\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*"
    # What AWS calls its plans, the desk its days off, and the versions of its rules in the evidence of a clock.
    r"|(Basic|Developer|Business|Enterprise)( Support\+| On-Ramp)?\b|Unified Operations|Support\+"
    r"|(Good|Easter) \w+|ANZAC Day|\w+'s Birthday|(Labour|Christmas|Boxing|New Year's|Australia) Day|\(observed\)"
    r"|Managed service v1, agreement MS-ACME, (always|business NSW) v1|MS-ACME"
    # What was written down at the time, and stays as it was: whom the desk asked, and the subjects of mails.
    r"|A coordinator or lead of|The restore clock stops until you answer\."
    r"|(Contested hold|Review of the severity|We have your report|Exclusion|is needed):"
)
_ZONES = {name.replace("_", " ") for name in available_timezones()}


@pytest.fixture(autouse=True)
def _another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every look-up of the catalogue answer with the text between brackets."""
    look_up: Callable[[str], str] = translation._trans.gettext  # type: ignore[attr-defined]

    def mark(text: str) -> str:
        return f"⟦{look_up(text)}⟧" if text.strip() else text

    catalogue = translation._trans  # type: ignore[attr-defined]
    monkeypatch.setattr(catalogue, "gettext", mark)
    monkeypatch.setattr(catalogue, "ngettext", lambda one, many, number: mark(one if number == 1 else many))


class _Said(HTMLParser):
    """What a page says: its texts, and the attributes that are read to somebody."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent = 0
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style", "time")
        if tag not in ("time", "svg"):
            self.said += [
                value or "" for name, value in attrs if name in ("aria-label", "title", "placeholder", "alt")
            ]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style", "time")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.said.append(self._outside(data))

    def _outside(self, data: str) -> str:
        """Return what stands outside the brackets, which may begin before a tag and end after it."""
        kept = ""
        for part in re.split("([⟦⟧])", data):
            if part in ("⟦", "⟧"):
                self.depth += 1 if part == "⟦" else -1
            elif self.depth == 0:
                kept += part
        return kept


def untranslated(page: str) -> list[str]:
    """Return what a page says that no catalogue was asked for."""
    said = _Said()
    said.feed(page)
    assert said.depth == 0, "a text is cut, so the rest of the page could hide in it"
    found = []
    for text in said.said:
        if past_its_catalogue(text):
            found.append(" ".join(text.split()))
    return found


def past_its_catalogue(text: str) -> bool:
    """Tell whether a text has words that no catalogue was asked for."""
    left = text
    while left != (left := _MARKED.sub("", left)):
        pass
    return left.strip() not in _ZONES and _WORD.search(_DATA.sub("", left)) is not None


PAGES = (
    "",
    "?severity=1&who=desk",
    "?q=nothing&show=finished",
    *("level-1/", "level-1/checklists/", "approvals/", "people/", "privacy/", "access-log/"),
    *("service-levels/", "agreement/", "aws-accounts/", "aws-accounts/new/", "you/", "notifications/"),
    *("report/", "request/", "help/"),
    *("tickets/1/", "tickets/1/clocks/", "tickets/1/exclusions/", "tickets/1/sent/"),
    *("tickets/2/", "tickets/2/pass/", "tickets/3/", "tickets/3/rate/"),
)
#: What is sent to see what the portal refuses, and where.
SENT: tuple[tuple[str, dict[str, str]], ...] = (
    ("report/", {}),
    ("report/", {"environment": "production", "work": "stopped", "started_at": "someday"}),
    ("request/", {"useful_by": "2020-01-01"}),
    ("people/", {}),
    ("aws-accounts/new/", {}),
    ("tickets/1/reply/", {}),
    ("tickets/1/review/", {"version": "1", "severity": "4", "reason": "It is minor"}),
    ("tickets/2/pass/", {}),
    ("tickets/3/rate/", {}),
)


def test_no_page_of_the_portal_says_anything_past_its_catalogue(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    live_through(cast, browse, clock)
    client: Client = browse(cast.acme.lead)
    found = {}
    for end in PAGES:
        answer = client.get(f"/c/acme/{end}")
        assert answer.status_code == 200, end
        page = answer.content.decode()
        assert page.count("⟦") > 20, end
        if left := untranslated(page):
            found[end] = left
    assert found == {}


def test_no_refusal_says_anything_past_its_catalogue(cast: Cast, browse: Browse, clock: Clock) -> None:
    live_through(cast, browse, clock)
    client: Client = browse(cast.acme.lead)
    found = {}
    for end, values in SENT:
        answer = client.post(f"/c/acme/{end}", values)
        assert answer.status_code in (409, 422), end
        if left := untranslated(answer.content.decode()):
            found[end] = left
    assert found == {}


def live_through(cast: Cast, browse: Browse, clock: Clock) -> None:
    """Let one ticket live through what a ticket may, and leave one at Level 1 and one that is resolved."""
    ticket = file_ticket(cast.acme.lead, impact=CRITICAL)
    at_level_1(cast.acme.requester)
    done = file_ticket(cast.acme.lead)

    def by(who: Member | DeskPerson, act: Callable[..., object], one: Ticket = ticket, **more: Any) -> None:
        clock.advance(minutes=4)
        with acting_as(context_of(who)) as now:
            act(ticket=one, actor=actor_of(who), at=now, **more)

    ours, theirs = cast.engineer, cast.acme.lead
    by(ours, tickets.assign, person=ours)
    by(ours, tickets.establish_severity, severity=Severity.P2, reason="Qqq")
    by(theirs, tickets.ask_for_review, member=theirs, severity=Severity.P1, reason="Qqq")
    by(cast.lead, tickets.decide_review, severity=Severity.P2, reason="Qqq")
    by(ours, tickets.hold, reason=HoldReason.VENDOR, owner="Qqq", note="Qqq", evidence="Qqq")
    by(theirs, tickets.contest_hold, member=theirs, reason="Qqq")
    by(cast.lead, tickets.answer_contest, end=True, reason="Qqq")
    by(ours, tickets.hold, reason=HoldReason.CUSTOMER_REPLY, owner="Qqq", note="Qqq")
    by(ours, tickets.resume)
    by(
        ours,
        tickets.ask_approval,
        person=ours,
        kind=ApprovalKind.ACCESS,
        decider=None,
        expires_at=clock.now + timedelta(days=1),
        what="Qqq",
        risk="Qqq",
        effect_of_no="Qqq",
        touches_production=True,
    )
    by(ours, slas.propose_exclusion, person=ours, reason=ExclusionReason.NETWORK, evidence="Qqq")
    assert decide(browse, cast.lead, ticket, "approve", reason="Qqq").status_code == 302
    assert contest(browse, theirs, ticket, reason="Qqq").status_code == 302
    by(ours, tickets.resolve, done, code="fixed")


# --- What happened ------------------------------------------------------------------------------------
def facts() -> list[Event]:
    """Return every fact that customers read, twice: with all that it may hold, and with none of it."""
    made = []
    for kind in types().values():
        if kind.audience is Audience.DESK:
            continue
        for full in (True, False):
            held = {field.name: _value(kind, field.name, str(field.type), full) for field in fields(kind)}
            made.append(kind(**held))
    return made


def _value(kind: type[Event], name: str, holds: str, full: bool) -> Any:
    match name:
        case "at":
            return datetime(2026, 3, 3, tzinfo=UTC)
        case "actor":
            return Actor(kind=ActorKind.DESK if full else ActorKind.MEMBER, id=1, name="Qqq")
        case "metric":
            return "restore"
        case "was" | "now":
            return "missed" if full else "met"
        case "reason" | "hold" if kind.type_name in ("tickets.held", "tickets.hold_contested"):
            return "vendor" if name == "hold" or kind.type_name == "tickets.held" else "Qqq"
        case "code":
            return "fixed" if kind.type_name == "tickets.resolved" else "customer_network"
        case "cause" if kind.type_name == "slas.misses_explained":
            return "vendor"
        case "kind" if kind.type_name == "tickets.approval_asked":
            return "access" if full else "approval"
    if holds == "bool":
        return full
    if holds.startswith("int"):
        return 2 if full else 1
    return "Qqq" if full or "None" not in holds else None


def test_every_fact_that_customers_read_is_said_through_the_catalogue() -> None:
    said = {fact.sentence() for fact in facts()} - {""}
    assert len(said) > 70
    assert [one for one in sorted(said) if past_its_catalogue(one)] == []
