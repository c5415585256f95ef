"""Links to customers' accounts at vendors, what looks at their plans showed, and what pushes hinted."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as lazy

from customers.models import AwsAccount, Customer
from vendors.models.directory import Vendor
from vendors.states import LINK_WORDS, Finding, LinkState


class LinkStateChoice(models.TextChoices):
    """Whether calls may be made over a link, as a column's choices."""

    UNVERIFIED = LinkState.UNVERIFIED.value, lazy(LINK_WORDS[LinkState.UNVERIFIED])
    OK = LinkState.OK.value, lazy(LINK_WORDS[LinkState.OK])
    NO_PLAN = LinkState.NO_PLAN.value, lazy(LINK_WORDS[LinkState.NO_PLAN])
    DENIED = LinkState.DENIED.value, lazy(LINK_WORDS[LinkState.DENIED])
    UNREACHABLE = LinkState.UNREACHABLE.value, lazy(LINK_WORDS[LinkState.UNREACHABLE])
    RETIRED = LinkState.RETIRED.value, lazy(LINK_WORDS[LinkState.RETIRED])


class FindingChoice(models.TextChoices):
    """What a look at a plan showed, as a column's choices."""

    MET = Finding.MET.value, lazy("The plan takes cases")
    NOT_MET = Finding.NOT_MET.value, lazy("The plan takes no cases")
    UNKNOWN = Finding.UNKNOWN.value, lazy("Not known")


class Channel(models.TextChoices):
    """From whom the customer gets the vendor's support."""

    DIRECT = "direct", lazy("From the vendor itself")
    RESOLD = "resold", lazy("From the vendor, sold by a partner")
    PARTNER_LED = "partner", lazy("From a partner, not from the vendor")


class AccountLinkQuerySet(models.QuerySet["AccountLink"]):
    """Named sets of links."""

    def live(self) -> AccountLinkQuerySet:
        return self.exclude(state=LinkState.RETIRED)

    def automatic(self) -> AccountLinkQuerySet:
        """Keep those over which the portal makes calls."""
        return self.live().filter(is_manual=False)

    def probe_due_by(self, now: datetime) -> AccountLinkQuerySet:
        return self.automatic().filter(next_probe_at__lte=now).order_by("next_probe_at", "pk")

    def look_due_by(self, now: datetime) -> AccountLinkQuerySet:
        """Keep those whose account is to be looked at; without a role there is nothing to look with."""
        return self.probe_due_by(now).exclude(role_arn="")

    def poll_due_by(self, now: datetime) -> AccountLinkQuerySet:
        """Keep those that are to be looked at, that no worker looks at, and that are not left alone for a while."""
        return (
            self.automatic()
            .exclude(state=LinkState.UNVERIFIED)
            .filter(next_poll_at__lte=now)
            .exclude(poll_lease_until__gt=now)
            .exclude(paused_until__gt=now)
            .order_by("next_poll_at", "pk")
        )


class AccountLink(models.Model):
    """How the desk reaches one account of a customer at a vendor.

    `external_id` is made by the portal and never changes, but by a rotation, which begins with a new look.
    `account_number` belongs to the customer that proved it first, while the link lives: naming a number that is
    somebody else's keeps nothing from them. With `is_manual` the desk writes down what it
    does by mail or telephone, and no call is made. `cursor` is what the last poll ended with, `failures` how many
    calls have failed in a row, and until `paused_until` none is made. `options` is what the account offered for a
    new case at `options_at`. `refusal` says why the last look could not be made, also while the link is not
    verified. A link is looked at when `next_probe_at` has come; whoever looks moves it on first.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="links")
    account = models.ForeignKey(
        AwsAccount, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    account_number = models.CharField(max_length=60, blank=True)
    is_manual = models.BooleanField(default=False)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.DIRECT)
    role_arn = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=64)
    reads_only = models.BooleanField(default=False)

    state = models.CharField(
        max_length=12, choices=LinkStateChoice.choices, default=LinkState.UNVERIFIED.value
    )
    state_since = models.DateTimeField()
    state_evidence = models.CharField(max_length=300, blank=True)
    refusal = models.CharField(max_length=12, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    verify_asked_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.CharField(max_length=150, blank=True)

    next_probe_at = models.DateTimeField(null=True, blank=True)
    options = models.JSONField(default=dict)
    options_at = models.DateTimeField(null=True, blank=True)

    next_poll_at = models.DateTimeField(null=True, blank=True)
    last_polled_at = models.DateTimeField(null=True, blank=True)
    poll_lease_until = models.DateTimeField(null=True, blank=True)
    cursor = models.JSONField(default=dict)
    failures = models.PositiveSmallIntegerField(default=0)
    paused_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[AccountLinkQuerySet] = AccountLinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["vendor_id", "account_number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="accountlink_tenant"),
            models.UniqueConstraint(fields=["customer", "external_id"], name="accountlink_external_id"),
            models.UniqueConstraint(
                fields=["customer", "vendor", "account_number"],
                condition=~Q(state="retired") & ~Q(account_number=""),
                name="accountlink_once",
            ),
            models.UniqueConstraint(
                fields=["vendor", "account_number"],
                condition=~Q(state="retired") & ~Q(account_number="") & Q(verified_at__isnull=False),
                name="accountlink_one_customer",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "account"], name="accountlink_account"),
            models.Index(
                fields=["next_probe_at", "id"],
                condition=Q(next_probe_at__isnull=False),
                name="accountlink_probe",
            ),
            models.Index(
                fields=["next_poll_at", "id"],
                condition=Q(next_poll_at__isnull=False),
                name="accountlink_poll",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vendor_id} {self.account_number}"

    @property
    def standing(self) -> LinkState:
        return LinkState(self.state)

    @property
    def may_send(self) -> bool:
        """Tell whether something may be sent over the link now."""
        return self.standing.may_send and not self.is_manual and not self.reads_only


class PlanObservation(models.Model):
    """One look at an account's plan: kept for ever, so that nobody has to take a word for it."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(
        AccountLink, on_delete=models.PROTECT, db_constraint=False, related_name="observations"
    )
    at = models.DateTimeField()
    finding = models.CharField(max_length=8, choices=FindingChoice.choices)
    evidence = models.CharField(max_length=300)
    severities = models.JSONField(default=list)
    changed = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["customer", "id"], name="planobservation_tenant")]
        indexes = [models.Index(fields=["customer", "link", "-at"], name="planobservation_link")]

    def __str__(self) -> str:
        return f"{self.finding} at {self.at:%Y-%m-%d %H:%M}"


class PushKey(models.Model):
    """A key with which a customer's event rule signs in; only its hash is kept, and two are valid while one is replaced."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(AccountLink, on_delete=models.PROTECT, db_constraint=False, related_name="keys")
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["customer", "id"], name="pushkey_tenant")]
        indexes = [models.Index(fields=["customer", "link"], name="pushkey_link")]

    def __str__(self) -> str:
        return f"push key {self.pk}"


class PushHint(models.Model):
    """A push that said that something may have changed; the case is then read again with our own credentials."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(AccountLink, on_delete=models.PROTECT, db_constraint=False, related_name="hints")
    event_id = models.CharField(max_length=120)
    external_id = models.CharField(max_length=120, blank=True)
    display_id = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=60, blank=True)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="pushhint_tenant"),
            models.UniqueConstraint(fields=["customer", "link", "event_id"], name="pushhint_once"),
        ]
        indexes = [
            models.Index(
                fields=["customer", "link"], condition=Q(handled_at__isnull=True), name="pushhint_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.event_id}"
