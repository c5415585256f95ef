"""Tickets and what belongs to them."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import F, Q

from customers.models import AwsAccount, Customer, DeskPerson, Member, Service
from tickets.lifecycle import DESK_LEVEL, ENDED_BY_CUSTOMER, OPEN, HoldReason, Status, Verb, may
from tickets.severity import Affected, Environment, Impact, SecurityRisk, Severity, Work


class Kind(models.TextChoices):
    """What a ticket is."""

    INCIDENT = "incident", "Incident"
    REQUEST = "request", "Service request"


class StatusChoice(models.TextChoices):
    """Statuses as people read them."""

    NEW = Status.NEW.value, "New"
    IN_PROGRESS = Status.IN_PROGRESS.value, "In progress"
    ON_HOLD = Status.ON_HOLD.value, "On hold"
    RESTORED = Status.RESTORED.value, "Restored"
    RESOLVED = Status.RESOLVED.value, "Resolved"
    CLOSED = Status.CLOSED.value, "Closed"


class HoldChoice(models.TextChoices):
    """Hold reasons as people read them."""

    CUSTOMER_REPLY = HoldReason.CUSTOMER_REPLY.value, "Waiting for the customer's reply"
    CUSTOMER_ACCESS = HoldReason.CUSTOMER_ACCESS.value, "Waiting for access from the customer"
    VENDOR = HoldReason.VENDOR.value, "Waiting for a vendor"
    AGREED_WAIT = HoldReason.AGREED_WAIT.value, "Agreed wait"


class SeverityChoice(models.IntegerChoices):
    """Severities as people read them."""

    P1 = 1, "P1 Critical"
    P2 = 2, "P2 High"
    P3 = 3, "P3 Normal"
    P4 = 4, "P4 Low"


class EnvironmentChoice(models.TextChoices):
    """Where it happens."""

    PRODUCTION = "production", "Production"
    NON_PRODUCTION = "non_production", "Not production"


class WorkChoice(models.TextChoices):
    """What people can still do."""

    STOPPED = "stopped", "Work has stopped"
    DEGRADED = "degraded", "Work goes on with trouble"
    NUISANCE = "nuisance", "It is a nuisance"
    UNAFFECTED = "unaffected", "Work is unaffected"


class AffectedChoice(models.TextChoices):
    """Who is affected."""

    FEW = "few", "A few people"
    TEAM = "team", "A site or a team"
    BUSINESS = "business", "The whole business"


class SecurityChoice(models.TextChoices):
    """The security risk."""

    NONE = "none", "None that we know of"
    MODERATE = "moderate", "Moderate"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


class ResolutionCode(models.TextChoices):
    """How a ticket ended."""

    FIXED = "fixed", "Fixed"
    WORKAROUND = "workaround", "Workaround accepted"
    ANSWERED = "answered", "Question answered"
    NO_FAULT = "no_fault", "No fault found"
    DUPLICATE = "duplicate", "Duplicate"
    EXCLUDED = "excluded", "Outside the agreement"
    LEVEL_1 = "level_1", "Solved by Level 1"


class AudienceChoice(models.TextChoices):
    """Who may read a message or a file."""

    PUBLIC = "public", "Customer and desk"
    DESK = "desk", "The desk only"
    CUSTOMER = "customer", "The customer only"


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Named sets of tickets."""

    def of(self, customer: Customer) -> TicketQuerySet:
        return self.filter(customer=customer)

    def open(self) -> TicketQuerySet:
        return self.filter(status__in=[status.value for status in OPEN])

    def finished(self) -> TicketQuerySet:
        return self.exclude(status__in=[status.value for status in OPEN])

    def with_desk(self) -> TicketQuerySet:
        return self.filter(level__gte=DESK_LEVEL)

    def visible_to(self, member: Member) -> TicketQuerySet:
        """Keep what the member may read: all of the customer's, or one's own and watched tickets."""
        mine = self.filter(customer_id=member.customer_id)
        if member.sees_all_tickets:
            return mine
        watched = Watcher.objects.filter(customer_id=member.customer_id, member=member).values("ticket_id")
        return mine.filter(Q(requester=member) | Q(pk__in=watched))

    def requested_by(self, member: Member) -> TicketQuerySet:
        return self.filter(requester=member)

    def assigned_to(self, person: DeskPerson) -> TicketQuerySet:
        return self.filter(assignee=person)

    def unassigned(self) -> TicketQuerySet:
        return self.filter(assignee=None)

    def waiting_for_customer(self) -> TicketQuerySet:
        return self.filter(hold_reason__in=[HoldReason.CUSTOMER_REPLY, HoldReason.CUSTOMER_ACCESS])

    def past_review(self, now: datetime) -> TicketQuerySet:
        """Keep holds that should have been looked at again by now."""
        return self.exclude(hold_reason="").filter(hold_review_at__lte=now)

    def awaiting_lead(self) -> TicketQuerySet:
        """Keep tickets on which the customer waits for a desk lead's decision."""
        return self.filter(Q(review_by__isnull=False) | Q(contest_by__isnull=False))

    def leads_to_tell(self, now: datetime) -> TicketQuerySet:
        """Keep tickets of whose questions the desk's leads were not told yet."""
        return self.filter(leads_due_at__lte=now)

    def awaiting_confirmation(self) -> TicketQuerySet:
        """Keep tickets that the desk thinks are fixed, for the customer to confirm."""
        return self.filter(status=Status.RESTORED)

    def in_status(self, status: str) -> TicketQuerySet:
        return self.filter(status=status)

    def of_severity(self, severity: int) -> TicketQuerySet:
        return self.filter(severity=severity)

    def with_people(self) -> TicketQuerySet:
        """Fetch in one query what a list row names."""
        return self.select_related("customer", "requester", "assignee", "service")

    def for_queue(self) -> TicketQuerySet:
        """Order by the next deadline, tickets without one last, then by age."""
        return self.order_by(F("next_due_at").asc(nulls_last=True), "opened_at", "pk")

    def newest_first(self) -> TicketQuerySet:
        return self.order_by("-last_activity_at", "-pk")

    def search(self, text: str) -> TicketQuerySet:
        """Keep tickets whose key, subject or readable messages match; the database applies the audience."""
        text = text.replace("\x00", " ").strip()
        query = SearchQuery(text, config="english", search_type="websearch")
        found = TicketText.objects.filter(vector=query).values("ticket_id")
        by_key = Q(pk=None)
        if reference := _REFERENCE.fullmatch(text.upper()):
            by_key = Q(customer__key=reference["key"], number=int(reference["number"]))
        elif _NUMBER.fullmatch(text):
            by_key = Q(number=int(text))
        return self.filter(Q(pk__in=found) | by_key)

    def by_key(self, key: str) -> TicketQuerySet:
        """Keep the ticket of a reference such as ACME-128."""
        reference = _REFERENCE.fullmatch(key.upper())
        if reference is None:
            return self.none()
        return self.filter(customer__key=reference["key"], number=int(reference["number"]))

    def due_to_close(self) -> TicketQuerySet:
        return self.filter(status=Status.RESOLVED, closes_at__isnull=False)


