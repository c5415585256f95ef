"""The customer answers: what ends, what is told, and everybody whose answer does not count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from customers.models import Member
from notifications.models import Notification
from slas.models import Clock
from tests.cast import Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Call
from tests.conftest import Clock as Time
from tests.tickets.approvals import again, ask, columns, give_password
from tests.tickets.conftest import WAIT, everything_about, facts_of
from tickets import actions
from tickets.lifecycle import HoldReason
from tickets.models import ApprovalRequest, Message, ResolutionCode, Ticket

PASSWORD = "a long enough sentence"
REAUTHENTICATE = "/accounts/reauthenticate/"


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester)


@pytest.fixture
def asked(cast: Cast, ticket: Ticket) -> ApprovalRequest:
    return ask(cast, ticket)


@pytest.fixture
def grave(cast: Cast, ticket: Ticket) -> ApprovalRequest:
    return ask(cast, ticket, touches_production=True)


def answer(client: Client, approval: ApprovalRequest, verb: str, **typed: Any) -> Any:
    return client.post(f"/c/acme/approvals/{approval.pk}/{verb}/", typed)


def all_of(approval: ApprovalRequest) -> tuple[object, ...]:
    return (columns(approval), everything_about(approval.ticket))


def last_message(ticket: Ticket) -> tuple[str, str, str]:
    with acting_as(worker_context()):
        message = Message.objects.filter(ticket=ticket).latest("pk")
        return (message.author_name, message.audience, message.body)


# --- Yes and no ---------------------------------------------------------------------------------------
def test_approving_ends_the_hold_and_is_told_in_the_conversation(
    cast: Cast, browse: Browse, asked: ApprovalRequest, clock: Time
) -> None:
    at = clock.advance(minutes=20)
    done = answer(browse(cast.acme.coordinator), asked, "approve", comment="Until two", back="list")
    assert (done.status_code, done.url) == (302, "/c/acme/approvals/")
    approved = again(asked)
    assert (approved.state, approved.ended_by, approved.ended_at, approved.reason) == (
        "approved",
        "Acme Coordinator",
        at,
        "Until two",
    )
    assert approved.answered_by == cast.acme.coordinator
    ticket = fresh(asked.ticket)
    assert (ticket.status, ticket.hold_reason) == ("in_progress", "")
    assert last_message(ticket) == (
        "Acme Coordinator",
        "public",
        "**Approved:** The console of acme-prod\n\nUntil two",
    )
    assert facts_of(ticket)[-3:] == ["approval_given", "public_reply", "resumed"]


def test_declining_says_why_and_ends_the_hold(cast: Cast, browse: Browse, asked: ApprovalRequest) -> None:
    done = answer(browse(cast.acme.lead), asked, "decline", reason="Not this week", back="ticket")
    assert (done.status_code, done.url) == (302, "/c/acme/tickets/1/")
    declined = again(asked)
    assert (declined.state, declined.ended_by, declined.reason) == ("declined", "Acme Lead", "Not this week")
    ticket = fresh(asked.ticket)
    assert (ticket.status, ticket.hold_reason) == ("in_progress", "")
    assert last_message(ticket)[2] == "**Declined:** The console of acme-prod\n\nNot this week"
    with acting_as(worker_context()):
        fact = EventRecord.objects.get(type="tickets.approval_declined")
    assert fact.payload == {
        "approval_id": asked.pk,
        "about": "The console of acme-prod",
        "reason": "Not this week",
    }


@pytest.mark.parametrize("typed", ["", "   "])
def test_a_no_without_a_reason_is_refused(
    cast: Cast, browse: Browse, asked: ApprovalRequest, typed: str
) -> None:
    before = all_of(asked)
    done = answer(browse(cast.acme.lead), asked, "decline", reason=typed, back="list")
    assert done.status_code == 422
    assert "Say why: the desk has to find another way." in done.content.decode()
    assert all_of(asked) == before


def test_the_restore_clock_runs_again_from_the_answer_on(
    cast: Cast, browse: Browse, ticket: Ticket, clock: Time
) -> None:
    clock.advance(minutes=10)
    approval = ask(cast, ticket)
    clock.advance(minutes=50)
    answer(browse(cast.acme.lead), approval, "approve")
    with acting_as(worker_context()):
        restore = Clock.objects.get(ticket=ticket, metric="restore")
    assert (restore.state, restore.consumed_seconds) == ("running", 10 * 60)


def test_whoever_asked_is_told_once(cast: Cast, browse: Browse, asked: ApprovalRequest) -> None:
    answer(browse(cast.acme.lead), asked, "decline", reason="Not this week")
    assert [actions.settle_approvals(), actions.settle_approvals()] == [1, 0]
    with acting_as(worker_context()):
        mail = Notification.objects.get(kind="approval", audience="desk")
    assert (mail.recipient_email, mail.subject) == (
        "engineer@trusst.example",
        "ACME-1 Declined: The console of acme-prod",
    )
    assert "Acme Lead declined this: The console of acme-prod\n\nNot this week\n" in mail.body


# --- Who may ------------------------------------------------------------------------------------------
WHO: dict[str, Callable[[Cast], Member]] = {
    "requester": lambda cast: cast.acme.requester,
    "coordinator": lambda cast: cast.acme.coordinator,
    "lead": lambda cast: cast.acme.lead,
}


@pytest.mark.parametrize(
    ("named", "allowed"),
    [
        (None, {"coordinator", "lead"}),
        ("requester", {"requester", "lead"}),
        ("coordinator", {"coordinator", "lead"}),
        ("lead", {"lead"}),
    ],
)
@pytest.mark.parametrize("who", WHO)
def test_the_named_person_or_a_lead_decides_and_without_a_name_any_coordinator(
    cast: Cast, browse: Browse, ticket: Ticket, named: str | None, allowed: set[str], who: str
) -> None:
    approval = ask(cast, ticket, decider=None if named is None else WHO[named](cast))
    before = all_of(approval)
    done = answer(browse(WHO[who](cast)), approval, "approve")
    assert done.status_code == (302 if who in allowed else 403)
    assert (again(approval).state == "approved") is (who in allowed)
    assert (all_of(approval) == before) is (who not in allowed)


def test_a_refusal_says_who_decides(cast: Cast, call: Call, ticket: Ticket) -> None:
    approval = ask(cast, ticket, decider=cast.acme.lead)
    done = call(cast.acme.coordinator).post(f"/api/v1/c/acme/approvals/{approval.pk}/approve/", {})
    assert (done.status_code, done.json()["detail"]) == (
        403,
        "Acme Lead, or a lead of your organisation decides this. Ask them.",
    )


@pytest.mark.parametrize("verb", ["approve", "decline"])
def test_another_customers_request_is_unknown(
    cast: Cast, browse: Browse, call: Call, asked: ApprovalRequest, verb: str
) -> None:
    before = all_of(asked)
    outsider = cast.globex.lead
    for house in ("acme", "globex"):
        end = f"c/{house}/approvals/{asked.pk}/{verb}/"
        assert browse(outsider).post(f"/{end}", {"reason": "No"}).status_code == 404
        assert call(outsider).post(f"/api/v1/{end}", {"reason": "No"}).status_code == 404
    assert all_of(asked) == before


def test_a_request_on_a_ticket_that_is_not_theirs_to_read_is_unknown(cast: Cast, browse: Browse) -> None:
    approval = ask(cast, file_ticket(cast.acme.coordinator))
    assert answer(browse(cast.acme.requester), approval, "approve").status_code == 404
    assert again(approval).state == "asked"


def test_the_desk_answers_nothing_itself(
    cast: Cast, browse: Browse, call: Call, asked: ApprovalRequest
) -> None:
    before = all_of(asked)
    assert answer(browse(cast.admin), asked, "approve").status_code == 404
    done = call(cast.admin).post(f"/api/v1/c/acme/approvals/{asked.pk}/approve/", {})
    assert (done.status_code, done.json()["detail"]) == (403, "Only a member of the customer does this.")
    assert all_of(asked) == before


# --- Too late -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("verb", ["approve", "decline"])
def test_what_a_colleague_answered_is_not_answered_again(
    cast: Cast, browse: Browse, asked: ApprovalRequest, verb: str
) -> None:
    answer(browse(cast.acme.coordinator), asked, "approve")
    before = all_of(asked)
    done = answer(browse(cast.acme.lead), asked, verb, reason="No", back="list")
    assert done.status_code == 409
    assert "Acme Coordinator approved this already. Nothing was changed." in done.content.decode()
    assert all_of(asked) == before


def test_the_api_says_409_too(cast: Cast, call: Call, asked: ApprovalRequest) -> None:
    url = f"/api/v1/c/acme/approvals/{asked.pk}/decline/"
    assert call(cast.acme.lead).post(url, {"reason": "No"}).json()["state"] == "declined"
    done = call(cast.acme.lead).post(url, {"reason": "No"})
    assert (done.status_code, done.json()["detail"]) == (
        409,
        "Acme Lead declined this already. Nothing was changed.",
    )


def test_after_its_time_nobody_can_answer_even_before_the_sweep(
    cast: Cast, browse: Browse, asked: ApprovalRequest, clock: Time
) -> None:
    clock.advance(hours=2)
    before = all_of(asked)
    done = answer(browse(cast.acme.lead), asked, "approve", back="list")
    assert done.status_code == 409
    assert "The time to answer is over. The desk has to ask again." in done.content.decode()
    assert all_of(asked) == before


def test_a_request_ends_when_its_time_is_over_whenever_that_is_noticed(
    cast: Cast, asked: ApprovalRequest, clock: Time
) -> None:
    clock.advance(hours=1, minutes=59, seconds=59)
    assert actions.settle_approvals() == 0
    assert again(asked).state == "asked"
    clock.advance(minutes=30)
    assert actions.settle_approvals() == 2  # it ended, and whoever asked was told
    expired = again(asked)
    assert (expired.state, expired.ended_at) == ("expired", expired.expires_at)
    ticket = fresh(asked.ticket)
    assert (ticket.status, ticket.hold_reason) == ("in_progress", "")
    with acting_as(worker_context()):
        facts = EventRecord.objects.filter(type__in=["tickets.approval_expired", "tickets.resumed"])
        assert {fact.occurred_at for fact in facts} == {expired.expires_at}
        to = Notification.objects.filter(subject__contains="in time").values_list(
            "recipient_email", flat=True
        )
        assert list(to) == ["engineer@trusst.example"]
        called_off = Notification.objects.filter(subject__contains="No answer is needed")
        assert called_off.count() == 2


# --- Production: the password again -------------------------------------------------------------------
def signed_in(browse: Browse, member: Member) -> Client:
    give_password(member, PASSWORD)
    return browse(member)


def test_production_asks_for_the_password_and_keeps_the_answer(
    cast: Cast, browse: Browse, grave: ApprovalRequest
) -> None:
    client = signed_in(browse, cast.acme.lead)
    before = all_of(grave)
    asks = answer(client, grave, "approve", comment="Until two", back="ticket")
    assert (asks.status_code, asks.url) == (
        302,
        f"{REAUTHENTICATE}?next=%2Fc%2Facme%2Fapprovals%2F{grave.pk}%2Fapprove%2F",
    )
    assert "Type your password again" in client.get(asks.url).content.decode()
    assert all_of(grave) == before

    wrong = client.post(asks.url, {"password": "something else"})
    assert wrong.status_code == 200
    assert all_of(grave) == before

    right = client.post(
        REAUTHENTICATE, {"password": PASSWORD, "next": f"/c/acme/approvals/{grave.pk}/approve/"}
    )
    assert (right.status_code, right["Location"]) == (302, "/c/acme/tickets/1/")
    approved = again(grave)
    assert (approved.state, approved.ended_by, approved.reason) == ("approved", "Acme Lead", "Until two")


def test_a_password_that_was_just_typed_is_not_asked_again(
    cast: Cast, browse: Browse, grave: ApprovalRequest
) -> None:
    client = signed_in(browse, cast.acme.lead)
    client.post(REAUTHENTICATE, {"password": PASSWORD})
    assert answer(client, grave, "approve").url == "/c/acme/tickets/1/"
    with acting_as(worker_context()):
        fact = EventRecord.objects.get(type="tickets.approval_given")
    assert (fact.payload["production"], fact.payload["confirmed"]) == (True, True)


def test_after_five_minutes_it_is(cast: Cast, browse: Browse, grave: ApprovalRequest) -> None:
    client = signed_in(browse, cast.acme.lead)
    client.post(REAUTHENTICATE, {"password": PASSWORD})
    session = client.session
    session["account_authentication_methods"][-1]["at"] -= 5 * 60
    session.save()
    assert answer(client, grave, "approve").url.startswith(REAUTHENTICATE)
    assert again(grave).state == "asked"


def test_declining_needs_no_password(cast: Cast, browse: Browse, grave: ApprovalRequest) -> None:
    answer(signed_in(browse, cast.acme.lead), grave, "decline", reason="Too risky")
    assert again(grave).state == "declined"


def test_without_a_password_nothing_can_be_proven(cast: Cast, browse: Browse, grave: ApprovalRequest) -> None:
    before = all_of(grave)
    done = answer(browse(cast.acme.lead), grave, "approve", back="list")
    assert done.status_code == 422
    assert "You have no password yet." in done.content.decode()
    assert all_of(grave) == before


def test_a_program_is_told_where_to_type_it(
    cast: Cast, browse: Browse, call: Call, grave: ApprovalRequest
) -> None:
    give_password(cast.acme.lead, PASSWORD)
    client, url = call(cast.acme.lead), f"/api/v1/c/acme/approvals/{grave.pk}/approve/"
    done = client.post(url, {})
    assert (done.status_code, done.json()["detail"]) == (
        403,
        "This touches production: type your password again first, then approve. In this session, at /accounts/reauthenticate/.",
    )
    assert again(grave).state == "asked"
    client.post(REAUTHENTICATE, {"password": PASSWORD}, format="multipart")
    assert client.post(url, {"comment": "Go"}).json()["state"] == "approved"


# --- What else ends it, and what does not -------------------------------------------------------------
def test_a_reply_ends_the_hold_and_the_request_still_waits(
    cast: Cast, browse: Browse, asked: ApprovalRequest
) -> None:
    with acting_as(context_of(cast.acme.requester)) as now:
        actions.post_reply(ticket=asked.ticket, actor=actor_of(cast.acme.requester), at=now, body="What for?")
    assert (fresh(asked.ticket).hold_reason, again(asked).state) == ("", "asked")
    page = browse(cast.acme.lead).get("/c/acme/approvals/").content.decode()
    assert "The ticket is no longer on hold for this." in page
    assert answer(browse(cast.acme.lead), asked, "approve").status_code == 302
    assert again(asked).state == "approved"


def test_an_answer_leaves_a_vendors_hold_alone(cast: Cast, browse: Browse, asked: ApprovalRequest) -> None:
    with acting_as(worker_context()) as now:
        actions.hold(
            ticket=asked.ticket,
            actor=actor_of(cast.engineer),
            at=now,
            reason=HoldReason.VENDOR,
            **WAIT,
            review_at=now + timedelta(days=1),
        )
    answer(browse(cast.acme.lead), asked, "approve")
    assert (fresh(asked.ticket).hold_reason, again(asked).state) == ("vendor", "approved")


def test_what_waits_is_withdrawn_when_the_ticket_is_resolved(cast: Cast, asked: ApprovalRequest) -> None:
    with acting_as(worker_context()) as now:
        actions.resolve(ticket=asked.ticket, actor=actor_of(cast.engineer), at=now, code=ResolutionCode.FIXED)
    ended = again(asked)
    assert (ended.state, ended.ended_by, ended.reason) == (
        "withdrawn",
        "Desk Engineer",
        "the ticket is resolved",
    )


def test_and_when_it_goes_back_to_level_1(cast: Cast, asked: ApprovalRequest) -> None:
    with acting_as(worker_context()) as now:
        actions.return_to_customer(
            ticket=asked.ticket, actor=actor_of(cast.engineer), at=now, reason="Check the cable"
        )
    assert (again(asked).state, again(asked).reason) == ("withdrawn", "the ticket went back to Level 1")
