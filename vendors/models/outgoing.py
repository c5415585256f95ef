"""What is to be sent to a vendor: rows are the truth, written before any call is made."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from customers.models import Customer
from tickets.models import Message
from vendors.models.cases import VendorCase
from vendors.models.links import AccountLink
from vendors.states import SendKind, SendState


class SendKindChoice(models.TextChoices):
    """What is sent, as a column's choices."""

    OPEN = SendKind.OPEN.value, "New case"
    REPLY = SendKind.REPLY.value, "Reply"
    RESOLVE = SendKind.RESOLVE.value, "Resolve"


class SendStateChoice(models.TextChoices):
    """Where it stands, as a column's choices."""

    QUEUED = SendState.QUEUED.value, "To be sent"
    SENDING = SendState.SENDING.value, "Being sent"
    AMBIGUOUS = SendState.AMBIGUOUS.value, "The answer was lost: we look whether it arrived"
    SENT = SendState.SENT.value, "Sent"
    REFUSED = SendState.REFUSED.value, "Refused"
    CANCELLED = SendState.CANCELLED.value, "Called off"


class OutgoingQuerySet(models.QuerySet["Outgoing"]):
    """Named sets of what is to be sent."""

    def waiting(self) -> OutgoingQuerySet:
        """Keep what is neither sent nor given up."""
        return self.filter(state__in=(SendState.QUEUED, SendState.SENDING, SendState.AMBIGUOUS))

    def due_by(self, now: datetime) -> OutgoingQuerySet:
        return self.waiting().filter(next_try_at__lte=now).order_by("next_try_at", "pk")


class Outgoing(models.Model):
    """One call that changes something at a vendor; unique by `idem_key` on its link, committed before it is made.

    `payload` is what goes out, as it was shown in the preview; `files` are ids of the ticket's attachments.
    A row that is SENDING past `next_try_at` lost its worker: whether the call was made is then unknown.
    `looks` counts how often the vendor was asked whether it arrived.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(
        AccountLink, on_delete=models.PROTECT, db_constraint=False, related_name="outgoing"
    )
    case = models.ForeignKey(
        VendorCase, on_delete=models.PROTECT, db_constraint=False, related_name="outgoing"
    )
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=SendKindChoice.choices)
    idem_key = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    files = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=SendStateChoice.choices, default=SendState.QUEUED.value)
    attempts = models.PositiveSmallIntegerField(default=0)
    looks = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=150)
    asked_by_id = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=500, blank=True)

    objects: ClassVar[OutgoingQuerySet] = OutgoingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="outgoing_tenant"),
            models.UniqueConstraint(fields=["customer", "link", "idem_key"], name="outgoing_once"),
        ]
        indexes = [
            models.Index(fields=["customer", "case"], name="outgoing_case"),
            models.Index(
                fields=["next_try_at", "id"],
                condition=Q(state__in=("queued", "sending", "ambiguous")),
                name="outgoing_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.idem_key}"
