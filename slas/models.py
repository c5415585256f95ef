"""Agreements, the versions they pin, and the cache of clocks.

Calendar and policy versions hold no customer's data and are never edited: a change is a new version.
Clocks are a cache of a replay; the fact log is the truth.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import MD5, Cast, Concat
from django.utils.translation import gettext_lazy as lazy

from customers.models import Customer, DeskPerson, validate_timezone
from slas.drafts import CalendarDraft
from slas.exclusion_rules import Standing, Verb, may
from tickets.models import Ticket

#: From when the seeded versions hold: before every ticket.
ALWAYS_SINCE = datetime(2000, 1, 1, tzinfo=UTC)


class CalendarVersionQuerySet(models.QuerySet["CalendarVersion"]):
    """Named sets of calendar versions."""

    def of_family(self, name: str, region: str) -> CalendarVersionQuerySet:
        """Keep the versions of one calendar, the newest first."""
        return self.filter(name=name, region=region).order_by("-version")

    def in_force_at(self, at: datetime) -> CalendarVersionQuerySet:
        """Keep what holds or held at an instant, the one that holds first within each family.

        A version never begins before the one it follows, so that the order of versions is the order of
        their instants.
        """
        return self.filter(effective_at__lte=at).order_by("name", "region", "-version")


class CalendarVersion(models.Model):
    """Opening hours as local wall-clock shifts, with closed dates and dates of other hours.

    Versions of one name and region are a family, of which one is in force at every instant. The time zone
    is the customer's unless the calendar has its own. The database refuses to change a version.
    """

    name = models.CharField(max_length=40)
    region = models.CharField(max_length=8, blank=True)
    version = models.PositiveSmallIntegerField()
    weekly = models.JSONField()
    holidays = models.JSONField(default=list)
    holiday_names = models.JSONField(default=dict)
    overrides = models.JSONField(default=dict)
    timezone = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=2, blank=True)
    subdivision = models.CharField(max_length=8, blank=True)
    source = models.CharField(max_length=60, blank=True)
    effective_at = models.DateTimeField(default=ALWAYS_SINCE)
    created_at = models.DateTimeField(default=ALWAYS_SINCE)
    created_by_name = models.CharField(max_length=150, default="Trusst Support")
    note = models.CharField(max_length=500, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)

    objects: ClassVar[CalendarVersionQuerySet] = CalendarVersionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name", "region", "version"]
        constraints = [models.UniqueConstraint(fields=["name", "region", "version"], name="calendar_version")]

    def __str__(self) -> str:
        return f"{self.family} v{self.version}"

    @property
    def family(self) -> str:
        """What its versions are called together, such as 'business NSW'."""
        return f"{self.name} {self.region}".strip()

    @property
    def draft(self) -> CalendarDraft:
        """Its content, to write the next version from or to compare with another."""
        return CalendarDraft(
            weekly=self.weekly,
            holidays={day: self.holiday_names.get(day, "Public holiday") for day in self.holidays},
            overrides=self.overrides,
            country=self.country,
            subdivision=self.subdivision,
            source=self.source,
            timezone=self.timezone,
        )

    def zone_for(self, timezone: str) -> str:
        """Return the zone in which it is read for a customer."""
        return self.timezone or timezone

    def document(self, timezone: str) -> dict[str, Any]:
        """Return the calendar as a replay document has it, in a customer's zone unless it has its own."""
        document = {
            "timezone": self.zone_for(timezone),
            "weekly": self.weekly,
            "holidays": self.holidays,
        }
        return document | {"overrides": self.overrides} if self.overrides else document


