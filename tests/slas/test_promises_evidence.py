"""The evidence of a ticket can be downloaded, and anyone can compute its verdicts again."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from core.tenancy import acting_as
from customers.models import DeskPerson, Member
from slas.tasks import sweep_due_clocks
from tests.cast import HIGH, START, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.slas.test_promises_targets import clocks, reply
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket


@pytest.fixture
def story(cast: Cast, clock: Clock) -> Ticket:
    """Let a ticket have a reply, notes of both sides, a hold, a missed update and a restoration."""
    ticket = file_ticket(cast.acme.requester, impact=HIGH, subject="Orders do not go out")
    engineer, coordinator = cast.engineer, cast.acme.coordinator
    clock.advance(minutes=10)
    reply(cast, ticket)
    with acting_as(context_of(engineer)) as now:
        tickets.post_internal_note(ticket=ticket, actor=actor_of(engineer), at=now, body="Secret of the desk")
    with acting_as(context_of(coordinator)) as now:
        tickets.post_customer_note(
            ticket=ticket, actor=actor_of(coordinator), at=now, body="Secret of the customer"
        )
    clock.advance(minutes=20)
    with acting_as(context_of(engineer)) as now:
        tickets.hold(
            ticket=ticket,
            actor=actor_of(engineer),
            at=now,
            reason=HoldReason.VENDOR,
            owner="AWS Support",
            note="AWS case",
            evidence="Case 17",
        )
    clock.advance(hours=3)
    sweep_due_clocks()
    with acting_as(context_of(engineer)) as now:
        tickets.resume(ticket=ticket, actor=actor_of(engineer), at=now)
        tickets.mark_restored(ticket=ticket, actor=actor_of(engineer), at=now)
    clock.advance(minutes=1)
    return ticket


def download(browse: Browse, person: Member | DeskPerson, ticket: Ticket) -> dict[str, Any]:
    address = (
        f"/c/acme/tickets/{ticket.number}/evidence.json"
        if isinstance(person, Member)
        else f"/desk/tickets/{ticket.key}/evidence.json"
    )
    answer = browse(person).get(address)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="{ticket.key}-evidence.json"'
    document: dict[str, Any] = json.loads(answer.content)
    return document


@pytest.mark.parametrize("side", ["member", "desk"])
def test_the_download_replays_to_its_own_verdict(
    cast: Cast, browse: Browse, story: Ticket, tmp_path: Path, side: str
) -> None:
    document = download(browse, cast.acme.requester if side == "member" else cast.engineer, story)
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(document))
    printed = StringIO()
    call_command("slo_replay", str(file), stdout=printed)
    assert json.loads(printed.getvalue()) == document["verdict"]


def test_the_verdict_is_what_the_cache_holds(cast: Cast, browse: Browse, story: Ticket) -> None:
    verdict = download(browse, cast.acme.requester, story)["verdict"]
    newest = {clock["metric"]: clock for clock in verdict["clocks"]}
    for metric, row in clocks(story).items():
        assert (newest[metric]["outcome"], newest[metric]["cycle"]) == (row.outcome, row.cycle)
    assert newest["restore"]["outcome"] == "met"
    assert [clock["outcome"] for clock in verdict["clocks"] if clock["metric"] == "update"] == [
        "missed",
        "pending",
    ]
    assert sum(verdict["ledger"].values()) == timedelta(hours=3, minutes=31).total_seconds()
    assert verdict["ledger"]["vendor"] == timedelta(hours=3).total_seconds()


def test_both_sides_get_the_same_evidence(cast: Cast, browse: Browse, story: Ticket) -> None:
    assert download(browse, cast.acme.requester, story) == download(browse, cast.engineer, story)


def test_nobodys_own_words_are_in_the_evidence(cast: Cast, browse: Browse, story: Ticket) -> None:
    for person in (cast.acme.requester, cast.engineer):
        document = download(browse, person, story)
        text = json.dumps(document)
        kinds = [fact["kind"] for fact in document["facts"]]
        assert kinds == [
            "opened",
            "severity_set",
            "reached_desk",
            "policy_attached",
            "public_reply",
            "held",
            "resumed",
            "restored",
        ]
        for words in ("Secret", "AWS case", "Orders do not go out", "Desk Engineer", "Acme Requester", "@"):
            assert words not in text


def test_the_evidence_is_as_of_now(cast: Cast, browse: Browse, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    clock.advance(minutes=30)
    document = download(browse, cast.acme.requester, ticket)
    assert document["as_of"] == "2026-03-02T23:30:00Z"
    assert document["facts"][0]["at"] == f"{START:%Y-%m-%dT%H:%M:%SZ}"
    [respond] = [one for one in document["verdict"]["clocks"] if one["metric"] == "respond"]
    assert respond["consumed_seconds"] == 1800


def test_without_an_agreement_the_evidence_has_no_clock_and_a_ledger(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.initech.coordinator, impact=HIGH)
    clock.advance(hours=1)
    answer = browse(cast.initech.requester).get(f"/c/initech/tickets/{ticket.number}/evidence.json")
    assert answer.status_code == 404  # not the requester's own ticket
    answer = browse(cast.initech.lead).get(f"/c/initech/tickets/{ticket.number}/evidence.json")
    verdict = json.loads(answer.content)["verdict"]
    assert verdict["clocks"] == []
    assert verdict["ledger"]["desk"] == 3600
