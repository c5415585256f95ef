"""A hold says whose move it is, what shows it and when to look again; the customer can contest it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from notifications.models import Notification
from tests.cast import HIGH, START, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Call, Clock
from tests.tickets.conftest import everything_about, facts_of
from tickets import access, actions
from tickets.models import Ticket
from tickets.queues import VIEWS

HOLDS: dict[str, dict[str, str]] = {
    "customer_reply": {"owner": "Ben of Acme", "note": "Which branch"},
    "customer_access": {"owner": "Ben of Acme", "note": "Read access to the logs"},
    "vendor": {"owner": "AWS Support", "note": "The volume", "evidence": "https://aws.example/case/17"},
    "agreed_wait": {
        "owner": "Both of us",
        "note": "The change window",
        "evidence": "Agreed by phone",
        "review_at": "2026-03-04T20:00",
    },
}


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester, impact=HIGH)


def hold(browse: Browse, cast: Cast, ticket: Ticket, reason: str, **typed: str) -> Any:
    return browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/hold/",
        {"reason": reason, "version": fresh(ticket).version} | HOLDS[reason] | typed,
    )


def contest(browse: Browse, person: Any, ticket: Ticket, reason: str = "We answered on the phone") -> Any:
    return browse(person).post(
        f"/c/acme/tickets/{ticket.number}/contest/", {"version": fresh(ticket).version, "reason": reason}
    )


def answer(browse: Browse, person: Any, ticket: Ticket, end: bool, reason: str = "I read it") -> Any:
    return browse(person).post(
        f"/desk/tickets/{ticket.key}/answer/",
        {"version": fresh(ticket).version, "answer": "end" if end else "keep", "reason": reason},
    )


def say(browse: Browse, person: Any, ticket: Ticket) -> None:
    side = f"/desk/tickets/{ticket.key}" if person.user.email.endswith("@trusst.example") else None
    browse(person).post(f"{side or f'/c/acme/tickets/{ticket.number}'}/reply/", {"body": "Here is news"})


# --- What a hold says ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("reason", "review_after"),
    [
        ("customer_reply", timedelta(days=1)),
        ("customer_access", timedelta(days=1)),
        ("vendor", timedelta(hours=4)),
        ("agreed_wait", timedelta(hours=34)),  # the chosen time, 20:00 in Sydney the day after
    ],
)
def test_a_hold_is_looked_at_again_after_the_usual_time_of_its_reason(
    cast: Cast, browse: Browse, ticket: Ticket, reason: str, review_after: timedelta
) -> None:
    assert hold(browse, cast, ticket, reason).status_code == 302
    now = fresh(ticket)
    assert (now.hold_reason, now.held_at, now.hold_review_at) == (reason, START, START + review_after)
    assert (now.hold_owner, now.hold_note) == (HOLDS[reason]["owner"], HOLDS[reason]["note"])
    assert now.hold_evidence == HOLDS[reason].get("evidence", "")


def test_a_chosen_time_comes_before_the_usual_one(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    hold(browse, cast, ticket, "vendor", review_at="2026-03-03T11:30")
    assert fresh(ticket).hold_review_at == START + timedelta(minutes=90)


def test_the_fact_carries_what_the_hold_says(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    hold(browse, cast, ticket, "vendor")
    with acting_as(worker_context()):
        payload = EventRecord.objects.get(ticket_id=ticket.pk, type="tickets.held").payload
    assert payload == {
        "reason": "vendor",
        "owner": "AWS Support",
        "note": "The volume",
        "evidence": "https://aws.example/case/17",
        "review_at": (START + timedelta(hours=4)).isoformat(),
        "lacks_plan": False,
        "goes_on": False,
    }


@pytest.mark.parametrize("side", ["desk", "customer"])
def test_both_sides_read_who_must_act_and_what_shows_it(
    cast: Cast, browse: Browse, ticket: Ticket, side: str
) -> None:
    hold(browse, cast, ticket, "vendor")
    page = (
        browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/")
        if side == "desk"
        else browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/")
    ).content.decode()
    assert "<dt>To act</dt><dd>AWS Support</dd>" in page
    assert '<a href="https://aws.example/case/17" rel="nofollow">' in page
    assert "<dt>Look again</dt>" in page


def test_evidence_is_shown_as_text_whatever_it_looks_like(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    hold(browse, cast, ticket, "vendor", evidence="<b>x</b> javascript:alert(1)")
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "&lt;b&gt;x&lt;/b&gt; javascript:alert(1)" in page
    assert 'href="javascript' not in page


@pytest.mark.parametrize(
    ("reason", "left_out"),
    [("vendor", "evidence"), ("agreed_wait", "evidence"), ("agreed_wait", "review_at"), ("vendor", "owner")],
)
def test_what_a_hold_needs_is_asked_for_and_the_rest_stays_typed(
    cast: Cast, browse: Browse, ticket: Ticket, reason: str, left_out: str
) -> None:
    before = everything_about(ticket)
    page = hold(browse, cast, ticket, reason, **{left_out: ""})
    assert page.status_code == 422
    form = page.context["failed"]["hold"]
    assert set(form.errors) == {left_out}
    assert form["note"].value() == HOLDS[reason]["note"]
    assert everything_about(ticket) == before


# --- When it ends --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("reason", "ends"),
    [("customer_reply", True), ("customer_access", True), ("vendor", False), ("agreed_wait", False)],
)
def test_a_members_public_reply_ends_what_waits_for_the_customer(
    cast: Cast, browse: Browse, ticket: Ticket, reason: str, ends: bool
) -> None:
    hold(browse, cast, ticket, reason)
    say(browse, cast.engineer, ticket)
    assert fresh(ticket).hold_reason == reason
    say(browse, cast.acme.requester, ticket)
    now = fresh(ticket)
    if not ends:
        assert (now.hold_reason, now.status) == (reason, "on_hold")
        return
    assert (now.hold_reason, now.hold_owner, now.hold_evidence, now.hold_review_at, now.status) == (
        "",
        "",
        "",
        None,
        "in_progress",
    )


# --- Past its review time ------------------------------------------------------------------------------
def test_a_hold_past_its_review_time_shows_in_the_queue_and_in_a_view(
    cast: Cast, browse: Browse, ticket: Ticket, clock: Clock
) -> None:
    other = file_ticket(cast.acme.requester, impact=HIGH)
    hold(browse, cast, ticket, "vendor")
    hold(browse, cast, other, "customer_reply")
    desk = browse(cast.engineer)
    clock.advance(hours=3, minutes=59, seconds=59)
    assert [row.key for row in desk.get("/desk/?view=holds").context["page"]] == []
    assert "Look again" not in desk.get("/desk/").content.decode()
    clock.advance(seconds=1)
    page = desk.get("/desk/?view=holds")
    assert [row.key for row in page.context["page"]] == [ticket.key]
    assert desk.get("/desk/").content.decode().count("Look again") == 1
    assert "Past its review time" in desk.get(f"/desk/tickets/{ticket.key}/").content.decode()
    with acting_as(worker_context()) as now:
        assert access.queue_counts(cast.engineer, now)["holds"] == 1
        assert list(access.queue(VIEWS["holds"], cast.engineer, now)) == [ticket]


# --- Contesting ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["requester", "coordinator", "lead"])
def test_any_member_who_may_read_the_ticket_contests_its_hold(
    cast: Cast, browse: Browse, ticket: Ticket, who: str
) -> None:
    hold(browse, cast, ticket, "vendor")
    member = getattr(cast.acme, who)
    assert contest(browse, member, ticket).status_code == 302
    now = fresh(ticket)
    assert (now.contest_by_id, now.contested_at, now.contest_reason, now.hold_reason) == (
        member.pk,
        START,
        "We answered on the phone",
        "vendor",
    )
    assert facts_of(ticket)[-1] == "hold_contested"
    for page in (
        browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/"),
        browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/"),
    ):
        assert "We answered on the phone A desk lead answers." in page.content.decode()


def test_there_is_nothing_to_contest_without_a_hold_or_without_a_reason_or_twice(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    before = everything_about(ticket)
    assert contest(browse, cast.acme.requester, ticket).status_code == 422
    assert everything_about(ticket) == before
    hold(browse, cast, ticket, "vendor")
    before = everything_about(ticket)
    page = contest(browse, cast.acme.requester, ticket, " ")
    assert set(page.context["failed"]["contest"].errors) == {"reason"}
    assert everything_about(ticket) == before
    contest(browse, cast.acme.requester, ticket)
    before = everything_about(ticket)
    assert contest(browse, cast.acme.lead, ticket).status_code == 422
    assert everything_about(ticket) == before


def test_only_a_lead_answers(cast: Cast, browse: Browse, call: Call, ticket: Ticket) -> None:
    hold(browse, cast, ticket, "vendor")
    contest(browse, cast.acme.requester, ticket)
    before = everything_about(ticket)
    for person in (cast.engineer, cast.manager):
        assert answer(browse, person, ticket, end=True).status_code == 403
        api = call(person).post(
            f"/api/v1/c/acme/tickets/{ticket.number}/answer/", {"answer": "end", "reason": "Yes"}
        )
        assert api.status_code == 403
    assert everything_about(ticket) == before


def test_a_lead_ends_the_hold_from_now_and_the_past_stays(
    cast: Cast, browse: Browse, ticket: Ticket, clock: Clock
) -> None:
    say(browse, cast.engineer, ticket)
    hold(browse, cast, ticket, "customer_reply")
    clock.advance(minutes=30)
    contest(browse, cast.acme.requester, ticket)
    clock.advance(minutes=10)
    assert answer(browse, cast.lead, ticket, end=True, reason="You had answered").status_code == 302
    now = fresh(ticket)
    assert (now.hold_reason, now.status, now.is_contested) == ("", "in_progress", False)
    assert facts_of(ticket)[-2:] == ["resumed", "contest_answered"]
    restore = next(
        clock
        for clock in browse(cast.engineer)
        .get(f"/desk/tickets/{ticket.key}/evidence.json")
        .json()["verdict"]["clocks"]
        if clock["metric"] == "restore"
    )
    # The 40 minutes stay uncounted: only a correction changes what is past.
    assert (restore["consumed_seconds"], restore["state"]) == (0, "running")
    assert restore["due_at"] == f"{START + timedelta(hours=8, minutes=40):%Y-%m-%dT%H:%M:%SZ}"


def test_a_lead_keeps_the_hold_and_says_why(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    hold(browse, cast, ticket, "vendor")
    contest(browse, cast.acme.requester, ticket)
    answer(browse, cast.lead, ticket, end=False, reason="AWS has the volume")
    now = fresh(ticket)
    assert (now.hold_reason, now.hold_owner, now.is_contested) == ("vendor", "AWS Support", False)
    assert facts_of(ticket)[-1] == "contest_answered"
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "kept the contested hold: AWS has the volume" in page


def test_another_hold_leaves_the_contest_open(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    hold(browse, cast, ticket, "vendor")
    contest(browse, cast.acme.requester, ticket)
    hold(browse, cast, ticket, "customer_reply")
    assert fresh(ticket).is_contested is True


def test_the_end_of_the_hold_ends_the_contest(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    hold(browse, cast, ticket, "customer_reply")
    contest(browse, cast.acme.requester, ticket)
    say(browse, cast.acme.requester, ticket)
    assert (fresh(ticket).is_contested, fresh(ticket).contest_reason) == (False, "")
    assert answer(browse, cast.lead, ticket, end=True).status_code == 422


def test_leads_hear_of_a_contested_hold_and_the_customer_of_the_answer(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    hold(browse, cast, ticket, "vendor")
    contest(browse, cast.acme.lead, ticket)
    assert actions.tell_leads() == 1
    answer(browse, cast.lead, ticket, end=True, reason="You are right")
    with acting_as(worker_context()):
        mails = Notification.objects.filter(ticket_id=ticket.pk, subject__contains="Contested hold")
        found = sorted((mail.audience, mail.recipient_name) for mail in mails)
        said = mails.filter(audience="public")[0].body
    assert found == [
        ("desk", "Desk Admin"),
        ("desk", "Desk Lead"),
        ("public", "Acme Lead"),
        ("public", "Acme Requester"),
    ]
    assert "Desk Lead ended the contested hold: You are right." in said


def test_the_queue_shows_contested_holds_among_the_reviews(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    hold(browse, cast, ticket, "vendor")
    contest(browse, cast.acme.requester, ticket)
    page = browse(cast.engineer).get("/desk/?view=reviews")
    assert [row.key for row in page.context["page"]] == [ticket.key]
    assert "Lead decides" in page.content.decode()


def test_the_api_contests_and_answers(cast: Cast, call: Call, ticket: Ticket) -> None:
    address = f"/api/v1/c/acme/tickets/{ticket.number}/"
    held = call(cast.engineer).post(f"{address}hold/", {"reason": "vendor"} | HOLDS["vendor"])
    assert held.json()["hold_evidence"] == "https://aws.example/case/17"
    said = call(cast.acme.requester).post(f"{address}contest/", {"reason": "Not AWS"}).json()
    assert (said["contest_reason"], said["hold_reason"]) == ("Not AWS", "vendor")
    said = call(cast.lead).post(f"{address}answer/", {"answer": "end", "reason": "Agreed"}).json()
    assert (said["contest_reason"], said["hold_reason"], said["status"]) == ("", "", "in_progress")


def test_returning_a_ticket_ends_its_hold_and_its_contest(cast: Cast, ticket: Ticket, browse: Browse) -> None:
    hold(browse, cast, ticket, "vendor")
    contest(browse, cast.acme.requester, ticket)
    with acting_as(context_of(cast.engineer)) as now:
        actions.return_to_customer(ticket=ticket, actor=actor_of(cast.engineer), at=now, reason="Check")
    assert (fresh(ticket).hold_reason, fresh(ticket).hold_owner, fresh(ticket).is_contested) == (
        "",
        "",
        False,
    )