class PolicyVersion(models.Model):
    """What is promised for each severity and kind of ticket: the objectives and the reopening window.

    The database refuses to change a version. Goals of attainment are the agreement's; `goal_percent` is
    what they begin with.
    """

    name = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField()
    document = models.JSONField()
    goal_percent = models.PositiveSmallIntegerField(default=95)
    effective_at = models.DateTimeField(default=ALWAYS_SINCE)
    created_at = models.DateTimeField(default=ALWAYS_SINCE)
    created_by_name = models.CharField(max_length=150, default="Trusst Support")
    note = models.CharField(max_length=500, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["name", "version"]
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="policy_version")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def objectives_for(self, kind: str) -> list[dict[str, Any]]:
        """Return the objectives for a kind of ticket; one that names no kind is for all."""
        objectives: list[dict[str, Any]] = self.document["objectives"]
        return [one for one in objectives if one.get("kind", "both") in ("both", kind)]


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Named sets of agreements."""

    def in_force_on(self, day: date) -> AgreementQuerySet:
        return self.filter(starts_on__lte=day, ends_on__gte=day)


def usual_goals() -> dict[str, int]:
    """Return the attainment goal of each metric, in percent, unless an agreement says otherwise."""
    return {"respond": 95, "update": 95, "restore": 95, "resolve": 95}


class Agreement(models.Model):
    """The signed annual term that pins a policy version; without one nothing is promised.

    `business_hours` and `always` name families of calendars by the version that held on signing; which
    version measures a ticket is found at the instant it reaches the desk. `clauses` names the clause that
    lets each reason stop a clock.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    business_hours = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="+")
    always = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="+")
    timezone = models.CharField(max_length=60, validators=[validate_timezone])
    starts_on = models.DateField()
    ends_on = models.DateField()
    notice_on = models.DateField(null=True, blank=True)
    renewal_note = models.CharField(max_length=500, blank=True)
    goals = models.JSONField(default=usual_goals)
    clauses = models.JSONField(default=dict)
    signed_until = models.DateField(null=True, blank=True)
    ended_reason = models.CharField(max_length=500, blank=True)

    objects: ClassVar[AgreementQuerySet] = AgreementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "number"], name="agreement_number"),
            models.UniqueConstraint(fields=["customer", "id"], name="agreement_tenant"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")), name="agreement_term"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def was_ended_early(self) -> bool:
        return self.signed_until is not None


class ClockQuerySet(models.QuerySet["Clock"]):
    """Named sets of clocks."""

    def running(self) -> ClockQuerySet:
        return self.filter(state="running")

    def missed(self) -> ClockQuerySet:
        return self.filter(outcome="missed")

    def overdue_by(self, now: datetime) -> ClockQuerySet:
        """Keep clocks whose target was used up by now and which nobody has looked at since."""
        return self.running().filter(outcome="pending", due_at__lte=now)

    def of_customer(self, customer: Customer) -> ClockQuerySet:
        return self.filter(customer=customer)

    def judged_in(self, since: datetime, until: datetime) -> ClockQuerySet:
        """Keep those whose verdict fell in [since, until): a miss at its breach, all others at their stop."""
        return self.filter(
            models.Q(outcome="missed", breached_at__gte=since, breached_at__lt=until)
            | models.Q(outcome__in=("met", "excluded"), stopped_at__gte=since, stopped_at__lt=until)
        )

    def judged(self) -> ClockQuerySet:
        """Keep those that have a verdict which counts in reports."""
        return self.filter(outcome__in=("met", "missed", "excluded"))

    def breached_since(self, moment: datetime) -> ClockQuerySet:
        return self.filter(breached_at__gte=moment)

    def of_tickets(self, tickets: Iterable[Ticket]) -> ClockQuerySet:
        tickets = list(tickets)
        return self.filter(customer_id__in={one.customer_id for one in tickets}, ticket__in=tickets)


class Clock(models.Model):
    """What a replay said of one objective on one ticket when it was last asked: a cache.

    `generation` counts the times when more changed than the seconds that went by.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="clocks")
    metric = models.CharField(max_length=10)
    cycle = models.PositiveSmallIntegerField()
    severity = models.PositiveSmallIntegerField()
    target_seconds = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=10)
    outcome = models.CharField(max_length=10)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    at_risk_at = models.DateTimeField(null=True)
    consumed_seconds = models.PositiveIntegerField()
    waived = models.BooleanField(default=False)
    as_of = models.DateTimeField()
    generation = models.PositiveIntegerField(default=1)

    objects: ClassVar[ClockQuerySet] = ClockQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "ticket", "metric", "cycle"], name="clock_cycle")
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(state="running", outcome="pending"), name="clock_open"
            ),
            models.Index(
                fields=["breached_at"],
                condition=models.Q(breached_at__isnull=False),
                name="clock_breached",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.cycle}"


class WatchQuerySet(models.QuerySet["Watch"]):
    """Named sets of watches."""

    def due_by(self, now: datetime) -> WatchQuerySet:
        return self.filter(next_check_at__lte=now).order_by("next_check_at", "pk")

    def claimed(self) -> WatchQuerySet:
        """Lock each watch with its ticket, and leave out those of which somebody holds one."""
        return self.select_related("ticket").select_for_update(
            skip_locked=True, no_key=True, of=("self", "ticket")
        )

    def open(self) -> WatchQuerySet:
        """Keep those of tickets whose clocks may still have something to tell."""
        return self.filter(next_check_at__isnull=False)

    def differing(self) -> WatchQuerySet:
        return self.filter(differs_since__isnull=False)

    def worth_checking(self, *, since: datetime, sample: int, draw: str) -> WatchQuerySet:
        """Keep those looked at since an instant or found wrong before, and a sample of the other open ones.

        The same `draw` always takes the same sample of the same rows.
        """
        lot = MD5(Concat(models.Value(draw), Cast("pk", models.CharField())))
        drawn = self.open().order_by(lot).values("pk")[:sample]
        return self.filter(
            models.Q(looked_at__gte=since) | models.Q(differs_since__isnull=False) | models.Q(pk__in=drawn)
        )

    def failing(self) -> WatchQuerySet:
        return self.filter(failures__gt=0)


class Watch(models.Model):
    """When a ticket's clocks must next be looked at; one narrow row for each ticket, for the sweep.

    `looked_at` is the instant that the cached clocks were computed for, and `differs_since` when a check
    first found that they are not what a replay says.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    next_check_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    differs_since = models.DateTimeField(null=True)

    objects: ClassVar[WatchQuerySet] = WatchQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "ticket"], name="watch_ticket")]
        indexes = [
            models.Index(
                fields=["next_check_at", "id"],
                condition=models.Q(next_check_at__isnull=False),
                name="watch_due",
            )
        ]

    def __str__(self) -> str:
        return f"watch on {self.ticket_id}"


