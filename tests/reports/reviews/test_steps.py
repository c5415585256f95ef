"""A review goes from its draft to the customer; what is sealed stays as it is."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, ProgrammingError, connections, transaction

from core.models import EventRecord
from core.problems import Refused, Stale
from core.tenancy import acting_as, worker_context
from customers.access import customer_context
from customers.models import MemberRole
from notifications.models import Notification
from reports.actions import reviews as actions
from reports.actions.review_building import build_due
from reports.models import Review, ReviewState, SealedReview
from reports.reviews import bundle, verify
from slas import actions as slas
from slas.attainment import levels_of
from tests.cast import CRITICAL, HIGH, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.reports.reviews.making import (
    APRIL,
    MARCH,
    WORDS,
    a_month,
    answer,
    explain,
    fresh,
    make,
    mark,
    seal,
    send,
    whole,
)
from tests.slas.outside import decide, propose, typed
from tickets import actions as tickets
from tickets.lifecycle import HoldReason


def test_a_draft_has_every_figure_of_the_month(cast: Cast, clock: Clock) -> None:
    first, late = a_month(cast, clock, cast.acme)
    review = make(cast, cast.acme.customer)
    assert review.state == ReviewState.DRAFT
    content = review.content
    assert content is not None
    rows = {(row["ticket"], row["metric"]): row["outcome"] for row in content["figures"]["rows"]}
    assert rows == {
        (first.key, "respond"): "met",
        (first.key, "restore"): "met",
        (late.key, "respond"): "missed",
        (late.key, "restore"): "met",
    }
    assert content["figures"]["tickets"] == {"opened": 2, "ended": 2, "open": 0, "oldest_opened_at": None}
    [miss] = content["told"]["misses"]
    assert (miss["ticket"], miss["cause"], miss["action"]) == (
        late.key,
        "Nobody was free in time",
        "A third is on call",
    )
    assert (
        content["summary"][0] == "In March 2026 4 promises to Acme Freight were judged: 3 kept and 1 missed."
    )
    assert review.unexplained == 0


def test_the_figures_are_those_of_the_clocks(cast: Cast, clock: Clock, browse: Browse) -> None:
    """The review replays the facts; the other reports count the clocks. Both must come to the same."""
    a_month(cast, clock, cast.acme)
    clock.set(APRIL - timedelta(days=20))
    excluded = file_ticket(cast.acme.requester, impact=HIGH, subject="Left out")
    clock.advance(minutes=20)
    propose(browse(cast.engineer), excluded, starts_at=typed(excluded.opened_at + timedelta(minutes=5)))
    decide(browse, cast.lead, excluded, "approve")
    answer(cast, clock, excluded, after=timedelta(minutes=50))
    waived = file_ticket(cast.acme.requester, impact=CRITICAL, subject="Forgiven")
    answer(cast, clock, waived, after=timedelta(minutes=45))
    with acting_as(context_of(cast.lead)) as now:
        slas.waive_objective(
            ticket=waived, metric="respond", cycle=1, actor=actor_of(cast.lead), at=now, reason="Agreed"
        )
    clock.set(APRIL)
    slas.sweep()
    review = make(cast, cast.acme.customer)
    assert review.content is not None
    with acting_as(worker_context()):
        levels = levels_of(cast.acme.customer, since=review.since, until=review.until, goals={})
    counted = {
        (metric, "" if line.severity is None else line.severity.name): (
            line.tally.met,
            line.tally.missed,
            line.tally.waived,
            line.tally.excluded,
            line.tally.percent,
            line.tally.percent_with_excluded,
        )
        for metric, (total, lines) in zip(
            ("respond", "update", "restore", "resolve"), levels.objectives, strict=True
        )
        for line in ([total, *lines] if lines else [])
    }
    replayed = {
        (line["metric"], line["severity"]): (
            line["met"],
            line["missed"],
            line["waived"],
            line["excluded"],
            line["percent"],
            line["percent_with_excluded"],
        )
        for line in review.content["figures"]["attainment"]
    }
    assert replayed == counted
    assert sum(line[3] for line in counted.values()) > 0
    assert sum(line[2] for line in counted.values()) > 0


def test_it_is_marked_with_words_and_by_somebody_who_decides(cast: Cast, clock: Clock) -> None:
    a_month(cast, clock, cast.acme)
    review = make(cast, cast.acme.customer)
    with (
        acting_as(context_of(cast.engineer)) as now,
        pytest.raises(Refused, match="A desk lead or a manager"),
    ):
        actions.write_and_mark(
            review=review, person=cast.engineer, version=review.version, words=WORDS, at=now
        )
    with (
        acting_as(context_of(cast.lead)) as now,
        pytest.raises(Refused, match="in your own words") as refused,
    ):
        actions.write_and_mark(review=review, person=cast.lead, version=review.version, words=" ", at=now)
    assert refused.value.field == "words"
    marked = mark(cast, review)
    assert (marked.state, marked.reviewed_by, marked.words) == (ReviewState.REVIEWED, cast.lead, WORDS)


def test_what_is_written_after_the_mark_has_to_be_marked_again(cast: Cast, clock: Clock) -> None:
    a_month(cast, clock, cast.acme)
    marked = mark(cast, make(cast, cast.acme.customer))
    with acting_as(context_of(cast.lead)):
        changed = actions.write_words(review=marked, version=marked.version, words="Others")
    assert (changed.state, changed.reviewed_by) == (ReviewState.DRAFT, None)
    with (
        acting_as(context_of(cast.manager)) as now,
        pytest.raises(Refused, match="Mark it as reviewed first"),
    ):
        actions.seal(review=changed, person=cast.manager, version=changed.version, at=now)


def test_an_edit_of_something_that_changed_meanwhile_is_refused(cast: Cast, clock: Clock) -> None:
    a_month(cast, clock, cast.acme)
    review = make(cast, cast.acme.customer)
    mark(cast, review)
    with acting_as(context_of(cast.lead)), pytest.raises(Stale):
        actions.write_words(review=review, version=review.version, words="Over yours")


def test_only_a_manager_seals(cast: Cast, clock: Clock) -> None:
    a_month(cast, clock, cast.acme)
    review = mark(cast, make(cast, cast.acme.customer))
    for person in (cast.engineer, cast.lead, cast.admin):
        with acting_as(context_of(person)) as now, pytest.raises(Refused, match="A manager seals"):
            actions.seal(review=review, person=person, version=review.version, at=now)
    assert seal(cast, review).sealed_by_name == cast.manager.name


def test_a_month_that_still_runs_is_not_marked(cast: Cast, clock: Clock) -> None:
    review = make(cast, cast.acme.customer)  # on 3 March
    with acting_as(context_of(cast.lead)) as now, pytest.raises(Refused, match="The month was not over"):
        actions.write_and_mark(review=review, person=cast.lead, version=review.version, words=WORDS, at=now)


def test_figures_that_have_moved_since_are_not_sealed(cast: Cast, clock: Clock) -> None:
    _, late = a_month(cast, clock, cast.acme)
    review = mark(cast, make(cast, cast.acme.customer))
    with acting_as(context_of(cast.lead)) as now:
        slas.waive_objective(
            ticket=late, metric="respond", cycle=1, actor=actor_of(cast.lead), at=now, reason="Agreed"
        )
    with acting_as(context_of(cast.manager)) as now, pytest.raises(Refused, match="Build them again"):
        actions.seal(review=review, person=cast.manager, version=review.version, at=now)


def test_what_is_sealed_can_be_checked_by_anybody(cast: Cast, clock: Clock) -> None:
    a_month(cast, clock, cast.acme)
    sealed = whole(cast, cast.acme.customer)
    checked = verify.check("march", bytes(sealed.bundle))
    assert checked.faults == []
    assert checked.link == sealed.link
    assert sealed.link.seal == sealed.seal
    files = bundle.unpack(bytes(sealed.bundle))
    assert json.loads(files[bundle.REVIEW]) == sealed.content
    assert {name for name in files if name.startswith(bundle.TICKETS)} == {
        "tickets/ACME-1.json",
        "tickets/ACME-2.json",
    }


def test_the_database_refuses_to_change_what_is_sealed(cast: Cast, clock: Clock) -> None:
    a_month(cast, clock, cast.acme)
    sealed = whole(cast, cast.acme.customer)
    rows = SealedReview.objects.filter(pk=sealed.pk)
    for change in (lambda: rows.update(issue=7), rows.delete):
        with pytest.raises(ProgrammingError), acting_as(worker_context()), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_not_even_the_owner_of_the_table_changes_what_is_sealed(real_cast: Cast, clock: Clock) -> None:
    clock.set(APRIL)
    sealed = whole(real_cast, real_cast.acme.customer)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE reports_sealedreview NO FORCE ROW LEVEL SECURITY")
        with pytest.raises(DatabaseError, match="append-only"):
            cursor.execute("UPDATE reports_sealedreview SET issue = 7 WHERE id = %s", [sealed.pk])
        transaction.set_rollback(True, using="owner")


def test_each_seal_names_the_one_before_it(cast: Cast, clock: Clock) -> None:
    a_month(cast, clock, cast.acme)
    february = whole(cast, cast.acme.customer, date(2026, 2, 1))
    theirs = whole(cast, cast.globex.customer)
    march = whole(cast, cast.acme.customer)
    assert (february.previous, theirs.previous, march.previous) == ("", "", february.seal)
    checked = [verify.check(name, bytes(one.bundle)) for name, one in (("f", february), ("m", march))]
    assert [one.faults for one in checked] == [[], []]
    assert verify.check_together(checked) == []
    assert [link.seal for link in checked[1].history] == [february.seal]


def test_a_correction_is_another_issue_that_lists_what_is_different(cast: Cast, clock: Clock) -> None:
    _, late = a_month(cast, clock, cast.acme)
    first = whole(cast, cast.acme.customer)
    before = bytes(first.bundle)
    with acting_as(context_of(cast.lead)) as now:
        slas.waive_objective(
            ticket=late, metric="respond", cycle=1, actor=actor_of(cast.lead), at=now, reason="Agreed"
        )
        with pytest.raises(Refused, match="Say what is corrected"):
            actions.begin_issue(review=first.review, person=cast.lead, at=now, reason=" ")
        second = actions.begin_issue(
            review=first.review, person=cast.lead, at=now, reason="The miss was waived afterwards."
        )
        with pytest.raises(Refused, match="being written already"):
            actions.begin_issue(review=first.review, person=cast.lead, at=now, reason="Again")
    assert build_due() == 1
    second = fresh(second)
    assert second.content is not None
    changes = second.content["changes"]
    assert changes["reason"] == "The miss was waived afterwards."
    assert changes["rows"] == [
        {
            "ticket": late.key,
            "metric": "respond",
            "cycle": 1,
            "kind": "changed",
            "fields": {"waived": [False, True]},
        }
    ]
    assert {(one["metric"], one["severity"]) for one in changes["attainment"]} == {
        ("respond", ""),
        ("respond", "P2"),
    }
    mark(cast, second)
    corrected = seal(cast, second)
    assert (corrected.issue, corrected.previous) == (2, first.seal)
    with acting_as(worker_context()):
        assert bytes(SealedReview.objects.get(pk=first.pk).bundle) == before
    checked = [verify.check(name, bytes(one.bundle)) for name, one in (("1", first), ("2", corrected))]
    assert verify.check_together(checked) == [] == checked[1].faults


def test_it_is_sent_to_the_leads_with_a_link_and_without_figures(cast: Cast, clock: Clock) -> None:
    a_month(cast, clock, cast.acme)
    sealed = whole(cast, cast.acme.customer)
    with acting_as(worker_context()):
        [mail] = Notification.objects.filter(kind="review", audience="public")
    assert mail.recipient_email == cast.acme.lead.email
    assert mail.subject == "Service review of March 2026"
    assert f"/c/acme/reviews/{sealed.review_id}/" in mail.body
    assert sealed.seal in mail.body
    assert "%" not in mail.body
    assert "4 promises" not in mail.body


def test_a_customer_may_choose_to_have_the_summary_in_the_mail(cast: Cast, clock: Clock) -> None:
    a_month(cast, clock, cast.acme)
    with acting_as(context_of(cast.acme.lead)):
        actions.set_figures_by_mail(member=cast.acme.lead, wanted=True)
    whole(cast, cast.acme.customer)
    with acting_as(worker_context()):
        [mail] = Notification.objects.filter(kind="review", audience="public")
    assert "- In March 2026 4 promises to Acme Freight were judged: 3 kept and 1 missed." in mail.body


def test_it_is_sent_once_and_only_when_sealed(cast: Cast, clock: Clock) -> None:
    a_month(cast, clock, cast.acme)
    review = make(cast, cast.acme.customer)
    with pytest.raises(Refused, match="Only a sealed review is sent"):
        send(cast, review)
    mark(cast, review)
    seal(cast, review)
    send(cast, review)
    with pytest.raises(Refused, match="It is sent already"):
        send(cast, review)


def test_it_is_not_sent_where_nobody_would_read_it(cast: Cast, clock: Clock) -> None:
    clock.set(APRIL)
    review = make(cast, cast.acme.customer)
    mark(cast, review)
    seal(cast, review)
    cast.acme.lead.role = MemberRole.COORDINATOR
    with acting_as(worker_context()):
        cast.acme.lead.save(update_fields=["role"])
    with pytest.raises(Refused, match="no active lead"):
        send(cast, review)


def test_the_customers_side_of_the_database_has_no_draft(cast: Cast, clock: Clock) -> None:
    a_month(cast, clock, cast.acme)
    review = make(cast, cast.acme.customer)

    def seen() -> tuple[int, int]:
        with acting_as(customer_context(cast.acme.customer.pk)):
            return Review.objects.count(), SealedReview.objects.count()

    assert seen() == (0, 0)
    mark(cast, review)
    seal(cast, review)
    assert seen() == (0, 0)
    send(cast, review)
    assert seen() == (1, 1)
    with acting_as(customer_context(cast.globex.customer.pk)):
        assert (Review.objects.count(), SealedReview.objects.count()) == (0, 0)


def test_there_is_one_review_of_a_month(cast: Cast, clock: Clock) -> None:
    clock.set(APRIL)
    make(cast, cast.acme.customer)
    with acting_as(context_of(cast.manager)) as now:
        with pytest.raises(Refused, match="has a review of March 2026 already"):
            actions.make_review(
                customer=cast.acme.customer, month=MARCH, actor=actor_of(cast.manager), at=now
            )
        with pytest.raises(Refused, match="has not begun yet"):
            actions.make_review(
                customer=cast.acme.customer, month=date(2026, 5, 1), actor=actor_of(cast.manager), at=now
            )


def test_what_is_said_after_the_build_is_not_in_it(cast: Cast, clock: Clock) -> None:
    late = file_ticket(cast.acme.requester, impact=HIGH, subject="Unexplained")
    answer(cast, clock, late, after=timedelta(minutes=90))
    clock.set(APRIL)
    slas.sweep()
    review = make(cast, cast.acme.customer)
    assert review.content is not None
    assert review.unexplained == len(review.content["told"]["misses"]) > 1  # an answer, and many updates
    with acting_as(context_of(cast.engineer)) as now:
        misses = [f"{one['metric']}:{one['cycle']}" for one in review.content["told"]["misses"]]
        explain(cast, late, misses, now)
        actions.ask_build(review=review, actor=actor_of(cast.engineer), at=now)
    build_due()
    assert fresh(review).unexplained == 0


def test_pauses_and_the_time_of_each_party_are_added_up(cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH, subject="Waits")
    clock.advance(minutes=10)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="Looking")
        tickets.hold(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            reason=HoldReason.CUSTOMER_REPLY,
            owner="Acme",
            note="Which one",
            evidence="",
            review_at=now + timedelta(hours=1),
        )
    clock.advance(minutes=30)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.resume(ticket=ticket, actor=actor_of(cast.engineer), at=now)
    clock.advance(minutes=5)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.mark_restored(ticket=ticket, actor=actor_of(cast.engineer), at=now)
    clock.advance(minutes=3)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.resolve(ticket=ticket, actor=actor_of(cast.engineer), at=now, code="fixed")
    clock.set(APRIL)
    slas.sweep()
    review = make(cast, cast.acme.customer)
    assert review.content is not None
    figures = review.content["figures"]
    assert figures["pauses"] == [{"reason": "customer_reply", "clocks": 1, "seconds": 1800}]
    [line] = figures["time"]
    assert line["seconds"] == {
        "desk": 15 * 60,
        "customer_l1": 0,
        "customer": 1800,
        "vendor": 0,
        "agreed_wait": 0,
        "excluded": 0,
        "after_restore": 180,
    }


def test_each_step_is_in_the_log(cast: Cast, clock: Clock) -> None:
    clock.set(APRIL)
    whole(cast, cast.acme.customer)
    with acting_as(worker_context()):
        types = list(
            EventRecord.objects.filter(type__startswith="reports.")
            .order_by("pk")
            .values_list("type", flat=True)
        )
    assert types == ["reports.review_marked", "reports.review_sealed", "reports.review_sent"]
