"""Level 1 passes a ticket to the desk with what it knows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.problems import Refused
from core.tenancy import acting_as, worker_context
from slas.models import Clock as SloClock
from tests.cast import CRITICAL, START, Cast, actor_of, context_of, file_ticket, fresh, picture
from tests.conftest import Browse, Call, Clock
from tests.escalations.level1 import at_level_1, give_back, hand_overs, newest, pass_on
from tests.factories import passing
from tests.tickets.conftest import everything_about, facts_of
from tickets import actions as tickets
from tickets.models import Attachment, Ticket

ALL = "/api/v1/c/acme/tickets/"


def clocks(ticket: Ticket) -> dict[str, object]:
    with acting_as(worker_context()):
        return {clock.metric: clock.started_at for clock in SloClock.objects.filter(ticket=ticket)}


def test_the_form_keeps_what_level_1_knows_and_starts_the_clocks(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    acme = cast.acme
    ticket = at_level_1(acme.requester)
    account = _account(cast)
    clock.advance(hours=2)
    answer = browse(acme.coordinator).post(
        f"/c/acme/tickets/{ticket.number}/pass/",
        passing(
            ticket,
            checked="Restarted it\n\nNo change",
            changed="A release",
            aws_account=account,
            access_by=acme.lead.pk,
            call_back="1800 555 014",
            evidence="Error 7",
            files=[picture("log.png")],
        ),
    )
    assert answer.status_code == 302
    given = newest(ticket)
    assert (given.state, given.checked, given.changed) == (
        "offered",
        "Restarted it\n\nNo change",
        "A release",
    )
    assert (given.access_by, given.call_back, given.severity) == (acme.lead, "1800 555 014", 3)
    assert (given.offered_by, given.offered_at) == ("Acme Coordinator", START + timedelta(hours=2))
    assert given.aws_account_id == account
    assert given.message is not None
    assert [file.name for file in given.message.attachments.all()] == ["log.png"]
    now = fresh(ticket)
    assert (now.level, now.aws_account_id) == (2, account)
    assert clocks(ticket)["respond"] == START + timedelta(hours=2)
    assert facts_of(ticket)[-3:] == ["hand_over_offered", "reached_desk", "agreement_attached"]


def _account(cast: Cast) -> int:
    with acting_as(context_of(cast.acme.lead)):
        return cast.acme.customer.aws_accounts.get().pk


def test_without_what_was_checked_nothing_is_passed_and_what_was_typed_is_kept(
    cast: Cast, browse: Browse
) -> None:
    ticket = at_level_1(cast.acme.requester)
    before = everything_about(ticket)
    client, address = browse(cast.acme.coordinator), f"/c/acme/tickets/{ticket.number}/pass/"
    typed = passing(ticket, checked=" ", changed="A release", files=[picture("log.png")])
    answer = client.post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Say what you checked: the desk goes on from there." in page
    assert "A release</textarea>" in page
    assert everything_about(ticket) == before
    assert hand_overs(ticket) == []
    [token] = answer.context["form"]["staged"].value()
    again = client.post(address, passing(ticket, staged=[token]))
    assert again.status_code == 302
    with acting_as(worker_context()):
        assert [file.name for file in Attachment.objects.filter(ticket=ticket)] == ["log.png"]


def test_new_answers_are_a_reassessment_of_their_own(cast: Cast, browse: Browse) -> None:
    ticket = at_level_1(cast.acme.requester)
    browse(cast.acme.coordinator).post(
        f"/c/acme/tickets/{ticket.number}/pass/",
        passing(ticket, work="degraded", workaround="no", changed="It got worse"),
    )
    now, given = fresh(ticket), newest(ticket)
    assert (now.severity, now.work, now.level) == (2, "degraded", 2)
    assert (given.severity, given.work, given.state) == (2, "degraded", "offered")
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "answered the impact questions again (It got worse)" in page


def test_a_critical_ticket_goes_through_without_a_word(cast: Cast, browse: Browse) -> None:
    ticket = at_level_1(cast.acme.requester)
    answer = browse(cast.acme.coordinator).post(
        f"/c/acme/tickets/{ticket.number}/pass/",
        passing(ticket, checked="", work="stopped", workaround="no"),
    )
    assert answer.status_code == 302
    [given] = hand_overs(ticket)
    assert (given.state, given.is_straight, given.checked, given.severity) == ("straight", True, "", 1)
    assert fresh(ticket).level == 2


def test_a_ticket_filed_as_critical_has_a_stub(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    [given] = hand_overs(ticket)
    assert (given.state, given.is_straight, given.offered_by) == ("straight", True, "Acme Requester")


def test_a_requester_passes_nothing(cast: Cast, browse: Browse, call: Call) -> None:
    ticket = at_level_1(cast.acme.requester)
    before = everything_about(ticket)
    address = f"/c/acme/tickets/{ticket.number}/pass/"
    assert browse(cast.acme.requester).get(address).status_code == 403
    assert browse(cast.acme.requester).post(address, passing(ticket)).status_code == 403
    assert call(cast.acme.requester).post(f"/api/v1{address}", {"checked": "x"}).status_code == 403
    assert call(cast.engineer).post(f"/api/v1{address}", {"checked": "x"}).status_code == 403
    assert everything_about(ticket) == before
    assert hand_overs(ticket) == []


def test_the_api_takes_the_same_fields(cast: Cast, call: Call) -> None:
    ticket = at_level_1(cast.acme.requester)
    api, address = call(cast.acme.coordinator), f"{ALL}{ticket.number}/pass/"
    refused = api.post(address, {"changed": "A release"})
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        {"checked": ["Say what you checked: the desk goes on from there."]},
    )
    assert api.post(address, {"checked": "x", "work": "stopped"}).status_code == 400
    assert hand_overs(ticket) == []
    done = api.post(
        address,
        {
            "checked": "Restarted it",
            "access_by": "lead@acme.example",
            "call_back": "1800 555 014",
            "version": ticket.version,
        },
    )
    assert (done.status_code, done.json()["level"]) == (200, 2)
    [listed] = api.get(f"{ALL}{ticket.number}/hand-overs/").json()
    assert (listed["state"], listed["checked"], listed["access_by"]) == (
        "offered",
        "Restarted it",
        "lead@acme.example",
    )
    [of_all] = api.get("/api/v1/c/acme/hand-overs/").json()["results"]
    assert of_all == listed


def test_a_stale_pass_through_the_api_changes_nothing(cast: Cast, call: Call) -> None:
    ticket = at_level_1(cast.acme.requester)
    before = everything_about(ticket)
    answer = call(cast.acme.coordinator).post(
        f"{ALL}{ticket.number}/pass/", {"checked": "x", "version": ticket.version + 1}
    )
    assert answer.status_code == 409
    assert everything_about(ticket) == before


def test_only_an_active_colleague_grants_access(cast: Cast) -> None:
    ticket = at_level_1(cast.acme.requester)
    with pytest.raises(Refused, match="Select one of your active colleagues"):
        pass_on(ticket, cast.acme.coordinator, access_by=cast.globex.lead)
    assert fresh(ticket).level == 1


def test_a_returned_ticket_offers_what_was_said_before(cast: Cast, browse: Browse) -> None:
    ticket = at_level_1(cast.acme.requester)
    pass_on(ticket, cast.acme.coordinator, checked="Restarted it", call_back="1800 555 014")
    give_back(ticket, cast.engineer, "Which printer?")
    answer = browse(cast.acme.coordinator).get(f"/c/acme/tickets/{ticket.number}/pass/")
    assert "Which printer?" in answer.content.decode()
    assert answer.context["form"]["checked"].value() == "Restarted it"
    assert answer.context["form"]["call_back"].value() == "1800 555 014"


def test_who_may_read_a_ticket_reads_its_hand_overs_and_nobody_else(cast: Cast, call: Call) -> None:
    mine = at_level_1(cast.acme.requester)
    colleagues = at_level_1(cast.acme.coordinator)
    for ticket in (mine, colleagues):
        pass_on(ticket, cast.acme.coordinator)
    listed = call(cast.acme.requester).get("/api/v1/c/acme/hand-overs/").json()["results"]
    assert [one["ticket"] for one in listed] == [mine.key]
    assert call(cast.globex.lead).get("/api/v1/c/globex/hand-overs/").json()["results"] == []
    assert call(cast.globex.lead).get("/api/v1/c/acme/hand-overs/").status_code == 404


def test_the_checklist_goes_along_as_it_stood(cast: Cast) -> None:
    acme = cast.acme
    ticket = at_level_1(acme.requester)
    with acting_as(context_of(acme.lead)) as now:
        tickets.keep_level_1_steps(customer=acme.customer, service=None, steps=["Restart it", "Ask"])
        tickets.tick_at_level_1(
            ticket=ticket, actor=actor_of(acme.lead), at=now, text="Restart it", is_done=True
        )
    given = pass_on(ticket, acme.coordinator)
    with acting_as(context_of(acme.lead)):
        tickets.keep_level_1_steps(customer=acme.customer, service=None, steps=["Something else"])
    assert [(check.text, check.done_by) for check in newest(ticket).checks] == [
        ("Restart it", "Acme Lead"),
        ("Ask", ""),
    ]
    assert given.is_waiting
