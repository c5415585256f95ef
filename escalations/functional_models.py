"""A ticket's visits to Level 3, and which teams are Level 3."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from customers.models import Customer, DeskPerson, Team
from escalations.functional import OPEN, State
from tickets.models import Ticket

_OPEN = sorted(state.value for state in OPEN)


class FunctionalState(models.TextChoices):
    """States of an escalation to Level 3 as people read them."""

    WAITING = State.WAITING.value, "Waiting for the team"
    ACCEPTED = State.ACCEPTED.value, "Accepted"
    RETURNED = State.RETURNED.value, "Given back to Level 2"
    RECALLED = State.RECALLED.value, "Taken back by Level 2"
    ENDED = State.ENDED.value, "Ended with the ticket"


class FunctionalQuerySet(models.QuerySet["FunctionalEscalation"]):
    """Named sets of escalations to Level 3."""

    def on(self, ticket: Ticket) -> FunctionalQuerySet:
        return self.filter(customer_id=ticket.customer_id, ticket=ticket)

    def open(self) -> FunctionalQuerySet:
        return self.filter(state__in=_OPEN)

    def waiting(self) -> FunctionalQuerySet:
        return self.filter(state=FunctionalState.WAITING)

    def with_team(self, team_id: int) -> FunctionalQuerySet:
        return self.filter(team_id=team_id)

    def newest_first(self) -> FunctionalQuerySet:
        return self.order_by("-escalated_at", "-pk")

    def by_team(self) -> FunctionalQuerySet:
        """Sort what nobody has taken up first, then by team, the oldest first."""
        return self.order_by("-state", "team__name", "escalated_at", "pk")

    def with_people(self) -> FunctionalQuerySet:
        """Fetch in one query what a page says of an escalation."""
        return self.select_related("ticket__customer", "team__lead", "keeper", "worker")


class FunctionalEscalation(models.Model):
    """One passing of a ticket from Level 2 to a team of Level 3, until it comes back or ends.

    `keeper` keeps the customer updated meanwhile, `worker` is who of the team took it up. Names of people are
    kept as they were called then. The customer reads none of it.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=FunctionalState.choices, default=FunctionalState.WAITING)
    tried = models.TextField()
    needed = models.TextField()
    keeper = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    worker = models.ForeignKey(DeskPerson, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    escalated_at = models.DateTimeField()
    escalated_by = models.CharField(max_length=150)
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True)
    end_reason = models.CharField(max_length=500, blank=True)
    findings = models.TextField(blank=True)

    objects: ClassVar[FunctionalQuerySet] = FunctionalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="functional_tenant"),
            models.UniqueConstraint(
                fields=["customer", "ticket"], condition=Q(state__in=_OPEN), name="functional_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN, ended_at=None)
                | (~Q(state__in=_OPEN) & Q(ended_at__isnull=False, ended_at__gte=F("escalated_at"))),
                name="functional_ended_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(worker__isnull=False, accepted_at__gte=F("escalated_at")),
                name="functional_accepted_by_one",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "ticket", "-escalated_at"], name="functional_ticket"),
            models.Index(
                fields=["state", "team", "escalated_at"], condition=Q(state__in=_OPEN), name="functional_open"
            ),
        ]

    def __str__(self) -> str:
        return f"escalation of ticket {self.ticket_id} to team {self.team_id}"

    @property
    def is_open(self) -> bool:
        return State(self.state) in OPEN

    @property
    def is_waiting(self) -> bool:
        return self.state == FunctionalState.WAITING


class SpecialistTeam(models.Model):
    """That a team of the desk is Level 3; while none is, every team can be escalated to."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"team {self.team_id} is Level 3"
