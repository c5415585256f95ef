"""The monthly review of a customer: its issues, the seals that nothing changes, and how drafts are made."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as lazy

from customers.models import Customer, DeskPerson, DeskRole
from reports.reviews.bundle import Link
from reports.reviews.figures import bounds_of
from reports.reviews.words import say_month
from slas.documents import write_instant

#: On which working day of the following month a draft is made unless a customer has another one.
USUAL_DAY = 3
#: A worker that has said nothing for so long has ended, and another one begins again.
LEASE = timedelta(minutes=6)
#: A build that has ended so often without an answer is given up.
ATTEMPTS = 3


class ReviewState(models.TextChoices):
    """How far an issue of a review is."""

    DRAFT = "draft", lazy("Draft")
    REVIEWED = "reviewed", lazy("Reviewed")
    SEALED = "sealed", lazy("Sealed")
    SENT = "sent", lazy("Sent")


class ReviewQuerySet(models.QuerySet["Review"]):
    """Named sets of issues."""

    def of_customer(self, customer: Customer) -> ReviewQuerySet:
        return self.filter(customer=customer)

    def unsealed(self) -> ReviewQuerySet:
        return self.filter(state__in=(ReviewState.DRAFT, ReviewState.REVIEWED))

    def sent(self) -> ReviewQuerySet:
        return self.filter(state=ReviewState.SENT)

    def newest_first(self) -> ReviewQuerySet:
        return self.order_by("-month", "customer__name", "-issue")

    def for_list(self) -> ReviewQuerySet:
        """Leave what a list does not show where it is: a month's facts can be megabytes."""
        return self.select_related("customer").defer("content", "documents")


class Review(models.Model):
    """One issue of a customer's review of a month; what is frozen of it is its `SealedReview`.

    `content` is review.json as it was last built, and `documents` the replay documents behind it, both of a draft:
    a sealed issue has them in its archive. `words` are the manager's own. `month` is its first day.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    issue = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=ReviewState.choices, default=ReviewState.DRAFT)
    zone = models.CharField(max_length=60)
    reason = models.CharField(max_length=500, blank=True)
    words = models.TextField(max_length=4000, blank=True)
    content = models.JSONField(null=True)
    documents = models.JSONField(null=True)
    built_at = models.DateTimeField(null=True)
    unexplained = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by_name = models.CharField(max_length=150)
    reviewed_by = models.ForeignKey(DeskPerson, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(DeskPerson, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[ReviewQuerySet] = ReviewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-month", "-issue"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="review_tenant"),
            models.UniqueConstraint(fields=["customer", "month", "issue"], name="review_issue"),
            models.UniqueConstraint(
                fields=["customer", "month"],
                condition=models.Q(state__in=("draft", "reviewed")),
                name="review_one_open",
            ),
            models.CheckConstraint(condition=models.Q(month__day=1), name="review_first_day"),
        ]

    def __str__(self) -> str:
        return f"review of {self.name} {self.issue}"

    @property
    def name(self) -> str:
        """The month as addresses and files name it, such as '2026-03'."""
        return f"{self.month:%Y-%m}"

    @property
    def title(self) -> str:
        """The month in words, with the issue where it is not the first."""
        said = say_month(self.name)
        return said if self.issue == 1 else f"{said}, issue {self.issue}"

    @property
    def since(self) -> datetime:
        return bounds_of(self.name, self.zone)[0]

    @property
    def until(self) -> datetime:
        return bounds_of(self.name, self.zone)[1]

    @property
    def is_draft(self) -> bool:
        return self.state == ReviewState.DRAFT

    @property
    def is_open(self) -> bool:
        """Tell whether it can still be changed."""
        return self.state in (ReviewState.DRAFT, ReviewState.REVIEWED)

    @property
    def is_sealed(self) -> bool:
        return not self.is_open

    @property
    def is_sent(self) -> bool:
        return self.state == ReviewState.SENT

    def is_over(self, now: datetime) -> bool:
        """Tell whether the month has ended: before, its figures are not all there."""
        return self.until <= now


def next_month(day: date) -> date:
    """Return the first day of the month after a day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_before(day: date) -> date:
    """Return the first day of the month before a day's."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def may_seal(person: DeskPerson) -> bool:
    """Tell whether a person freezes the figures of a review: a manager alone."""
    return person.role == DeskRole.MANAGER


class SealedReviewQuerySet(models.QuerySet["SealedReview"]):
    """Named sets of seals."""

    def of_customer(self, customer: Customer) -> SealedReviewQuerySet:
        return self.filter(customer=customer)

    def in_order(self) -> SealedReviewQuerySet:
        """Order them as their chain goes."""
        return self.order_by("pk")

    def without_files(self) -> SealedReviewQuerySet:
        return self.defer("bundle", "content")


class SealedReview(models.Model):
    """What was sealed of an issue: its figures and its archive. The database refuses to change it.

    `previous` is the seal of the customer's review that was sealed before, '' for the first: no two name the same.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, db_constraint=False, related_name="seals")
    customer_key = models.CharField(max_length=8)
    month = models.DateField()
    issue = models.PositiveSmallIntegerField()
    content = models.JSONField()
    bundle = models.BinaryField()
    files_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
    sealed_by_name = models.CharField(max_length=150)

    objects: ClassVar[SealedReviewQuerySet] = SealedReviewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="sealedreview_tenant"),
            models.UniqueConstraint(fields=["customer", "review"], name="sealedreview_once"),
            models.UniqueConstraint(fields=["customer", "previous"], name="sealedreview_one_chain"),
        ]

    def __str__(self) -> str:
        return self.seal

    @property
    def link(self) -> Link:
        """Its link of the customer's chain, from which its seal follows."""
        return Link(
            customer=self.customer_key,
            month=f"{self.month:%Y-%m}",
            issue=self.issue,
            sealed_at=write_instant(self.sealed_at),
            sealed_by=self.sealed_by_name,
            content=self.files_digest,
            previous=self.previous,
        )


