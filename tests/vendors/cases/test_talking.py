"""The ticket's page of the desk: the panel, the conversation with a vendor, sharing, and what is kept by hand."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import EventRecord
from core.problems import Refused
from core.tenancy import acting_as, worker_context
from notifications.models import Notification
from slas.models import Clock as SloClock
from tests.cast import Cast, actor_of, context_of, picture
from tests.conftest import Browse, Clock
from tests.vendors import factories
from tests.vendors.cases.desk import address, again, case_of, messages_of, pane, report, rows_of, sweep, write
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Attachment, AudienceChoice, Message, Ticket
from vendors.models import AccountLink, Vendor, VendorMessage, Way
from vendors.states import CaseState, LinkState, SendKind, SendState, Side

SAID = "We can reproduce the attach failure."


def heard(cast: Cast, *, files: bool = False) -> tuple[Ticket, VendorMessage]:
    """Return a ticket on whose case AWS has written."""
    ticket = report(cast.acme)
    case = factories.case(ticket, factories.link(cast.acme.customer), state=CaseState.WAITING_ON_US)
    with acting_as(worker_context()) as now:
        message = tickets.post_from_vendor(
            ticket=ticket,
            at=now,
            body=SAID,
            vendor="AWS Support",
            author_name="Amazon Web Services",
            files=[picture("graph.png")] if files else (),
        )
        received = VendorMessage.objects.create(
            customer=ticket.customer,
            case=case,
            message=message,
            fingerprint="0" * 64,
            side=Side.VENDOR.value,
            author="Amazon Web Services",
            at=now,
            read_at=now,
        )
    return ticket, received


# --- The conversation ----------------------------------------------------------------------------------
def test_what_a_vendor_says_is_for_the_desk_until_it_is_shared(cast: Cast, browse: Browse) -> None:
    ticket, received = heard(cast, files=True)
    desk, members = browse(cast.engineer), [browse(member) for member in cast.acme.members]
    page = desk.get(address(ticket, "")).content.decode()
    assert "From AWS Support" in page
    assert "hidden from the customer" in page
    for client in members:
        assert SAID not in client.get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    asks = desk.get(f"/desk/vendors/messages/{received.pk}/share/").content.decode()
    assert "AWS Support, shared by Desk Engineer" in asks
    assert SAID in asks
    shared = desk.post(f"/desk/vendors/messages/{received.pk}/share/", {"with_files": "on"})
    assert shared.status_code == 302
    for client in members:
        read = client.get(f"/c/acme/tickets/{ticket.number}/").content.decode()
        assert SAID in read
        assert "AWS Support, shared by Desk Engineer" in read
        assert "graph.png" in read
        assert "Shared with the customer" not in read
    assert desk.get(address(ticket, "")).content.decode().count("Shared with the customer") == 2
    with acting_as(worker_context()):
        told = set(Notification.objects.filter(kind="ticket").values_list("recipient_name", flat=True))
    assert told == {cast.acme.requester.name}


def test_a_message_is_shared_once_and_what_we_wrote_never(cast: Cast, browse: Browse) -> None:
    ticket, received = heard(cast)
    desk = browse(cast.engineer)
    for expected in (302, 422):
        assert desk.post(f"/desk/vendors/messages/{received.pk}/share/").status_code == expected
    assert [audience for audience, _, body in messages_of(ticket) if body == SAID] == ["desk", "public"]
    with acting_as(context_of(cast.engineer)) as now:
        ours = tickets.post_to_vendor(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, body="Ours", vendor="AWS Support"
        )
        note = tickets.post_internal_note(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="A note")
        for message in (ours, note):
            with pytest.raises(Refused, match="Only what a vendor has written"):
                tickets.share_vendor_message(message=message, actor=actor_of(cast.engineer), at=now)


def test_nothing_said_to_or_by_a_vendor_meets_a_promise(cast: Cast, browse: Browse, clock: Clock) -> None:
    """No clock moves: not by what is said, and not by what is shared."""

    def clocks(of: Ticket) -> list[tuple[object, ...]]:
        with acting_as(worker_context()):
            rows = SloClock.objects.filter(ticket_id=of.pk).order_by("metric", "cycle")
            return list(rows.values_list("metric", "cycle", "state", "outcome", "due_at"))

    ticket, received = heard(cast)
    before = clocks(ticket)
    assert before
    clock.advance(minutes=1)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_to_vendor(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, body="Ours", vendor="AWS Support"
        )
    browse(cast.engineer).post(f"/desk/vendors/messages/{received.pk}/share/")
    assert clocks(ticket) == before
    assert again(ticket).status == "new"
    with acting_as(worker_context()):
        types = set(EventRecord.objects.filter(ticket_id=ticket.pk).values_list("type", flat=True))
        replies = EventRecord.objects.filter(ticket_id=ticket.pk, type="tickets.public_reply")
        assert [record.payload["by"] for record in replies] == ["vendor"]
    assert {"tickets.vendor_message", "vendors.message_shared"} <= types


@pytest.mark.parametrize("body", ["", "  \x00 ", "x" * 30_000])
def test_whatever_a_vendor_writes_is_kept(cast: Cast, body: str) -> None:
    ticket = report(cast.acme)
    with acting_as(worker_context()) as now:
        message = tickets.post_from_vendor(ticket=ticket, at=now, body=body, vendor="AWS Support")
    assert message.body == ("x" * 20_000 if len(body) > 10 else "(no text)")
    assert (message.audience, message.vendor) == (AudienceChoice.DESK, "AWS Support")


def test_a_member_can_read_nothing_of_it_in_the_database(cast: Cast) -> None:
    ticket, _ = heard(cast, files=True)
    with acting_as(context_of(cast.acme.lead)):
        assert not Message.objects.filter(ticket=ticket, vendor="AWS Support").exists()
        assert not Attachment.objects.filter(ticket=ticket, name="graph.png").exists()
        assert not EventRecord.objects.filter(type="tickets.vendor_message").exists()


# --- The panel -----------------------------------------------------------------------------------------
def test_the_panel_says_whose_move_it_is_and_what_the_vendor_publishes(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = report(cast.acme)
    case = factories.case(ticket, factories.link(cast.acme.customer), state=CaseState.WAITING_ON_US)
    clock.advance(minutes=10)
    page = browse(cast.engineer).get(address(ticket, "")).content.decode()
    for words in (
        case.display_id,
        "AWS Support waits for us",
        "(pending-customer-action)",
        "AWS Support publishes 1 h, not our promise",
        "Business Support+ when opened",
        "Production system down",
        'data-key="v"',
        "Resolve the case…",
    ):
        assert words in page, words


def test_a_ticket_without_a_case_says_why_none_can_be_sent(cast: Cast, browse: Browse) -> None:
    ticket = report(cast.acme)
    page = browse(cast.engineer).get(address(ticket, "")).content.decode()
    assert "This account is not connected" in page
    assert f'href="/desk/tickets/{ticket.key}/vendor-case/" data-key="v"' in page
    factories.link(cast.acme.customer, state=LinkState.DENIED.value)
    assert "The account refuses us" in browse(cast.engineer).get(address(ticket, "")).content.decode()


def test_with_several_cases_one_is_chosen(cast: Cast, browse: Browse) -> None:
    ticket = report(cast.acme)
    link = factories.link(cast.acme.customer)
    first, second = factories.case(ticket, link), factories.case(ticket, link)
    desk = browse(cast.engineer)
    form = pane(desk, ticket).form
    assert [pk for pk, _ in form.fields["case"].choices] == [second.pk, first.pk]
    assert desk.post(address(ticket, "vendor/"), {"body": "To whom?"}).status_code == 422
    assert write(desk, ticket, "To the first", case=first.pk).status_code == 302
    assert [row.case_id for row in rows_of(ticket)] == [first.pk]


@pytest.mark.parametrize(("with_case", "most"), [(False, 2), (True, 4)])
def test_the_page_asks_few_questions_more(cast: Cast, browse: Browse, with_case: bool, most: int) -> None:
    """Without a case: for cases, and why none can be sent. With one: what is unsent, and the conversation's marks."""
    ticket = heard(cast)[0] if with_case else report(cast.acme)
    desk = browse(cast.engineer)
    desk.get(address(ticket, ""))
    with CaptureQueriesContext(connection) as queries:
        desk.get(address(ticket, ""))
    tables = ("vendorcase", "outgoing", "vendormessage", "accountlink")
    asked = [one["sql"] for one in queries if not one["sql"].startswith("SELECT place, count(*)")]
    ours = [sql for sql in asked if any(f'FROM "vendors_{table}"' in sql for table in tables)]
    assert len(ours) <= most, "\n".join(ours)


