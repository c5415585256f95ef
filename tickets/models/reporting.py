"""What is kept while somebody reports: their answers and the files that go with them.

The desk has no grant on it: nothing of it was sent yet.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from customers.models import Customer, Member
from tickets.models.tickets import Kind, new_file_token


class ReportDraft(models.Model):
    """The answers of a member's report that was not sent yet, as they were typed; one of each kind for each member."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.INCIDENT)
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "member", "kind"], name="reportdraft_once")
        ]

    def __str__(self) -> str:
        return f"report that member {self.member_id} has begun"


class ReportFileQuerySet(models.QuerySet["ReportFile"]):
    """Named sets of files that wait for their report."""

    def of(self, member: Member, kind: str = Kind.INCIDENT) -> ReportFileQuerySet:
        return self.filter(customer_id=member.customer_id, member=member, kind=kind)


class ReportFile(models.Model):
    """A file that somebody chose for a report before sending it; it is thrown away after some days."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.INCIDENT)
    token = models.CharField(max_length=43, default=new_file_token)
    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    stored_name = models.CharField(max_length=100)
    expires_at = models.DateTimeField()

    objects: ClassVar[ReportFileQuerySet] = ReportFileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["customer", "token"], name="reportfile_token")]
        indexes = [models.Index(fields=["customer", "expires_at"], name="reportfile_expiry")]

    def __str__(self) -> str:
        return self.name
