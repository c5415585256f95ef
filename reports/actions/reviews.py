"""The steps of a monthly review: made, written, marked, sealed, sent, and corrected by another issue."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core.events import publish
from core.problems import Refused, Stale
from core.tenancy import Actor
from customers.access import active_members_of, desk_actor
from customers.models import Customer, DeskPerson, Member, MemberRole
from notifications import actions as notifications
from notifications.models import Audience
from reports.events import ReviewIssueBegun, ReviewMarked, ReviewSealed, ReviewSent
from reports.models import BuildState, Review, ReviewBuild, ReviewPlan, ReviewState, SealedReview
from reports.models.reviews import may_seal
from reports.reviews import bundle
from reports.reviews.pdf import render
from reports.reviews.words import say_local, say_month
from slas.attainment import levels_of
from slas.documents import write_instant
from slas.tallies import Tally

_STALE = "Somebody has changed this review since you opened it. Look at it again."
_BUILDING = "The figures are being built. Wait until they are there."


# --- Made ---------------------------------------------------------------------------------------------
@transaction.atomic
def make_review(*, customer: Customer, month: date, actor: Actor, at: datetime) -> Review:
    """Begin the review of a month, and let its figures be built; raises Refused where there is one already."""
    month = month.replace(day=1)
    plan_of(customer)  # whoever holds it makes one issue at a time
    if Review.objects.of_customer(customer).filter(month=month).exists():
        raise Refused(
            f"{customer.name} has a review of {say_month(f'{month:%Y-%m}')} already.", field="month"
        )
    review = Review(
        customer=customer,
        month=month,
        zone=customer.timezone,
        made_at=at,
        made_by_name=actor.name,
    )
    if review.since > at:
        raise Refused("This month has not begun yet.", field="month")
    review.save()
    ask_build(review=review, actor=actor, at=at)
    return review


@transaction.atomic
def ask_build(*, review: Review, actor: Actor, at: datetime) -> ReviewBuild:
    """Let the figures of an issue be computed anew by a worker; one that waits already is the answer."""
    locked = _lock(review)
    _check_open(locked)
    standing = ReviewBuild.objects.open().filter(customer_id=locked.customer_id, review=locked).first()
    if standing is not None:
        return standing
    return ReviewBuild.objects.create(
        customer_id=locked.customer_id, review=locked, asked_at=at, asked_by_name=actor.name
    )


def plan_of(customer: Customer) -> ReviewPlan:
    """Return how a customer's reviews are made, locked: whoever holds it makes and seals one at a time."""
    ReviewPlan.objects.bulk_create([ReviewPlan(customer=customer)], ignore_conflicts=True)
    return ReviewPlan.objects.select_for_update(no_key=True).get(customer=customer)


# --- Written and marked -------------------------------------------------------------------------------
@transaction.atomic
def write_words(*, review: Review, version: int, words: str) -> Review:
    """Keep the manager's own words; what was marked as reviewed has to be marked again."""
    locked = _lock(review, version)
    _check_open(locked)
    locked.words = words.replace("\r\n", "\n").strip()
    _back_to_draft(locked)
    locked.save(update_fields=["words", "state", "reviewed_by", "reviewed_at", "version"])
    return locked


@transaction.atomic
def write_and_mark(*, review: Review, person: DeskPerson, version: int, words: str, at: datetime) -> Review:
    """Keep the words and mark the review in one step: neither where the other is refused."""
    kept = write_words(review=review, version=version, words=words)
    return mark_reviewed(review=kept, person=person, version=kept.version, at=at)


def _back_to_draft(review: Review) -> None:
    review.state, review.reviewed_by, review.reviewed_at = ReviewState.DRAFT, None, None
    review.version += 1


@transaction.atomic
def mark_reviewed(*, review: Review, person: DeskPerson, version: int, at: datetime) -> Review:
    """Say that a lead or a manager has read the figures and written the words."""
    if not person.decides:
        raise Refused("A desk lead or a manager marks a review.")
    locked = _lock(review, version)
    _check_open(locked)
    _check_built(locked)
    if not locked.words:
        raise Refused("Write the summary in your own words first.", field="words")
    locked.state, locked.reviewed_by, locked.reviewed_at = ReviewState.REVIEWED, person, at
    locked.version += 1
    locked.save(update_fields=["state", "reviewed_by", "reviewed_at", "version"])
    publish(
        ReviewMarked(
            at=at,
            customer_id=locked.customer_id,
            actor=desk_actor(person),
            review_id=locked.pk,
            month=locked.name,
            issue=locked.issue,
        )
    )
    return locked