def test_a_refusal_stands_on_the_ticket_with_what_can_be_done(cast: Cast, browse: Browse) -> None:
    ticket = report(cast.acme)
    case = factories.case(ticket, factories.link(cast.acme.customer), external_id="", display_id="")
    factories.outgoing(case, kind=SendKind.OPEN, state=SendState.REFUSED, error="AWS takes no such severity.")
    page = browse(cast.engineer).get(address(ticket, "")).content.decode()
    for words in (
        "AWS takes no such severity.",
        "Not opened",
        "Correct and send…",
        "Try again",
        "Give it up…",
    ):
        assert words in page, words


# --- By hand -------------------------------------------------------------------------------------------
HAND = {"number": "TEL 4711", "said": "The volume is stuck", "heard": "We look", "state": "waiting_on_vendor"}


def by_hand(cast: Cast, browse: Browse, ticket: Ticket, **typed: object) -> int:
    with acting_as(worker_context()):
        vendor = Vendor.objects.get(slug="aws")
    given = {**HAND, "vendor": vendor.pk, "hold": "on", **typed}
    return browse(cast.engineer).post(address(ticket, "vendor-case/by-hand/"), given).status_code


@pytest.mark.parametrize("state", [None, *LinkState])
def test_a_case_is_written_down_by_hand_whatever_state_the_account_is_in(
    cast: Cast, browse: Browse, clock: Clock, state: LinkState | None
) -> None:
    if state is not None:
        factories.link(cast.acme.customer, state=state.value)
    ticket = report(cast.acme)
    assert by_hand(cast, browse, ticket) == 302
    case = case_of(ticket)
    assert (case.display_id, case.state, case.link.is_manual) == ("TEL 4711", "waiting_on_vendor", True)
    held = again(ticket)
    assert (held.hold_reason, held.hold_evidence) == (HoldReason.VENDOR, "AWS Support case TEL 4711")
    assert [body for audience, vendor, body in messages_of(ticket) if vendor] == [
        "The volume is stuck",
        "We look",
    ]
    assert rows_of(ticket) == []
    assert sweep(clock, minutes=5) == 0
    assert by_hand(cast, browse, report(cast.acme)) == 422


