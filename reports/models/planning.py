"""What follows from misses, what a proposal would have made of the past, and who reads the figures by mail."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from customers.models import Customer, DeskPerson
from slas.models import CalendarVersion, Clock, MissExplanation, PolicyVersion
from tickets.models import Ticket


# --- Misses -------------------------------------------------------------------------------------------
class FollowUp(models.TextChoices):
    """How far the action that follows from a miss has come."""

    OPEN = "open", "Open"
    IN_PROGRESS = "in_progress", "In progress"
    DONE = "done", "Done"
    CARRIED_OVER = "carried_over", "Carried over"


class MissActionQuerySet(models.QuerySet["MissAction"]):
    """Named sets of what follows from misses."""

    def standing(self) -> MissActionQuerySet:
        """Keep those whose clock still counts as missed: a correction or a waiver takes a miss away."""
        clocks = Clock.objects.filter(
            customer_id=OuterRef("customer_id"),
            ticket_id=OuterRef("ticket_id"),
            metric=OuterRef("metric"),
            cycle=OuterRef("cycle"),
            outcome="missed",
            waived=False,
        )
        return self.filter(Exists(clocks))

    def with_explanation(self) -> MissActionQuerySet:
        """Fetch in the same query what was said about each miss, '' where nothing was."""
        said = MissExplanation.objects.filter(
            customer_id=OuterRef("customer_id"),
            ticket_id=OuterRef("ticket_id"),
            metric=OuterRef("metric"),
            cycle=OuterRef("cycle"),
        )
        return self.annotate(
            **{
                f"said_{name}": models.functions.Coalesce(
                    models.Subquery(said.values(name)[:1]), models.Value("")
                )
                for name in ("cause", "detail", "action")
            }
        )

    def not_done(self) -> MissActionQuerySet:
        return self.exclude(status=FollowUp.DONE)

    def carried_over(self) -> MissActionQuerySet:
        return self.filter(status=FollowUp.CARRIED_OVER)

    def missed_in(self, since: datetime, until: datetime) -> MissActionQuerySet:
        return self.filter(missed_at__gte=since, missed_at__lt=until)

    def unsaid_by(self, now: datetime) -> MissActionQuerySet:
        """Keep those of which cause or action is not said although it is due; needs `with_explanation`."""
        return self.filter(Q(said_cause="") | Q(said_action=""), cause_due_at__lte=now)

    def late_by(self, today: date) -> MissActionQuerySet:
        """Keep those whose action was due before a day and is not done."""
        return self.not_done().filter(due_on__lt=today)

    def overdue(self, now: datetime, today: date) -> MissActionQuerySet:
        """Keep those of which something is late; needs `with_explanation`."""
        unsaid = Q(said_cause="") | Q(said_action="")
        late = Q(due_on__lt=today) & ~Q(status=FollowUp.DONE)
        return self.filter((unsaid & Q(cause_due_at__lte=now)) | late)


class MissAction(models.Model):
    """What follows from one missed objective: who owns the action, by when, and how far it is.

    Cause and action themselves are the ticket's (`slas.MissExplanation`), because its customer reads them;
    both are due at `cause_due_at`. `cause_told_at` and `action_told_for` say of what somebody was reminded.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    metric = models.CharField(max_length=10)
    cycle = models.PositiveSmallIntegerField()
    severity = models.PositiveSmallIntegerField()
    missed_at = models.DateTimeField()
    cause_due_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(DeskPerson, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True)
    status = models.CharField(max_length=12, choices=FollowUp.choices, default=FollowUp.OPEN)
    cause_told_at = models.DateTimeField(null=True)
    action_told_for = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[MissActionQuerySet] = MissActionQuerySet.as_manager()  # type: ignore[assignment]

    #: Filled by `with_explanation`.
    said_cause: str
    said_detail: str
    said_action: str

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "ticket", "metric", "cycle"], name="missaction_once"),
            models.UniqueConstraint(fields=["customer", "id"], name="missaction_tenant"),
        ]
        indexes = [models.Index(fields=["missed_at", "id"], name="missaction_missed")]

    def __str__(self) -> str:
        return f"what follows from missing {self.metric} {self.cycle}"

    @property
    def key(self) -> str:
        """What the ticket's pages know the miss by."""
        return f"{self.metric}:{self.cycle}"

    def may_be_changed_by(self, person: DeskPerson) -> bool:
        """Tell whether a person says what follows: who leads or manages the desk, and who owns the action."""
        return person.decides or self.owner_id == person.pk