# --- Sealed -------------------------------------------------------------------------------------------
@transaction.atomic
def seal(*, review: Review, person: DeskPerson, version: int, at: datetime) -> SealedReview:
    """Freeze the figures that were reviewed, with the facts behind them, under the next seal of the chain."""
    if not may_seal(person):
        raise Refused("A manager seals a review.")
    plan_of(review.customer)  # two seals would name the same one before
    locked = _lock(review, version)
    _check_open(locked)
    _check_built(locked)
    if locked.state != ReviewState.REVIEWED:
        raise Refused("Mark it as reviewed first.")
    if has_moved(locked):
        raise Refused("The clocks of the month have changed since the figures were built. Build them again.")
    content = composed(locked)
    history = [
        one.link for one in SealedReview.objects.of_customer(locked.customer).without_files().in_order()
    ]
    sealed = bundle.seal(
        content,
        documents=locked.documents or {},
        pdf=render(content, state=f"Sealed by {person.name}, {say_local(at, locked.zone)}"),
        history=history,
        sealed_at=write_instant(at),
        sealed_by=person.name,
    )
    row = SealedReview.objects.create(
        customer_id=locked.customer_id,
        review=locked,
        customer_key=sealed.link.customer,
        month=locked.month,
        issue=locked.issue,
        content=content,
        bundle=sealed.bundle,
        files_digest=sealed.link.content,
        previous=sealed.link.previous,
        seal=sealed.link.seal,
        sealed_at=at,
        sealed_by_name=person.name,
    )
    locked.state, locked.content, locked.documents = ReviewState.SEALED, None, None
    locked.version += 1
    locked.save(update_fields=["state", "content", "documents", "version"])
    publish(
        ReviewSealed(
            at=at,
            customer_id=locked.customer_id,
            actor=desk_actor(person),
            review_id=locked.pk,
            month=locked.name,
            issue=locked.issue,
            seal=row.seal,
        )
    )
    return row


def composed(review: Review) -> dict[str, Any]:
    """Return the whole of an issue that is not sealed: its figures, and what people wrote on it since."""
    reviewed = None
    if review.reviewed_by is not None and review.reviewed_at is not None:
        reviewed = {"by": review.reviewed_by.name, "at": write_instant(review.reviewed_at)}
    content: dict[str, Any] = review.content or {}
    return content | {"words": review.words, "reviewed": reviewed}


def has_moved(review: Review) -> bool:
    """Tell whether the clocks now come to other figures than were built."""
    assert review.content is not None
    return tallies_now(review) != tallies_in(review.content["figures"]["attainment"])


def tallies_now(review: Review) -> dict[tuple[str, str], Tally]:
    """Return what the clocks come to now, by objective and severity."""
    levels = levels_of(review.customer, since=review.since, until=review.until, goals={})
    return {
        (metric, "" if line.severity is None else line.severity.name): line.tally
        for metric, lines in levels.by_metric()
        for line in lines
    }


def tallies_in(lines: list[dict[str, Any]]) -> dict[tuple[str, str], Tally]:
    """Return what a review says that they come to."""
    return {
        (line["metric"], line["severity"]): Tally(
            met=line["met"], missed=line["missed"], waived=line["waived"], excluded=line["excluded"]
        )
        for line in lines
        if line["severity"]
    }


# --- Sent ---------------------------------------------------------------------------------------------
@transaction.atomic
def send(*, review: Review, person: DeskPerson, version: int, at: datetime) -> Review:
    """Let the customer read a sealed issue, and mail its leads where it is."""
    if not person.decides:
        raise Refused("A desk lead or a manager sends a review.")
    locked = _lock(review, version)
    if locked.state != ReviewState.SEALED:
        raise Refused("It is sent already." if locked.is_sent else "Only a sealed review is sent.")
    leads = leads_of(locked.customer)
    if not leads:
        raise Refused(f"{locked.customer.name} has no active lead to send it to.")
    sealed = SealedReview.objects.without_files().get(customer_id=locked.customer_id, review=locked)
    locked.state, locked.sent_by, locked.sent_at = ReviewState.SENT, person, at
    locked.version += 1
    locked.save(update_fields=["state", "sent_by", "sent_at", "version"])
    publish(
        ReviewSent(
            at=at,
            customer_id=locked.customer_id,
            actor=desk_actor(person),
            review_id=locked.pk,
            month=locked.name,
            issue=locked.issue,
            seal=sealed.seal,
        )
    )
    body = _letter(locked, sealed)
    for lead in leads:
        notifications.queue(
            customer_id=locked.customer_id,
            audience=Audience.CUSTOMER,
            kind="review",
            dedupe_key=f"review-sent:{locked.pk}:member:{lead.pk}",
            recipient_email=lead.email,
            recipient_name=lead.name,
            member_id=lead.pk,
            subject=_("Service review of %(month)s") % {"month": locked.title},
            body=body,
            occurred_at=at,
            deliver_after=at,
        )
    return locked