def test_what_the_vendor_says_by_hand_ends_the_wait_for_it(cast: Cast, browse: Browse, clock: Clock) -> None:
    ticket = report(cast.acme)
    by_hand(cast, browse, ticket)
    desk, case = browse(cast.engineer), case_of(ticket)
    clock.advance(minutes=5)
    note = f"/desk/vendors/cases/{case.pk}/note/"
    assert desk.post(note, {"side": "vendor", "body": "", "state": "waiting_on_vendor"}).status_code == 422
    assert again(ticket).hold_reason == HoldReason.VENDOR
    said = {"side": "vendor", "author": "Kim of AWS", "body": "Try again now", "state": "waiting_on_us"}
    assert desk.post(note, said).status_code == 302
    assert again(ticket).hold_reason == ""
    assert (case_of(ticket).state, case_of(ticket).last_vendor_at) == ("waiting_on_us", clock.now)
    assert write(desk, ticket, "It works").status_code == 302
    assert (case_of(ticket).state, rows_of(ticket)) == ("waiting_on_vendor", [])
    assert desk.post(f"/desk/vendors/cases/{case.pk}/resolve/", {"token": "0" * 12}).status_code == 302
    assert case_of(ticket).state == "resolved"
    assert again(ticket).is_open


def test_another_vendor_is_reached_by_hand_over_its_own_link(cast: Cast, browse: Browse) -> None:
    with acting_as(worker_context()) as now:
        other = Vendor.objects.create(name="Netlink", slug="netlink", way=Way.MANUAL, created_at=now)
    first, second = report(cast.acme), report(cast.acme)
    assert by_hand(cast, browse, first, vendor=other.pk) == 302
    assert by_hand(cast, browse, second, vendor=other.pk, number="TEL 4712") == 302
    with acting_as(worker_context()):
        assert AccountLink.objects.filter(vendor=other).count() == 1
    assert pane(browse(cast.engineer), first).form.vendor == "Netlink"


def test_an_account_that_is_read_by_itself_takes_no_notes_by_hand(cast: Cast, browse: Browse) -> None:
    ticket, received = heard(cast)
    answer = browse(cast.engineer).post(
        f"/desk/vendors/cases/{received.case_id}/note/",
        {"side": "vendor", "body": "Made up", "state": "resolved"},
    )
    assert answer.status_code == 422
    assert again(ticket).is_open
