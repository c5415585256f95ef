"""An engineer sees what another severity would do to every deadline, before anything is saved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from slas.models import Clock
from slas.severity_preview import Change, preview_severity
from tests.cast import CRITICAL, HIGH, LOW, NORMAL, START, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Call
from tests.conftest import Clock as PortalClock
from tests.tickets.conftest import everything_about
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket
from tickets.severity import Impact, Severity


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def reply(cast: Cast, ticket: Ticket) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We look at it")


def wait_for_customer(cast: Cast, ticket: Ticket) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.hold(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            reason=HoldReason.CUSTOMER_REPLY,
            owner="Acme",
            note="Which branch",
        )


def changes(ticket: Ticket, severity: Severity) -> dict[str, Change]:
    with acting_as(worker_context()) as now:
        preview = preview_severity(fresh(ticket), severity=severity, at=now)
    assert preview.is_measured
    return {change.metric: change for change in preview.changes}


def test_every_deadline_moves_to_where_the_new_target_puts_it(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    clock.advance(minutes=10)
    reply(cast, ticket)
    clock.advance(minutes=20)
    found = changes(ticket, Severity.P1)
    assert {name: change.effect.value for name, change in found.items()} == {
        "respond": "settled",
        "update": "moves",
        "restore": "moves",
    }
    assert found["respond"].outcome == "met"
    # One business day from 10:10, and one hour of which 20 minutes are used.
    assert (found["update"].due_before, found["update"].due_after) == (utc(3, 23, 10), utc(3, 0, 10))
    # Three business days from Tuesday 10:00, and four hours from then.
    assert (found["restore"].due_before, found["restore"].due_after) == (utc(5, 23), utc(3, 3))


def test_a_target_that_is_used_up_already_is_missed_now(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    clock.advance(minutes=29, seconds=59)
    assert changes(ticket, Severity.P1)["respond"].effect.value == "moves"
    clock.advance(seconds=1)
    assert changes(ticket, Severity.P1)["respond"].effect.value == "missed_now"
    clock.advance(hours=1)
    found = changes(ticket, Severity.P1)
    assert (found["respond"].effect.value, found["restore"].effect.value) == ("missed_now", "moves")


def test_an_update_that_is_missed_now_names_the_next_one(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    reply(cast, ticket)
    clock.advance(hours=2)
    update = changes(ticket, Severity.P1)["update"]
    assert (update.effect.value, update.cycle, update.next_due_at) == ("missed_now", 1, utc(3, 2))


def test_what_is_missed_stays_missed(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=31)
    assert changes(ticket, Severity.P4)["respond"].effect.value == "still_missed"


def test_while_a_clock_stands_still_the_times_are_those_if_it_resumed_now(
    cast: Cast, clock: PortalClock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    reply(cast, ticket)
    clock.advance(minutes=30)
    wait_for_customer(cast, ticket)
    clock.advance(minutes=30)
    restore = changes(ticket, Severity.P1)["restore"]
    assert (restore.effect.value, restore.is_halted) == ("moves", True)
    assert (restore.due_before, restore.due_after) == (utc(5, 23, 30), utc(3, 3, 30))


def test_a_severity_without_a_target_drops_the_deadline_and_one_with_a_target_begins_it(
    cast: Cast,
) -> None:
    normal, low = (file_ticket(cast.acme.requester, impact=impact) for impact in (NORMAL, LOW))
    drops, begins = changes(normal, Severity.P4)["restore"], changes(low, Severity.P3)["restore"]
    assert (drops.effect.value, drops.due_before, drops.due_after) == ("drops", utc(5, 23), None)
    assert (begins.effect.value, begins.due_before, begins.due_after) == ("begins", None, utc(5, 23))


@pytest.mark.parametrize("after", [0, 10, 100, 1000, 10_000])
@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize("impact", [CRITICAL, HIGH, NORMAL, LOW])
def test_what_was_previewed_is_what_saving_brings(
    cast: Cast, clock: PortalClock, impact: Impact, severity: Severity, after: int
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=impact)
    clock.advance(minutes=after)
    reply(cast, ticket)
    clock.advance(minutes=after)
    promised = changes(ticket, severity)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.establish_severity(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, severity=severity, reason="Because"
        )
    with acting_as(worker_context()):
        for metric, change in promised.items():
            kept = Clock.objects.filter(ticket=ticket, metric=metric, cycle=change.cycle).first()
            if change.due_after is None:
                assert kept is None or kept.target_seconds is None, metric
                continue
            assert kept is not None
            assert kept.due_at == change.due_after, metric
            assert (kept.breached_at == clock.now) == (change.effect.value == "missed_now"), metric


def test_a_preview_stores_nothing(cast: Cast, browse: Browse, call: Call, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    clock.advance(minutes=5)
    before = everything_about(ticket)
    with acting_as(worker_context()):
        kept = list(Clock.objects.values())
    typed = {"severity": 1, "reason": "Everybody", "version": ticket.version}
    assert browse(cast.engineer).post(address(ticket), typed).status_code == 200
    assert call(cast.engineer).post(API.format(ticket.number), {"severity": "P1"}).status_code == 200
    assert everything_about(ticket) == before
    with acting_as(worker_context()):
        assert list(Clock.objects.values()) == kept


API = "/api/v1/c/acme/tickets/{}/severity/preview/"


def address(ticket: Ticket) -> str:
    return f"/desk/tickets/{ticket.key}/severity/preview/"


def test_without_a_script_the_page_comes_back_with_the_preview_and_everything_typed(
    cast: Cast, browse: Browse, clock: PortalClock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    with acting_as(context_of(cast.acme.lead)):
        tickets.watch(ticket=ticket, member=cast.acme.lead)
    clock.advance(hours=2)
    version = ticket.version - 1  # somebody else's change is still noticed when it is sent
    page = browse(cast.engineer).post(
        address(ticket), {"severity": 1, "reason": "Nobody can order", "version": version}
    )
    said = " ".join(page.content.decode().split())
    assert page.status_code == 200
    assert "Respond: this makes it missed now." in said
    assert "Acme Requester, Acme Lead will be told." in said
    assert 'value="Nobody can order"' in said
    assert '<option value="1" selected>P1 Critical</option>' in said
    assert str(page.context["forms"]["severity"]["version"].value()) == str(version)
    assert "There is a problem" not in said


def test_a_script_gets_the_preview_alone(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    page = browse(cast.engineer).post(address(ticket), {"severity": 1}, headers={"HX-Request": "true"})
    said = " ".join(page.content.decode().split())
    assert "P3 to P1 Critical" in said
    assert "Respond due moves from" in said
    assert "<html" not in said
    same = browse(cast.engineer).post(address(ticket), {"severity": 3}, headers={"HX-Request": "true"})
    assert "No deadline moves: this confirms P3 Normal." in same.content.decode()


def test_the_form_of_a_review_gets_its_preview_beside_it(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    asked = {"severity": 1, "reason": "Worse", "version": ticket.version}
    browse(cast.acme.requester).post(f"/c/acme/tickets/{ticket.number}/review/", asked)
    page = browse(cast.lead).post(
        address(ticket), {"form": "decide", "severity": 2, "reason": "Half of it", "version": 1}
    )
    assert page.context["forms"]["decide"]["reason"].value() == "Half of it"
    assert page.context["forms"]["severity"]["reason"].value() is None


@pytest.mark.parametrize("severity", ["", "0", "5", "P1"])
def test_a_severity_that_is_none_is_said_beside_the_field(cast: Cast, browse: Browse, severity: str) -> None:
    ticket = file_ticket(cast.acme.requester)
    page = browse(cast.engineer).post(
        address(ticket), {"severity": severity, "reason": "Why", "version": ticket.version}
    )
    assert page.status_code == 422
    assert set(page.context["failed"]["severity"].errors) == {"severity"}


def test_without_an_agreement_no_deadline_moves(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.initech.coordinator, impact=NORMAL)
    page = browse(cast.engineer).post(address(ticket), {"severity": 1, "reason": "Why"})
    assert "Best effort: no objective applies, so no deadline moves." in page.content.decode()


def test_the_api_says_the_same(cast: Cast, call: Call, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    clock.advance(hours=2)
    answer = call(cast.engineer).post(API.format(ticket.number), {"severity": "P1"})
    said: dict[str, Any] = answer.json()
    assert (said["severity"], said["present"], said["is_measured"]) == ("P1", "P3", True)
    assert said["told"] == ["Acme Requester"]
    assert said["changes"] == [
        {
            "metric": "respond",
            "cycle": 1,
            "effect": "missed_now",
            "outcome": "pending",
            "is_halted": False,
            "due_before": f"{START + timedelta(hours=4):%Y-%m-%dT%H:%M:%SZ}",
            "due_after": f"{START + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}",
            "next_due_at": None,
        },
        {
            "metric": "restore",
            "cycle": 1,
            "effect": "moves",
            "outcome": "pending",
            "is_halted": False,
            "due_before": "2026-03-05T23:00:00Z",
            "due_after": f"{START + timedelta(hours=4):%Y-%m-%dT%H:%M:%SZ}",
            "next_due_at": None,
        },
    ]
    assert call(cast.acme.lead).post(API.format(ticket.number), {"severity": "P1"}).status_code == 403
