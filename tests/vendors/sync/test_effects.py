"""What a vendor does moves a ticket only where it must, and those of the desk whom it concerns are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from core.tenancy import acting_as, worker_context
from customers.access import desk_actor, desk_context
from escalations.models import Escalation
from escalations.tasks import advance_due_escalations
from notifications.models import Notification
from slas.models import Clock as ClockRow
from tests.cast import HIGH, Cast, file_ticket, fresh
from tests.conftest import Clock
from tests.vendors.sync.followed import (
    again,
    connect,
    facts,
    follow,
    hold_for_vendor,
    look,
    said,
    told,
)
from tests.vendors.sync.memory import MemoryVendor
from tickets import actions as tickets
from tickets.models import Ticket
from vendors.models import VendorCase
from vendors.states import CaseState
from vendors.tasks import remind_of_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast, vendor: MemoryVendor) -> VendorCase:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    return follow(vendor, cast.acme, connect(cast.acme), on=ticket)


def own(cast: Cast, ticket: Ticket) -> None:
    with acting_as(desk_context(cast.engineer)) as now:
        actor = desk_actor(cast.engineer)
        tickets.take(ticket=ticket, person=cast.engineer, actor=actor, at=now)


def restore_state(ticket: Ticket) -> str:
    with acting_as(worker_context()):
        return ClockRow.objects.get(ticket=ticket, metric="restore").state


def ladders(state: str = "running") -> list[str]:
    with acting_as(worker_context()):
        found = Escalation.objects.filter(trigger="vendor_waiting", state=state).order_by("pk")
        return list(found.values_list("about", flat=True))


# --- Holds --------------------------------------------------------------------------------------------
def test_a_reply_that_asks_us_something_ends_the_hold_and_the_clock_runs_again(
    case: VendorCase, cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    hold_for_vendor(cast, case.ticket)
    assert restore_state(case.ticket) == "paused"
    vendor.write("case-1", "Which volume is it?", clock.now + timedelta(minutes=1))
    vendor.move("case-1", "pending-customer-action")
    look(clock)
    assert fresh(case.ticket).hold_reason == ""
    assert restore_state(case.ticket) == "running"
    [resumed] = facts("tickets.resumed", case.ticket)
    assert (resumed.actor_kind, resumed.actor_name, resumed.occurred_at) == (
        "vendor",
        "AWS Support",
        clock.now,
    )


def test_an_automatic_acknowledgement_ends_no_hold(
    case: VendorCase, cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    hold_for_vendor(cast, case.ticket)
    vendor.write("case-1", "We received your case.", clock.now + timedelta(minutes=1), automatic=True)
    vendor.move("case-1", "pending-customer-action")
    look(clock)
    assert len(said(case)) == 1
    assert fresh(case.ticket).hold_reason == "vendor"


def test_news_of_work_that_goes_on_ends_no_hold(
    case: VendorCase, cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    hold_for_vendor(cast, case.ticket)
    vendor.write("case-1", "We look into it.", clock.now + timedelta(minutes=1))
    vendor.move("case-1", "work-in-progress")
    look(clock)
    assert fresh(case.ticket).hold_reason == "vendor"
    vendor.move("case-1", "pending-customer-action")  # and now it is our move, with nothing new said
    look(clock)
    assert fresh(case.ticket).hold_reason == ""


def test_words_from_before_the_hold_do_not_end_it(
    case: VendorCase, cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    vendor.write("case-1", "Which volume is it?", clock.now)
    vendor.move("case-1", "work-in-progress")
    look(clock)
    hold_for_vendor(cast, case.ticket)
    vendor.move("case-1", "pending-customer-action")
    look(clock)
    assert fresh(case.ticket).hold_reason == "vendor"


def test_a_hold_for_another_case_or_another_reason_goes_on(
    case: VendorCase, cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    other = follow(vendor, cast.acme, case.link, "case-2", on=case.ticket)
    hold_for_vendor(cast, case.ticket, evidence=f"Case {other.display_id}")
    vendor.write("case-1", "Done here.", clock.now + timedelta(minutes=1))
    vendor.move("case-1", "resolved")
    look(clock)
    assert fresh(case.ticket).hold_reason == "vendor"
    vendor.write("case-2", "Which volume is it?", clock.now)
    vendor.move("case-2", "pending-customer-action")
    look(clock)
    assert fresh(case.ticket).hold_reason == ""


def test_a_resolved_case_ends_the_hold_but_neither_resolves_nor_closes_the_ticket(
    case: VendorCase, cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    own(cast, case.ticket)
    hold_for_vendor(cast, case.ticket)
    vendor.move("case-1", "resolved")
    look(clock)
    now = fresh(case.ticket)
    assert (now.status, now.hold_reason) == ("in_progress", "")
    assert restore_state(case.ticket) == "running"
    assert told() == [("Desk Engineer", f"{now.key} Case {case.display_id} is resolved at AWS Support")]


# --- Alerts -------------------------------------------------------------------------------------------
def test_19_pending_customer_action_alerts_the_owner_at_once_and_the_leads_an_hour_later(
    case: VendorCase, cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    own(cast, case.ticket)
    vendor.write("case-1", "Which volume is it?", clock.now)
    vendor.move("case-1", "pending-customer-action")
    look(clock)
    look(clock)
    about = f"AWS Support waits for our answer on case {case.display_id}"
    assert ladders() == [about]
    advance_due_escalations()
    subject = f"{case.ticket.key} {about}"
    assert told("vendor_waiting") == [("Desk Engineer", subject)]
    clock.advance(hours=1)
    advance_due_escalations()
    assert told("vendor_waiting") == [("Desk Engineer", subject), ("Desk Lead", subject)]
    assert told() == []  # one alert, not also a mail of the reply


def test_19_without_an_owner_the_engineers_and_the_leads_are_alerted(
    case: VendorCase, clock: Clock, vendor: MemoryVendor
) -> None:
    vendor.move("case-1", "pending-customer-action")
    look(clock)
    advance_due_escalations()
    assert {name for name, _ in told("vendor_waiting")} == {"Desk Engineer", "Desk Lead"}


def test_19_the_desk_is_alerted_again_before_the_vendor_resolves_the_case_by_itself(
    case: VendorCase, cast: Cast, clock: Clock, vendor: MemoryVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(cast, case.ticket)
    vendor.move("case-1", "pending-customer-action")
    look(clock)
    asked = clock.now
    clock.set(asked + timedelta(days=10) - timedelta(seconds=1))
    assert remind_of_waiting() == 0
    clock.set(asked + timedelta(days=10))
    assert remind_of_waiting() == 1
    assert remind_of_waiting() == 0
    assert [fact.payload["again"] for fact in facts("vendors.waits", case.ticket)] == [False, True]
    assert ladders()[-1].startswith("AWS Support still waits for our answer")
    monkeypatch.setattr(settings, "VENDOR_RESOLVES_AFTER_DAYS", 30)
    vendor.move("case-1", "work-in-progress")
    look(clock)
    vendor.move("case-1", "pending-customer-action")
    look(clock)
    clock.advance(days=25)
    assert remind_of_waiting() == 0
    clock.advance(days=1)
    assert remind_of_waiting() == 1


def test_an_alert_is_over_when_the_vendor_does_not_wait_any_more(
    case: VendorCase, clock: Clock, vendor: MemoryVendor
) -> None:
    vendor.move("case-1", "pending-customer-action")
    look(clock)
    vendor.move("case-1", "customer-action-completed")
    look(clock)
    assert (ladders(), len(ladders("finished"))) == ([], 1)
    vendor.write("case-1", "And the other volume?", clock.now)
    vendor.move("case-1", "pending-customer-action")
    look(clock)
    assert len(ladders()) == 1


def test_an_answer_of_ours_and_the_next_question_between_two_looks_alert_again(
    case: VendorCase, cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    vendor.write("case-1", "Which volume is it?", clock.now)
    vendor.move("case-1", "pending-customer-action")
    look(clock)
    with acting_as(worker_context()):
        VendorCase.objects.filter(pk=case.pk).update(last_desk_at=clock.now + timedelta(minutes=1))
    vendor.write("case-1", "And the region?", clock.now + timedelta(minutes=2))
    look(clock)
    look(clock)
    assert len(facts("vendors.waits", case.ticket)) == 2


def test_the_owner_is_told_of_a_reply_that_asks_nothing(
    case: VendorCase, cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    vendor.write("case-1", "Nobody owns it yet.", clock.now)
    look(clock)
    assert told() == []
    own(cast, case.ticket)
    vendor.write("case-1", "We look into it.", clock.now)
    vendor.write("case-1", "This is an automatic note.", clock.now, automatic=True)
    look(clock)
    assert told() == [("Desk Engineer", f"{case.ticket.key} AWS Support replied on case {case.display_id}")]
    with acting_as(worker_context()):
        body = Notification.objects.get(kind="vendor").body
    assert "We look into it." not in body  # what a vendor wrote is read on the portal
    assert again(case).state == CaseState.NEW


def test_a_ticket_that_is_closed_stays_closed_whatever_the_vendor_does(
    case: VendorCase, cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    with acting_as(desk_context(cast.engineer)) as now:
        actor = desk_actor(cast.engineer)
        tickets.resolve(ticket=case.ticket, actor=actor, at=now, code="fixed", cause="Disk", fix="Disk")
        tickets.close(ticket=case.ticket, actor=actor, at=now)
    vendor.write("case-1", "Which volume is it?", clock.now)
    vendor.move("case-1", "pending-customer-action")
    look(clock)
    assert fresh(case.ticket).status == "closed"
    assert [body for _, body in said(case)] == ["Which volume is it?"]
