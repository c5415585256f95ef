"""Running and finished escalations, and what Level 1 hands over to the desk."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as lazy

from customers.models import AwsAccount, Customer, DeskPerson, Member
from escalations.functional_models import FunctionalEscalation, SpecialistTeam  # noqa: F401 - Django finds them here
from escalations.handing_over import Check, Tally
from escalations.handing_over import State as Handing
from escalations.ladder import Ladder, Step
from escalations.policy_models import EscalationPolicyVersion
from escalations.rota_models import Rota, RotaFeed, RotaOverride, RotaVersion  # noqa: F401 - likewise
from tickets.models import (
    AffectedChoice,
    EnvironmentChoice,
    Message,
    SecurityChoice,
    SeverityChoice,
    Ticket,
    TicketQuerySet,
    WorkChoice,
)
from tickets.severity import Severity


class State(models.TextChoices):
    """Where an escalation stands."""

    RUNNING = "running", "Waiting for someone"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    FINISHED = "finished", "Finished"


class EscalationQuerySet(models.QuerySet["Escalation"]):
    """Named sets of escalations."""

    def running(self) -> EscalationQuerySet:
        return self.filter(state=State.RUNNING)

    def due_by(self, now: datetime) -> EscalationQuerySet:
        return self.running().filter(next_step_at__lte=now).order_by("next_step_at", "pk")

    def lapsed_by(self, now: datetime) -> EscalationQuerySet:
        """Keep those whose acknowledgement has to be looked at: was anything done since?"""
        return self.filter(state=State.ACKNOWLEDGED, ack_until__lte=now).order_by("ack_until", "pk")

    def with_matter(self) -> EscalationQuerySet:
        """Fetch in one query what a page or the API says of a ladder."""
        return self.select_related("ticket__customer", "ticket__assignee", "policy_version__policy")


class Escalation(models.Model):
    """One matter that needs a person, on a snapshot of its ladder.

    `began_at` is when the matter became true, such as the due instant; steps count from there, or from
    `counts_from` once an acknowledgement has lapsed, which `restarts` counts. Which policy answers is asked
    when the first sweep sees it (`chosen_at`): whoever started it may not read policies.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    trigger = models.CharField(max_length=20)
    about = models.CharField(max_length=200)
    dedupe_key = models.CharField(max_length=150)
    began_at = models.DateTimeField()
    snapshot = models.JSONField()
    steps_taken = models.PositiveSmallIntegerField(default=0)
    next_step_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RUNNING)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True)

    #: The objective that it is about, where it is about one.
    metric = models.CharField(max_length=10, blank=True, default="")
    cycle = models.PositiveSmallIntegerField(null=True)
    policy_version = models.ForeignKey(
        EscalationPolicyVersion, null=True, on_delete=models.PROTECT, related_name="+"
    )
    chosen_at = models.DateTimeField(null=True)
    repeats = models.PositiveSmallIntegerField(default=0)
    every_seconds = models.PositiveIntegerField(default=0)
    ack_seconds = models.PositiveIntegerField(null=True)
    counts_from = models.DateTimeField(null=True)
    restarts = models.PositiveSmallIntegerField(default=0)
    #: Until when somebody who acknowledged has to have worked on the ticket.
    ack_until = models.DateTimeField(null=True)

    objects: ClassVar[EscalationQuerySet] = EscalationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "dedupe_key"], name="escalation_once"),
            models.UniqueConstraint(fields=["customer", "id"], name="escalation_tenant"),
        ]
        indexes = [
            models.Index(fields=["customer", "ticket"], name="escalation_ticket"),
            models.Index(
                fields=["next_step_at", "id"], condition=models.Q(state="running"), name="escalation_due"
            ),
            models.Index(
                fields=["ack_until", "id"],
                condition=models.Q(state="acknowledged", ack_until__isnull=False),
                name="escalation_ack",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trigger} on {self.ticket_id}"

    @property
    def steps(self) -> list[Step]:
        return [Step.load(stored) for stored in self.snapshot]

    @property
    def rungs(self) -> tuple[Step, ...]:
        """Its steps with their repetitions, as they were when it started."""
        return Ladder(steps=tuple(self.steps), repeats=self.repeats, every_seconds=self.every_seconds).rungs

    @property
    def anchor(self) -> datetime:
        """From when the waits of its steps count."""
        return self.counts_from or self.began_at


class EscalationCall(models.Model):
    """That somebody was called at a rung of a ladder, and why them; `used_at` is when they took it by their link."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    escalation = models.ForeignKey(
        Escalation, on_delete=models.PROTECT, db_constraint=False, related_name="calls"
    )
    person = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    rung = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=120)
    called_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["called_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["customer", "id"], name="escalation_call_tenant")]
        indexes = [models.Index(fields=["customer", "escalation"], name="escalation_call_of")]

    def __str__(self) -> str:
        return f"call of {self.person_id} about {self.escalation_id}"


class HandingState(models.TextChoices):
    """States of a hand-over as people read them."""

    OFFERED = Handing.OFFERED.value, lazy("Waiting for the desk")
    ACCEPTED = Handing.ACCEPTED.value, lazy("Accepted")
    RETURNED = Handing.RETURNED.value, lazy("Returned")
    STRAIGHT = Handing.STRAIGHT.value, lazy("Straight to the desk")


class HandOverQuerySet(models.QuerySet["HandOver"]):
    """Named sets of hand-overs."""

    def of(self, customer: Customer) -> HandOverQuerySet:
        return self.filter(customer=customer)

    def on(self, ticket: Ticket) -> HandOverQuerySet:
        return self.filter(customer_id=ticket.customer_id, ticket=ticket)

    def on_any(self, tickets: TicketQuerySet) -> HandOverQuerySet:
        return self.filter(ticket__in=tickets.order_by().values("pk"))

    def current(self) -> HandOverQuerySet:
        """Keep what brought tickets to where the desk has them now; one for each ticket."""
        return self.filter(returned_at=None)

    def waiting(self) -> HandOverQuerySet:
        """Keep what the desk has not answered yet, the oldest first."""
        return self.filter(state=HandingState.OFFERED).order_by("offered_at", "pk")

    def returned(self) -> HandOverQuerySet:
        """Keep what the desk gave back, the latest first."""
        return self.filter(state=HandingState.RETURNED).order_by("-returned_at", "-pk")

    def offered_between(self, since: datetime, until: datetime) -> HandOverQuerySet:
        return self.filter(offered_at__gte=since, offered_at__lt=until)

    def newest_first(self) -> HandOverQuerySet:
        return self.order_by("-offered_at", "-pk")

    def with_people(self) -> HandOverQuerySet:
        """Fetch in one query what a page says of a hand-over, and in two more its files."""
        return self.select_related(
            "ticket__customer", "access_by", "aws_account", "message"
        ).prefetch_related("message__attachments")

    def tallies(self) -> dict[int, Tally]:
        """Return how they ended, by the id of the customer, in one query."""
        full = ~Q(is_straight=True)
        counted = (
            self.order_by()
            .values("customer_id")
            .annotate(
                offered=models.Count("pk", filter=full),
                accepted=models.Count("pk", filter=full & Q(state=HandingState.ACCEPTED)),
                returned=models.Count("pk", filter=full & Q(state=HandingState.RETURNED)),
                straight=models.Count("pk", filter=Q(is_straight=True)),
            )
        )
        return {
            row["customer_id"]: Tally(
                offered=row["offered"],
                accepted=row["accepted"],
                returned=row["returned"],
                straight=row["straight"],
            )
            for row in counted
        }


class HandOver(models.Model):
    """One passing of a ticket from a customer's Level 1 to the desk, with what Level 1 knows.

    A ticket that goes straight to the desk has one too (`is_straight`), without a word in it, so that each
    arrival at the desk is one row. `checklist` and the impact answers are copies of how they stood. The
    message has the evidence and its files. Names of people are kept as they were called then.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    state = models.CharField(max_length=10, choices=HandingState.choices, default=HandingState.OFFERED)
    is_straight = models.BooleanField(default=False)

    checked = models.TextField(blank=True)
    changed = models.TextField(blank=True)
    checklist = models.JSONField(default=list)
    severity = models.PositiveSmallIntegerField(choices=SeverityChoice.choices)
    environment = models.CharField(max_length=16, choices=EnvironmentChoice.choices)
    work = models.CharField(max_length=12, choices=WorkChoice.choices)
    has_workaround = models.BooleanField()
    affected = models.CharField(max_length=10, choices=AffectedChoice.choices)
    security = models.CharField(max_length=10, choices=SecurityChoice.choices)
    aws_account = models.ForeignKey(
        AwsAccount, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    access_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    call_back = models.CharField(max_length=60, blank=True)
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )

    offered_at = models.DateTimeField()
    offered_by = models.CharField(max_length=150)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.CharField(max_length=150, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.CharField(max_length=150, blank=True)
    return_reason = models.CharField(max_length=500, blank=True)

    objects: ClassVar[HandOverQuerySet] = HandOverQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="hand_over_tenant"),
            models.UniqueConstraint(
                fields=["customer", "ticket"], condition=Q(returned_at=None), name="hand_over_one_current"
            ),
            models.CheckConstraint(
                condition=Q(state="returned", returned_at__isnull=False)
                | (~Q(state="returned") & Q(returned_at=None)),
                name="hand_over_returned_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="straight") | Q(is_straight=True), name="hand_over_straight_is_straight"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(accepted_at__gte=F("offered_at")),
                name="hand_over_accepted_after_offer",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "ticket", "-offered_at"], name="hand_over_ticket"),
            models.Index(fields=["offered_at"], name="hand_over_offered"),
            models.Index(fields=["offered_at", "id"], condition=Q(state="offered"), name="hand_over_waiting"),
        ]

    def __str__(self) -> str:
        return f"hand-over of ticket {self.ticket_id}"

    @property
    def checks(self) -> list[Check]:
        """The steps of the checklist as they stood."""
        return [Check(text=stored["text"], done_by=stored["done_by"]) for stored in self.checklist]

    @property
    def priority(self) -> Severity:
        return Severity(self.severity)

    @property
    def is_waiting(self) -> bool:
        return self.state == HandingState.OFFERED

    @property
    def is_returned(self) -> bool:
        return self.state == HandingState.RETURNED