#: Nine digits always fit the column; what does not look like a reference never reaches the database.
_NUMBER = re.compile(r"[0-9]{1,9}")
_REFERENCE = re.compile(r"(?P<key>[A-Z][A-Z0-9]{1,7})-(?P<number>[0-9]{1,9})")


class Ticket(models.Model):
    """A customer's incident or request.

    The columns from `next_due_at` to `has_cover` are written by the clocks' floor for lists; the clocks
    stay the truth. `proposed_severity` is what the customer's latest answers propose, `severity` the one in
    force. The `hold_`, `contest_` and `review_` columns say what is open now; what was is in the fact log.
    `leads_due_at` is since when the desk's leads are to be told that somebody waits for their decision.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.INCIDENT)
    subject = models.CharField(max_length=200)
    status = models.CharField(max_length=12, choices=StatusChoice.choices, default=StatusChoice.NEW)
    level = models.PositiveSmallIntegerField(default=1)

    severity = models.PositiveSmallIntegerField(choices=SeverityChoice.choices)
    proposed_severity = models.PositiveSmallIntegerField(choices=SeverityChoice.choices)
    severity_verified_at = models.DateTimeField(null=True, blank=True)
    severity_verified_by = models.CharField(max_length=150, blank=True)
    environment = models.CharField(max_length=16, choices=EnvironmentChoice.choices)
    work = models.CharField(max_length=12, choices=WorkChoice.choices)
    has_workaround = models.BooleanField(default=False)
    affected = models.CharField(max_length=10, choices=AffectedChoice.choices)
    security = models.CharField(max_length=10, choices=SecurityChoice.choices)
    started_at = models.DateTimeField(null=True, blank=True)

    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    aws_account = models.ForeignKey(
        AwsAccount, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    requester = models.ForeignKey(Member, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    assignee = models.ForeignKey(
        DeskPerson, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    hold_reason = models.CharField(max_length=16, choices=HoldChoice.choices, blank=True)
    hold_owner = models.CharField(max_length=150, blank=True)
    hold_note = models.CharField(max_length=500, blank=True)
    hold_evidence = models.CharField(max_length=500, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    hold_review_at = models.DateTimeField(null=True, blank=True)

    contest_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    contested_at = models.DateTimeField(null=True, blank=True)
    contest_reason = models.CharField(max_length=500, blank=True)
    review_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    review_asked_at = models.DateTimeField(null=True, blank=True)
    review_severity = models.PositiveSmallIntegerField(choices=SeverityChoice.choices, null=True, blank=True)
    review_reason = models.CharField(max_length=500, blank=True)
    leads_due_at = models.DateTimeField(null=True, blank=True)

    opened_at = models.DateTimeField()
    reached_desk_at = models.DateTimeField(null=True, blank=True)
    restored_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    resolution_code = models.CharField(max_length=12, choices=ResolutionCode.choices, blank=True)
    last_activity_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    next_due_at = models.DateTimeField(null=True, blank=True)
    next_objective = models.CharField(max_length=10, blank=True)
    clock_state = models.CharField(max_length=10, blank=True)
    has_cover = models.BooleanField(default=False)

    objects: ClassVar[TicketQuerySet] = TicketQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "number"], name="ticket_number"),
            models.UniqueConstraint(fields=["customer", "id"], name="ticket_tenant"),
            models.CheckConstraint(condition=Q(level__range=(1, 3)), name="ticket_level"),
            models.CheckConstraint(condition=Q(severity__range=(1, 4)), name="ticket_severity"),
        ]
        indexes = [
            models.Index(
                fields=["next_due_at", "opened_at", "id"],
                condition=~Q(status__in=["resolved", "closed"]),
                name="ticket_queue",
            ),
            models.Index(fields=["customer", "-last_activity_at", "-id"], name="ticket_list"),
            models.Index(fields=["closes_at"], condition=Q(status="resolved"), name="ticket_closing"),
            models.Index(
                fields=["review_asked_at", "contested_at"],
                condition=Q(review_by__isnull=False) | Q(contest_by__isnull=False),
                name="ticket_awaits_lead",
            ),
            models.Index(
                fields=["leads_due_at"], condition=Q(leads_due_at__isnull=False), name="ticket_leads"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.subject}"

    @property
    def key(self) -> str:
        """The reference that people use, such as ACME-128."""
        return f"{self.customer.key}-{self.number}"

    @property
    def priority(self) -> Severity:
        return Severity(self.severity)

    @property
    def is_open(self) -> bool:
        return Status(self.status) in OPEN

    @property
    def is_with_desk(self) -> bool:
        return self.level >= DESK_LEVEL

    @property
    def is_on_hold(self) -> bool:
        return self.hold_reason != ""

    @property
    def waits_for_customer(self) -> bool:
        return self.is_on_hold and HoldReason(self.hold_reason) in ENDED_BY_CUSTOMER

    def is_past_review(self, now: datetime) -> bool:
        """Tell whether a hold should have been looked at again by now."""
        return self.is_on_hold and self.hold_review_at is not None and self.hold_review_at <= now

    @property
    def is_contested(self) -> bool:
        """Tell whether the customer waits for an answer about the hold."""
        return self.contest_by_id is not None

    @property
    def is_in_review(self) -> bool:
        """Tell whether the customer waits for a decision about the severity."""
        return self.review_by_id is not None

    @property
    def awaits_lead(self) -> bool:
        """Tell whether the customer waits for a desk lead."""
        return self.is_in_review or self.is_contested

    @property
    def is_verified(self) -> bool:
        return self.severity_verified_at is not None

    @property
    def has_disagreement(self) -> bool:
        """Tell whether the customer's answers propose another severity than the one in force."""
        return self.proposed_severity != self.severity

    @property
    def impact(self) -> Impact:
        """The customer's latest answers."""
        return Impact(
            environment=Environment(self.environment),
            work=Work(self.work),
            has_workaround=self.has_workaround,
            affected=Affected(self.affected),
            security=SecurityRisk(self.security),
        )

    def may(self, verb: Verb) -> bool:
        """Tell whether the lifecycle allows the verb now."""
        return may(
            verb,
            status=Status(self.status),
            level=self.level,
            on_hold=self.is_on_hold,
            in_review=self.is_in_review,
            contested=self.is_contested,
        )

    @property
    def verbs(self) -> frozenset[str]:
        """The verbs that the lifecycle allows now, for pages that show one button for each."""
        return frozenset(verb.value for verb in Verb if self.may(verb))


