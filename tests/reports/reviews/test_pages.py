"""The pages of reviews: who sees what, what each press does, and what is said where it is refused."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from core.tenancy import acting_as, worker_context
from reports.actions import reviews as actions
from reports.actions.review_building import build_due
from reports.models import BuildState, Review, ReviewBuild, ReviewPlan, ReviewState
from reports.reviews import verify
from slas import actions as slas
from tests.cast import Cast, actor_of, context_of
from tests.conftest import Browse, Clock
from tests.reports.reviews.making import APRIL, WORDS, a_month, fresh, make, mark, seal, send, whole

LIST = "/desk/reviews/"


def page(review: Review, end: str = "") -> str:
    return f"{LIST}{review.pk}/{end}"


@pytest.fixture
def draft(cast: Cast, clock: Clock) -> Review:
    a_month(cast, clock, cast.acme)
    return make(cast, cast.acme.customer)


def test_a_review_goes_all_the_way_by_hand(cast: Cast, clock: Clock, browse: Browse) -> None:
    a_month(cast, clock, cast.acme)
    manager = browse(cast.manager)
    answer = manager.post(f"{LIST}new/", {"customer": "acme", "month": "2026-03"})
    with acting_as(worker_context()):
        review = Review.objects.get()
    assert answer["Location"] == page(review)
    assert "The figures are being built." in manager.get(page(review)).content.decode()
    build_due()
    assert (
        "In March 2026 4 promises to Acme Freight were judged" in manager.get(page(review)).content.decode()
    )
    manager.post(page(review, "words/"), {"words": WORDS, "version": fresh(review).version, "then": "mark"})
    assert fresh(review).state == ReviewState.REVIEWED
    asked = manager.get(page(review, "seal/"))
    assert "Seal the review of March 2026 for Acme Freight?" in asked.content.decode()
    assert fresh(review).state == ReviewState.REVIEWED  # it only asked
    manager.post(page(review, "seal/"), {"version": fresh(review).version})
    assert fresh(review).state == ReviewState.SEALED
    asked = manager.get(page(review, "send/"))
    assert cast.acme.lead.email in asked.content.decode()
    manager.post(page(review, "send/"), {"version": fresh(review).version})
    assert fresh(review).state == ReviewState.SENT
    read = browse(cast.acme.lead).get(f"/c/acme/reviews/{review.pk}/").content.decode()
    assert WORDS in read
    assert "python manage.py verify_review" in read


def test_the_list_says_what_each_review_needs(cast: Cast, browse: Browse, draft: Review) -> None:
    def needs() -> str:
        [(_, missing)] = browse(cast.engineer).get(LIST).context["rows"]
        return ", ".join(missing)

    assert needs() == "the summary in your own words, to be marked as reviewed, to be sealed"
    mark(cast, draft)
    assert needs() == "to be sealed"
    seal(cast, draft)
    assert needs() == "to be sent"
    send(cast, draft)
    assert needs() == ""


def test_the_list_names_misses_without_a_cause(cast: Cast, browse: Browse, draft: Review) -> None:
    with acting_as(worker_context()):
        Review.objects.update(unexplained=2)
    assert "2 misses without a cause" in browse(cast.lead).get(LIST).content.decode()
    assert "2 misses have no cause yet" in browse(cast.lead).get(page(draft)).content.decode()


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 1),
        ("?customer=acme", 1),
        ("?customer=globex", 0),
        ("?month=2026-03", 1),
        ("?month=2026-02", 0),
        ("?state=sent", 0),
    ],
)
def test_the_list_is_narrowed(cast: Cast, browse: Browse, draft: Review, query: str, number: int) -> None:
    assert len(browse(cast.lead).get(LIST + query).context["rows"]) == number


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("?customer=nobody", "customer", "Select a customer."),
        ("?month=soon", "month", "Enter a month, for example 2026-03."),
        ("?state=lost", "state", "Select a state."),
    ],
)
def test_a_wrong_filter_is_said_beside_it(
    cast: Cast, browse: Browse, query: str, field: str, said: str
) -> None:
    answer = browse(cast.lead).get(LIST + query)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [said]}


def test_a_second_review_of_a_month_is_refused_beside_the_month(
    cast: Cast, browse: Browse, draft: Review
) -> None:
    answer = browse(cast.lead).post(f"{LIST}new/", {"customer": "acme", "month": "2026-03"})
    assert answer.status_code == 422
    assert answer.context["begin"].errors == {"month": ["Acme Freight has a review of March 2026 already."]}


def test_an_engineer_reads_and_changes_nothing(cast: Cast, browse: Browse, draft: Review) -> None:
    engineer = browse(cast.engineer)
    shown = engineer.get(page(draft))
    assert shown.status_code == 200
    assert "<form" not in shown.content.decode().partition("<main")[2]
    for end in ("build/", "words/", "day/", "seal/", "send/", "issue/"):
        assert engineer.post(page(draft, end)).status_code == 403


def test_a_desk_lead_is_not_offered_to_seal(cast: Cast, browse: Browse, draft: Review) -> None:
    mark(cast, draft)
    shown = browse(cast.lead).get(page(draft)).content.decode()
    assert page(draft, "seal/") not in shown
    assert "A manager seals it." in shown
    assert page(draft, "seal/") in browse(cast.manager).get(page(draft)).content.decode()


def test_words_that_are_missing_are_asked_for_beside_the_field(
    cast: Cast, browse: Browse, draft: Review
) -> None:
    answer = browse(cast.lead).post(
        page(draft, "words/"), {"words": "", "version": draft.version, "then": "mark"}
    )
    assert answer.status_code == 422
    assert answer.context["words"].errors == {"words": ["Write the summary in your own words first."]}
    assert fresh(draft).version == draft.version


def test_what_somebody_else_changed_is_not_overwritten(cast: Cast, browse: Browse, draft: Review) -> None:
    mark(cast, draft)
    answer = browse(cast.lead).post(page(draft, "words/"), {"words": "Mine", "version": draft.version})
    assert answer.status_code == 409
    assert "Mine" in answer.content.decode()
    assert fresh(draft).words == WORDS


def test_sealing_what_is_not_reviewed_is_refused_on_the_page_that_asks(
    cast: Cast, browse: Browse, draft: Review
) -> None:
    answer = browse(cast.manager).post(page(draft, "seal/"), {"version": draft.version})
    assert answer.status_code == 422
    assert "Mark it as reviewed first." in answer.content.decode()


def test_a_correction_asks_what_is_corrected(cast: Cast, browse: Browse, draft: Review) -> None:
    mark(cast, draft)
    seal(cast, draft)
    lead = browse(cast.lead)
    assert lead.post(page(draft, "issue/"), {"reason": ""}).status_code == 422
    lead.post(page(draft, "issue/"), {"reason": "A waiver came late."})
    with acting_as(worker_context()):
        second = Review.objects.get(issue=2)
    assert (second.reason, second.words) == ("A waiver came late.", WORDS)
    build_due()
    shown = lead.get(page(second)).content.decode()
    assert "What changed since issue 1" in shown
    assert "No row is different." in shown
    assert "Issues of this month" in shown


def test_the_build_is_shown_while_it_lasts(cast: Cast, browse: Browse, draft: Review) -> None:
    lead = browse(cast.lead)
    lead.post(page(draft, "build/"))
    with acting_as(worker_context()):
        ReviewBuild.objects.open().update(state=BuildState.RUNNING, done=3, total=9)
    shown = lead.get(page(draft)).content.decode()
    assert "3 of 9 tickets are read." in shown
    assert '<progress max="9" value="3"' in shown
    part = lead.get(page(draft, "building/")).content.decode()
    assert 'hx-trigger="every 3s"' in part
    with acting_as(worker_context()):
        ReviewBuild.objects.open().update(state=BuildState.DONE)
    part = lead.get(page(draft, "building/")).content.decode()
    assert "hx-get" not in part
    assert "The figures are built." in part


def test_the_day_of_the_drafts_is_a_customers_own(cast: Cast, browse: Browse, draft: Review) -> None:
    lead = browse(cast.lead)
    assert lead.post(page(draft, "day/"), {"day": "0"}).status_code == 422
    lead.post(page(draft, "day/"), {"day": "5"})
    with acting_as(worker_context()):
        assert ReviewPlan.objects.get(customer=cast.acme.customer).working_day == 5


# --- Files ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["pdf", "csv", "xlsx", "json"])
def test_a_draft_is_handed_out_marked_as_one(cast: Cast, browse: Browse, draft: Review, kind: str) -> None:
    sent = browse(cast.engineer).get(page(draft, f"file.{kind}"))
    assert sent.status_code == 200
    assert f'filename="service-review-acme-2026-03-issue-1-draft.{kind}"' in sent["Content-Disposition"]
    if kind == "pdf":
        text = PdfReader(io.BytesIO(sent.content)).pages[0].extract_text()
        assert "not for sending" in re.sub(r"\s+", " ", text)


def test_a_draft_has_no_bundle(cast: Cast, browse: Browse, draft: Review) -> None:
    for kind in ("zip", "exe"):
        assert browse(cast.lead).get(page(draft, f"file.{kind}")).status_code == 404


def test_the_customer_downloads_what_was_sealed_and_can_check_it(
    cast: Cast, clock: Clock, browse: Browse
) -> None:
    a_month(cast, clock, cast.acme)
    sealed = whole(cast, cast.acme.customer)
    coordinator = browse(cast.acme.coordinator)
    place = f"/c/acme/reviews/{sealed.review_id}/file"
    got = {kind: coordinator.get(f"{place}.{kind}").content for kind in ("pdf", "csv", "xlsx", "json", "zip")}
    assert got["zip"] == bytes(sealed.bundle)
    assert verify.check("x", got["zip"]).faults == []
    assert got["pdf"].startswith(b"%PDF")
    assert got["csv"].startswith(b"Ticket,")
    # Nothing that happens afterwards changes what is handed out.
    clock.advance(days=30)
    with acting_as(worker_context()):
        slas.sweep()
    assert coordinator.get(f"{place}.pdf").content == got["pdf"]
    assert coordinator.get(f"{place}.exe").status_code == 404


# --- The customer's side --------------------------------------------------------------------------------
def test_a_customer_reads_what_was_sent_and_nothing_else(cast: Cast, browse: Browse, draft: Review) -> None:
    lead = browse(cast.acme.lead)

    def found() -> list[int]:
        return [
            lead.get("/c/acme/reviews/").content.decode().count(f"/c/acme/reviews/{draft.pk}/"),
            lead.get(f"/c/acme/reviews/{draft.pk}/").status_code,
            lead.get(f"/c/acme/reviews/{draft.pk}/file.pdf").status_code,
        ]

    assert found() == [0, 404, 404]
    mark(cast, draft)
    seal(cast, draft)
    assert found() == [0, 404, 404]
    send(cast, draft)
    assert found() == [5, 200, 200]
    assert browse(cast.acme.coordinator).get(f"/c/acme/reviews/{draft.pk}/").status_code == 200
    assert browse(cast.acme.requester).get(f"/c/acme/reviews/{draft.pk}/").status_code == 403
    assert browse(cast.globex.lead).get(f"/c/globex/reviews/{draft.pk}/").status_code == 404
    assert "/c/acme/reviews/" in lead.get("/c/acme/").content.decode()
    assert "/c/acme/reviews/" not in browse(cast.acme.requester).get("/c/acme/").content.decode()


def test_a_lead_chooses_whether_the_mail_holds_the_summary(cast: Cast, browse: Browse) -> None:
    lead, address = browse(cast.acme.lead), "/c/acme/reviews/"
    assert "and no figures" in lead.get(address).content.decode()
    for wanted, said in (("yes", "with the summary"), ("no", "and no figures")):
        lead.post(f"{address}mail/", {"figures": wanted})
        assert said in lead.get(address).content.decode()
    assert browse(cast.acme.coordinator).post(f"{address}mail/", {"figures": "yes"}).status_code == 403
    assert f"{address}mail/" not in browse(cast.acme.coordinator).get(address).content.decode()


def test_the_number_of_queries_does_not_depend_on_the_number_of_reviews(
    cast: Cast, clock: Clock, browse: Browse
) -> None:
    clock.set(APRIL)
    whole(cast, cast.acme.customer)
    desk, lead = browse(cast.manager), browse(cast.acme.lead)

    def queries() -> list[int]:
        numbers = []
        for client, address in ((desk, LIST), (lead, "/c/acme/reviews/")):
            with CaptureQueriesContext(connection) as seen:
                client.get(address)
            numbers.append(len(seen))
        return numbers

    queries()
    before = queries()
    review = cast.acme.customer
    with acting_as(context_of(cast.manager)) as now:
        for month in (1, 2):
            actions.make_review(
                customer=review, month=date(2026, month, 1), actor=actor_of(cast.manager), at=now
            )
    build_due()
    with acting_as(worker_context()):
        for one in Review.objects.exclude(state=ReviewState.SENT):
            mark(cast, fresh(one))
            seal(cast, one)
            send(cast, one)
    assert queries() == before