class BuildState(models.TextChoices):
    """How far a build is."""

    QUEUED = "queued", "Waits"
    RUNNING = "running", "Being built"
    DONE = "done", "Built"
    FAILED = "failed", "Failed"


class ReviewBuildQuerySet(models.QuerySet["ReviewBuild"]):
    """Named sets of builds."""

    def open(self) -> ReviewBuildQuerySet:
        return self.filter(state__in=(BuildState.QUEUED, BuildState.RUNNING))

    def due_by(self, now: datetime) -> ReviewBuildQuerySet:
        """Keep what waits, and what a worker began that has not been heard of since."""
        lost = models.Q(state=BuildState.RUNNING, heard_at__lte=now - LEASE)
        return self.filter(models.Q(state=BuildState.QUEUED) | lost).order_by("asked_at", "pk")

    def stuck_by(self, moment: datetime) -> ReviewBuildQuerySet:
        """Keep what nobody has worked on since an instant."""
        waits = models.Q(state=BuildState.QUEUED, asked_at__lte=moment)
        return self.filter(waits | models.Q(state=BuildState.RUNNING, heard_at__lte=moment - LEASE))


class ReviewBuild(models.Model):
    """That an issue is to be computed anew, and how far a worker has come; a worker's death loses only its time."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, db_constraint=False, related_name="builds")
    state = models.CharField(max_length=8, choices=BuildState.choices, default=BuildState.QUEUED)
    asked_at = models.DateTimeField()
    asked_by_name = models.CharField(max_length=150)
    heard_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    objects: ClassVar[ReviewBuildQuerySet] = ReviewBuildQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "review"],
                condition=models.Q(state__in=("queued", "running")),
                name="reviewbuild_one_open",
            )
        ]
        indexes = [
            models.Index(
                fields=["asked_at", "id"],
                condition=models.Q(state__in=("queued", "running")),
                name="reviewbuild_due",
            )
        ]

    def __str__(self) -> str:
        return f"build of review {self.review_id}"

    @property
    def is_open(self) -> bool:
        return self.state in (BuildState.QUEUED, BuildState.RUNNING)

    @property
    def has_failed(self) -> bool:
        return self.state == BuildState.FAILED


class ReviewPlan(models.Model):
    """How a customer's reviews are made: on which working day, and whether the mail holds the summary as well.

    `made_until` is the last month of which a draft was made by itself.
    """

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, related_name="+")
    working_day = models.PositiveSmallIntegerField(
        default=USUAL_DAY, validators=[MinValueValidator(1), MaxValueValidator(15)]
    )
    figures_by_mail = models.BooleanField(default=False)
    made_until = models.DateField(null=True)

    def __str__(self) -> str:
        return f"reviews of customer {self.customer_id}"