class ExclusionReason(models.TextChoices):
    """Why time of a ticket is outside the agreement."""

    NETWORK = "customer_network", lazy("The customer's network")
    FIREWALL = "customer_firewall", lazy("The customer's firewall")
    AWS_NETWORK = "customer_aws_network", lazy("The customer's part of the AWS network")
    OWN_CHANGE = "customer_change", lazy("The customer's own change")
    OUT_OF_SCOPE = "out_of_scope", lazy("Outside the scope of the agreement")
    OTHER = "other", lazy("Another reason")


class ExclusionState(models.TextChoices):
    """Where an exclusion stands; one that has ended is still approved."""

    PROPOSED = "proposed", lazy("Waits for approval")
    APPROVED = "approved", lazy("Approved")
    REJECTED = "rejected", lazy("Rejected")
    REVOKED = "revoked", lazy("Revoked")


class ExclusionQuerySet(models.QuerySet["Exclusion"]):
    """Named sets of exclusions."""

    def proposed(self) -> ExclusionQuerySet:
        return self.filter(state=ExclusionState.PROPOSED)

    def contested(self) -> ExclusionQuerySet:
        """Keep those that the customer contested and the desk has not answered."""
        return self.filter(state=ExclusionState.APPROVED, contested_at__isnull=False, answered_at=None)

    def to_tell(self, by: datetime) -> ExclusionQuerySet:
        """Keep those contested by an instant of which the desk's leads have not been told."""
        return self.contested().filter(contest_told_at=None, contested_at__lte=by)

    def of_customer(self, customer: Customer) -> ExclusionQuerySet:
        return self.filter(customer=customer)

    def counting_in(self, since: datetime, until: datetime) -> ExclusionQuerySet:
        """Keep those in force that share time with [since, until)."""
        ends_later = models.Q(ends_at=None) | models.Q(ends_at__gt=since)
        return self.in_force().filter(ends_later, starts_at__lt=until)

    def in_force(self) -> ExclusionQuerySet:
        """Keep those whose time counts as excluded: approved, or revoked only from some instant on."""
        return self.filter(state__in=(ExclusionState.APPROVED, ExclusionState.REVOKED), is_void=False)


