"""What the lifecycle refuses, the pages refuse: with its reason, and with nothing changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast, fresh
from tests.conftest import Browse
from tests.teams import networks
from tests.tickets.conftest import Place, everything_about
from tests.tickets.relating import prepare
from tickets import verbs
from tickets.lifecycle import HoldReason, Status

#: Every place that a ticket can reach: (status, level, hold).
PLACES: list[tuple[Status, int, HoldReason | None]] = [
    (Status.NEW, 2, None),
    (Status.IN_PROGRESS, 2, None),
    *((Status.ON_HOLD, 2, reason) for reason in HoldReason),
    (Status.RESTORED, 2, None),
    (Status.RESTORED, 2, HoldReason.VENDOR),
    (Status.RESOLVED, 2, None),
    (Status.CLOSED, 2, None),
    (Status.IN_PROGRESS, 1, None),
    (Status.RESOLVED, 1, None),
    (Status.CLOSED, 1, None),
]
#: What each form needs beside the version.
TYPED: dict[str, dict[str, Any]] = {
    "reply": {"body": "Words"},
    "note": {"body": "Words"},
    "severity": {"severity": 2, "reason": "Because"},
    "hold": {"reason": "vendor", "owner": "AWS Support", "note": "A fix", "evidence": "Case 17"},
    "decide": {"severity": 2, "reason": "Because"},
    "answer": {"answer": "end", "reason": "Because"},
    "reassess": {
        "environment": "production",
        "work": "degraded",
        "workaround": "no",
        "affected": "team",
        "security": "none",
        "reason": "It got worse",
    },
    "review": {"severity": 1, "reason": "It is worse than that"},
    "contest": {"reason": "We answered"},
    "resolve": {"code": "fixed"},
    "return": {"reason": "Check first"},
    "merge": {"into": "ACME-1"},
    "ask": {
        "kind": "access",
        "what": "Read access to the queue",
        "expires_at": "2026-03-04T09:00",
        "risk": "None",
        "effect_of_no": "We cannot look",
        "touches_production": "no",
    },
}

#: What only a desk lead does, and what a member asks for before that.
ASKED_FOR_FIRST = {"decide": "review", "answer": "contest"}


@pytest.mark.parametrize(("status", "level", "hold"), PLACES)
def test_the_desk_does_exactly_what_is_allowed(
    cast: Cast, browse: Browse, place: Place, status: Status, level: int, hold: HoldReason | None
) -> None:
    ticket = place(status, level=level, hold=hold)
    client = browse(cast.lead)
    before, refused = everything_about(ticket), set()
    for name, doing in verbs.DESK.items():
        if ticket.may(doing.verb):
            continue
        answer = client.post(
            f"/desk/tickets/{ticket.key}/{name}/", TYPED.get(name, {}) | {"version": ticket.version}
        )
        refused.add(name)
        assert answer.status_code == 422, name
        assert len(answer.context["failed"][name].non_field_errors()) == 1, name
        assert everything_about(ticket) == before, name
    offered = client.get(f"/desk/tickets/{ticket.key}/").context["may"]
    assert refused == {name for name, doing in verbs.DESK.items() if doing.verb not in offered}


@pytest.mark.parametrize(("status", "level", "hold"), PLACES)
@pytest.mark.parametrize("who", ["requester", "coordinator", "lead"])
def test_a_member_does_exactly_what_the_page_offers(
    cast: Cast, browse: Browse, place: Place, who: str, status: Status, level: int, hold: HoldReason | None
) -> None:
    ticket = place(status, level=level, hold=hold)
    client = browse(getattr(cast.acme, who))
    page = f"/c/acme/tickets/{ticket.number}/"
    offered, before = client.get(page).context["may"], everything_about(ticket)
    for name, doing in verbs.MEMBER.items():
        if doing.verb in offered or name == "unfollow":
            continue
        answer = client.post(f"{page}{name}/", TYPED.get(name, {}) | {"version": ticket.version})
        assert answer.status_code in (403, 422), name
        assert everything_about(ticket) == before, name


@pytest.mark.parametrize(("name", "doing"), verbs.DESK.items())
def test_every_verb_of_the_desk_works_somewhere(
    cast: Cast, browse: Browse, place: Place, name: str, doing: verbs.Doing
) -> None:
    at = {
        "resume": (Status.ON_HOLD, HoldReason.VENDOR),
        "reopen": (Status.RESOLVED, None),
        "close": (Status.RESOLVED, None),
        "answer": (Status.ON_HOLD, HoldReason.VENDOR),
    }
    status, hold = at.get(name, (Status.IN_PROGRESS, None))
    ticket = place(status, hold=hold)
    if name in ASKED_FOR_FIRST:
        asking = ASKED_FOR_FIRST[name]
        browse(cast.acme.requester).post(
            f"/c/acme/tickets/{ticket.number}/{asking}/", TYPED[asking] | {"version": ticket.version}
        )
        ticket = fresh(ticket)
    before = everything_about(ticket)
    typed = TYPED.get(name, {}) | {"version": ticket.version}
    if name == "assign":
        typed["person"] = cast.lead.pk
    if name == "team":
        typed["team"] = networks(cast).pk
    typed |= prepare(cast, ticket, name)
    before = everything_about(ticket)
    who = cast.lead if name in ASKED_FOR_FIRST else cast.engineer
    answer = browse(who).post(f"/desk/tickets/{ticket.key}/{name}/", typed)
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/tickets/{ticket.key}/")
    assert everything_about(ticket) != before


@pytest.mark.parametrize(
    ("name", "who", "status", "level"),
    [
        ("level1-take", "coordinator", Status.IN_PROGRESS, 1),
        ("solve", "coordinator", Status.IN_PROGRESS, 1),
        ("reopen", "requester", Status.RESOLVED, 2),
        ("confirm", "requester", Status.RESOLVED, 2),
        ("reassess", "requester", Status.IN_PROGRESS, 2),
        ("review", "requester", Status.IN_PROGRESS, 2),
        ("contest", "requester", Status.ON_HOLD, 2),
    ],
)
def test_every_verb_of_a_member_works_somewhere(
    cast: Cast, browse: Browse, place: Place, name: str, who: str, status: Status, level: int
) -> None:
    ticket = place(status, level=level, hold=HoldReason.VENDOR if status is Status.ON_HOLD else None)
    before = everything_about(ticket)
    page = f"/c/acme/tickets/{ticket.number}/"
    typed = TYPED.get(name, {}) | {"version": ticket.version}
    answer = browse(getattr(cast.acme, who)).post(f"{page}{name}/", typed)
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert everything_about(ticket) != before
