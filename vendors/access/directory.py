"""What the pages of vendors, their plans and their published times show; each look-up is its own permission check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from customers.plans import PlanTerms
from vendors.models import SupportPlan, Vendor, VendorTarget
from vendors.states import LinkState

AWS = "aws"


def aws_vendor() -> Vendor:
    """Return the vendor whose plans and accounts customers declare."""
    return Vendor.objects.get(slug=AWS)


def vendors() -> QuerySet[Vendor]:
    """Return every vendor with how many accounts are connected to it, those that are used first."""
    live = Count("links", filter=~Q(links__state=LinkState.RETIRED))
    return Vendor.objects.annotate(accounts=live).order_by("-is_active", "name")


def get_vendor(slug: str) -> Vendor:
    """Return a vendor, or 404."""
    vendor = vendors().filter(slug=slug).first()
    if vendor is None:
        raise Http404("There is no such vendor.")
    return vendor


def plans_of(vendor: Vendor) -> QuerySet[SupportPlan]:
    """Return a vendor's plans, the smallest first."""
    return SupportPlan.objects.filter(vendor=vendor).order_by("rank", "pk")


def get_plan(vendor: Vendor, pk: int) -> SupportPlan:
    """Return a plan of a vendor, or 404."""
    plan = SupportPlan.objects.filter(vendor=vendor, pk=pk).first()
    if plan is None:
        raise Http404("There is no such plan.")
    return plan


def terms_of(plan: SupportPlan) -> PlanTerms:
    """Return a plan's dates as rules read them."""
    return PlanTerms(
        name=plan.name,
        takes_cases=plan.takes_cases,
        severities=tuple(plan.severities),
        offered_until=plan.offered_until,
        accepted_from=plan.accepted_from,
        accepted_until=plan.accepted_until,
    )


def aws_terms() -> list[PlanTerms]:
    """Return the plans that a customer's AWS accounts can have, the smallest first."""
    return [terms_of(plan) for plan in SupportPlan.objects.filter(vendor__slug=AWS).order_by("rank", "pk")]


# --- Published times -----------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class PublishedTime:
    """The time that holds on a day for a plan and a severity, and what was written down before or for later."""

    target: VendorTarget
    others: Sequence[VendorTarget]


def times_of(vendor: Vendor, on: date) -> list[PublishedTime]:
    """Return a vendor's published times on a day, by plan and then the longest first."""
    rank = {plan.name: plan.rank for plan in plans_of(vendor)}
    found: dict[tuple[str, str], list[VendorTarget]] = {}
    for target in VendorTarget.objects.filter(vendor=vendor).order_by("-valid_from", "-pk"):
        found.setdefault((target.plan, target.severity), []).append(target)
    times = []
    for rows in found.values():
        holds = next((row for row in rows if row.valid_from <= on), rows[-1])
        times.append(PublishedTime(target=holds, others=[row for row in rows if row.pk != holds.pk]))
    times.sort(key=lambda one: (rank.get(one.target.plan, len(rank)), one.target.plan, -one.target.seconds))
    return times


def unconfirmed(vendor: Vendor, on: date) -> list[VendorTarget]:
    """Return the times of a day that nobody has compared with what the vendor publishes."""
    return [one.target for one in times_of(vendor, on) if not one.target.is_confirmed]


def get_target(vendor: Vendor, pk: int) -> VendorTarget:
    """Return a published time of a vendor, or 404."""
    target = VendorTarget.objects.filter(vendor=vendor, pk=pk).first()
    if target is None:
        raise Http404("There is no such published time.")
    return target
