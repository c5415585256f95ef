"""Write a rota's next plan, retire it, put somebody else on call, and let calendars fetch it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from core.events import publish_desk
from core.problems import Refused, Stale
from core.tenancy import Actor
from customers.access import active_desk_people
from customers.models import DeskPerson
from escalations.events import OverrideWithdrawn, RotaPublished, RotaRetired, ShiftOverridden
from escalations.rota import Plan, RotaError, read_plan
from escalations.rota_access import may_withdraw, rota_name_is_taken
from escalations.rota_models import Rota, RotaFeed, RotaOverride, RotaVersion

#: A longer override, or one that is further ahead, is a mistake, such as the year 2206.
LONGEST_OVERRIDE = timedelta(days=90)
FURTHEST_AHEAD = timedelta(days=400)


# --- Plans --------------------------------------------------------------------------------------------
@transaction.atomic
def publish_rota(
    *,
    rota: Rota | None,
    name: str = "",
    document: dict[str, Any],
    note: str,
    base: int,
    actor: Actor,
    at: datetime,
    effective_at: datetime | None = None,
    only_check: bool = False,
) -> RotaVersion:
    """Publish the next plan of a rota, or the first one of a new rota; it holds from an instant on, or from now.

    `base` is the number of the version that it was written from, 0 for a new rota. Raises Stale where another
    one came between, and Refused for the past, which stays as it was. With `only_check` nothing is written.
    """
    since = effective_at or at
    if since < at:
        raise Refused("Choose now or a later time: what is past stays as it was.", field="effective_at")
    if since > at + FURTHEST_AHEAD:
        raise Refused("Choose a time within the next 400 days.", field="effective_at")
    if not note.strip():
        raise Refused("Say why, in a line.", field="note")
    _check_people(_read(document))
    if rota is None:
        rota = Rota(name=_named(name), created_at=at)
        if rota_name_is_taken(rota.name):
            raise Refused("There is a rota of this name. Enter another one.", field="name")
        newest = None
    else:
        rota = _lock(rota)
        newest = rota.versions.order_by("-version").first()
    if base != (0 if newest is None else newest.version):
        raise Stale("Someone changed this rota meanwhile. Nothing was saved: look at it first.")
    if newest is not None and newest.document == document and newest.effective_at <= since:
        raise Refused(f"Nothing differs from version {newest.version}.")
    version = RotaVersion(
        rota=rota,
        version=base + 1,
        document=document,
        effective_at=since,
        created_at=at,
        created_by_name=actor.name,
        note=note.strip()[:200],
    )
    if only_check:
        return version
    if newest is None:
        _save_new(rota)
        version.rota = rota
    version.save(force_insert=True)
    publish_desk(
        RotaPublished(
            at=at,
            actor=actor,
            rota_id=rota.pk,
            rota=rota.name,
            number=str(version.version),
            effective_at=since.isoformat(),
            reason=version.note,
        )
    )
    return version


def _read(document: dict[str, Any]) -> Plan:
    try:
        return read_plan(document)
    except RotaError as error:
        raise Refused(error.message, field=error.path) from None


def _check_people(plan: Plan) -> None:
    """Raise Refused, with the layer, unless everybody in a plan is on the desk."""
    active = set(active_desk_people().values_list("pk", flat=True))
    for number, layer in enumerate(plan.layers):
        if not active.issuperset(layer.people):
            raise Refused(
                "Somebody here is not on the desk any more. Select somebody else.",
                field=f"layers[{number}].people",
            )


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused("Enter a name, such as “Service desk”.", field="name")
    return name


def _save_new(rota: Rota) -> None:
    try:
        with transaction.atomic():
            rota.save(force_insert=True)
    except IntegrityError:
        raise Refused("There is a rota of this name. Enter another one.", field="name") from None


def _lock(rota: Rota) -> Rota:
    """Return the rota's row, locked; raises Refused when it is retired."""
    locked = Rota.objects.select_for_update(no_key=True).get(pk=rota.pk)
    if locked.retired_at is not None:
        raise Refused(f"{locked.name} is retired: nobody is on call by it any more.")
    return locked