def leads_of(customer: Customer) -> list[Member]:
    """Return who is told that a review is there."""
    return list(active_members_of(customer).filter(role=MemberRole.LEAD))


def _letter(review: Review, sealed: SealedReview) -> str:
    """Return the mail: where the review is, and its seal; figures only where the customer has asked for them."""
    page = f"{settings.PORTAL_BASE_URL}/c/{review.customer.slug}/reviews/{review.pk}/"
    parts = [
        _("The service review of %(month)s for %(customer)s is in the portal.")
        % {"month": review.title, "customer": review.customer.name}
    ]
    plan = ReviewPlan.objects.filter(customer=review.customer).first()
    if plan is not None and plan.figures_by_mail:
        parts.append("\n".join(f"- {sentence}" for sentence in sealed.content["summary"]))
    parts += [
        _("Read it, and download it with the facts behind it: %(page)s") % {"page": page},
        _("Its seal, to compare with what you download:") + f"\n{sealed.seal}",
    ]
    return "\n\n".join(parts) + "\n"


# --- Corrected ----------------------------------------------------------------------------------------
@transaction.atomic
def begin_issue(*, review: Review, person: DeskPerson, at: datetime, reason: str) -> Review:
    """Begin the next issue of a sealed review's month; what was sealed stays as it is."""
    if not person.decides:
        raise Refused("A desk lead or a manager corrects a review.")
    reason = reason.strip()
    if not reason:
        raise Refused("Say what is corrected: the customer reads it.", field="reason")
    plan_of(review.customer)
    newest = Review.objects.of_customer(review.customer).filter(month=review.month).order_by("-issue")[0]
    if newest.is_open:
        raise Refused(f"Issue {newest.issue} of this month is being written already.")
    following = Review.objects.create(
        customer=newest.customer,
        month=newest.month,
        issue=newest.issue + 1,
        zone=newest.zone,
        reason=reason[:500],
        words=newest.words,
        made_at=at,
        made_by_name=person.name,
    )
    publish(
        ReviewIssueBegun(
            at=at,
            customer_id=following.customer_id,
            actor=desk_actor(person),
            review_id=following.pk,
            month=following.name,
            issue=following.issue,
            reason=following.reason,
        )
    )
    ask_build(review=following, actor=desk_actor(person), at=at)
    return following


# --- How they are made --------------------------------------------------------------------------------
@transaction.atomic
def set_working_day(*, customer: Customer, day: int) -> None:
    """Choose on which working day of a month the draft of the month before is made."""
    plan_of(customer)
    ReviewPlan.objects.filter(customer=customer).update(working_day=day)


@transaction.atomic
def set_figures_by_mail(*, member: Member, wanted: bool) -> None:
    """Let a customer's lead choose whether the mail about a review holds its summary."""
    ReviewPlan.objects.bulk_create([ReviewPlan(customer=member.customer)], ignore_conflicts=True)
    ReviewPlan.objects.filter(customer=member.customer).update(figures_by_mail=wanted)


# --- What they share ----------------------------------------------------------------------------------
def _lock(review: Review, version: int | None = None) -> Review:
    """Lock an issue; raises Stale where it is not as it was when somebody looked at it."""
    locked = (
        Review.objects.select_related("customer", "reviewed_by")
        .select_for_update(no_key=True, of=("self",))
        .get(pk=review.pk, customer_id=review.customer_id)
    )
    if version is not None and locked.version != version:
        raise Stale(_STALE)
    return locked


def _check_open(review: Review) -> None:
    if review.is_sealed:
        raise Refused("It is sealed: what it says stays. Begin another issue to correct it.")


def _check_built(review: Review) -> None:
    """Raise Refused unless the figures are there, of the whole month, and of no build that still runs."""
    standing = ReviewBuild.objects.filter(customer_id=review.customer_id, review=review)
    if standing.open().exists():
        raise Refused(_BUILDING)
    newest = standing.first()
    if review.content is None or review.built_at is None or (newest and newest.state == BuildState.FAILED):
        raise Refused("The figures are not built yet.")
    if review.built_at < review.until:
        raise Refused("The month was not over when the figures were built. Build them again once it is.")
