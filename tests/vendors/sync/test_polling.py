"""Accounts are looked at: what is at the vendor comes here whole and once, whatever fails in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from core.tenancy import SYSTEM, acting_as, worker_context
from tests.cast import Cast, file_ticket, fresh
from tests.conftest import Clock
from tests.vendors.sync.followed import (
    again,
    connect,
    facts,
    follow,
    link_again,
    look,
    look_until_all_is_read,
    said,
    statuses,
    told,
)
from tests.vendors.sync.memory import MemoryVendor, throttled
from tickets.models import Message, Ticket
from vendors.actions import links
from vendors.actions.sync import polling
from vendors.adapters.base import (
    NotAuthorised,
    NotEntitled,
    NotFound,
    Unavailable,
    VendorError,
)
from vendors.models import AccountLink, VendorCase, VendorMessage
from vendors.states import CaseState, LinkState
from vendors.tasks import poll_due

pytestmark = pytest.mark.django_db


# --- How much, how often ------------------------------------------------------------------------------
def test_16_250_open_cases_and_120_messages_are_read_completely_and_once(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    ticket = file_ticket(cast.acme.requester)
    cases = [follow(vendor, cast.acme, link, f"case-{n}", on=ticket, severity="low") for n in range(250)]
    for number in range(120):
        vendor.write("case-0", f"Message {number}", clock.now + timedelta(seconds=number))
    for case in cases[1:]:
        vendor.write(case.external_id, "Seen", clock.now)
    clock.advance(minutes=5)
    rounds = look_until_all_is_read(clock, link)
    assert rounds == 3  # a hundred at a time
    assert [body for _, body in said(cases[0]) if body != "Seen"] == [f"Message {n}" for n in range(120)]
    with acting_as(worker_context()):
        before = list(VendorMessage.objects.order_by("pk").values_list("pk", "fingerprint", "occurrence"))
        assert len(before) == 120 + 249
        assert VendorCase.objects.filter(read_at=None).count() == 0
    look(clock)
    look_until_all_is_read(clock, link)
    with acting_as(worker_context()):
        assert (
            list(VendorMessage.objects.order_by("pk").values_list("pk", "fingerprint", "occurrence"))
            == before
        )
        assert Message.objects.exclude(vendor="").count() == len(before)


def test_an_account_is_looked_at_as_often_as_its_cases_need(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)

    def wait() -> float:
        planned = link_again(link).next_poll_at
        assert planned is not None
        return (planned - clock.now).total_seconds()

    assert look(clock) == 1
    assert 25 * 60 <= wait() <= 30 * 60
    low = follow(vendor, cast.acme, link, "case-1", severity="low")
    look(clock, minutes=31)
    assert 240 <= wait() <= 300
    follow(vendor, cast.acme, link, "case-2", severity="critical")
    look(clock)  # it was asked for six minutes ago, so that its answer is looked for
    assert 20 <= wait() <= 30
    look(clock, minutes=11)
    assert 60 <= wait() <= 120
    calls = vendor.made("messages")
    look(clock, minutes=2)
    assert vendor.made("messages") == calls + 1  # the low one was read two minutes ago
    vendor.write("case-1", "Any news?", clock.now)
    vendor.move("case-1", "work-in-progress")
    look(clock, minutes=2)
    assert vendor.made("messages") == calls + 3  # its status changed
    assert again(low).state == CaseState.VENDOR_WORKING


def test_only_what_is_due_is_looked_at_and_by_one_worker(
    cast: Cast, clock: Clock, vendor: MemoryVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = connect(cast.acme)
    assert poll_due() == 1
    assert poll_due() == 0
    looked = polling._look

    def and_another_comes(claim: polling.Claim, adapter: MemoryVendor) -> object:
        assert poll_due() == 0  # it is somebody's
        return looked(claim, adapter)

    monkeypatch.setattr(polling, "_look", and_another_comes)
    assert look(clock, minutes=31) == 1
    assert link_again(link).poll_lease_until is None
    assert vendor.made("open_cases") == 2


def test_a_worker_that_was_too_slow_stores_nothing_over_what_another_one_saw_since(
    cast: Cast, clock: Clock, vendor: MemoryVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = follow(vendor, cast.acme, connect(cast.acme))
    looked = polling._look

    def slowly(claim: polling.Claim, adapter: MemoryVendor) -> object:
        found = looked(claim, adapter)
        monkeypatch.setattr(polling, "_look", looked)
        vendor.move("case-1", "work-in-progress")
        vendor.write("case-1", "We look into it.", clock.now)
        clock.advance(minutes=6)  # its time is over, and the next one comes
        assert poll_due() == 1
        return found

    monkeypatch.setattr(polling, "_look", slowly)
    look(clock)
    assert again(case).raw_status == "work-in-progress"
    assert statuses(case) == [("unassigned", "new"), ("work-in-progress", "vendor_working")]
    assert again(case).seen_at == clock.now
    assert [body for _, body in said(case)] == ["We look into it."]


def test_a_look_that_takes_too_long_leaves_the_rest_to_the_next_one(
    cast: Cast, clock: Clock, vendor: MemoryVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = connect(cast.acme)
    cases = [follow(vendor, cast.acme, link, f"case-{number}") for number in range(3)]
    for case in cases:
        vendor.write(case.external_id, "Words", clock.now)
    called = MemoryVendor._call

    def slowly(self: MemoryVendor, operation: str, target: object) -> None:
        clock.advance(minutes=2)
        called(self, operation, target)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(MemoryVendor, "_call", slowly)
        look(clock)
    assert [name for name, _ in vendor.calls] == ["open_cases", "messages"]
    assert [len(said(case)) for case in cases] == [1, 0, 0]
    assert look(clock, minutes=0.1) == 1
    assert [len(said(case)) for case in cases] == [1, 1, 1]


def test_no_call_is_made_within_a_transaction_of_the_portal(
    cast: Cast, clock: Clock, vendor: MemoryVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = connect(cast.acme)
    follow(vendor, cast.acme, link)
    depth = len(connection.savepoint_ids)
    called = MemoryVendor._call

    def outside(self: MemoryVendor, operation: str, target: object) -> None:
        assert len(connection.savepoint_ids) == depth
        called(self, operation, target)  # type: ignore[arg-type]

    monkeypatch.setattr(MemoryVendor, "_call", outside)
    look(clock)
    assert [name for name, _ in vendor.calls] == ["open_cases", "messages"]


# --- Whose cases --------------------------------------------------------------------------------------
def test_cases_that_are_not_ours_are_counted_and_never_taken_in(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    vendor.open(link.account_number, "theirs-1")
    vendor.open(link.account_number, "theirs-2")
    look(clock)
    assert link_again(link).cursor["foreign"] == 2
    with acting_as(worker_context()):
        assert (VendorCase.objects.count(), Ticket.objects.count()) == (0, 0)
    assert vendor.made("messages") == 0


def test_4_a_customers_link_reads_nothing_of_anothers_case(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    ours, theirs = connect(cast.acme), connect(cast.globex)
    case = follow(vendor, cast.acme, ours)
    vendor.write("case-1", "For Acme alone", clock.now)
    with acting_as(worker_context()) as now:
        AccountLink.objects.filter(pk=ours.pk).update(next_poll_at=None)
        # What is of another account is not known in this one, even where its id stands on a row by mistake.
        ticket = Ticket.objects.get(pk=file_ticket(cast.globex.requester).pk)
        wrong = VendorCase.objects.create(
            customer=ticket.customer,
            ticket=ticket,
            vendor=theirs.vendor,
            link=theirs,
            external_id="case-1",
            subject="Wrong",
            state_since=now,
            asked_at=now,
            asked_by="Nobody",
        )
    look(clock)
    assert {account for _, account in vendor.calls} == {theirs.account_number}
    assert again(wrong).is_missing
    assert said(wrong) == []
    assert said(case) == []


def test_a_case_that_the_vendor_does_not_know_any_more_is_flagged_once_and_found_again(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    lost = follow(vendor, cast.acme, link, "case-1")
    kept = follow(vendor, cast.acme, link, "case-2")
    gone = vendor.accounts[link.account_number].pop("case-1")
    vendor.move("case-2", "resolved")
    # The vendor answers nothing at all when one of several ids is unknown.
    vendor.fail("cases", NotFound("Unknown.", code="CaseIdNotFound"))
    look(clock)
    look(clock)
    assert (again(lost).is_missing, again(kept).is_missing) == (True, False)
    assert again(kept).state == CaseState.RESOLVED
    assert again(lost).state == CaseState.NEW  # what was known of it stays
    assert len(facts("vendors.case_missing")) == 1
    assert len([one for one in told() if "does not know" in one[1]]) == 2  # a lead and an administrator
    vendor.accounts[link.account_number]["case-1"] = gone
    look(clock)
    assert not again(lost).is_missing


def test_a_case_whose_long_id_has_changed_is_known_by_its_number(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    case = follow(vendor, cast.acme, link, "case-1-muen-1")
    vendor.accounts[link.account_number] = {}
    vendor.open(link.account_number, "case-1-mufr-1", display_id=case.display_id)
    vendor.letters["case-1-muen-1"] = []
    vendor.move("case-1-mufr-1", "work-in-progress")
    vendor.fail("messages", None)
    vendor.accounts[link.account_number]["case-1-muen-1"] = vendor.accounts[link.account_number][
        "case-1-mufr-1"
    ]
    look(clock)
    assert again(case).state == CaseState.VENDOR_WORKING
    assert not again(case).is_missing


# --- Where they stand ---------------------------------------------------------------------------------
def test_20_a_case_resolved_in_the_console_is_noticed_and_the_ticket_stays_open(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    case = follow(vendor, cast.acme, link)
    look(clock)
    before = clock.now
    vendor.move("case-1", "resolved")
    look(clock, minutes=5)
    now = again(case)
    assert (now.state, now.raw_status) == (CaseState.RESOLVED, "resolved")
    assert (now.resolved_after, now.resolved_at) == (before, clock.now)  # between those two looks
    assert fresh(case.ticket).is_open
    assert [fact.actor_kind for fact in facts("vendors.case_moved", case.ticket)] == ["vendor"]
    assert {subject for _, subject in told()} == {
        f"{case.ticket.key} Case {case.display_id} is resolved at AWS Support"
    }


def test_21_a_case_opened_again_within_the_window_is_followed(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    case = follow(vendor, cast.acme, link, severity="low")
    look(clock)
    vendor.move("case-1", "resolved")
    look(clock)
    look(clock, minutes=13 * 24 * 60)
    assert again(case).state == CaseState.RESOLVED
    vendor.move("case-1", "reopened")
    vendor.write("case-1", "It came back.", clock.now)
    look(clock, minutes=31)
    now = again(case)
    assert (now.state, now.resolved_at, now.resolved_after) == (CaseState.WAITING_ON_VENDOR, None, None)
    assert said(case) == [("Amazon Web Services", "It came back.")]
    assert any("opened again" in subject for _, subject in told())
    assert statuses(case)[-3:] == [
        ("unassigned", "new"),
        ("resolved", "resolved"),
        ("reopened", "waiting_on_vendor"),
    ]


def test_21_after_the_window_it_is_closed_by_our_clock_and_then_no_longer_asked_for(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    case = follow(vendor, cast.acme, link)
    look(clock)
    vendor.move("case-1", "resolved")
    look(clock)
    look(clock, minutes=14 * 24 * 60)
    assert (again(case).state, again(case).raw_status) == (CaseState.CLOSED, "resolved")
    assert len(facts("vendors.case_moved", case.ticket)) == 1  # the vendor did nothing
    look(clock, minutes=3 * 24 * 60)
    asked = vendor.made("cases")
    look(clock, minutes=31)
    assert vendor.made("cases") == asked


def test_22_an_unknown_status_is_kept_alerted_once_and_moves_no_ticket(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    case, other = follow(vendor, cast.acme, link, "case-1"), follow(vendor, cast.acme, link, "case-2")
    vendor.move("case-1", "gone-fishing", extra={"mood": "calm"})
    vendor.move("case-2", "gone-fishing")
    before = fresh(case.ticket)
    for _ in range(3):
        look(clock)
    now = again(case)
    assert (now.state, now.raw_status, now.extra) == (CaseState.UNKNOWN, "gone-fishing", {"mood": "calm"})
    assert again(other).state == CaseState.UNKNOWN
    assert [subject for _, subject in told() if "status" in subject] == [
        f"{case.ticket.key} AWS Support uses a status that we do not know: gone-fishing"
    ] * 2  # a lead and an administrator, for both cases of the account
    after = fresh(case.ticket)
    assert (after.status, after.hold_reason, after.version) == (
        before.status,
        before.hold_reason,
        before.version,
    )
    vendor.move("case-1", "work-in-progress")
    vendor.write("case-1", "Back again", clock.now)
    look(clock)
    assert again(case).state == CaseState.VENDOR_WORKING
    assert [body for _, body in said(case)] == ["Back again"]


def test_22_an_unknown_error_at_one_case_is_told_and_the_others_are_read(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    one, other = follow(vendor, cast.acme, link, "case-1"), follow(vendor, cast.acme, link, "case-2")
    vendor.write("case-1", "One", clock.now)
    vendor.write("case-2", "Two", clock.now)
    vendor.fail("messages", VendorError("The moon is full.", code="FullMoonException"))
    look(clock)
    assert (said(one), said(other)) == ([], [("Amazon Web Services", "Two")])
    assert link_again(link).last_error == "FullMoonException: The moon is full."
    assert len([one for one in told() if "do not know" in one[1]]) == 2
    look(clock)
    assert said(one) == [("Amazon Web Services", "One")]
    assert link_again(link).last_error == ""


def test_22_an_answer_that_cannot_be_read_at_all_is_told_and_asked_for_again(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    follow(vendor, cast.acme, link)
    vendor.fail("open_cases", AttributeError("'str' object has no attribute 'get'"))
    look(clock)
    assert link_again(link).last_error.startswith("AttributeError")
    assert link_again(link).failures == 1
    assert look(clock, minutes=2) == 1
    assert link_again(link).failures == 0


# --- Failures -----------------------------------------------------------------------------------------
def test_15_throttling_is_absorbed_loses_nothing_and_leaves_others_alone(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link, other = connect(cast.acme), connect(cast.globex)
    cases = [follow(vendor, cast.acme, link, f"case-{n}") for n in range(3)]
    theirs = follow(vendor, cast.globex, other, "theirs")
    for case in (*cases, theirs):
        vendor.write(case.external_id, f"For {case.external_id}", clock.now)
    vendor.fail("messages", None, throttled())  # the second of three
    look(clock)
    assert [bool(said(case)) for case in cases].count(True) == 1
    assert said(theirs) == [("Amazon Web Services", "For theirs")]
    assert (link_again(link).failures, link_again(other).failures) == (1, 0)
    planned = link_again(link).next_poll_at
    assert planned is not None
    assert timedelta(seconds=1) <= planned - clock.now <= timedelta(seconds=60)
    assert link_again(link).standing is LinkState.OK
    look(clock, minutes=1)
    assert all(said(case) == [("Amazon Web Services", f"For {case.external_id}")] for case in cases)
    assert link_again(link).failures == 0
    assert told() == []


def test_a_vendor_that_is_down_is_left_alone_and_the_desk_is_told_once(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link, other = connect(cast.acme), connect(cast.globex)
    case = follow(vendor, cast.acme, link)
    follow(vendor, cast.globex, other, "theirs")
    vendor.refusing[link.account_number] = Unavailable("No answer.", code="ConnectTimeoutError")
    for _ in range(5):
        assert look(clock, minutes=2) >= 1
    now = link_again(link)
    assert (now.failures, now.standing) == (5, LinkState.UNREACHABLE)
    assert now.paused_until == clock.now + timedelta(minutes=2)
    assert link_again(other).standing is LinkState.OK
    asked = len(vendor.calls)
    clock.advance(seconds=90)
    poll_due()
    assert all(account != link.account_number for _, account in vendor.calls[asked:])
    for _ in range(6):
        look(clock, minutes=35)
    alerts = [subject for _, subject in told() if "annot be reached" in subject]
    assert len(alerts) == 2  # a lead and an administrator, once
    assert link_again(link).paused_until == clock.now + timedelta(minutes=30)
    vendor.refusing.clear()
    vendor.write("case-1", "We are back", clock.now)
    look(clock, minutes=31)
    now = link_again(link)
    assert (now.failures, now.paused_until, now.last_error) == (0, None, "")
    assert now.next_probe_at == clock.now  # a look at the plan says that all is well again
    assert said(case) == [("Amazon Web Services", "We are back")]


def test_an_account_that_refuses_us_is_denied_at_once_and_told_once(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    case = follow(vendor, cast.acme, link)
    vendor.refusing[link.account_number] = NotAuthorised("No.", code="AccessDenied")
    for _ in range(3):
        look(clock, minutes=5)
    assert link_again(link).standing is LinkState.DENIED
    assert link_again(link).state_evidence.startswith("AccessDenied")
    assert len([subject for _, subject in told() if "refuses us" in subject]) == 2
    assert again(case).state == CaseState.NEW


def test_an_account_without_a_plan_is_left_to_the_look_at_its_plan(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    vendor.refusing[link.account_number] = NotEntitled("No plan.", code="SubscriptionRequiredException")
    look(clock)
    now = link_again(link)
    assert (now.standing, now.failures) == (LinkState.OK, 0)
    assert now.next_probe_at == clock.now
    assert now.next_poll_at is not None
    assert now.next_poll_at > clock.now + timedelta(minutes=20)


def test_a_case_that_always_fails_does_not_hold_up_the_others(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    poison = follow(vendor, cast.acme, link, "case-1")
    good = follow(vendor, cast.acme, link, "case-2")
    vendor.write("case-2", "Good", clock.now)
    for _ in range(3):
        vendor.fail("messages", Unavailable("500", code="InternalServerError"))
        look(clock)
    assert said(good) == [("Amazon Web Services", "Good")]
    assert again(poison).read_at is None
    assert link_again(link).standing is LinkState.OK


# --- No call ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "changes",
    [
        {"state": LinkState.RETIRED.value},
        {"state": LinkState.UNVERIFIED.value},
        {"is_manual": True},
    ],
)
def test_no_call_is_made_over_a_link_that_makes_none(
    cast: Cast, clock: Clock, vendor: MemoryVendor, changes: dict[str, object]
) -> None:
    link = connect(cast.acme, **changes)
    follow(vendor, cast.acme, link)
    assert look(clock) == 0
    assert vendor.calls == []


def test_a_link_retired_while_it_is_looked_at_makes_no_further_call_and_stores_nothing(
    cast: Cast, clock: Clock, vendor: MemoryVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = connect(cast.acme)
    case = follow(vendor, cast.acme, link)
    vendor.write("case-1", "Too late", clock.now)
    listed = vendor.open_cases

    def and_it_is_retired(target: object) -> object:
        found = listed(target)  # type: ignore[arg-type]
        with acting_as(worker_context()) as now:
            links.retire(link=link, actor=SYSTEM, at=now)
        return found

    monkeypatch.setattr(vendor, "open_cases", and_it_is_retired)
    look(clock)
    assert [name for name, _ in vendor.calls] == ["open_cases"]
    assert said(case) == []
    assert link_again(link).next_poll_at is None
    assert look(clock) == 0