class MissStep(models.Model):
    """How what follows from a miss stood after somebody changed it; the database refuses to change a step."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(MissAction, on_delete=models.PROTECT, db_constraint=False, related_name="steps")
    at = models.DateTimeField()
    by_name = models.CharField(max_length=150)
    owner_name = models.CharField(max_length=150, blank=True)
    due_on = models.DateField(null=True)
    status = models.CharField(max_length=12, choices=FollowUp.choices)
    cause = models.CharField(max_length=12, blank=True)
    action = models.CharField(max_length=500, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["customer", "entry", "at"], name="missstep_entry")]

    def __str__(self) -> str:
        return f"{self.by_name}: {self.status}"


# --- Dry runs -----------------------------------------------------------------------------------------
class RunState(models.TextChoices):
    """Where a dry run stands."""

    WAITING = "waiting", "Waits for a worker"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"


class Reach(models.TextChoices):
    """Which tickets a proposed policy is tried on."""

    FAMILY = "family", "Tickets that a version of this policy measures"
    EVERY = "every", "Every measured ticket, whichever policy it has"


class DryRunQuerySet(models.QuerySet["DryRun"]):
    """Named sets of dry runs."""

    def unfinished(self) -> DryRunQuerySet:
        return self.filter(state__in=(RunState.WAITING, RunState.RUNNING))

    def free_at(self, now: datetime) -> DryRunQuerySet:
        """Keep what a worker may take up: nobody has begun it, or whoever did is not heard any more."""
        return self.unfinished().filter(Q(leased_until=None) | Q(leased_until__lte=now)).order_by("pk")


class DryRun(models.Model):
    """A proposed policy or calendar, tried on the facts of past tickets; no clock of theirs is touched.

    A worker holds the `lease` until `leased_until`; `last_ticket_id` is how far the run has come, written
    together with what was found up to there, so that another worker goes on where one has died.
    """

    asked_by = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    policy = models.ForeignKey(PolicyVersion, null=True, on_delete=models.PROTECT, related_name="+")
    calendar = models.ForeignKey(CalendarVersion, null=True, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField()
    differs = models.JSONField(default=list)
    reach = models.CharField(max_length=6, choices=Reach.choices, default=Reach.FAMILY)
    about = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+")
    months = models.PositiveSmallIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=9, choices=RunState.choices, default=RunState.WAITING)
    total = models.PositiveIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    reached = models.PositiveIntegerField(default=0)
    unread = models.PositiveIntegerField(default=0)
    last_ticket_id = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    lease = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=150, blank=True)

    objects: ClassVar[DryRunQuerySet] = DryRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(policy__isnull=True) ^ Q(calendar__isnull=True), name="dryrun_one_proposal"
            )
        ]

    def __str__(self) -> str:
        return f"dry run {self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state not in (RunState.WAITING, RunState.RUNNING)

    @property
    def base(self) -> str:
        """What the proposal was written from."""
        return str(self.policy or self.calendar)

    @property
    def percent(self) -> int:
        """How far it is, rounded down."""
        return 100 if self.state == RunState.DONE or not self.total else self.seen * 100 // self.total

    @property
    def rate(self) -> int:
        """How many tickets it replayed in a second of work."""
        return round(self.seen / self.seconds) if self.seconds else 0


class DryRunTally(models.Model):
    """How one objective of a customer was kept, and would have been kept."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(DryRun, on_delete=models.PROTECT, related_name="tallies")
    metric = models.CharField(max_length=10)
    severity = models.PositiveSmallIntegerField()
    met = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    excluded = models.PositiveIntegerField(default=0)
    would_be_met = models.PositiveIntegerField(default=0)
    would_be_missed = models.PositiveIntegerField(default=0)
    would_be_excluded = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "run", "metric", "severity"], name="dryruntally_once")
        ]
        indexes = [models.Index(fields=["run", "metric", "severity"], name="dryruntally_run")]

    def __str__(self) -> str:
        return f"{self.metric} P{self.severity}"


class DryRunMove(models.Model):
    """A miss that appears or vanishes under a proposal."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(DryRun, on_delete=models.PROTECT, related_name="moves")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    metric = models.CharField(max_length=10)
    cycle = models.PositiveSmallIntegerField()
    severity = models.PositiveSmallIntegerField()
    was = models.CharField(max_length=10)
    becomes = models.CharField(max_length=10)
    appears = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "run", "ticket", "metric", "cycle"], name="dryrunmove_once"
            )
        ]
        indexes = [models.Index(fields=["run", "appears", "at", "id"], name="dryrunmove_run")]

    def __str__(self) -> str:
        return f"{self.metric} {self.cycle}: {self.was} becomes {self.becomes}"


# --- The figures by mail ------------------------------------------------------------------------------
class Every(models.TextChoices):
    """How often somebody gets the figures."""

    WEEK = "week", "Every Monday"
    MONTH = "month", "On the first of every month"


class ReportSubscription(models.Model):
    """That a desk person gets the main figures by mail; they begin with the period that ends after `since`."""

    person = models.OneToOneField(DeskPerson, on_delete=models.PROTECT, related_name="+")
    every = models.CharField(max_length=5, choices=Every.choices)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"figures, {self.every}"


class ReportMailQuerySet(models.QuerySet["ReportMail"]):
    """Named sets of mails with figures."""

    def to_send(self, now: datetime) -> ReportMailQuerySet:
        """Keep what was not sent, unless somebody is at it."""
        free = Q(claimed_until=None) | Q(claimed_until__lte=now)
        return self.filter(free, sent_at=None).order_by("pk")


class ReportMail(models.Model):
    """The figures of one period for one person, once; it belongs to no customer, so the outbox has no place for it.

    `body` is as it was when the period had ended. `claimed_until` is how long a sweep has to send it.
    """

    person = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    dedupe_key = models.CharField(max_length=80, unique=True)
    subject = models.CharField(max_length=250)
    body = models.TextField()
    made_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    objects: ClassVar[ReportMailQuerySet] = ReportMailQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(sent_at=None), name="reportmail_to_send")]

    def __str__(self) -> str:
        return self.dedupe_key