class Exclusion(models.Model):
    """A span of a ticket's time that someone proposes to leave outside the agreement, and its fate.

    Only an approval makes it count: the facts about clocks are in the log. `is_void` says that it was
    revoked as if it had never been.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    reason = models.CharField(max_length=24, choices=ExclusionReason.choices)
    evidence = models.CharField(max_length=1000)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=ExclusionState.choices, default=ExclusionState.PROPOSED)
    proposed_by = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(DeskPerson, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=500, blank=True)
    contested_by = models.CharField(max_length=150, blank=True)
    contested_at = models.DateTimeField(null=True)
    contest = models.CharField(max_length=500, blank=True)
    contest_told_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(DeskPerson, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    is_void = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[ExclusionQuerySet] = ExclusionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["proposed_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="exclusion_tenant"),
            models.UniqueConstraint(
                fields=["customer", "ticket"],
                condition=models.Q(state="proposed") | models.Q(state="approved", ends_at=None),
                name="exclusion_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="exclusion_span",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "ticket", "proposed_at"], name="exclusion_ticket"),
            models.Index(
                fields=["id"],
                condition=models.Q(state="approved", contested_at__isnull=False, contest_told_at=None),
                name="exclusion_to_tell",
            ),
        ]

    def __str__(self) -> str:
        return f"exclusion {self.pk}: {self.reason}"

    @property
    def is_running(self) -> bool:
        return self.state == ExclusionState.APPROVED and self.ends_at is None

    @property
    def is_contested(self) -> bool:
        """Tell whether the customer waits for an answer."""
        return (
            self.state == ExclusionState.APPROVED
            and self.contested_at is not None
            and self.answered_at is None
        )

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether who proposed it took it back."""
        return self.state == ExclusionState.REJECTED and self.decided_by_id == self.proposed_by_id

    @property
    def what(self) -> str:
        """What is outside the agreement, said with the customer's name; needs the ticket's customer."""
        return self.get_reason_display().replace("The customer", self.ticket.customer.name)

    @property
    def standing(self) -> Standing:
        """Where it stands, for the rules."""
        return Standing(
            state=self.state,
            is_running=self.is_running,
            was_contested=self.contested_at is not None,
            is_contested=self.is_contested,
            proposer_id=self.proposed_by_id,
        )

    def may(self, verb: Verb, person: DeskPerson | None = None) -> bool:
        """Tell whether the rules allow the verb now, to a desk person where one asks."""
        return may(verb, self.standing, desk_person_id=None if person is None else person.pk)


class RestorationState(models.TextChoices):
    """Where the statement of an earlier restoration stands."""

    PROPOSED = "proposed", lazy("Waits for approval")
    APPROVED = "approved", lazy("Approved")
    REJECTED = "rejected", lazy("Rejected")


class EarlierRestorationQuerySet(models.QuerySet["EarlierRestoration"]):
    """Named sets of earlier restorations."""

    def proposed(self) -> EarlierRestorationQuerySet:
        return self.filter(state=RestorationState.PROPOSED)


