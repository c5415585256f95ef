"""What the desk asks of the customer before it goes on: access, or an approval."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as lazy

from customers.models import Customer, DeskPerson, Member, MemberRole
from tickets.approvals import Standing, State
from tickets.models.tickets import Ticket, TicketQuerySet


class ApprovalKind(models.TextChoices):
    """What is asked for."""

    ACCESS = "access", lazy("Access")
    APPROVAL = "approval", lazy("Approval")


class ApprovalState(models.TextChoices):
    """States as people read them."""

    ASKED = State.ASKED.value, lazy("Waiting")
    APPROVED = State.APPROVED.value, lazy("Approved")
    DECLINED = State.DECLINED.value, lazy("Declined")
    WITHDRAWN = State.WITHDRAWN.value, lazy("Withdrawn")
    EXPIRED = State.EXPIRED.value, lazy("Not answered in time")


class ApprovalQuerySet(models.QuerySet["ApprovalRequest"]):
    """Named sets of requests."""

    def of(self, customer: Customer) -> ApprovalQuerySet:
        return self.filter(customer=customer)

    def on(self, ticket: Ticket) -> ApprovalQuerySet:
        return self.filter(customer_id=ticket.customer_id, ticket=ticket)

    def on_any(self, tickets: TicketQuerySet) -> ApprovalQuerySet:
        return self.filter(ticket__in=tickets.values("pk"))

    def asked(self) -> ApprovalQuerySet:
        return self.filter(state=State.ASKED)

    def waiting(self, now: datetime) -> ApprovalQuerySet:
        """Keep what can still be answered, the oldest first."""
        return self.asked().filter(expires_at__gt=now).order_by("asked_at", "pk")

    def over(self, now: datetime) -> ApprovalQuerySet:
        """Keep what nobody can answer any more, the latest first."""
        return self.filter(~Q(state=State.ASKED) | Q(expires_at__lte=now)).order_by("-asked_at", "-pk")

    def answerable_by(self, member: Member) -> ApprovalQuerySet:
        """Keep what the member may answer."""
        mine = self.filter(customer_id=member.customer_id)
        if member.role == MemberRole.LEAD:
            return mine
        if member.role == MemberRole.COORDINATOR:
            return mine.filter(Q(decider=None) | Q(decider=member))
        return mine.filter(decider=member)

    def to_expire(self, now: datetime) -> ApprovalQuerySet:
        return self.asked().filter(expires_at__lte=now)

    def to_tell(self, now: datetime) -> ApprovalQuerySet:
        """Keep those of whose end the desk was not told yet."""
        return self.filter(tell_desk_at__lte=now)

    def with_people(self) -> ApprovalQuerySet:
        """Fetch in one query what a page says of a request."""
        return self.select_related("customer", "ticket__customer", "decider", "asked_by", "answered_by")


class ApprovalRequest(models.Model):
    """One thing that the desk asks of a customer, on one ticket; one at a time waits.

    `decider` is who decides, None for any coordinator or lead; a lead may always decide in their place.
    `clock_effect` is the sentence that was true, and read, when it was asked. `reason` is why it was
    declined or withdrawn, or what was said with an approval. `tell_desk_at` is since when whoever asked is
    to be told how it ended.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="approvals"
    )
    kind = models.CharField(max_length=10, choices=ApprovalKind.choices)
    what = models.CharField(max_length=300)
    decider = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    expires_at = models.DateTimeField()
    risk = models.CharField(max_length=500)
    effect_of_no = models.CharField(max_length=500)
    touches_production = models.BooleanField()
    clock_effect = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=ApprovalState.choices, default=ApprovalState.ASKED)
    asked_by = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    tell_desk_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ApprovalQuerySet] = ApprovalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "ticket"], condition=Q(state="asked"), name="approval_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("asked_at")), name="approval_has_time"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", ended_at=None) | (~Q(state="asked") & Q(ended_at__isnull=False)),
                name="approval_ends_once",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-asked_at", "-id"], name="approval_list"),
            models.Index(fields=["expires_at"], condition=Q(state="asked"), name="approval_expiry"),
            models.Index(fields=["asked_at"], condition=Q(state="asked"), name="approval_waiting"),
            models.Index(
                fields=["tell_desk_at"], condition=Q(tell_desk_at__isnull=False), name="approval_to_tell"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.what}"

    @property
    def owner(self) -> str:
        """Who must answer, in words."""
        return f"A coordinator or lead of {self.customer.name}" if self.decider is None else self.decider.name

    @property
    def standing(self) -> Standing:
        return Standing(
            state=State(self.state),
            expires_at=self.expires_at,
            ended_by=self.ended_by,
            reminded_at=self.reminded_at,
        )

    def is_waiting(self, now: datetime) -> bool:
        """Tell whether it can still be answered."""
        return self.state == ApprovalState.ASKED and now < self.expires_at

    def may_be_answered_by(self, member: Member) -> bool:
        """Tell whether the member decides: the one who is named, or a lead; without a name any coordinator."""
        if member.customer_id != self.customer_id:
            return False
        if member.role == MemberRole.LEAD or self.decider_id == member.pk:
            return True
        return self.decider_id is None and member.role == MemberRole.COORDINATOR
