"""Which agreements need somebody soon, and what customers have that no agreement covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q

from customers.models import Customer
from slas.access import agreements_for_desk, customers_without_agreement
from slas.models import Agreement
from tickets.lifecycle import OPEN
from tickets.models import Ticket
from vendors.access import coverage
from vendors.access.directory import aws_terms
from vendors.plans import day_of

#: How far back tickets without cover are counted.
LOOKED_BACK = timedelta(days=90)
#: How many days before the notice date managers are told, the earliest first.
NOTICE_DAYS = (90, 60, 30)


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """A term that has not ended, and whether another one follows it; days are local days of the agreement."""

    agreement: Agreement
    today: date
    is_renewed: bool

    @property
    def days_left(self) -> int | None:
        """How many days are left to give notice; negative once the date has passed."""
        notice = self.agreement.notice_on
        return None if notice is None else (notice - self.today).days

    @property
    def look(self) -> str:
        """What the date asks for: renewed, none, past, soon or later."""
        if self.is_renewed:
            return "renewed"
        if self.days_left is None:
            return "none"
        if self.days_left < 0:
            return "past"
        return "soon" if self.days_left <= max(NOTICE_DAYS) else "later"

    @property
    def reminder(self) -> int | None:
        """The nearest of the days before the notice date that has come; None before the first and after the date."""
        if self.is_renewed or self.days_left is None or self.days_left < 0:
            return None
        return min((days for days in NOTICE_DAYS if self.days_left <= days), default=None)


def renewals(now: datetime) -> list[Renewal]:
    """Return the terms that run or are to come, the earliest notice date first."""
    later = Agreement.objects.filter(customer_id=OuterRef("customer_id"), starts_on__gt=OuterRef("starts_on"))
    # A day more, as it is another day elsewhere; each is then held against its own.
    found = agreements_for_desk().filter(ends_on__gte=now.date() - timedelta(days=1))
    listed = []
    for agreement in found.annotate(is_renewed=Exists(later)):
        today = now.astimezone(ZoneInfo(agreement.timezone)).date()
        if agreement.ends_on >= today:
            is_renewed: bool = agreement.is_renewed
            listed.append(Renewal(agreement=agreement, today=today, is_renewed=is_renewed))
    return listed


@dataclass(frozen=True, kw_only=True)
class Uncovered:
    """How many tickets of a customer no agreement covers: opened of late, and those of them still open."""

    customer: Customer
    opened: int
    open: int
    has_agreement: bool


def without_cover(now: datetime) -> list[Uncovered]:
    """Return the customers that have no agreement or opened tickets without cover of late, most tickets first."""
    still_open = Count("pk", filter=Q(status__in=sorted(status.value for status in OPEN)))
    counted = {
        pk: (opened, left)
        for pk, opened, left in Ticket.objects.best_effort()
        .with_desk()
        .filter(opened_at__gte=now - LOOKED_BACK)
        .order_by()
        .values_list("customer_id")
        .annotate(opened=Count("pk"), left=still_open)
    }
    bare = {one.pk: one for one in customers_without_agreement(now) if one.is_active}
    others = Customer.objects.in_bulk([pk for pk in counted if pk not in bare])
    rows = [
        Uncovered(
            customer=customer,
            opened=counted.get(pk, (0, 0))[0],
            open=counted.get(pk, (0, 0))[1],
            has_agreement=pk not in bare,
        )
        for pk, customer in {**bare, **others}.items()
    ]
    return sorted(rows, key=lambda row: (-row.opened, row.customer.name))


def below_plan(now: datetime) -> Sequence[coverage.Row]:
    """Return the AWS accounts that fall short of the agreed plan, now or soon, those that do now first."""
    on = day_of(now)
    found = coverage.rows(now=now, terms=aws_terms())
    short = [row for row in found if row.outlook.is_short]
    return [*short, *(row for row in found if row.outlook.will_fall_short(on))]
