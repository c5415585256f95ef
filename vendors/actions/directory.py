"""Keep the vendors that the desk works with, their plans with dates, and the times that they publish."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from core.events import publish_desk
from core.problems import Refused, Stale
from core.tenancy import Actor
from vendors.access.directory import AWS
from vendors.events import SupportPlanChanged, VendorChanged, VendorTargetAdded
from vendors.models import SupportPlan, Vendor, VendorTarget, Way

_SLUG = 40
#: What an address cannot end with: nothing, and a page of ours.
_NO_SLUGS = ("", "new")


@transaction.atomic
def add_vendor(*, actor: Actor, at: datetime, name: str, contact: str, note: str = "") -> Vendor:
    """Add a vendor that people reach by mail or telephone; raises Refused for a name that is taken."""
    vendor = Vendor(name=_one_line(name), way=Way.MANUAL, contact=contact.strip(), note=note.strip())
    slug = slugify(vendor.name)[:_SLUG].strip("-")
    vendor.slug, vendor.created_at = (f"{slug or 'the'}-vendor" if slug in _NO_SLUGS else slug), at
    _save(vendor, is_new=True)
    _tell(vendor, "added", actor, at)
    return vendor


@transaction.atomic
def change_vendor(
    *, vendor: Vendor, actor: Actor, at: datetime, name: str, contact: str, note: str, expected_version: int
) -> Vendor:
    """Keep what a vendor is called and how people reach it."""
    locked = _lock(vendor)
    if locked.version != expected_version:
        raise Stale("This vendor has changed since you opened the page. Look at it again.")
    locked.name, locked.contact, locked.note = _one_line(name), contact.strip(), note.strip()
    locked.version += 1
    _save(locked)
    _tell(locked, "changed", actor, at)
    return locked


@transaction.atomic
def switch_vendor(*, vendor: Vendor, actor: Actor, at: datetime, is_active: bool) -> Vendor:
    """Offer a vendor for new cases, or no longer; cases that it has stay as they are."""
    locked = _lock(vendor)
    if locked.slug == AWS and not is_active:
        raise Refused(
            "AWS Support stays: customers' accounts stand on it. Switch single accounts to by hand."
        )
    if locked.is_active != is_active:
        locked.is_active = is_active
        locked.version += 1
        _save(locked)
        _tell(locked, "switched on" if is_active else "switched off", actor, at)
    return locked


def _lock(vendor: Vendor) -> Vendor:
    return Vendor.objects.select_for_update(no_key=True).get(pk=vendor.pk)


def _save(vendor: Vendor, *, is_new: bool = False) -> None:
    columns = None if is_new else ["name", "contact", "note", "is_active", "version"]
    try:
        with transaction.atomic():
            vendor.save(force_insert=is_new, update_fields=columns)
    except IntegrityError:
        raise Refused("There is a vendor of this name already.", field="name") from None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _tell(vendor: Vendor, kind: str, actor: Actor, at: datetime) -> None:
    publish_desk(VendorChanged(at=at, actor=actor, vendor=vendor.name, kind=kind))


# --- Plans ---------------------------------------------------------------------------------------------
@transaction.atomic
def keep_plan(
    *,
    vendor: Vendor,
    plan: SupportPlan | None,
    actor: Actor,
    at: datetime,
    name: str,
    takes_cases: bool,
    severities: Sequence[str],
    offered_until: date | None,
    accepted_from: date | None,
    accepted_until: date | None,
    reason: str,
) -> SupportPlan:
    """Add a plan of a vendor, or change its dates; the reason is on the desk's log.

    The days decide which accounts fall short from then on. What was counted until now stays.
    """
    if not reason.strip():
        raise Refused("Say why, such as where the vendor announced it.", field="reason")
    if accepted_until is not None and (accepted_from is None or accepted_until <= accepted_from):
        raise Refused("The last day has to come after the first one.", field="accepted_until")
    if accepted_from is not None and not takes_cases:
        raise Refused("A plan that takes no cases about faults cannot be accepted.", field="accepted_from")
    vendor = _lock(vendor)
    if plan is None:
        last = SupportPlan.objects.filter(vendor=vendor).order_by("-rank").first()
        kept = SupportPlan(vendor=vendor, rank=last.rank + 1 if last else 0)
    else:
        kept = SupportPlan.objects.select_for_update(no_key=True).get(pk=plan.pk, vendor=vendor)
    if plan is None or not _is_declared(vendor):
        kept.name = _one_line(name)
    kept.takes_cases, kept.severities = takes_cases, list(severities)
    kept.offered_until, kept.accepted_from, kept.accepted_until = offered_until, accepted_from, accepted_until
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError:
        raise Refused("This vendor has a plan of this name already.", field="name") from None
    publish_desk(
        SupportPlanChanged(
            at=at, actor=actor, vendor=vendor.name, plan=kept.name, reason=_one_line(reason)[:300]
        )
    )
    return kept


def _is_declared(vendor: Vendor) -> bool:
    """Tell whether customers declare the vendor's plans by their names, which then stay."""
    return vendor.slug == AWS


# --- Published times -----------------------------------------------------------------------------------
@transaction.atomic
def add_target(
    *,
    vendor: Vendor,
    actor: Actor,
    at: datetime,
    plan: str,
    severity: str,
    seconds: int,
    in_business_hours: bool,
    valid_from: date,
    source: str,
) -> VendorTarget:
    """Write down a time to a first response that a vendor publishes, from a day on; earlier rows stay.

    Cases keep the time that held when they were opened.
    """
    if seconds <= 0:
        raise Refused("Enter a time longer than nothing.", field="minutes")
    if not source.strip():
        raise Refused("Say where the vendor publishes it.", field="source")
    if not SupportPlan.objects.filter(vendor=vendor, name=plan).exists():
        raise Refused("Select a plan of the list.", field="plan")
    target = VendorTarget.objects.create(
        vendor=vendor,
        plan=plan,
        severity=severity.strip(),
        seconds=seconds,
        in_business_hours=in_business_hours,
        valid_from=valid_from,
        source=_one_line(source)[:200],
        is_confirmed=True,
        added_at=at,
        added_by=actor.name,
    )
    publish_desk(
        VendorTargetAdded(
            at=at,
            actor=actor,
            vendor=vendor.name,
            plan=plan,
            vendor_severity=target.severity,
            seconds=seconds,
            valid_from=valid_from.isoformat(),
        )
    )
    return target


@transaction.atomic
def confirm_target(*, target: VendorTarget, actor: Actor, at: datetime) -> VendorTarget:
    """Say that a time is what the vendor publishes; a row is added, for rows are never changed."""
    if target.is_confirmed:
        return target
    return add_target(
        vendor=target.vendor,
        actor=actor,
        at=at,
        plan=target.plan,
        severity=target.severity,
        seconds=target.seconds,
        in_business_hours=target.in_business_hours,
        valid_from=target.valid_from,
        source=f"{target.source}; compared by {actor.name}",
    )
