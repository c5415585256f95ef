"""What other rooms may ask about agreements and clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.http import Http404

from core.events import Event
from core.models import EventRecord, Heartbeat
from customers.models import Customer
from slas.events import ObjectiveBreached, VerdictCorrected
from slas.models import Agreement, CalendarVersion, Clock, Correction, PolicyVersion, RuleChange, Watch
from tickets.models import Ticket


def agreement_in_force(customer: Customer, at: datetime) -> Agreement | None:
    """Return the agreement under which a ticket would be measured if it reached the desk at an instant.

    Its calendars are the versions that hold at that instant, whichever held when it was signed.
    """
    for agreement in agreements_of(customer):
        day = at.astimezone(ZoneInfo(agreement.timezone)).date()
        if agreement.starts_on <= day <= agreement.ends_on:
            families = [agreement.business_hours, agreement.always]
            agreement.business_hours, agreement.always = versions_in_force(families, at)
            return agreement
    return None


def agreements_of(customer: Customer) -> QuerySet[Agreement]:
    """Return a customer's agreements, the newest term first."""
    return (
        Agreement.objects.filter(customer=customer)
        .select_related("policy", "business_hours", "always")
        .order_by("-starts_on")
    )


def agreements_for_desk() -> QuerySet[Agreement]:
    """Return every agreement, the one that needs a decision first."""
    return Agreement.objects.select_related("customer", "policy", "business_hours", "always").order_by(
        F("notice_on").asc(nulls_last=True), "ends_on", "pk"
    )


def get_agreement(pk: int) -> Agreement:
    """Return an agreement for the desk, or 404."""
    agreement = agreements_for_desk().filter(pk=pk).first()
    if agreement is None:
        raise Http404("There is no such agreement.")
    return agreement


def versions_in_force(families: Sequence[CalendarVersion], at: datetime) -> list[CalendarVersion]:
    """Return the version of each family, named by any of its versions, that holds at an instant."""
    wanted = Q()
    for one in families:
        wanted |= Q(name=one.name, region=one.region)
    found: dict[tuple[str, str], CalendarVersion] = {}
    for version in CalendarVersion.objects.filter(wanted).in_force_at(at):
        found.setdefault((version.name, version.region), version)
    return [found.get((one.name, one.region), one) for one in families]


def calendar_families() -> list[list[CalendarVersion]]:
    """Return every calendar as its versions, the newest first."""
    versions = CalendarVersion.objects.select_related("change").order_by("name", "region", "-version")
    return [list(group) for _, group in groupby(versions, key=lambda one: (one.name, one.region))]


def get_calendar(pk: int) -> CalendarVersion:
    """Return a version of a calendar, or 404."""
    version = CalendarVersion.objects.filter(pk=pk).first()
    if version is None:
        raise Http404("There is no such calendar.")
    return version


def versions_of(calendar: CalendarVersion) -> QuerySet[CalendarVersion]:
    """Return the versions of a calendar's family, the newest first."""
    return CalendarVersion.objects.of_family(calendar.name, calendar.region)


def calendar_is_known(name: str, region: str) -> bool:
    return CalendarVersion.objects.of_family(name, region).exists()


def agreements_on(calendar: CalendarVersion) -> QuerySet[Agreement]:
    """Return the agreements that count by a calendar's family."""
    return agreements_for_desk().filter(
        Q(business_hours__name=calendar.name, business_hours__region=calendar.region)
        | Q(always__name=calendar.name, always__region=calendar.region)
    )


def policies() -> QuerySet[PolicyVersion]:
    """Return every version of every policy, the newest first within each."""
    return PolicyVersion.objects.order_by("name", "-version")


def get_policy(pk: int) -> PolicyVersion:
    """Return a version of a policy, or 404."""
    version = PolicyVersion.objects.filter(pk=pk).first()
    if version is None:
        raise Http404("There is no such policy.")
    return version


def newest_of_policy(policy: PolicyVersion) -> PolicyVersion:
    """Return the newest version of a policy's family."""
    return PolicyVersion.objects.filter(name=policy.name).order_by("-version")[0]


def policy_before(policy: PolicyVersion) -> PolicyVersion | None:
    """Return the version that a version of a policy followed."""
    return PolicyVersion.objects.filter(name=policy.name, version=policy.version - 1).first()


def newest_calendars() -> QuerySet[CalendarVersion]:
    """Return the newest version of each calendar that counts business hours."""
    newest = (
        CalendarVersion.objects.filter(name=OuterRef("name"), region=OuterRef("region"))
        .order_by("-version")
        .values("pk")[:1]
    )
    return CalendarVersion.objects.filter(pk=Subquery(newest)).exclude(name="always")


