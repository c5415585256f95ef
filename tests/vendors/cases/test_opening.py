"""Opening a case: what is offered, what is shown before it goes, what goes, and what the portal then knows."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from core.problems import Refused
from core.tenancy import acting_as, worker_context
from tests.cast import CRITICAL, Cast, actor_of, context_of, file_ticket, picture
from tests.conftest import Browse, Clock
from tests.vendors import factories
from tests.vendors.cases.desk import (
    SERVICE,
    address,
    again,
    ask,
    case_of,
    connect,
    facts,
    mails,
    messages_of,
    offers,
    prefilled,
    report,
    rows_of,
    states_of,
    sweep,
)
from tests.vendors.fake import FakeAws
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Attachment, AudienceChoice, LinkKind
from vendors.actions import cases as actions
from vendors.models import AccountLink, CaseStatus, VendorCase
from vendors.states import LinkState


def test_a_case_goes_out_as_it_was_shown_and_its_numbers_come_back(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    """Acceptance check 9: create stores caseId and displayId and links both ways."""
    link, ticket = connect(aws, cast.acme), report(cast.acme, files=[picture()])
    desk = browse(cast.engineer)
    given = prefilled(desk, ticket)
    preview = desk.post(address(ticket), given | {"step": "preview"})
    assert preview.status_code == 200
    assert rows_of(ticket) == []
    answer = desk.post(address(ticket), given | {"step": "send"})
    assert answer.status_code == 302
    assert states_of(ticket) == ["queued"]
    assert aws.cases(link.account_number) == []
    assert sweep(clock) == 1
    [made] = aws.cases(link.account_number)
    case = case_of(ticket)
    assert (case.external_id, case.display_id) == (made.case_id, made.display_id)
    assert made.subject == f"[{ticket.key}] Shop is slow"
    assert made.severity == "high"
    [letter] = made.letters
    assert [letter.body] == list(preview.context["parts"])
    assert letter.body.endswith(f"Ref: {rows_of(ticket)[0].idem_key}")
    assert len(letter.files) == 1
    assert (case.plan, case.finding, case.target_seconds) == ("Business Support+", "met", 4 * 3600)
    assert case.target_source
    page = desk.get(address(ticket, "")).content.decode()
    assert made.display_id in page
    assert f"/desk/vendors/cases/{case.pk}/" in page
    [opened] = facts(ticket, "case_opened")
    assert opened["display_id"] == made.display_id
    assert not opened["adopted"]
    with acting_as(worker_context()):
        assert CaseStatus.objects.filter(case=case).count() == 1
    assert sweep(clock, minutes=10) == 0


def test_the_ticket_waits_for_the_vendor_once_it_has_the_case_and_not_before(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    connect(aws, cast.acme)
    ticket = report(cast.acme)
    ask(browse(cast.engineer), ticket)
    assert again(ticket).hold_reason == ""
    sweep(clock, seconds=2)
    held = again(ticket)
    assert (held.hold_reason, held.hold_owner) == (HoldReason.VENDOR, "AWS Support")
    assert held.hold_evidence == f"AWS Support case {case_of(ticket).display_id}"
    assert held.held_at == clock.now


@pytest.mark.parametrize("on_hold", [True, False])
def test_no_hold_is_made_unasked_or_instead_of_another(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock, on_hold: bool
) -> None:
    connect(aws, cast.acme)
    ticket = report(cast.acme)
    if on_hold:
        with acting_as(context_of(cast.engineer)) as now:
            tickets.hold(
                ticket=ticket,
                actor=actor_of(cast.engineer),
                at=now,
                reason=HoldReason.CUSTOMER_REPLY,
                owner="Acme",
                note="Logs",
            )
    ask(browse(cast.engineer), ticket, hold=None if not on_hold else "on")
    sweep(clock)
    assert again(ticket).hold_reason == (HoldReason.CUSTOMER_REPLY if on_hold else "")
    assert case_of(ticket).is_made


def test_only_what_the_account_offers_can_be_chosen(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    """Acceptance check 8, first half: severities offered equal the account's own, with AWS's times as AWS's."""
    connect(aws, cast.acme, plan="Business")
    ticket = report(cast.acme, impact=CRITICAL)
    form = browse(cast.engineer).get(address(ticket)).context["form"]
    assert [code for code, _ in form.fields["severity"].choices] == ["low", "normal", "high", "urgent"]
    assert form["severity"].value() == "urgent"
    assert dict(form.fields["severity"].choices)["urgent"] == (
        "Production system down (AWS says: first response in 1 h)"
    )