class TicketCounter(models.Model):
    """The last ticket number of a customer, so that numbers have no gaps and tell nothing of others."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, related_name="+")
    last_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.last_number}"


class Message(models.Model):
    """A public reply or a note; `body` is Markdown as it was typed."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="messages")
    author_kind = models.CharField(max_length=10)
    author_id = models.BigIntegerField(null=True)
    author_name = models.CharField(max_length=150)
    body = models.TextField()
    audience = models.CharField(max_length=10, choices=AudienceChoice.choices, default=AudienceChoice.PUBLIC)
    automatic = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["customer", "id"], name="message_tenant")]
        indexes = [models.Index(fields=["customer", "ticket", "at"], name="message_thread")]

    def __str__(self) -> str:
        return f"message {self.pk} by {self.author_name}"


def new_file_token() -> str:
    """Return 192 random bits for an attachment's address."""
    return secrets.token_urlsafe(24)


class Attachment(models.Model):
    """A file kept outside the web server's reach, found by an address nobody can guess."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="attachments"
    )
    message = models.ForeignKey(
        Message, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="attachments"
    )
    audience = models.CharField(max_length=10, choices=AudienceChoice.choices, default=AudienceChoice.PUBLIC)
    token = models.CharField(max_length=43, default=new_file_token)
    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    stored_name = models.CharField(max_length=100)
    uploaded_by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["customer", "token"], name="attachment_token")]
        indexes = [
            models.Index(fields=["customer", "ticket"], name="attachment_ticket"),
            models.Index(fields=["token"], name="attachment_address"),
        ]

    def __str__(self) -> str:
        return self.name


class Watcher(models.Model):
    """A member who follows a ticket that is not theirs."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="watchers")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_constraint=False, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "ticket", "member"], name="watcher_once")]

    def __str__(self) -> str:
        return f"{self.member_id} follows {self.ticket_id}"


class TicketText(models.Model):
    """The searchable words of a ticket, one narrow row for each audience.

    Search under row-level security must not read tickets for each candidate: the match operator is not
    leakproof, so the policy runs first and has to run over as little as possible.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    audience = models.CharField(max_length=10, choices=AudienceChoice.choices)
    vector = SearchVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "ticket", "audience"], name="tickettext_once")
        ]
        indexes = [GinIndex(fields=["vector"], name="tickettext_vector")]

    def __str__(self) -> str:
        return f"words of ticket {self.ticket_id}"
