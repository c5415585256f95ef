"""One case for the desk: where it stands, how long that took, what was said, and that nothing is lost."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as, worker_context
from customers.models import AccessRecord
from tests.cast import CRITICAL, Cast, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.vendors.factories import case, link, message, move, observe, outgoing
from vendors.clocks import Verdict
from vendors.models import VendorCase, VendorFile, VendorMessage
from vendors.states import CaseState, Finding, SendState, Side, Turn


@pytest.fixture
def made(cast: Cast) -> VendorCase:
    over = link(cast.acme.customer)
    observe(over)
    return case(file_ticket(cast.acme.requester, impact=CRITICAL, subject="Volume stuck"), over)


def show(browse: Browse, cast: Cast, made: VendorCase) -> Any:
    answer = browse(cast.engineer).get(f"/desk/vendors/cases/{made.pk}/")
    assert answer.status_code == 200
    return answer


def text_of(answer: Any) -> str:
    """Return what a page says, without its tags."""
    inline = re.sub(r"</?(?:a|b|span|time|svg|use)\b[^>]*>", "", answer.content.decode())
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inline)))


def test_it_says_where_the_case_stands_and_since_when(
    cast: Cast, browse: Browse, clock: Clock, made: VendorCase
) -> None:
    clock.advance(minutes=20)
    move(made, CaseState.WAITING_ON_US)
    clock.advance(minutes=10)
    answer = show(browse, cast, made)
    said = text_of(answer)
    assert f"Case {made.display_id} at AWS Support" in said
    assert "The vendor waits for us. We have the next move since 10:20 AEDT." in said
    assert "AWS Support calls it pending-customer-action" in said
    assert "ACME-1" in said
    assert "P1" in said
    assert "Business Support+: the plan takes cases" in said
    assert "Seen 10:00 AEDT: the plan takes cases" in said
    assert f"displayId={made.display_id}" in answer.content.decode()


def test_its_clocks_are_the_vendors_and_measured_against_what_it_publishes(
    cast: Cast, browse: Browse, clock: Clock, made: VendorCase
) -> None:
    clock.advance(minutes=1)
    message(made, is_automatic=True, body="We received your case.")
    clock.advance(minutes=44)
    message(made)
    move(made, CaseState.WAITING_ON_US)
    clock.advance(minutes=15)
    answer = show(browse, cast, made)
    reading = answer.context["reading"]
    assert reading.response.verdict is Verdict.WITHIN
    assert {turn: took.seconds // 60 for turn, took in reading.per_turn.items()} == {
        Turn.VENDOR: 45,
        Turn.US: 15,
    }
    said = text_of(answer)
    assert "Answered in 45 min, within the published time" in said
    assert "1 h, until 11:00 AEDT. Its own target for a first response, not a promise of ours." in said
    assert "Automatic answer 10:01 AEDT, which does not count" in said
    assert "AWS Support's time, not ours" in said
    assert len(answer.context["pieces"]) == 2


def test_business_hours_cannot_be_measured(cast: Cast, browse: Browse) -> None:
    made = case(
        file_ticket(cast.acme.requester),
        link(cast.acme.customer),
        target_in_business_hours=True,
        target_seconds=12 * 3600,
    )
    assert "12 h of its business hours, which cannot be measured" in text_of(show(browse, cast, made))


def test_a_resolution_is_told_as_the_time_between_two_looks(
    cast: Cast, browse: Browse, clock: Clock, made: VendorCase
) -> None:
    clock.advance(minutes=67)
    move(made, CaseState.RESOLVED)
    assert "between 11:02 AEDT and 11:07 AEDT" in text_of(show(browse, cast, made))


def test_the_whole_conversation_stands_with_files_and_what_the_customer_got(
    cast: Cast, browse: Browse, clock: Clock, made: VendorCase
) -> None:
    message(made, body="First words", shared=True)
    clock.advance(minutes=1)
    message(made, side=Side.DESK, author="Priya Nair", body="Our question")
    clock.advance(minutes=1)
    hidden = message(made, body="Internal <b>name</b> of a host")
    with acting_as(worker_context()):
        VendorFile.objects.create(
            customer=made.customer,
            received=hidden,
            ref="f1",
            name="trace.log",
            state="refused",
            why="Too large",
        )
    answer = show(browse, cast, made)
    html, said = answer.content.decode(), text_of(answer)
    assert said.index("First words") < said.index("Our question") < said.index("of a host")
    assert "&lt;b&gt;name&lt;/b&gt;" in html
    assert said.count("Shared with the customer") == 1
    assert said.count("Hidden from the customer") == 2
    assert "trace.log refused: Too large" in said


def test_a_stored_file_leads_to_its_download(cast: Cast, browse: Browse, made: VendorCase) -> None:
    from tests.cast import actor_of  # noqa: PLC0415
    from tickets.actions import post_internal_note  # noqa: PLC0415 - only here

    with acting_as(context_of(cast.engineer)) as now:
        note = post_internal_note(
            ticket=made.ticket,
            actor=actor_of(cast.engineer),
            at=now,
            body="x",
            files=[SimpleUploadedFile("trace.txt", b"plain words", content_type="text/plain")],
        )
        stored = note.attachments.get()
    received = message(made)
    with acting_as(worker_context()):
        VendorFile.objects.create(
            customer=made.customer,
            received=received,
            ref="f1",
            name="trace.txt",
            state="stored",
            attachment=stored,
        )
    assert f"/desk/files/{stored.token}/" in show(browse, cast, made).content.decode()


def test_what_is_to_be_sent_shows_where_it_stands(cast: Cast, browse: Browse, made: VendorCase) -> None:
    outgoing(made, state=SendState.REFUSED, error="AWS refuses this text.", error_code="ValidationException")
    outgoing(made, state=SendState.QUEUED)
    said = text_of(show(browse, cast, made))
    assert "To be sent" in said
    assert "AWS refuses this text. ValidationException" in said


def test_a_case_that_is_still_to_be_sent_has_a_page_without_clocks(cast: Cast, browse: Browse) -> None:
    waiting = case(
        file_ticket(cast.acme.requester),
        link(cast.acme.customer),
        external_id="",
        display_id="",
        opened_at=None,
    )
    answer = show(browse, cast, waiting)
    assert answer.context["reading"] is None
    assert "Case to be sent to AWS Support" in text_of(answer)


def test_raw_statuses_and_fields_that_nobody_knows_are_kept(
    cast: Cast, browse: Browse, clock: Clock, made: VendorCase
) -> None:
    clock.advance(minutes=5)
    move(made, CaseState.UNKNOWN, raw="gone-fishing")
    with acting_as(worker_context()):
        VendorCase.objects.filter(pk=made.pk).update(extra={"moodOfEngineer": "fine"})
    said = text_of(show(browse, cast, made))
    assert "gone-fishing A status that we do not know" in said
    assert "moodOfEngineer fine" in said
    assert "Not known whose move it is since 10:05 AEDT" in said


def test_a_plan_that_was_lost_since_is_told_beside_the_one_at_opening(
    cast: Cast, browse: Browse, clock: Clock, made: VendorCase
) -> None:
    clock.advance(hours=2)
    observe(made.link, Finding.NOT_MET)
    said = text_of(show(browse, cast, made))
    assert "Plan at opening Business Support+: the plan takes cases" in said
    assert "the plan takes no cases (SubscriptionRequiredException)" in said


def test_a_retired_link_leaves_the_history_readable(
    cast: Cast, browse: Browse, clock: Clock, made: VendorCase
) -> None:
    message(made, body="Kept words")
    with acting_as(worker_context()) as now:
        made.link.state, made.link.retired_at = "retired", now
        made.link.save(update_fields=["state", "retired_at"])
    said = text_of(show(browse, cast, made))
    assert "Kept words" in said
    assert "retired" in said


def test_that_the_desk_looked_is_written_down_for_the_customer(
    cast: Cast, browse: Browse, made: VendorCase
) -> None:
    show(browse, cast, made)
    with acting_as(worker_context()):
        assert AccessRecord.objects.filter(ticket_number=made.ticket.number, person=cast.engineer).exists()


def test_a_long_case_asks_no_more_than_a_short_one(cast: Cast, browse: Browse, made: VendorCase) -> None:
    client = browse(cast.engineer)
    address = f"/desk/vendors/cases/{made.pk}/"

    def count() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    message(made)
    with_one = count()
    for _ in range(9):
        message(made, shared=True)
        outgoing(made, state=SendState.SENT)
    with acting_as(worker_context()):
        for received in VendorMessage.objects.all():
            VendorFile.objects.create(customer=made.customer, received=received, ref="f", name="a.log")
    assert count() == with_one


def test_only_the_desk_opens_it_and_a_number_of_none_is_not_found(
    cast: Cast, browse: Browse, made: VendorCase
) -> None:
    assert browse(cast.acme.lead).get(f"/desk/vendors/cases/{made.pk}/").status_code == 403
    assert browse(cast.engineer).get("/desk/vendors/cases/987654/").status_code == 404