def test_a_stale_severity_is_refused_with_what_there_is_now(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    """Acceptance check 8, second half: a stale choice gives a clear error, and what was typed stays."""
    link, ticket = connect(aws, cast.acme), report(cast.acme, impact=CRITICAL)
    desk = browse(cast.engineer)
    given = prefilled(desk, ticket) | {"body": "Typed by hand"}
    assert given["severity"] == "critical"
    with acting_as(worker_context()):
        AccountLink.objects.filter(pk=link.pk).update(options=offers("Business"))
    answer = desk.post(address(ticket), given | {"step": "send"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["severity"] == ["This account does not offer that."]
    assert answer.context["form"]["body"].value() == "Typed by hand"
    assert rows_of(ticket) == []


def test_a_severity_that_aws_itself_no_longer_takes_is_refused_there_and_can_be_corrected(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link, ticket = connect(aws, cast.acme), report(cast.acme)
    desk = browse(cast.engineer)
    aws.fail("CreateCase", "ValidationException")
    ask(desk, ticket)
    sweep(clock)
    [row] = rows_of(ticket)
    assert row.state == "refused"
    assert row.error
    assert [fact["kind"] for fact in facts(ticket, "case_failed")] == ["open"]
    assert mails() == [("Desk Engineer", f"{ticket.key} the case was not sent to AWS Support")]
    page = desk.get(address(ticket, "")).content.decode()
    assert row.error in unescape(page)
    corrected = ask(
        desk, ticket, f"?instead_of={case_of(ticket).pk}", severity="normal", instead_of=case_of(ticket).pk
    )
    assert corrected.status_code == 302
    sweep(clock)
    assert states_of(ticket) == ["cancelled", "sent"]
    [made] = aws.cases(link.account_number)
    assert (made.severity, made.case_id) == ("normal", case_of(ticket).external_id)


def test_a_refused_case_is_tried_again_as_it_is(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link, ticket = connect(aws, cast.acme), report(cast.acme)
    desk = browse(cast.engineer)
    aws.fail("CreateCase", "ValidationException")
    ask(desk, ticket)
    sweep(clock)
    desk.post(f"/desk/vendors/outgoing/{rows_of(ticket)[0].pk}/again/")
    sweep(clock)
    assert states_of(ticket) == ["sent"]
    assert len(aws.cases(link.account_number)) == 1


def test_notes_and_other_customers_words_are_never_in_it(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    """Internal notes never: not the desk's, not Level 1's, and nothing of another customer."""
    connect(aws, cast.acme)
    ticket = report(cast.acme, description="Seen by everybody: volume vol-1 is stuck")
    other = file_ticket(cast.globex.requester, description="Globex has the secret recipe")
    engineer, coordinator = cast.engineer, cast.acme.coordinator
    with acting_as(context_of(engineer)) as now:
        common: dict[str, Any] = {"actor": actor_of(engineer), "at": now}
        tickets.post_internal_note(ticket=ticket, body="Desk thinks aloud", **common)
        tickets.post_reply(ticket=ticket, body="We look at the volume", **common)
        tickets.link_tickets(ticket=ticket, other=other, kind=LinkKind.RELATED, **common)
    with acting_as(context_of(coordinator)) as now:
        tickets.post_customer_note(
            ticket=ticket, actor=actor_of(coordinator), at=now, body="Level 1 among itself"
        )
    desk = browse(engineer)
    page = desk.get(address(ticket))
    body = page.context["form"]["body"].value()
    assert "volume vol-1 is stuck" in body
    assert "We look at the volume" in body
    ask(desk, ticket)
    sweep(clock)
    [made] = aws.cases(case_of(ticket).link.account_number)
    sent = " ".join(letter.body for letter in made.letters) + made.subject
    for words in (
        "Desk thinks aloud",
        "Level 1 among itself",
        "secret recipe",
        "Globex",
        cast.acme.requester.name,
    ):
        assert words not in body, words
        assert words not in sent, words


def test_a_note_that_is_posted_as_a_message_to_a_vendor_stays_with_the_desk(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    connect(aws, cast.acme)
    ticket = report(cast.acme)
    ask(browse(cast.engineer), ticket, body="Only for AWS to read")
    sweep(clock)
    assert (AudienceChoice.DESK, "AWS Support", "Only for AWS to read") in messages_of(ticket)
    for member in cast.acme.members:
        client = browse(member)
        page = client.get(f"/c/acme/tickets/{ticket.number}/").content.decode()
        assert "Only for AWS to read" not in page
        found = client.get("/c/acme/?q=Only+for+AWS").content.decode()
        assert "Shop is slow" not in found
    assert "Shop is slow" in browse(cast.engineer).get("/desk/?q=Only+for+AWS").content.decode()


# --- What cannot be sent -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "said"),
    [
        (LinkState.NO_PLAN, "This account is on Basic, so we cannot open technical AWS cases."),
        (LinkState.DENIED, "The account refuses us"),
        (LinkState.UNREACHABLE, "cannot be reached now"),
        (LinkState.UNVERIFIED, "not verified yet"),
    ],
)
def test_an_account_that_takes_nothing_says_why_and_by_hand_remains(
    cast: Cast, browse: Browse, aws: FakeAws, state: LinkState, said: str
) -> None:
    connect(aws, cast.acme, plan="Basic", options=offers(), state=state.value)
    ticket = report(cast.acme)
    desk = browse(cast.engineer)
    page = desk.get(address(ticket)).content.decode()
    assert said in page
    assert "vendor-case/by-hand/" in page
    assert desk.post(address(ticket), {"step": "send", "body": "x"}).status_code == 422
    assert said in desk.get(address(ticket, "")).content.decode()
    assert rows_of(ticket) == []


def test_an_account_that_only_lets_us_read_is_refused(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    connect(aws, cast.acme, reads_only=True)
    ticket = report(cast.acme)
    assert (
        "lets us read its cases and not write" in browse(cast.engineer).get(address(ticket)).content.decode()
    )


def test_a_link_that_stops_serving_before_it_is_sent_is_refused_without_a_call(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link, ticket = connect(aws, cast.acme), report(cast.acme)
    ask(browse(cast.engineer), ticket)
    with acting_as(worker_context()):
        AccountLink.objects.filter(pk=link.pk).update(state=LinkState.NO_PLAN)
    sweep(clock)
    assert states_of(ticket) == ["refused"]
    assert "cannot open technical AWS cases" in rows_of(ticket)[0].error
    assert aws.calls == []


def test_without_a_permission_on_record_somebody_has_to_be_named(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    connect(aws, cast.acme, allowed=False)
    ticket = report(cast.acme)
    desk = browse(cast.engineer)
    assert ask(desk, ticket).context["form"].errors["allowed_by"] == [
        "Say who of the customer agreed to this case."
    ]
    assert ask(desk, ticket, allowed_by="Acme Lead, by telephone").status_code == 302
    case = case_of(ticket)
    assert (case.allowed_by, case.allowed_at) == ("Acme Lead, by telephone", clock.now)


@pytest.mark.parametrize("length", [8000, 8001, 15_500])
def test_a_long_body_goes_out_in_parts_each_once(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock, length: int
) -> None:
    """Acceptance check 13, first half: 8000 and 8001 characters arrive, no message above what AWS takes."""
    link, ticket = connect(aws, cast.acme), report(cast.acme)
    body = ("word " * 4000)[: length - 1] + "!"
    assert ask(browse(cast.engineer), ticket, body=body).status_code == 302
    while sweep(clock, seconds=2):
        pass
    [made] = aws.cases(link.account_number)
    bodies = [letter.body for letter in made.letters]
    assert len(bodies) == -(-length // 7500)
    assert max(map(len, bodies)) <= 8000
    assert [one[:5] for one in bodies] == [f"({n}/{len(bodies)})" for n in range(1, len(bodies) + 1)]
    arrived = " ".join(one.split("\n", 1)[1].rpartition("\n\nRef: ")[0] for one in bodies)
    assert arrived.split() == body.split()
    assert set(states_of(ticket)) == {"sent"}


def test_eleven_copies_are_refused_and_ten_are_sent(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    """Acceptance check 13, second half."""
    connect(aws, cast.acme)
    ticket = report(cast.acme)
    desk = browse(cast.engineer)
    people = [f"p{number}@acme.example" for number in range(11)]
    refused = ask(desk, ticket, copied="\n".join(people))
    assert refused.status_code == 422
    assert "at most 10 addresses; these are 11" in refused.context["form"].errors["copied"][0]
    assert ask(desk, ticket, copied=", ".join(people[:10])).status_code == 302
    sweep(clock)
    assert case_of(ticket).is_made
    assert ask(desk, report(cast.acme), copied="nobody").context["form"].errors["copied"] == [
        "nobody is no mail address."
    ]


def test_what_looks_like_a_secret_is_confirmed_or_taken_out(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    connect(aws, cast.acme)
    ticket = report(cast.acme)
    desk = browse(cast.engineer)
    given = prefilled(desk, ticket) | {"body": "Key AKIAIOSFODNN7EXAMPLE does not work"}
    preview = desk.post(address(ticket), given | {"step": "preview"})
    assert [one.kind.value for one in preview.context["suspects"]] == ["an AWS access key"]
    unconfirmed = desk.post(address(ticket), given | {"step": "send"})
    assert unconfirmed.status_code == 422
    assert "confirmed" in unconfirmed.context["form"].errors
    assert rows_of(ticket) == []
    assert desk.post(address(ticket), given | {"step": "send", "confirmed": "on"}).status_code == 302


def test_the_preview_says_which_clocks_stop_and_can_be_changed(
    cast: Cast, browse: Browse, aws: FakeAws
) -> None:
    connect(aws, cast.acme)
    ticket = report(cast.acme)
    desk = browse(cast.engineer)
    given = prefilled(desk, ticket) | {"subject": "Changed", "copied": "a@acme.example\nb@acme.example"}
    preview = desk.post(address(ticket), given | {"step": "preview"})
    assert list(preview.context["stops"]) == ["restore", "resolve"] or list(preview.context["stops"]) == [
        "restore"
    ]
    assert f"[{ticket.key}] Changed" in preview.content.decode()
    changed = desk.post(address(ticket), given | {"step": "edit"})
    assert changed.context["form"]["subject"].value() == "Changed"
    assert changed.context["form"]["token"].value() == given["token"]


def test_categories_follow_the_service_without_a_script(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    connect(aws, cast.acme)
    ticket = report(cast.acme)
    desk = browse(cast.engineer)
    given = prefilled(desk, ticket) | {"category": "", "body": "Typed by hand"}
    shown = desk.post(address(ticket), given | {"step": "service"})
    assert shown.status_code == 200
    assert ("volume-issue", "Volume issue (EBS)") in list(shown.context["form"].fields["category"].choices)
    assert shown.context["form"]["body"].value() == "Typed by hand"
    assert ask(desk, ticket, category="").context["form"].errors["category"] == [
        "Choose a category of this service."
    ]


# --- Of this customer alone ----------------------------------------------------------------------------
def test_nothing_of_another_customer_can_be_used(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    """Acceptance check 4, the cases: another customer's link, case and file do not exist here."""
    link = connect(aws, cast.acme)
    theirs = connect(aws, cast.globex)
    ticket, other = report(cast.acme, files=[picture()]), report(cast.globex, files=[picture("plan.png")])
    desk = browse(cast.engineer)
    ask(desk, ticket, link=theirs.pk)
    sweep(clock)
    assert aws.cases(theirs.account_number) == []
    assert len(aws.cases(link.account_number)) == 1
    ask(desk, other)
    sweep(clock)
    assert desk.get(f"{address(ticket)}?reopens={case_of(other).pk}").status_code == 404
    with acting_as(worker_context()) as now:
        theirs_file = Attachment.objects.get(ticket=other)
    refused = ask(desk, ticket, files=[str(theirs_file.pk)], token="f" * 12)
    assert refused.status_code == 422
    assert "files" in refused.context["form"].errors
    with acting_as(worker_context()) as now, pytest.raises(Refused, match="account of this customer"):
        actions.adopt_case(
            ticket=ticket, link=theirs, actor=actor_of(cast.engineer), at=now, named="1", token="0" * 12
        )
    for house in (cast.acme, cast.globex):
        for member in house.members:
            for end in ("resolve/", "give-up/", "note/"):
                answer = browse(member).get(f"/desk/vendors/cases/{case_of(other).pk}/{end}")
                assert answer.status_code == 403


def test_a_case_of_a_foreign_account_answers_as_unknown(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    """Acceptance check 4: an id of another account is looked up with this account's credentials, and not found."""
    connect(aws, cast.acme)
    theirs = connect(aws, cast.globex)
    foreign = aws.open(theirs.account_number)
    ticket = report(cast.acme)
    desk = browse(cast.engineer)
    for named in (foreign.case_id, foreign.display_id):
        desk.post(address(ticket, "vendor-case/adopt/"), {"named": named})
        sweep(clock)
    rows = rows_of(ticket)
    assert [(row.state, row.error.partition(" has ")[0]) for row in rows] == [("refused", "This account")] * 2
    assert {call.account for call in aws.calls if call.operation == "DescribeCases"} <= {
        factories.account_of(cast.acme.customer).account_id
    }
    with acting_as(worker_context()):
        assert VendorCase.objects.exclude(external_id="").count() == 0


@pytest.mark.parametrize("by", ["case_id", "display_id"])
def test_a_case_that_exists_is_followed(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock, by: str
) -> None:
    link, ticket = connect(aws, cast.acme), report(cast.acme)
    theirs = aws.open(link.account_number, "Opened in the console", severity="urgent", service=SERVICE)
    desk = browse(cast.engineer)
    desk.post(address(ticket, "vendor-case/adopt/"), {"named": getattr(theirs, by)})
    sweep(clock)
    case = case_of(ticket)
    assert (case.external_id, case.display_id) == (theirs.case_id, theirs.display_id)
    assert (case.subject, case.severity, case.is_adopted) == ("Opened in the console", "urgent", True)
    assert [fact["adopted"] for fact in facts(ticket, "case_opened")] == [True]
    twice = desk.post(address(report(cast.acme), "vendor-case/adopt/"), {"named": theirs.display_id})
    assert twice.context["form"].errors["named"] == [f"This case is followed on {ticket.key} already."]
    assert [call for call in aws.calls if call.operation == "CreateCase"] == []
