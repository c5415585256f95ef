"""Tickets and what belongs to them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as lazy

from customers.models import AwsAccount, Customer, DeskPerson, Member, Service, Team
from tickets.lifecycle import DESK_LEVEL, ENDED_BY_CUSTOMER, OPEN, HoldReason, Status, Verb, may
from tickets.severity import Affected, Environment, Impact, SecurityRisk, Severity, Work


class Kind(models.TextChoices):
    """What a ticket is."""

    INCIDENT = "incident", lazy("Incident")
    REQUEST = "request", lazy("Service request")


class StatusChoice(models.TextChoices):
    """Statuses as people read them."""

    NEW = Status.NEW.value, lazy("New")
    IN_PROGRESS = Status.IN_PROGRESS.value, lazy("In progress")
    ON_HOLD = Status.ON_HOLD.value, lazy("On hold")
    RESTORED = Status.RESTORED.value, lazy("Restored")
    RESOLVED = Status.RESOLVED.value, lazy("Resolved")
    CLOSED = Status.CLOSED.value, lazy("Closed")


class HoldChoice(models.TextChoices):
    """Hold reasons as people read them."""

    CUSTOMER_REPLY = HoldReason.CUSTOMER_REPLY.value, lazy("Waiting for the customer's reply")
    CUSTOMER_ACCESS = HoldReason.CUSTOMER_ACCESS.value, lazy("Waiting for access from the customer")
    VENDOR = HoldReason.VENDOR.value, lazy("Waiting for a vendor")
    AGREED_WAIT = HoldReason.AGREED_WAIT.value, lazy("Agreed wait")


class SeverityChoice(models.IntegerChoices):
    """Severities as people read them."""

    P1 = 1, lazy("P1 Critical")
    P2 = 2, lazy("P2 High")
    P3 = 3, lazy("P3 Normal")
    P4 = 4, lazy("P4 Low")


class EnvironmentChoice(models.TextChoices):
    """Where it happens."""

    PRODUCTION = "production", lazy("Production")
    NON_PRODUCTION = "non_production", lazy("Not production")


class WorkChoice(models.TextChoices):
    """What people can still do."""

    STOPPED = "stopped", lazy("Work has stopped")
    DEGRADED = "degraded", lazy("Work goes on with trouble")
    NUISANCE = "nuisance", lazy("It is a nuisance")
    UNAFFECTED = "unaffected", lazy("Work is unaffected")


class AffectedChoice(models.TextChoices):
    """Who is affected."""

    FEW = "few", lazy("A few people")
    TEAM = "team", lazy("A site or a team")
    BUSINESS = "business", lazy("The whole business")


class SecurityChoice(models.TextChoices):
    """The security risk."""

    NONE = "none", lazy("None that we know of")
    MODERATE = "moderate", lazy("Moderate")
    HIGH = "high", lazy("High")
    CRITICAL = "critical", lazy("Critical")


class ResolutionCode(models.TextChoices):
    """How a ticket ended."""

    FIXED = "fixed", lazy("Fixed")
    CONFIRMED = "confirmed", lazy("Fixed, confirmed by the customer")
    WORKAROUND = "workaround", lazy("Workaround accepted")
    ANSWERED = "answered", lazy("Question answered")
    NO_FAULT = "no_fault", lazy("No fault found")
    DUPLICATE = "duplicate", lazy("Duplicate")
    MERGED = "merged", lazy("Merged into another ticket")
    EXCLUDED = "excluded", lazy("Outside the agreement")
    LEVEL_1 = "level_1", lazy("Solved by Level 1")


class AudienceChoice(models.TextChoices):
    """Who may read a message or a file."""

    PUBLIC = "public", lazy("Customer and desk")
    DESK = "desk", lazy("The desk only")
    CUSTOMER = "customer", lazy("The customer only")


#: Where a ticket without a deadline stands in the queue.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
#: What the queue is ordered by: one expression, which an index has as well.
QUEUED_AT = Coalesce(F("next_due_at"), Value(NEVER))
#: The holds that end when the customer does something.
AWAITED_FROM_CUSTOMER = ("customer_access", "customer_reply")
#: What the desk's queue is made of; its indexes have nothing else.
_QUEUED = Q(status__in=sorted(status.value for status in OPEN), level__gte=DESK_LEVEL)
#: What is open wherever it is; the index of the desk's view of everything has nothing else.
_OPEN = Q(status__in=sorted(status.value for status in OPEN))
#: What a customer's Level 1 works on; its index has nothing else.
_OPEN_AT_LEVEL_1 = Q(status__in=sorted(status.value for status in OPEN), level__lt=DESK_LEVEL)
#: What the desk thinks is fixed, and the customer has not said.
_UNCONFIRMED = Q(status=Status.RESTORED, confirmed_at=None)


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Named sets of tickets."""

    def of(self, customer: Customer) -> TicketQuerySet:
        return self.filter(customer=customer)

    def open(self) -> TicketQuerySet:
        return self.filter(status__in=sorted(status.value for status in OPEN))

    def finished(self) -> TicketQuerySet:
        return self.exclude(status__in=[status.value for status in OPEN])

    def unfinished(self) -> TicketQuerySet:
        """Keep what may still be worked on: open tickets, and resolved ones that can be reopened."""
        return self.exclude(status=Status.CLOSED)

    def of_team(self, team: Team) -> TicketQuerySet:
        return self.filter(team=team)

    def with_desk(self) -> TicketQuerySet:
        return self.filter(level__gte=DESK_LEVEL)

    def before_desk(self) -> TicketQuerySet:
        """Keep what a customer's Level 1 has: the desk's clocks have not started, or no longer run."""
        return self.filter(level__lt=DESK_LEVEL)

    def with_cover(self) -> TicketQuerySet:
        return self.filter(has_cover=True)

    def best_effort(self) -> TicketQuerySet:
        return self.filter(has_cover=False)

    def at_level_1(self) -> TicketQuerySet:
        """Keep the open tickets that a customer's Level 1 works on, the oldest first."""
        return self.filter(_OPEN_AT_LEVEL_1).order_by("opened_at", "pk")

    def returned(self) -> TicketQuerySet:
        """Keep what the desk gave back: it has been there, and is at Level 1 again."""
        return self.filter(level__lt=DESK_LEVEL, reached_desk_at__isnull=False)

    def never_returned(self) -> TicketQuerySet:
        return self.exclude(level__lt=DESK_LEVEL, reached_desk_at__isnull=False)

    def owned_by(self, member: Member) -> TicketQuerySet:
        return self.filter(level1_owner=member)

    def owned_by_others_than(self, member: Member) -> TicketQuerySet:
        return self.filter(level1_owner__isnull=False).exclude(level1_owner=member)

    def without_level_1_owner(self) -> TicketQuerySet:
        return self.filter(level1_owner=None)

    def untouched(self) -> TicketQuerySet:
        """Keep what nobody has begun to work on."""
        return self.filter(status=Status.NEW)

    def begun(self) -> TicketQuerySet:
        return self.exclude(status=Status.NEW)

    def with_level_1_owner(self) -> TicketQuerySet:
        """Fetch in the same query who of the customer works on each ticket."""
        return self.select_related("level1_owner")

    def visible_to(self, member: Member) -> TicketQuerySet:
        """Keep what the member may read.

        Who works Level 1 reads all of the customer's; a requester reads their own and watched ones and, where
        the customer says so, those of colleagues that are not private.
        """
        ours = self.filter(customer_id=member.customer_id)
        if member.works_level_1:
            return ours
        watched = Watcher.objects.filter(customer_id=member.customer_id, member=member).values("ticket_id")
        mine = Q(requester=member) | Q(pk__in=watched)
        return ours.filter(mine | Q(is_private=False) if member.sees_all_tickets else mine)

    def requested_by(self, member: Member) -> TicketQuerySet:
        return self.filter(requester=member)

    def assigned_to(self, person: DeskPerson) -> TicketQuerySet:
        return self.filter(assignee=person)

    def followed_by(self, person: DeskPerson) -> TicketQuerySet:
        return self.filter(desk_followers__person=person)

    def unassigned(self) -> TicketQuerySet:
        return self.filter(assignee=None)

    def waiting_for_customer(self) -> TicketQuerySet:
        return self.filter(hold_reason__in=AWAITED_FROM_CUSTOMER)

    def waiting_for_vendor(self) -> TicketQuerySet:
        return self.filter(hold_reason=HoldReason.VENDOR)

    def past_review(self, now: datetime) -> TicketQuerySet:
        """Keep holds that should have been looked at again by now."""
        return self.exclude(hold_reason="").filter(hold_review_at__lte=now)

    def awaiting_lead(self) -> TicketQuerySet:
        """Keep tickets on which the customer waits for a desk lead's decision."""
        return self.filter(Q(review_by__isnull=False) | Q(contest_by__isnull=False))

    def leads_to_tell(self, now: datetime) -> TicketQuerySet:
        """Keep tickets of whose questions the desk's leads were not told yet."""
        return self.filter(leads_due_at__lte=now)

    def due_a_checklist(self, now: datetime) -> TicketQuerySet:
        """Keep tickets on which the desk's checklists have still to be put."""
        return self.filter(checklist_due_at__lte=now)

    def awaiting_confirmation(self) -> TicketQuerySet:
        """Keep tickets that the desk thinks are fixed and of which the customer has not said so yet."""
        return self.filter(status=Status.RESTORED, confirmed_at=None)

    def for_customer_to_act(self) -> TicketQuerySet:
        """Keep what waits for the customer: an answer, access, or whether it is fixed."""
        return self.filter(Q(hold_reason__in=AWAITED_FROM_CUSTOMER) | _UNCONFIRMED)

    def for_desk_to_act(self) -> TicketQuerySet:
        """Keep what the desk has, and neither the customer nor a vendor has to act on."""
        elsewhere = Q(hold_reason__in=(*AWAITED_FROM_CUSTOMER, HoldReason.VENDOR)) | _UNCONFIRMED
        return self.with_desk().exclude(elsewhere)

    def in_status(self, status: str) -> TicketQuerySet:
        return self.filter(status=status)

    def of_severity(self, severity: int) -> TicketQuerySet:
        return self.filter(severity=severity)

    def with_row(self) -> TicketQuerySet:
        """Fetch in one query what a row of the queue names."""
        return self.select_related("customer", "assignee")

    def with_people(self) -> TicketQuerySet:
        """Fetch in one query what a list row names."""
        return self.select_related("customer", "requester", "assignee", "service")

    def for_queue(self) -> TicketQuerySet:
        """Order by the next deadline, tickets without one last, then by age."""
        return self.alias(queued_at=QUEUED_AT).order_by("queued_at", "opened_at", "pk")

    def in_queue_after(self, due_at: datetime, opened_at: datetime, pk: int) -> TicketQuerySet:
        """Keep what stands after a place of the queue's order."""
        later = Q(queued_at__gt=due_at) | Q(opened_at__gt=opened_at) | Q(opened_at=opened_at, pk__gt=pk)
        return self.alias(queued_at=QUEUED_AT).filter(later, queued_at__gte=due_at)

    def in_queue_before(self, due_at: datetime, opened_at: datetime, pk: int) -> TicketQuerySet:
        """Keep what stands before a place of the queue's order, the nearest first."""
        earlier = Q(queued_at__lt=due_at) | Q(opened_at__lt=opened_at) | Q(opened_at=opened_at, pk__lt=pk)
        found = self.alias(queued_at=QUEUED_AT).filter(earlier, queued_at__lte=due_at)
        return found.order_by("-queued_at", "-opened_at", "-pk")

    def with_deadline(self) -> TicketQuerySet:
        """Keep what has a deadline: a clock of it runs."""
        return self.filter(next_due_at__isnull=False)

    def due_by(self, now: datetime) -> TicketQuerySet:
        """Keep what has a deadline that has come."""
        return self.alias(queued_at=QUEUED_AT).filter(queued_at__lte=now)

    def due_after(self, now: datetime) -> TicketQuerySet:
        """Keep what has a deadline that is still to come."""
        return self.alias(queued_at=QUEUED_AT).filter(queued_at__gt=now, queued_at__lt=NEVER)

    def without_deadline(self) -> TicketQuerySet:
        return self.alias(queued_at=QUEUED_AT).filter(queued_at=NEVER)

    def newest_opened_first(self) -> TicketQuerySet:
        return self.order_by("-pk")

    def newest_first(self) -> TicketQuerySet:
        return self.order_by("-last_activity_at", "-pk")

    def in_list_after(self, at: datetime, pk: int) -> TicketQuerySet:
        """Keep what stands after a place of the list that has the newest activity first."""
        return self.filter(Q(last_activity_at__lt=at) | Q(pk__lt=pk), last_activity_at__lte=at)

    def in_list_before(self, at: datetime, pk: int) -> TicketQuerySet:
        """Keep what stands before a place of that list, the nearest first."""
        found = self.filter(Q(last_activity_at__gt=at) | Q(pk__gt=pk), last_activity_at__gte=at)
        return found.order_by("last_activity_at", "pk")

    def with_account(self) -> TicketQuerySet:
        """Fetch in the same query which AWS account each ticket is about."""
        return self.select_related("aws_account")

    def search(self, text: str, *, own: bool = False, customers: Collection[int] = ()) -> TicketQuerySet:
        """Keep tickets whose key, subject or readable messages match; the database applies the audience.

        With `own`, which only a customer's people may ask for, the words that they keep to themselves count.
        Whoever narrows by customers says so here as well: words of others are then not looked at.
        """
        text = text.replace("\x00", " ").strip()
        query = SearchQuery(text, config="english", search_type="websearch")
        texts = TicketText.objects.filter(vector=query)
        found = (texts.filter(customer_id__in=customers) if customers else texts).values("ticket_id")
        others: list[models.QuerySet[Any, Any]] = []
        if own:
            others.append(OwnText.objects.filter(vector=query).values("ticket_id"))
        if reference := _REFERENCE.fullmatch(text.upper()):
            others.append(self.model.objects.by_key(reference[0]).values("pk"))
        elif _NUMBER.fullmatch(text):
            others.append(self.model.objects.filter(number=int(text)).values("pk"))
        # A union only where there is something to unite: words alone are found in the order of the list.
        return self.filter(pk__in=found.union(*others) if others else found)

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

    The columns from `next_due_at` to `restore_target_seconds` are written by the clocks' floor for lists; the
    clocks stay the truth. `proposed_severity` is what the customer's latest answers propose, `severity` the one in
    force. The `hold_`, `contest_` and `review_` columns say what is open now; what was is in the fact log.
    `leads_due_at` is since when the desk's leads are to be told that somebody waits for their decision, and
    `checklist_due_at` since when the desk's checklists are to be put on it.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    is_private = models.BooleanField(default=False, db_default=False)
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

    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    level1_owner = models.ForeignKey(
        Member,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
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
    confirmed_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    resolution_code = models.CharField(max_length=12, choices=ResolutionCode.choices, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="merged"
    )
    checklist_due_at = models.DateTimeField(null=True, blank=True)
    last_activity_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    next_due_at = models.DateTimeField(null=True, blank=True)
    next_objective = models.CharField(max_length=10, blank=True)
    clock_state = models.CharField(max_length=10, blank=True)
    has_cover = models.BooleanField(default=False)
    restore_state = models.CharField(max_length=10, blank=True)
    restore_due_at = models.DateTimeField(null=True, blank=True)
    restore_from_at = models.DateTimeField(null=True, blank=True)
    restore_used_seconds = models.PositiveIntegerField(null=True, blank=True)
    restore_target_seconds = models.PositiveIntegerField(null=True, blank=True)

    objects: ClassVar[TicketQuerySet] = TicketQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "number"], name="ticket_number"),
            models.UniqueConstraint(fields=["customer", "id"], name="ticket_tenant"),
            models.CheckConstraint(condition=Q(level__range=(1, 3)), name="ticket_level"),
            models.CheckConstraint(condition=Q(severity__range=(1, 4)), name="ticket_severity"),
        ]
        indexes = [
            models.Index(QUEUED_AT, "opened_at", "id", condition=_QUEUED, name="ticket_queued"),
            models.Index(QUEUED_AT, "opened_at", "id", condition=_OPEN, name="ticket_open"),
            models.Index("assignee", QUEUED_AT, "opened_at", "id", condition=_QUEUED, name="ticket_owned"),
            models.Index(
                "customer", QUEUED_AT, "opened_at", "id", condition=_QUEUED, name="ticket_queued_of"
            ),
            models.Index("severity", QUEUED_AT, "opened_at", "id", condition=_QUEUED, name="ticket_severe"),
            models.Index("status", QUEUED_AT, "opened_at", "id", condition=_QUEUED, name="ticket_in_status"),
            models.Index(
                "hold_reason",
                QUEUED_AT,
                "opened_at",
                "id",
                condition=_QUEUED & ~Q(hold_reason=""),
                name="ticket_held",
            ),
            models.Index(
                QUEUED_AT,
                "opened_at",
                "id",
                condition=_QUEUED & Q(hold_reason__in=AWAITED_FROM_CUSTOMER),
                name="ticket_with_customer",
            ),
            models.Index(fields=["hold_review_at"], condition=~Q(hold_reason=""), name="ticket_hold_review"),
            models.Index(fields=["customer", "-last_activity_at", "-id"], name="ticket_list"),
            models.Index(
                fields=["customer", "opened_at", "id"], condition=_OPEN_AT_LEVEL_1, name="ticket_level_1"
            ),
            models.Index(fields=["closes_at"], condition=Q(status="resolved"), name="ticket_closing"),
            models.Index(
                fields=["review_asked_at", "contested_at"],
                condition=Q(review_by__isnull=False) | Q(contest_by__isnull=False),
                name="ticket_awaits_lead",
            ),
            models.Index(
                fields=["leads_due_at"], condition=Q(leads_due_at__isnull=False), name="ticket_leads"
            ),
            models.Index(
                fields=["checklist_due_at"],
                condition=Q(checklist_due_at__isnull=False),
                name="ticket_checklist",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.subject}"

    @property
    def key(self) -> str:
        """The reference that people use, such as ACME-128."""
        return f"{self.customer.key}-{self.number}"

    @property
    def row_id(self) -> str:
        """The id of the ticket's row in a list; its cells have it before their own names."""
        return f"t{self.pk}"

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
    def is_returned(self) -> bool:
        """Tell whether Level 1 has it again after the desk had it."""
        return not self.is_with_desk and self.reached_desk_at is not None

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
    def is_confirmed(self) -> bool:
        """Tell whether the customer said that it works again since the ticket was restored."""
        return self.confirmed_at is not None

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
            confirmed=self.is_confirmed,
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
    #: What a mail quoted below its text, and whether the message came as one.
    quoted = models.TextField(blank=True, default="")
    by_mail = models.BooleanField(default=False)
    #: The vendor to whom, or by whom, it was written; empty for what customer and desk say to each other.
    vendor = models.CharField(max_length=80, blank=True, default="")
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
        constraints = [
            models.UniqueConstraint(fields=["customer", "token"], name="attachment_token"),
            models.UniqueConstraint(fields=["customer", "id"], name="attachment_tenant"),
        ]
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
    """The searchable words of a ticket that the desk may read, one narrow row for each audience.

    The match operator is not leakproof, so the database lets a policy run before it. The desk's policy on this
    table is true, which is nothing to run, and so its search may use the index; what only a customer's own
    people may read is therefore in `OwnText`. Members search the few rows of their own customer.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    audience = models.CharField(max_length=10, choices=AudienceChoice.choices)
    vector = SearchVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "ticket", "audience"], name="tickettext_once"),
            models.CheckConstraint(
                condition=Q(audience__in=[AudienceChoice.PUBLIC, AudienceChoice.DESK]),
                name="tickettext_audience",
            ),
        ]
        indexes = [GinIndex(fields=["vector"], name="tickettext_vector")]

    def __str__(self) -> str:
        return f"words of ticket {self.ticket_id}"


class OwnText(models.Model):
    """The searchable words of a ticket that only the customer's own people may read; the desk has no access."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    vector = SearchVectorField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "ticket"], name="owntext_once")]

    def __str__(self) -> str:
        return f"their own words of ticket {self.ticket_id}"
