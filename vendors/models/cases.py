"""Cases at vendors: where each stands, what was written, and which files came with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as lazy

from customers.models import Customer
from tickets.models import Attachment, Message, Ticket
from vendors.models.directory import Vendor
from vendors.models.links import AccountLink
from vendors.states import CASE_WORDS, CaseState, Side


class CaseStateChoice(models.TextChoices):
    """Where a case stands, as a column's choices."""

    NEW = CaseState.NEW.value, lazy(CASE_WORDS[CaseState.NEW])
    VENDOR_WORKING = CaseState.VENDOR_WORKING.value, lazy(CASE_WORDS[CaseState.VENDOR_WORKING])
    WAITING_ON_US = CaseState.WAITING_ON_US.value, lazy(CASE_WORDS[CaseState.WAITING_ON_US])
    WAITING_ON_VENDOR = CaseState.WAITING_ON_VENDOR.value, lazy(CASE_WORDS[CaseState.WAITING_ON_VENDOR])
    SOLUTION_OFFERED = CaseState.SOLUTION_OFFERED.value, lazy(CASE_WORDS[CaseState.SOLUTION_OFFERED])
    RESOLVED = CaseState.RESOLVED.value, lazy(CASE_WORDS[CaseState.RESOLVED])
    CLOSED = CaseState.CLOSED.value, lazy(CASE_WORDS[CaseState.CLOSED])
    UNKNOWN = CaseState.UNKNOWN.value, lazy(CASE_WORDS[CaseState.UNKNOWN])


class SideChoice(models.TextChoices):
    """Who wrote a message, as a column's choices."""

    VENDOR = Side.VENDOR.value, lazy("The vendor")
    DESK = Side.DESK.value, lazy("The desk")
    CUSTOMER = Side.CUSTOMER.value, lazy("The customer, at the vendor")


class VendorCaseQuerySet(models.QuerySet["VendorCase"]):
    """Named sets of cases."""

    def over(self) -> VendorCaseQuerySet:
        return self.filter(state__in=(CaseState.RESOLVED, CaseState.CLOSED))

    def running(self) -> VendorCaseQuerySet:
        """Keep what the vendor is not done with, cases that are still to be sent included."""
        return self.exclude(state__in=(CaseState.RESOLVED, CaseState.CLOSED)).filter(given_up_at=None)

    def on_us(self) -> VendorCaseQuerySet:
        return self.filter(state__in=(CaseState.WAITING_ON_US, CaseState.SOLUTION_OFFERED), given_up_at=None)

    def looked_at(self) -> VendorCaseQuerySet:
        """Keep running cases of accounts that answer, so that the portal looks at them."""
        return self.running().exclude(external_id="").filter(link__state="ok", link__is_manual=False)

    def unseen_by(self, moment: datetime) -> VendorCaseQuerySet:
        """Keep running cases of accounts that answer which no look has found since an instant."""
        return self.looked_at().filter(
            Q(seen_at__lte=moment) | Q(seen_at=None, asked_at__lte=moment), is_missing=False
        )

    def with_everything(self) -> VendorCaseQuerySet:
        """Fetch in one query what a list or a page says of a case."""
        return self.select_related("ticket__customer", "ticket__assignee", "vendor", "link__account")


