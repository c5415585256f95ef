"""A mail becomes a reply or a ticket only when its sender may write there; all others wait for a person."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from core.tenancy import SYSTEM, acting_as, worker_context
from customers import actions as customers
from customers.models import MemberRole
from notifications.models import Notification
from notifications.tasks import deliver_due
from tests.cast import Cast, actor_of, file_ticket, fresh, picture
from tests.conftest import Browse, Clock
from tests.mail.letters import arrive, letter, newest, received, reply_to
from tickets import actions
from tickets.lifecycle import HoldReason
from tickets.mail.addresses import key_in, thread_of
from tickets.models import Attachment, IncomingMail, MailState, Message, Ticket
from trusst_support.local.mail import mailbox

pytestmark = pytest.mark.django_db


def messages(ticket: Ticket) -> list[Message]:
    with acting_as(worker_context()):
        return list(Message.objects.filter(ticket=ticket).order_by("pk"))


def tickets_of(cast: Cast) -> list[Ticket]:
    with acting_as(worker_context()):
        found = Ticket.objects.filter(customer=cast.acme.customer)
        return list(found.select_related("customer").order_by("pk"))


# --- Answers ---------------------------------------------------------------------------------------------
def test_an_answer_stands_on_its_ticket_with_what_it_quotes_put_apart(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    text = "Still slow.\n\n--- Answer above this line ---\n\nDesk Engineer wrote: try again"
    mail = received(
        letter(cast.acme.requester.email, text, to=reply_to(ticket), files=(("log.txt", b"slow query"),))
    )
    assert (mail.state, mail.ticket_key, mail.opened_ticket) == (MailState.TAKEN, ticket.key, False)
    message = messages(ticket)[-1]
    assert (message.body, message.author_id, message.by_mail) == ("Still slow.", cast.acme.requester.pk, True)
    assert "try again" in message.quoted
    with acting_as(worker_context()):
        assert [file.name for file in Attachment.objects.filter(message=message)] == ["log.txt"]
    for person in (cast.engineer, cast.acme.requester):
        path = (
            f"/desk/tickets/{ticket.key}/" if person == cast.engineer else f"/c/acme/tickets/{ticket.number}/"
        )
        page = browse(person).get(path).content.decode()
        assert "Still slow." in page
        assert "By e-mail" in page
        assert "<summary" in page
        assert "Quoted text" in page


def test_an_answer_ends_the_hold_that_waited_for_it_at_the_instant_of_its_receipt(
    cast: Cast, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester)
    with acting_as(worker_context()) as now:
        actions.hold(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            reason=HoldReason.CUSTOMER_REPLY,
            note="Which region?",
            owner="Acme Freight",
            review_at=clock.now.replace(day=clock.now.day + 1),
        )
    at = clock.advance(minutes=5)
    arrive(letter(cast.acme.requester.email, "Sydney.", to=reply_to(ticket)))
    clock.advance(minutes=9)
    actions.read_due()
    assert not fresh(ticket).is_on_hold
    assert messages(ticket)[-1].at == at


def test_what_happened_on_the_ticket_meanwhile_is_not_overtaken_by_an_older_mail(
    cast: Cast, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester)
    clock.advance(minutes=5)
    arrive(letter(cast.acme.requester.email, "Sydney.", to=reply_to(ticket)))
    clock.advance(minutes=1)
    with acting_as(worker_context()) as now:
        actions.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We are looking.")
    read_at = clock.advance(minutes=1)
    actions.read_due()
    assert messages(ticket)[-1].at == read_at


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_the_mails_of_the_portal_are_answered_by_each_way_that_mail_programs_use(real_cast: Cast) -> None:
    cast = real_cast
    ticket = file_ticket(cast.acme.requester)
    with acting_as(worker_context()) as now:
        actions.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="Which region?")
    deliver_due()
    [sent] = [mail.message for mail in mailbox() if "replied" in mail.subject]
    assert sent["Reply-To"] == reply_to(ticket)
    assert "Answer above this line" in sent.as_string()
    for headers in (
        {"to": sent["Reply-To"]},
        {"In_Reply_To": sent["Message-ID"]},
        {"References": f"<other@mail.example> {sent['References']}"},
    ):
        assert received(letter(cast.acme.requester.email, "Sydney.", **headers)).ticket_key == ticket.key
    assert [m.by_mail for m in messages(ticket)] == [False, False, True, True, True]


def test_mails_to_the_desk_take_no_answer(cast: Cast) -> None:
    file_ticket(cast.acme.requester)
    with acting_as(worker_context()):
        rows = Notification.objects.filter(audience="desk")
        assert all(row.thread == "" for row in rows)


def test_a_closed_ticket_is_followed_by_a_new_one(cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester)
    with acting_as(worker_context()) as now:
        engineer: dict[str, Any] = {"actor": actor_of(cast.engineer), "at": now}
        actions.take(ticket=ticket, person=cast.engineer, **engineer)
        actions.resolve(ticket=fresh(ticket), code="fixed", cause="Load.", fix="Restarted.", **engineer)
        actions.close(ticket=fresh(ticket), **engineer)
    mail = received(letter(cast.acme.requester.email, "Again!", to=reply_to(ticket)))
    assert mail.opened_ticket
    [_, follower] = tickets_of(cast)
    assert mail.ticket_key == follower.key
    assert messages(follower)[0].body == f"This follows {ticket.key}, which is closed.\n\nAgain!"


# --- Whom nobody knows, and who pretends -------------------------------------------------------------------
def test_a_stranger_and_another_customers_member_never_reach_a_thread(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.requester)
    before = len(messages(ticket))
    for sender in ("stranger@evil.example", cast.globex.lead.email, cast.engineer.user.email):
        mail = received(letter(sender, to=reply_to(ticket)))
        assert mail.state == MailState.HELD
        assert "does not belong to the customer" in mail.reason
    assert len(messages(ticket)) == before


def test_a_colleague_who_may_not_read_the_ticket_does_not_write_on_it(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.lead)
    mail = received(letter(cast.acme.requester.email, to=reply_to(ticket)))
    assert (mail.state, mail.reason) == (MailState.HELD, f"Its sender may not read {ticket.key}.")


def test_one_byte_of_the_signed_word_off_is_held_and_opens_nothing(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.requester)
    other = file_ticket(cast.acme.requester)
    word = thread_of(ticket.key)
    flipped = word[:-1] + ("a" if word[-1] != "a" else "b")
    swapped = f"{other.key.lower()}.{word.partition('.')[2]}"
    for made_up in (flipped, swapped, f"{ticket.key.lower()}.", "."):
        assert key_in(made_up) is None
        mail = received(letter(cast.acme.requester.email, to=f"desk+{made_up}@in.trusst.example"))
        assert mail.state == MailState.HELD, made_up
        assert "not made here" in mail.reason
    assert len(tickets_of(cast)) == 2
    assert key_in(word.upper()) == ticket.key  # mail servers may change the case


def test_what_our_mail_server_calls_forged_is_held(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MAIL_IN_AUTHORITY", "mx.trusst.example")
    ticket = file_ticket(cast.acme.requester)
    said = "mx.trusst.example; dmarc=fail header.from=acme.example"
    forged = letter(
        cast.acme.requester.email,
        to=reply_to(ticket),
        Cc="outsider@evil.example",
        Authentication_Results=said,
    )
    assert received(forged).state == MailState.HELD
    assert len(messages(ticket)) == 1
    with acting_as(worker_context()):
        assert not Notification.objects.filter(recipient_email="outsider@evil.example").exists()


def test_a_reply_to_header_makes_nobody_somebody_else(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.requester)
    mail = received(letter("evil@evil.example", to=reply_to(ticket), Reply_To=cast.acme.requester.email))
    assert mail.state == MailState.HELD


def test_programs_are_kept_aside_and_nobody_answers_them(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.requester)
    with acting_as(worker_context()):
        before = Notification.objects.count()
    automatic: list[dict[str, Any]] = [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "1"},
    ]
    for headers in automatic:
        assert (
            received(letter(cast.acme.requester.email, to=reply_to(ticket), **headers)).state
            == MailState.ASIDE
        )
    assert received(letter(settings.MAIL_IN_ADDRESS)).state == MailState.ASIDE
    with acting_as(worker_context()):
        assert Notification.objects.count() == before
    assert len(messages(ticket)) == 1


# --- New tickets -------------------------------------------------------------------------------------------
def test_a_members_mail_opens_a_ticket_at_level_1_and_its_receipt_asks_about_the_impact(
    cast: Cast, browse: Browse
) -> None:
    mail = received(letter(cast.acme.requester.email, "Since nine.", files=(("a.png", picture().read()),)))
    [ticket] = tickets_of(cast)
    assert mail.ticket_key == ticket.key
    assert (ticket.subject, ticket.level, ticket.severity) == ("Shop is slow", 1, 3)
    with acting_as(worker_context()):
        receipt = Notification.objects.get(kind="receipt")
    assert receipt.recipient_email == cast.acme.requester.email
    assert "If work has stopped, say so" in receipt.body
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "by e-mail" in page


def test_files_that_are_not_taken_are_named(cast: Cast) -> None:
    received(letter(cast.acme.requester.email, "See.", files=(("run.exe", b"MZ"), ("notes.txt", b"a"))))
    [ticket] = tickets_of(cast)
    body = messages(ticket)[0].body
    assert "run.exe is of a kind we do not take" in body
    with acting_as(worker_context()):
        assert [file.name for file in Attachment.objects.filter(ticket=ticket)] == ["notes.txt"]


def test_somebody_of_two_customers_names_one_in_the_address(cast: Cast) -> None:
    both = cast.acme.requester
    with acting_as(worker_context()) as now:
        customers.add_member(
            customer=cast.globex.customer,
            user=both.user,
            name=both.name,
            role=MemberRole.REQUESTER,
            actor=SYSTEM,
            at=now,
        )
    mail = received(letter(both.email))
    assert (mail.state, "several customers" in mail.reason) == (MailState.HELD, True)
    assert received(letter(both.email, to="desk+globex@in.trusst.example")).ticket_key == "GLOB-1"
    # Naming a customer that is not one's own gives nothing away and opens nothing there.
    assert received(letter(cast.acme.lead.email, to="desk+globex@in.trusst.example")).ticket_key == "ACME-1"


def test_a_flood_of_new_tickets_waits_for_a_person(cast: Cast, clock: Clock) -> None:
    states = [received(letter(cast.acme.requester.email, str(n))).state for n in range(5)]
    assert states == [MailState.TAKEN] * 3 + [MailState.HELD] * 2
    clock.advance(minutes=61)
    assert received(letter(cast.acme.requester.email, "Later")).state == MailState.TAKEN


def test_the_same_mail_comes_in_once_however_often_it_is_delivered(cast: Cast) -> None:
    message = letter(cast.acme.requester.email)
    assert [arrive(message) for _ in range(3)] == [True, False, False]
    again = b"Received: from elsewhere\n" + message.as_bytes()
    assert not arrive(again)
    actions.read_due()
    assert len(tickets_of(cast)) == 1
    # Another text under the same Message-ID is another mail.
    assert arrive(letter(cast.acme.requester.email, "Other", message_id=message["Message-ID"]))


def test_a_bad_mail_is_kept_aside_with_its_reason_and_holds_nothing_up(cast: Cast) -> None:
    arrive(b"X: y\n" * 100_000)
    arrive(letter(cast.acme.requester.email))
    actions.read_due()
    with acting_as(worker_context()):
        states = list(IncomingMail.objects.order_by("pk").values_list("state", "reason"))
    assert states[0] == (MailState.ASIDE, "Its headers are longer than a mail's ever are.")
    assert states[1][0] == MailState.TAKEN


def test_a_mail_that_ends_its_reader_is_not_read_for_ever(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(*_: object, **__: object) -> None:
        raise RuntimeError("a fault in the reader")

    arrive(letter(cast.acme.requester.email))
    with monkeypatch.context() as patch:
        patch.setattr("tickets.actions.mail.read", burst)
        for _ in range(8):
            actions.read_due()
            clock.advance(hours=1)
    assert newest().state == MailState.ASIDE
    assert "in 5 attempts" in newest().reason
    assert tickets_of(cast) == []


def test_originals_are_thrown_away_after_a_while(cast: Cast, clock: Clock) -> None:
    mail = received(letter(cast.acme.requester.email))
    assert mail.stored_name
    clock.advance(days=91)
    assert actions.forget_mail() == 1
    assert newest().stored_name == ""


# --- The desk's page ---------------------------------------------------------------------------------------
def held(cast: Cast) -> IncomingMail:
    return received(
        letter("Stranger <stranger@evil.example>", "<script>alert(1)</script> Help", subject="Help me")
    )


def test_the_desk_sees_what_waits_and_why(cast: Cast, browse: Browse) -> None:
    mail = held(cast)
    client = browse(cast.engineer)
    page = client.get("/desk/mail/").content.decode()
    assert "Help me" in page
    assert "belongs to no customer" in page
    detail = client.get(f"/desk/mail/{mail.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Help" in detail
    assert "<script>alert" not in detail


def test_a_ticket_is_opened_for_a_member_from_a_strangers_mail(cast: Cast, browse: Browse) -> None:
    mail = held(cast)
    client = browse(cast.engineer)
    unknown = client.post(f"/desk/mail/{mail.pk}/open/", {"member": "nobody@acme.example"})
    assert unknown.status_code == 422
    assert "Nobody who can sign in has this address" in unknown.content.decode()
    client.post(f"/desk/mail/{mail.pk}/open/", {"member": cast.acme.requester.email})
    [ticket] = tickets_of(cast)
    assert messages(ticket)[0].body.startswith("A mail from Stranger <stranger@evil.example>:")
    assert newest().settled_by == cast.engineer.name
    again = client.post(f"/desk/mail/{mail.pk}/open/", {"member": cast.acme.requester.email})
    assert "dealt with this mail meanwhile" in again.content.decode()
    assert len(tickets_of(cast)) == 1


def test_a_strangers_mail_is_written_down_where_no_customer_reads_it(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    mail = held(cast)
    client = browse(cast.engineer)
    assert client.post(f"/desk/mail/{mail.pk}/note/", {"ticket": "ACME-99"}).status_code == 422
    client.post(f"/desk/mail/{mail.pk}/note/", {"ticket": ticket.key.lower()})
    assert messages(ticket)[-1].audience == "desk"
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "stranger@evil.example" not in page


def test_a_mail_is_thrown_away_and_taken_back(cast: Cast, browse: Browse) -> None:
    mail = held(cast)
    client = browse(cast.engineer)
    client.post(f"/desk/mail/{mail.pk}/discard/")
    assert newest().state == MailState.DISCARDED
    assert "Help me" in client.get("/desk/mail/?state=discarded").content.decode()
    client.post(f"/desk/mail/{mail.pk}/discard/", {"back": "1"})
    assert newest().state == MailState.HELD
