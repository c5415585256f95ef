"""Sending: each thing once, whatever is lost, killed, clicked twice or refused on the way."""

from __future__ import annotations

import base64
import threading
from typing import Any

import pytest
from django.db import IntegrityError, connections

from core.tenancy import acting_as, worker_context
from tests.cast import CRITICAL, Cast, actor_of, context_of, picture
from tests.conftest import Browse, Clock
from tests.faults.points import each_death
from tests.vendors.cases.desk import (
    address,
    again,
    ask,
    case_of,
    connect,
    facts,
    mails,
    messages_of,
    pane,
    prefilled,
    report,
    rows_of,
    states_of,
    sweep,
    write,
)
from tests.vendors.fake import FakeAws
from tickets import actions as tickets
from tickets import files as stored_files
from tickets.lifecycle import HoldReason
from tickets.models import Attachment, Ticket
from vendors.actions import cases as actions
from vendors.actions import sending
from vendors.adapters.aws.adapter import AwsAdapter
from vendors.models import AccountLink, VendorCase
from vendors.states import LinkState, SendState


def creations(aws: FakeAws) -> int:
    return len(aws.called("CreateCase"))


# --- A lost answer -------------------------------------------------------------------------------------
def test_a_lost_answer_makes_exactly_one_case_which_is_adopted(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    """Acceptance check 10."""
    link, ticket = connect(aws, cast.acme), report(cast.acme)
    ask(browse(cast.engineer), ticket)
    aws.lose_answer("CreateCase")
    sweep(clock)
    assert states_of(ticket) == ["ambiguous"]
    assert again(ticket).hold_reason == ""
    assert sweep(clock, seconds=29) == 0
    assert sweep(clock, seconds=1) == 1
    [made] = aws.cases(link.account_number)
    assert states_of(ticket) == ["sent"]
    assert case_of(ticket).external_id == made.case_id
    assert case_of(ticket).display_id == made.display_id
    assert again(ticket).hold_reason == HoldReason.VENDOR
    assert sweep(clock, hours=1) == 0
    assert creations(aws) == 1


def test_what_did_not_arrive_is_looked_for_twice_and_then_sent_again(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    """The looks are 30 seconds and 2 minutes apart, and only then a second case could be made."""
    link, ticket = connect(aws, cast.acme), report(cast.acme)
    ask(browse(cast.engineer), ticket)
    aws.fail("CreateCase", "InternalServerError", status=500)
    sweep(clock)
    assert (states_of(ticket), creations(aws)) == (["ambiguous"], 1)
    looks = []
    for _ in range(40):
        before = len(aws.called("DescribeCases"))
        sweep(clock, seconds=5)
        looks.append(len(aws.called("DescribeCases")) > before)
        if states_of(ticket) == ["sent"]:
            break
    assert [number * 5 + 5 for number, looked in enumerate(looks) if looked] == [30, 150]
    assert len(aws.cases(link.account_number)) == 1
    assert creations(aws) == 2


def test_a_lost_answer_to_a_reply_makes_exactly_one_message(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link, ticket = opened(cast, browse, aws, clock)
    write(browse(cast.engineer), ticket, "The volume is vol-1")
    aws.lose_answer("AddCommunicationToCase")
    sweep(clock)
    assert states_of(ticket)[-1] == "ambiguous"
    sweep(clock, seconds=30)
    assert states_of(ticket)[-1] == "sent"
    [made] = aws.cases(link.account_number)
    assert [letter.body.partition("\n")[0] for letter in made.letters[1:]] == ["The volume is vol-1"]


def test_a_look_that_cannot_be_made_is_no_look(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    connect(aws, cast.acme)
    ticket = report(cast.acme)
    ask(browse(cast.engineer), ticket)
    aws.lose_answer("CreateCase")
    sweep(clock)
    aws.fail("DescribeCases", "AccessDeniedException", times=3)
    for _ in range(3):
        sweep(clock, minutes=10)
        assert states_of(ticket) == ["ambiguous"]
        assert rows_of(ticket)[0].looks == 0
    sweep(clock, minutes=10)
    assert states_of(ticket) == ["sent"]
    assert creations(aws) == 1


def test_what_nobody_can_find_out_for_a_day_is_given_to_a_person(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    connect(aws, cast.acme)
    ticket = report(cast.acme)
    ask(browse(cast.engineer), ticket)
    aws.lose_answer("CreateCase")
    sweep(clock)
    aws.fail("DescribeCases", "AccessDeniedException", times=100)
    sweep(clock, hours=25)
    assert states_of(ticket) == ["refused"]
    assert "Look in the vendor's console" in rows_of(ticket)[0].error
    assert creations(aws) == 1


def test_a_case_of_the_console_is_not_taken_for_the_lost_one(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    """Somebody opened one by hand meanwhile, and follows it: the row is not written twice."""
    link, ticket = connect(aws, cast.acme), report(cast.acme)
    desk = browse(cast.engineer)
    ask(desk, ticket)
    aws.fail("CreateCase", "InternalServerError", status=500)
    sweep(clock)
    theirs = aws.open(link.account_number, f"[{ticket.key}] By hand")
    desk.post(address(ticket, "vendor-case/adopt/"), {"named": theirs.display_id})
    while sweep(clock, seconds=31):
        pass
    clock.advance(minutes=5)
    while sweep(clock):
        pass
    with acting_as(worker_context()):
        ids = set(VendorCase.objects.filter(ticket=ticket).values_list("external_id", flat=True))
    assert ids == {one.case_id for one in aws.cases(link.account_number)}
    assert len(ids) == 2


# --- A killed worker -----------------------------------------------------------------------------------
def test_a_worker_killed_between_call_and_record_makes_exactly_one_case(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Acceptance check 11: the lease passes, the row is in doubt, the case is found."""
    link, ticket = connect(aws, cast.acme), report(cast.acme)
    ask(browse(cast.engineer), ticket)
    settle = sending._settle

    def die(*_: Any) -> None:
        raise SystemExit("killed")

    monkeypatch.setattr(sending, "_settle", die)
    with pytest.raises(SystemExit):
        sending.send_due()
    monkeypatch.setattr(sending, "_settle", settle)
    assert states_of(ticket) == ["sending"]
    assert sweep(clock, seconds=60) == 0  # the lease still holds: nobody else takes it
    sweep(clock, seconds=60)
    assert states_of(ticket) == ["ambiguous"]
    sweep(clock, seconds=30)
    assert states_of(ticket) == ["sent"]
    [made] = aws.cases(link.account_number)
    assert case_of(ticket).external_id == made.case_id
    assert creations(aws) == 1


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_death_at_any_commit_makes_exactly_one_case(
    real_cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    """Acceptance check 11, at every point: a SIGKILL before and after each commit of the sweep."""
    link, desk = connect(aws, real_cast.acme), browse(real_cast.engineer)

    def prepare(number: int) -> Ticket:
        ticket = report(real_cast.acme, subject=f"Number {number}")
        ask(desk, ticket)
        return ticket

    died = []
    for point, ticket in each_death(prepare, sending.send_due):
        died.append(point)
        for _ in range(8):
            sweep(clock, seconds=130)
        assert states_of(ticket) == ["sent"], point
        made = [one for one in aws.cases(link.account_number) if f"[{ticket.key}]" in one.subject]
        assert [one.case_id for one in made] == [case_of(ticket).external_id], point
    assert len(died) >= 5


# --- Twice ---------------------------------------------------------------------------------------------
def test_a_double_click_asks_once(cast: Cast, browse: Browse, aws: FakeAws, clock: Clock) -> None:
    """Acceptance check 12, first half: one form, sent twice, is one case; one reply, sent twice, is one message."""
    link, ticket = connect(aws, cast.acme), report(cast.acme)
    desk = browse(cast.engineer)
    given = prefilled(desk, ticket) | {"step": "send"}
    assert [desk.post(address(ticket), given).status_code for _ in range(2)] == [302, 302]
    assert len(rows_of(ticket)) == 1
    while sweep(clock, seconds=2):
        pass
    assert len(aws.cases(link.account_number)) == 1
    form = pane(desk, ticket).form
    typed = {"body": "Once", "case": form["case"].value(), "token": form["token"].value()}
    for _ in range(2):
        assert desk.post(address(ticket, "vendor/"), typed).status_code == 302
    while sweep(clock, seconds=2):
        pass
    [made] = aws.cases(link.account_number)
    assert len(made.letters) == 2
    assert [body for _, vendor, body in messages_of(ticket) if vendor].count("Once") == 1


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_several_workers_send_each_thing_once(
    real_cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    """Acceptance check 12, second half: six workers at once, three cases, each opened by one of them."""
    link, desk = connect(aws, real_cast.acme), browse(real_cast.engineer)
    filed = [report(real_cast.acme, subject=f"Number {number}") for number in range(3)]
    for ticket in filed:
        ask(desk, ticket)
    together(sending.send_due, 6)
    for ticket in filed:
        assert states_of(ticket) == ["sent"]
    assert len(aws.cases(link.account_number)) == len(filed)
    assert creations(aws) == len(filed)


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_the_same_form_at_the_same_moment_asks_once(
    real_cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    connect(aws, real_cast.acme)
    ticket = report(real_cast.acme)
    given = prefilled(browse(real_cast.engineer), ticket) | {"step": "send"}
    together(lambda: browse(real_cast.engineer).post(address(ticket), given), 4)
    assert len(rows_of(ticket)) == 1
    with acting_as(worker_context()):
        assert VendorCase.objects.filter(ticket=ticket).count() == 1


def together(job: Any, times: int) -> None:
    """Do something several times at once, each on connections of its own."""
    start, failed = threading.Barrier(times), []

    def run() -> None:
        try:
            start.wait(timeout=30)
            job()
        except Exception as error:  # noqa: BLE001 - the test shows it
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []


# --- Limits and refusals -------------------------------------------------------------------------------
def test_a_limit_on_new_cases_is_waited_out_and_the_agent_is_told_at_once(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    """Acceptance check 14: queued, agent told (once), later sent once."""
    link, ticket = connect(aws, cast.acme), report(cast.acme, impact=CRITICAL)
    with acting_as(context_of(cast.lead)) as now:
        tickets.take(ticket=ticket, person=cast.lead, actor=actor_of(cast.lead), at=now)
    desk = browse(cast.engineer)
    ask(desk, again(ticket))
    aws.fail("CreateCase", "CaseCreationLimitExceeded", times=2)
    sweep(clock)
    assert states_of(ticket) == ["queued"]
    told = mails()
    assert {name for name, _ in told} == {"Desk Engineer", "Desk Lead"}
    assert all("open it in the console or by telephone" in subject for _, subject in told)
    page = desk.get(address(ticket, "")).content.decode()
    assert "To be sent" in page
    for minutes in (1, 4, 4):
        assert sweep(clock, minutes=minutes) == 0
    sweep(clock, minutes=2)
    assert creations(aws) == 2
    sweep(clock, minutes=10)
    assert states_of(ticket) == ["sent"]
    assert (creations(aws), len(aws.cases(link.account_number))) == (3, 1)


def test_a_limit_that_can_wait_tells_nobody(cast: Cast, browse: Browse, aws: FakeAws, clock: Clock) -> None:
    connect(aws, cast.acme)
    ticket = report(cast.acme)
    with acting_as(worker_context()):
        Ticket.objects.filter(pk=ticket.pk).update(severity=4)
    ask(browse(cast.engineer), ticket, severity="low")
    aws.fail("CreateCase", "CaseCreationLimitExceeded")
    sweep(clock)
    assert (states_of(ticket), mails()) == (["queued"], [])


def test_a_plan_that_is_gone_is_told_and_looked_at_again(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link, ticket = connect(aws, cast.acme), report(cast.acme)
    ask(browse(cast.engineer), ticket)
    aws.set_plan(link.account_number, "Basic")
    sweep(clock)
    assert states_of(ticket) == ["refused"]
    assert len(mails()) == 1
    assert [fact["kind"] for fact in facts(ticket, "case_failed")] == ["open"]
    with acting_as(worker_context()):
        assert AccountLink.objects.get(pk=link.pk).next_probe_at == clock.now


def test_what_cannot_be_reached_is_tried_again_by_itself(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link, ticket = connect(aws, cast.acme), report(cast.acme)
    ask(browse(cast.engineer), ticket)
    aws.fail("AssumeRole", "ThrottlingException", times=3)
    for _ in range(12):
        sweep(clock, minutes=1)
    assert states_of(ticket) == ["sent"]
    assert len(aws.cases(link.account_number)) == 1


def test_an_account_that_pauses_is_not_called(cast: Cast, browse: Browse, aws: FakeAws, clock: Clock) -> None:
    link, ticket = connect(aws, cast.acme), report(cast.acme)
    ask(browse(cast.engineer), ticket)
    with acting_as(worker_context()) as now:
        AccountLink.objects.filter(pk=link.pk).update(paused_until=clock.advance(seconds=60))
    clock.set(now)
    assert sweep(clock) == 0
    assert sweep(clock, seconds=60) == 1


def test_an_error_that_nobody_expects_is_looked_for_and_holds_up_nobody(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, ticket = connect(aws, cast.acme), report(cast.acme)
    theirs, other = connect(aws, cast.globex), report(cast.globex)
    desk = browse(cast.engineer)
    ask(desk, ticket)
    ask(desk, other)
    open_case = AwsAdapter.open_case

    def stumble(self: AwsAdapter, target: Any, draft: Any, *, idem: str) -> Any:
        if target.account_number == link.account_number:
            raise RuntimeError("nobody expects this")
        return open_case(self, target, draft, idem=idem)

    monkeypatch.setattr(AwsAdapter, "open_case", stumble)
    sweep(clock)
    assert states_of(ticket) == ["ambiguous"]
    assert states_of(other) == ["sent"]
    assert len(aws.cases(theirs.account_number)) == 1


# --- Replies -------------------------------------------------------------------------------------------
def opened(cast: Cast, browse: Browse, aws: FakeAws, clock: Clock, **more: Any) -> tuple[AccountLink, Ticket]:
    """Return a ticket with a case that AWS has, in no hold."""
    link, ticket = connect(aws, cast.acme), report(cast.acme, **more)
    ask(browse(cast.engineer), ticket, hold=None)
    sweep(clock)
    return link, ticket


def test_a_reply_goes_to_the_vendor_and_not_to_the_customer(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link, ticket = opened(cast, browse, aws, clock)
    desk = browse(cast.engineer)
    shown = pane(desk, ticket)
    assert shown.form.vendor == "AWS Support"
    page = desk.get(address(ticket, "")).content.decode()
    assert "AWS Support reads this. The customer does not." in page
    assert "Send to AWS Support" in page
    assert write(desk, ticket, "The volume is vol-1", hold="on").status_code == 302
    assert "To be sent" in desk.get(address(ticket, "")).content.decode()
    sweep(clock)
    [made] = aws.cases(link.account_number)
    assert made.letters[-1].body.startswith("The volume is vol-1\n\nRef: ")
    assert again(ticket).hold_reason == HoldReason.VENDOR
    assert len(facts(ticket, "told")) == 1
    assert case_of(ticket).last_desk_at == clock.now
    portal = browse(cast.acme.lead).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "The volume is vol-1" not in portal


def test_the_draft_of_a_reply_to_a_vendor_is_its_own(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    _, ticket = opened(cast, browse, aws, clock)
    desk = browse(cast.engineer)
    for mode in ("reply", "note", "vendor"):
        desk.post(address(ticket, f"{mode}/draft/"), {"body": f"For {mode}"})
        staged = desk.post(address(ticket, f"{mode}/files/"), {"files": picture(f"{mode}.png")})
        assert staged.status_code == 201
    shown = pane(desk, ticket)
    assert shown.form["body"].value() == "For vendor"
    assert [file.name for file, _ in shown.files] == ["vendor.png"]
    write(desk, ticket, "For vendor", staged=[file.token for file, _ in shown.files])
    assert pane(desk, ticket).draft is None
    assert pane(desk, ticket).files == []
    sweep(clock)
    assert states_of(ticket)[-1] == "sent"
    assert (
        browse(cast.acme.lead)
        .post(f"/c/acme/tickets/{ticket.number}/vendor/draft/", {"body": "x"})
        .status_code
        == 404
    )
    kept = desk.post(
        address(ticket, "vendor/compose/"), {"body": "**Bold**", "step": "preview", "hold": "on"}
    )
    assert kept.status_code == 200
    assert "<strong>Bold</strong>" in kept.content.decode()


def test_files_arrive_as_they_are_also_after_their_set_has_ended(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    """Acceptance check 23, outgoing: byte-identical, an expired set is made again."""
    link, ticket = opened(cast, browse, aws, clock)
    desk = browse(cast.engineer)
    write(desk, ticket, "See the file", files=picture("trace.png"))
    aws.fail("AddCommunicationToCase", "AttachmentSetExpired")
    sweep(clock)
    assert states_of(ticket)[-1] == "sent"
    [made] = aws.cases(link.account_number)
    assert len(aws.called("AddAttachmentsToSet")) == 2
    [ref] = made.letters[-1].files
    kept = aws.world.accounts[link.account_number].files[ref]
    with acting_as(worker_context()):
        stored = Attachment.objects.get(name="trace.png")
    assert kept.name == "trace.png"
    assert content_of(kept) == stored_files.read_bytes(stored.stored_name)


def content_of(file: Any) -> bytes:
    return base64.b64decode(file.data)


def test_files_that_are_too_large_or_too_many_are_refused_with_what_was_typed(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    _, ticket = opened(cast, browse, aws, clock)
    desk = browse(cast.engineer)
    many = write(desk, ticket, "See these", files=[picture(f"{number}.png") for number in range(4)])
    assert many.status_code == 422
    form = many.context["forms"]["vendor"]
    assert form.errors["files"] == ["AWS Support takes at most 3 files with one message; these are 4."]
    assert form["body"].value() == "See these"
    assert len(form["staged"].value()) == 4
    assert states_of(ticket) == ["sent"]
    assert [vendor for _, vendor, _ in messages_of(ticket)].count("AWS Support") == 1


@pytest.mark.parametrize("fault", ["gone", "refused", "never taken"])
def test_a_file_that_fails_does_not_lose_the_message(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock, fault: str
) -> None:
    link, ticket = opened(cast, browse, aws, clock)
    desk = browse(cast.engineer)
    write(desk, ticket, "See the file", files=picture("trace.png"))
    if fault == "gone":
        with acting_as(worker_context()):
            stored_files.discard(Attachment.objects.get(name="trace.png").stored_name)
    else:
        code = "AttachmentSetSizeLimitExceeded" if fault == "refused" else "InternalServerError"
        aws.fail("AddAttachmentsToSet", code, times=10, status=400 if fault == "refused" else 500)
    for _ in range(8):
        sweep(clock, minutes=5)
    [made] = aws.cases(link.account_number)
    assert made.letters[-1].body.startswith("See the file")
    assert made.letters[-1].files == []
    assert len(made.letters) == 2
    row = rows_of(ticket)[-1]
    assert row.state == "sent"
    assert row.error.startswith("Files were left out")
    assert any("files were left out" in subject for _, subject in mails())


def test_a_refused_reply_is_corrected_in_the_composer(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link, ticket = opened(cast, browse, aws, clock)
    desk = browse(cast.engineer)
    write(desk, ticket, "Wrong words")
    aws.fail("AddCommunicationToCase", "ValidationException")
    sweep(clock)
    row = rows_of(ticket)[-1]
    assert (row.state, mails()[-1][1]) == ("refused", f"{ticket.key} the reply was not sent to AWS Support")
    answer = desk.post(f"/desk/vendors/outgoing/{row.pk}/edit/")
    assert answer["Location"].endswith("#vendor-body")
    assert pane(desk, ticket).form["body"].value() == "Wrong words"
    write(desk, ticket, "Right words")
    sweep(clock)
    [made] = aws.cases(link.account_number)
    assert [letter.body.partition("\n")[0] for letter in made.letters[1:]] == ["Right words"]
    assert "Called off, not sent" in desk.get(address(ticket, "")).content.decode()


def test_parts_wait_for_each_other_and_a_refused_one_stops_those_after_it(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link, ticket = opened(cast, browse, aws, clock)
    desk = browse(cast.engineer)
    write(desk, ticket, "word " * 3500)
    aws.fail("AddCommunicationToCase", "ValidationException")
    for _ in range(5):
        sweep(clock, minutes=1)
    assert states_of(ticket) == ["sent", "refused", "queued", "queued"]
    desk.post(f"/desk/vendors/outgoing/{rows_of(ticket)[1].pk}/again/")
    for _ in range(5):
        sweep(clock, minutes=1)
    assert set(states_of(ticket)) == {"sent"}
    [made] = aws.cases(link.account_number)
    assert [letter.body[:5] for letter in made.letters[1:]] == ["(1/3)", "(2/3)", "(3/3)"]
    assert len(facts(ticket, "told")) == 1  # the reply as a whole; the case itself is told as one


def test_a_reply_after_the_window_offers_a_related_case_instead(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    """Acceptance check 21, second half: within the window a reply goes out, after it a related case is offered."""
    link, ticket = opened(cast, browse, aws, clock)
    desk, case = browse(cast.engineer), case_of(ticket)
    token = actions.new_token()
    with acting_as(worker_context()) as now:
        VendorCase.objects.filter(pk=case.pk).update(
            state="resolved", raw_status="resolved", state_since=now, resolved_at=now
        )
    clock.advance(days=14)
    typed = {"body": "It is back", "case": case.pk, "token": token}
    assert desk.post(address(ticket, "vendor/"), typed).status_code == 302
    sweep(clock)
    assert len(aws.cases(link.account_number)[0].letters) == 2
    clock.advance(seconds=1)
    late = desk.post(address(ticket, "vendor/"), typed | {"token": actions.new_token()}, follow=True)
    page = late.content.decode()
    assert "a reply does not reopen it any more. Open a related case instead." in page
    assert f"?reopens={case.pk}" in page
    assert len(rows_of(ticket)) == 2
    related = ask(desk, ticket, f"?reopens={case.pk}", reopens=case.pk)
    assert related.status_code == 302
    sweep(clock)
    with acting_as(worker_context()):
        assert VendorCase.objects.get(reopens=case).is_made


def test_a_resolved_case_takes_words_within_its_window_and_shows_no_pane_after_it(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    _, ticket = opened(cast, browse, aws, clock)
    with acting_as(worker_context()) as now:
        VendorCase.objects.filter(ticket=ticket).update(state="resolved", state_since=now, resolved_at=now)
    assert pane(browse(cast.engineer), ticket) is not None
    clock.advance(days=15)
    assert pane(browse(cast.engineer), ticket) is None


# --- Resolving and giving up ---------------------------------------------------------------------------
def test_resolving_at_the_vendor_is_asked_first_and_leaves_the_ticket(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link, ticket = opened(cast, browse, aws, clock)
    desk, case = browse(cast.engineer), case_of(ticket)
    page = desk.get(f"/desk/vendors/cases/{case.pk}/resolve/")
    assert "stays as it is" in page.content.decode()
    token = page.context["form"]["token"].value()
    for _ in range(2):
        assert desk.post(f"/desk/vendors/cases/{case.pk}/resolve/", {"token": token}).status_code == 302
    before = again(ticket).status
    while sweep(clock, seconds=2):
        pass
    assert len(aws.called("ResolveCase")) == 1
    assert aws.cases(link.account_number)[0].status == "resolved"
    assert again(ticket).status == before
    with acting_as(worker_context()):
        assert AccountLink.objects.get(pk=link.pk).next_poll_at is not None


def test_a_case_that_was_not_made_is_given_up(cast: Cast, browse: Browse, aws: FakeAws, clock: Clock) -> None:
    connect(aws, cast.acme)
    ticket = report(cast.acme)
    desk = browse(cast.engineer)
    ask(desk, ticket)
    case = case_of(ticket)
    assert desk.post(f"/desk/vendors/cases/{case.pk}/give-up/", {"why": ""}).status_code == 422
    assert desk.post(f"/desk/vendors/cases/{case.pk}/give-up/", {"why": "Not needed"}).status_code == 302
    assert sweep(clock, minutes=1) == 0
    assert (states_of(ticket), creations(aws)) == (["cancelled"], 0)
    assert pane(desk, ticket) is None


def test_what_may_be_under_way_is_not_given_up(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    connect(aws, cast.acme)
    ticket = report(cast.acme)
    desk = browse(cast.engineer)
    ask(desk, ticket)
    aws.lose_answer("CreateCase")
    sweep(clock)
    refused = desk.post(f"/desk/vendors/cases/{case_of(ticket).pk}/give-up/", {"why": "Not needed"})
    assert refused.status_code == 422
    assert "may have reached the vendor" in refused.content.decode()


def test_a_retired_link_sends_nothing_more(cast: Cast, browse: Browse, aws: FakeAws, clock: Clock) -> None:
    link, ticket = opened(cast, browse, aws, clock)
    write(browse(cast.engineer), ticket, "One more")
    calls = len(aws.calls)
    with acting_as(worker_context()):
        AccountLink.objects.filter(pk=link.pk).update(state=LinkState.RETIRED)
    sweep(clock)
    assert (states_of(ticket)[-1], len(aws.calls)) == (SendState.REFUSED, calls)


def test_a_row_is_only_written_once_for_a_mark(cast: Cast, aws: FakeAws, browse: Browse) -> None:
    """Marks are unique in the database, on their link, whoever writes them."""
    connect(aws, cast.acme)
    ticket = report(cast.acme)
    ask(browse(cast.engineer), ticket)
    [row] = rows_of(ticket)
    row.pk = None
    row._state.adding = True
    with pytest.raises(IntegrityError), acting_as(worker_context()):
        row.save(force_insert=True)