@transaction.atomic
def retire_rota(*, rota: Rota, actor: Actor, at: datetime) -> Rota:
    """End a rota: nobody is on call by it from now on; who was on call stays on record."""
    locked = _lock(rota)
    locked.retired_at, locked.retired_by = at, actor.name
    locked.save(update_fields=["retired_at", "retired_by"])
    publish_desk(RotaRetired(at=at, actor=actor, rota_id=locked.pk, rota=locked.name))
    return locked


# --- Overrides ----------------------------------------------------------------------------------------
@transaction.atomic
def override_shift(
    *,
    rota: Rota,
    person: DeskPerson,
    by: DeskPerson,
    actor: Actor,
    at: datetime,
    ends_at: datetime,
    starts_at: datetime | None = None,
    reason: str = "",
) -> RotaOverride:
    """Put a person on call from an instant, or from now, until another one.

    Everybody of the desk may take over themselves; only a lead or an administrator puts somebody else on call.
    """
    locked = _lock(rota)
    since = starts_at or at
    if person.pk != by.pk and not by.leads:
        raise Refused("You can take a shift over yourself. A desk lead puts others on call.", field="person")
    if not active_desk_people().filter(pk=person.pk).exists():
        raise Refused(f"{person.name} is not on the desk any more. Select somebody else.", field="person")
    if since < at:
        raise Refused("Choose now or a later time: what is past stays as it was.", field="starts_at")
    if ends_at <= since:
        raise Refused("Choose an end that is after the start.", field="ends_at")
    if ends_at - since > LONGEST_OVERRIDE:
        raise Refused("Choose at most 90 days; for longer, change the rota.", field="ends_at")
    if since > at + FURTHEST_AHEAD:
        raise Refused("Choose a time within the next 400 days.", field="starts_at")
    override = RotaOverride.objects.create(
        rota=locked,
        person=person,
        starts_at=since,
        ends_at=ends_at,
        reason=" ".join(reason.split())[:200],
        made_at=at,
        made_by=by,
    )
    publish_desk(
        ShiftOverridden(
            at=at,
            actor=actor,
            rota_id=locked.pk,
            rota=locked.name,
            override_id=override.pk,
            person_id=person.pk,
            starts_at=since.isoformat(),
            ends_at=ends_at.isoformat(),
        )
    )
    return override


@transaction.atomic
def withdraw_override(*, override: RotaOverride, by: DeskPerson, actor: Actor, at: datetime) -> RotaOverride:
    """Take an override back from now on; what was served of it stays on record."""
    if not may_withdraw(by, override):
        raise Refused("Whoever made it, whoever is on call by it, or a desk lead takes it back.")
    rota = _lock(override.rota)
    locked = RotaOverride.objects.select_for_update(no_key=True).get(pk=override.pk)
    if locked.withdrawn_at is not None:
        raise Refused(f"{locked.withdrawn_by_name} took this back already.")
    if locked.ends_at <= at:
        raise Refused("This is over already: what is past stays as it was.")
    locked.withdrawn_at, locked.withdrawn_by_name = at, actor.name
    locked.save(update_fields=["withdrawn_at", "withdrawn_by_name"])
    publish_desk(
        OverrideWithdrawn(
            at=at,
            actor=actor,
            rota_id=rota.pk,
            rota=rota.name,
            override_id=locked.pk,
            person_id=locked.person_id,
        )
    )
    return locked


# --- Addresses for calendars --------------------------------------------------------------------------
@transaction.atomic
def renew_feed(*, person: DeskPerson, rota: Rota | None, at: datetime) -> RotaFeed:
    """Make a person's address of a rota, or of their own shifts; one there is stops working."""
    DeskPerson.objects.select_for_update(no_key=True).get(pk=person.pk)
    nonce = secrets.token_urlsafe(18)
    feed, _ = RotaFeed.objects.update_or_create(
        person=person, rota=rota, defaults={"nonce": nonce, "made_at": at}
    )
    return feed


@transaction.atomic
def remove_feed(*, person: DeskPerson, rota: Rota | None) -> None:
    """Make a person's address stop working."""
    RotaFeed.objects.filter(person=person, rota=rota).delete()