def customers_without_agreement(now: datetime) -> list[Customer]:
    """Return the customers whose tickets are handled as best effort today."""
    covered = {
        one.customer_id
        for one in Agreement.objects.all()
        if one.starts_on <= now.astimezone(ZoneInfo(one.timezone)).date() <= one.ends_on
    }
    return list(Customer.objects.exclude(pk__in=covered))


def corrected_verdicts(correction: Correction) -> list[tuple[Ticket, EventRecord]]:
    """Return the facts that say which verdicts a correction has changed, each with its ticket."""
    key = f"calendar-corrected:{correction.pk}:"
    records = list(EventRecord.objects.filter(source_key__startswith=key).order_by("pk"))
    tickets = Ticket.objects.select_related("customer").in_bulk([record.ticket_id for record in records])
    return [(tickets[record.ticket_id], record) for record in records if record.ticket_id in tickets]


def corrections() -> QuerySet[Correction]:
    """Return every retroactive correction, the newest first."""
    return Correction.objects.select_related("base", "proposed_by", "decided_by", "version")


def get_correction(pk: int) -> Correction:
    """Return a retroactive correction, or 404."""
    correction = corrections().filter(pk=pk).first()
    if correction is None:
        raise Http404("There is no such correction.")
    return correction


def overdue_changes(now: datetime) -> QuerySet[RuleChange]:
    """Return the changes that have begun to hold and have not reached every ticket."""
    return RuleChange.objects.due_by(now)


def breaches_without_fact(*, since: datetime) -> QuerySet[Clock]:
    """Return the clocks breached since an instant of which the log says nothing; there should be none.

    A miss that moves to another instant is not told again, but one that comes after a correction took the
    told one away is: there has to be a fact of this very instant, or one more than was taken away.
    """
    told = _of_clock(ObjectiveBreached)
    taken_away = _of_clock(VerdictCorrected).filter(payload__was="missed")
    return (
        Clock.objects.breached_since(since)
        .filter(~Exists(told.filter(occurred_at=OuterRef("breached_at"))))
        .annotate(told=_number(told), taken_away=_number(taken_away))
        .filter(told__lte=F("taken_away"))
    )


def _of_clock(kind: type[Event]) -> QuerySet[EventRecord]:
    """Return the facts of a type about the clock of an outer query."""
    return EventRecord.objects.annotate(
        clock_metric=KeyTextTransform("metric", "payload"),
        clock_cycle=Cast(KeyTextTransform("cycle", "payload"), IntegerField()),
    ).filter(
        customer_id=OuterRef("customer_id"),
        ticket_id=OuterRef("ticket_id"),
        type=kind.type_name,
        clock_metric=OuterRef("metric"),
        clock_cycle=OuterRef("cycle"),
    )


def _number(facts: QuerySet[EventRecord]) -> Coalesce:
    counted = facts.order_by().values("ticket_id").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


#: The heartbeat of the sweep that looks at clocks.
SWEEP = "clocks"
#: The heartbeat of the nightly comparison of clocks with a replay.
CHECK = "clock-check"
#: Sweeps begin every two seconds, so this is no accident any more.
LATE_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Firing:
    """How the sweep of clocks keeps up: when it ended last, and how long ago something fell due that it has not seen."""

    checked_at: datetime | None
    lag: timedelta
    now: datetime

    @property
    def checked_ago(self) -> timedelta | None:
        return None if self.checked_at is None else max(timedelta(0), self.now - self.checked_at)

    @property
    def is_late(self) -> bool:
        """Tell whether somebody must look: the sweep stands still, or it cannot keep up."""
        is_still = self.checked_ago is None or self.checked_ago >= LATE_AFTER
        return is_still or self.lag >= LATE_AFTER


def firing(now: datetime) -> Firing:
    """Return how the sweep of clocks keeps up, for the desk and for monitors.

    A ticket that cannot be computed is put off and does not count here; the auditor names it.
    """
    oldest = Watch.objects.open().aggregate(at=Min("next_check_at"))["at"]
    checked_at = Heartbeat.objects.filter(name=SWEEP).values_list("at", flat=True).first()
    return Firing(checked_at=checked_at, lag=max(timedelta(0), now - (oldest or now)), now=now)


def due_times_of(ticket: Ticket) -> dict[str, datetime]:
    """Return when each promise of a ticket that is still to be kept is due, by metric; one query."""
    clocks = Clock.objects.of_tickets([ticket]).filter(
        state="running", outcome="pending", due_at__isnull=False
    )
    return {metric: due for metric, due in clocks.values_list("metric", "due_at") if due is not None}