class EarlierRestoration(models.Model):
    """What someone says of when service was back, where that would change a verdict.

    The ticket counts as restored from `stated_at` until a desk lead approves `restored_at`.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    restored_at = models.DateTimeField()
    stated_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=RestorationState.choices, default=RestorationState.PROPOSED
    )
    proposed_by = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(DeskPerson, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[EarlierRestorationQuerySet] = EarlierRestorationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["stated_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="earlierrestoration_tenant"),
            models.UniqueConstraint(
                fields=["customer", "ticket"],
                condition=models.Q(state="proposed"),
                name="earlierrestoration_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(restored_at__lt=models.F("stated_at")), name="earlierrestoration_earlier"
            ),
        ]
        indexes = [models.Index(fields=["customer", "ticket", "stated_at"], name="earlierrestoration_ticket")]

    def __str__(self) -> str:
        return f"restored {self.restored_at:%Y-%m-%dT%H:%M:%SZ}"

    @property
    def waits(self) -> bool:
        """Tell whether it has not been decided yet."""
        return self.state == RestorationState.PROPOSED

    def may_be_decided_by(self, person: DeskPerson) -> bool:
        return self.waits and person.decides and person.pk != self.proposed_by_id


class CorrectionState(models.TextChoices):
    """Where a retroactive correction stands."""

    PROPOSED = "proposed", "Waits for approval"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class CorrectionQuerySet(models.QuerySet["Correction"]):
    """Named sets of corrections."""

    def proposed(self) -> CorrectionQuerySet:
        return self.filter(state=CorrectionState.PROPOSED)


class Correction(models.Model):
    """A calendar's new content with an instant in the past, which needs a second person before it counts.

    `clocks` and `verdicts` are how many the proposal would have changed when it was made.
    """

    base = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField()
    effective_at = models.DateTimeField()
    note = models.CharField(max_length=500)
    proposed_by = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    clocks = models.PositiveIntegerField()
    verdicts = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=CorrectionState.choices, default=CorrectionState.PROPOSED)
    decided_by = models.ForeignKey(DeskPerson, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=500, blank=True)
    version = models.ForeignKey(CalendarVersion, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[CorrectionQuerySet] = CorrectionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["base"], condition=models.Q(state="proposed"), name="correction_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"correction of {self.base}"

    @property
    def is_open(self) -> bool:
        return self.state == CorrectionState.PROPOSED


class RuleChangeQuerySet(models.QuerySet["RuleChange"]):
    """Named sets of changes of rules."""

    def due_by(self, now: datetime) -> RuleChangeQuerySet:
        return self.filter(applied_at=None, effective_at__lte=now).order_by("effective_at", "pk")


class RuleChange(models.Model):
    """That a calendar's version has to reach the tickets it measures; the sweep's row.

    `last_ticket_id` is how far the sweep has come, in the order of tickets' ids; `waiting_ids` are tickets
    before it that were busy, or failed, and are tried again.
    """

    calendar = models.OneToOneField(CalendarVersion, on_delete=models.PROTECT, related_name="change")
    correction = models.ForeignKey(Correction, null=True, on_delete=models.PROTECT, related_name="+")
    effective_at = models.DateTimeField()
    last_ticket_id = models.BigIntegerField(default=0)
    waiting_ids = models.JSONField(default=list)
    applied_at = models.DateTimeField(null=True)

    objects: ClassVar[RuleChangeQuerySet] = RuleChangeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(
                fields=["effective_at", "id"], condition=models.Q(applied_at=None), name="rulechange_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.calendar} from {self.effective_at:%Y-%m-%dT%H:%M:%SZ}"


class MissCause(models.TextChoices):
    """Why a promise was missed."""

    STAFFING = "staffing", lazy("Nobody was free in time")
    HANDOVER = "handover", lazy("It was lost between shifts or teams")
    DIAGNOSIS = "diagnosis", lazy("The fault was hard to find")
    CHANGE = "change", lazy("A change of ours failed")
    VENDOR = "vendor", lazy("A vendor had the next move")
    CUSTOMER = "customer", lazy("The customer had the next move")
    PROCESS = "process", lazy("We did not follow our process")
    TOOLS = "tools", lazy("Our own tools failed")
    OTHER = "other", lazy("Another cause")


class MissExplanation(models.Model):
    """Why an objective of a ticket was missed, and what is done so that it does not happen again.

    Both sides read it. The action may follow the cause.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    metric = models.CharField(max_length=10)
    cycle = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=12, choices=MissCause.choices)
    detail = models.CharField(max_length=500)
    action = models.CharField(max_length=500, blank=True)
    explained_at = models.DateTimeField()
    explained_by_name = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "ticket", "metric", "cycle"], name="missexplanation_once"
            )
        ]

    def __str__(self) -> str:
        return f"why {self.metric} {self.cycle} was missed"
