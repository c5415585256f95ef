"""A process may die before or after any commit and any send: nothing is lost, doubled or early afterwards."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
from django.conf import settings
from django.db import connections

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from escalations.tasks import advance_due_escalations
from notifications.tasks import deliver_due
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, Cast, actor_of, context_of, file_ticket
from tests.conftest import Clock
from tests.core.two_connections import at_once
from tests.faults import history
from tests.faults.history import Filed
from tests.faults.points import each_death
from tests.mail.letters import arrive, letter, reply_to
from tests.mail.test_ways_in import POSTMARK, bring
from tickets import actions as tickets
from tickets.models import IncomingMail, MailState, Message, Ticket
from tickets.tasks import read_mail

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])


def one_round() -> int:
    """Do once what beat pokes workers to do about a missed objective."""
    return sweep_due_clocks() + advance_due_escalations() + deliver_due()


def until_quiet() -> None:
    while one_round():
        pass


def give_back(cast: Cast, one: Filed) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        ticket = Ticket.objects.get(pk=one.ticket_id)
        tickets.return_to_customer(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, reason="Which shop is it?"
        )


@pytest.mark.long
def test_a_worker_dies_at_every_point_between_a_missed_objective_and_its_alerts(
    real_cast: Cast, clock: Clock
) -> None:
    filed: list[Filed] = []
    points: list[str] = []

    def prepare(number: int) -> Filed:
        ticket = file_ticket(
            real_cast.acme.requester, impact=CRITICAL, subject=f"The shop stands still, {number}"
        )
        filed.append(Filed(ticket.pk, clock.now))
        while deliver_due():  # what is said of its arrival is not what this is about
            pass
        clock.advance(minutes=30, seconds=1)
        return filed[-1]

    for point, one in each_death(prepare, one_round):
        points.append(point)
        until_quiet()
        now = clock.now
        assert history.repeated() == [], point
        assert history.assert_alerts_are_right([one], until=now, now=now) == 5, point
        assert history.assert_facts_are_right([one], until=now) == 1, point
        give_back(real_cast, one)  # so that the next run finds nothing of this one
    assert {name.split(" on ")[0] for name in points[1:]} == {
        "before a commit",
        "after a commit",
        "before a send",
        "after a send",
    }
    assert len(points) > 40
    assert history.assert_ladders_were_climbed_in_order(filed) == 4 * len(filed)
    until_quiet()
    history.assert_each_arrived_once()


def replies(ticket: Ticket, body: str) -> list[datetime]:
    with acting_as(worker_context()):
        return list(Message.objects.filter(ticket=ticket, body=body).values_list("at", flat=True))


def mails(**which: str) -> list[IncomingMail]:
    with acting_as(worker_context()):
        return list(IncomingMail.objects.filter(**which).order_by("pk"))


def test_a_worker_dies_at_every_point_of_reading_an_answer(real_cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(real_cast.acme.requester)
    sender, where = real_cast.acme.requester.email, reply_to(ticket)

    def prepare(number: int) -> tuple[str, datetime]:
        clock.advance(minutes=5)
        arrive(letter(sender, f"Still slow, {number}.", to=where))
        return f"Still slow, {number}.", clock.now

    for point, (body, at) in each_death(prepare, read_mail):
        clock.advance(minutes=5)
        while read_mail():
            pass
        assert replies(ticket, body) == [at], point
    assert {mail.state for mail in mails()} == {MailState.TAKEN}
    with acting_as(worker_context()):
        told = EventRecord.objects.filter(ticket_id=ticket.pk, type="tickets.public_reply").count()
    assert told == len(mails())


def test_a_worker_dies_at_every_point_of_opening_a_ticket_from_a_mail(real_cast: Cast, clock: Clock) -> None:
    def prepare(number: int) -> str:
        clock.advance(hours=1)
        arrive(letter(real_cast.acme.requester.email, subject=f"The shop is slow, {number}"))
        return f"The shop is slow, {number}"

    for point, subject in each_death(prepare, read_mail):
        clock.advance(minutes=5)
        while read_mail():
            pass
        [mail] = mails(subject=subject)
        with acting_as(worker_context()):
            [ticket] = Ticket.objects.filter(subject=subject).select_related("customer")
        assert (mail.state, mail.ticket_key) == (MailState.TAKEN, ticket.key), point
    with acting_as(worker_context()):
        numbers = list(Ticket.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MAIL_IN_PROVIDER", "postmark")
    monkeypatch.setattr(settings, "ANYMAIL", {"WEBHOOK_SECRET": "portal:word"})


@pytest.mark.usefixtures("provider")
def test_a_providers_call_that_is_repeated_after_a_death_at_any_point_brings_its_mail_once(
    real_cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(number: int) -> str:
        clock.advance(hours=1)
        monkeypatch.setitem(POSTMARK, "Subject", f"Call {number}")
        headers = [{"Name": "Message-ID", "Value": f"<call-{number}@mail.example>"}]
        monkeypatch.setitem(POSTMARK, "Headers", headers)
        return f"Call {number}"

    for point, subject in each_death(prepare, bring):
        assert [bring(), bring()] == [200, 200]
        read_mail()
        [mail] = mails(subject=subject)
        assert mail.state == MailState.TAKEN, point


@pytest.mark.usefixtures("provider")
def test_a_providers_call_that_comes_twice_at_the_same_time_brings_its_mail_once(real_cast: Cast) -> None:
    together = threading.Barrier(2, timeout=30)

    def call() -> None:
        connections["default"].ensure_connection()
        together.wait()
        assert bring() == 200

    assert at_once(call, call) == []
    read_mail()
    assert [mail.state for mail in mails()] == [MailState.TAKEN]