class VendorCase(models.Model):
    """A case that the desk has at a vendor for a ticket; without `external_id` it is not made yet.

    `raw_status` is the vendor's word and `state` ours. What was promised by the vendor's own plan when the case
    was opened (`plan`, `target_seconds`, `finding`) is kept with it, so that a later plan rewrites nothing.
    `opened_at` is the vendor's time, `asked_at` when the desk asked. `reply_seen_at` is the time of the newest
    message read; `resolved_after` and `resolved_at` enclose when it was resolved, as far as polling can tell.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="cases")
    link = models.ForeignKey(AccountLink, on_delete=models.PROTECT, db_constraint=False, related_name="cases")
    reopens = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )

    external_id = models.CharField(max_length=120, blank=True)
    display_id = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=250)
    severity = models.CharField(max_length=40, blank=True)
    severity_name = models.CharField(max_length=60, blank=True)
    service = models.CharField(max_length=120, blank=True)
    category = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=10, default="en")
    raw_status = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=20, choices=CaseStateChoice.choices, default=CaseState.NEW.value)
    state_since = models.DateTimeField()
    is_adopted = models.BooleanField(default=False)

    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=150)
    #: Who of the customer let the desk open it, on record before or named by whoever asked.
    allowed_by = models.CharField(max_length=150, blank=True, default="")
    allowed_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.CharField(max_length=150, blank=True)
    plan = models.CharField(max_length=60, blank=True)
    finding = models.CharField(max_length=8, blank=True)
    target_seconds = models.PositiveIntegerField(null=True, blank=True)
    target_in_business_hours = models.BooleanField(default=False)
    target_source = models.CharField(max_length=200, blank=True)
    #: Whose time it is while the ticket waits for the vendor, if the account's plan was seen to take no cases.
    lacked_plan_at = models.DateTimeField(null=True, blank=True)

    first_reply_at = models.DateTimeField(null=True, blank=True)
    first_reply_is_automatic = models.BooleanField(default=False)
    last_vendor_at = models.DateTimeField(null=True, blank=True)
    last_desk_at = models.DateTimeField(null=True, blank=True)
    reply_seen_at = models.DateTimeField(null=True, blank=True)
    resolved_after = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    given_up_why = models.CharField(max_length=300, blank=True)

    #: When its messages, and when its status, were last looked at.
    read_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    is_missing = models.BooleanField(default=False)
    extra = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[VendorCaseQuerySet] = VendorCaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="vendorcase_tenant"),
            models.UniqueConstraint(
                fields=["customer", "link", "external_id"],
                condition=~Q(external_id=""),
                name="vendorcase_external",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "ticket"], name="vendorcase_ticket"),
            models.Index(fields=["display_id"], name="vendorcase_display"),
            models.Index(fields=["external_id"], name="vendorcase_external_id"),
            models.Index(
                "state",
                F("state_since").desc(),
                "id",
                condition=~Q(state__in=("resolved", "closed")),
                name="vendorcase_running",
            ),
        ]

    def __str__(self) -> str:
        return self.display_id or self.subject

    @property
    def standing(self) -> CaseState:
        return CaseState(self.state)

    @property
    def is_open(self) -> bool:
        """Tell whether the vendor is not done with it."""
        return not self.standing.is_over and self.given_up_at is None

    @property
    def is_made(self) -> bool:
        """Tell whether the vendor has it."""
        return bool(self.external_id)

    @property
    def target_at(self) -> datetime | None:
        """Return when the vendor's own published time to a first response ends; never a promise of ours."""
        if self.opened_at is None or self.target_seconds is None or self.target_in_business_hours:
            return None
        return self.opened_at + timedelta(seconds=self.target_seconds)


class CaseStatus(models.Model):
    """A status that a case took: `at` is when the portal knew it, `after` the look before, which did not show it yet."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(
        VendorCase, on_delete=models.PROTECT, db_constraint=False, related_name="statuses"
    )
    raw_status = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=20, choices=CaseStateChoice.choices)
    at = models.DateTimeField()
    after = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["customer", "id"], name="casestatus_tenant")]
        indexes = [models.Index(fields=["customer", "case", "at"], name="casestatus_case")]

    def __str__(self) -> str:
        return f"{self.state} at {self.at:%Y-%m-%d %H:%M}"


class VendorMessage(models.Model):
    """A message of a case; `message` is what stands in the ticket's conversation, `shared` what the customer got of it.

    `fingerprint` with `occurrence` makes it the same message however often it is read.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(
        VendorCase, on_delete=models.PROTECT, db_constraint=False, related_name="messages"
    )
    message = models.ForeignKey(Message, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    shared = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    fingerprint = models.CharField(max_length=64)
    occurrence = models.PositiveSmallIntegerField(default=0)
    side = models.CharField(max_length=10, choices=SideChoice.choices)
    author = models.CharField(max_length=200)
    is_automatic = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="vendormessage_tenant"),
            models.UniqueConstraint(
                fields=["customer", "case", "fingerprint", "occurrence"], name="vendormessage_once"
            ),
        ]
        indexes = [models.Index(fields=["customer", "message"], name="vendormessage_message")]

    def __str__(self) -> str:
        return f"{self.author} at {self.at:%Y-%m-%d %H:%M}"


class FileState(models.TextChoices):
    """Where a file of a vendor's message stands."""

    WAITING = "waiting", "To be fetched"
    STORED = "stored", "Stored"
    REFUSED = "refused", "Refused"


class VendorFileQuerySet(models.QuerySet["VendorFile"]):
    """Named sets of files."""

    def due_by(self, now: datetime) -> VendorFileQuerySet:
        return self.filter(state=FileState.WAITING, next_try_at__lte=now).order_by("next_try_at", "pk")


class VendorFile(models.Model):
    """A file that came with a vendor's message; the message is shown whatever becomes of it."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    received = models.ForeignKey(
        VendorMessage, on_delete=models.PROTECT, db_constraint=False, related_name="files"
    )
    attachment = models.ForeignKey(
        Attachment, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    ref = models.CharField(max_length=300)
    name = models.CharField(max_length=250)
    state = models.CharField(max_length=10, choices=FileState.choices, default=FileState.WAITING)
    why = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[VendorFileQuerySet] = VendorFileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="vendorfile_tenant"),
            models.UniqueConstraint(fields=["customer", "received", "ref"], name="vendorfile_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"], condition=Q(next_try_at__isnull=False), name="vendorfile_due"
            )
        ]

    def __str__(self) -> str:
        return self.name
