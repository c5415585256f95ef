"""Rotas, overrides and calendar addresses as doors get them, and who is on call, for whoever calls people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.core import signing
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404

from customers.access import active_desk_people
from customers.models import DESK_LEADS, DeskPerson
from escalations.rota import Timeline, on_call
from escalations.rota_models import Rota, RotaFeed, RotaOverride, RotaVersion

#: Who writes rotas, and puts others on call.
EDITORS = DESK_LEADS
_SALT = "escalations.rota_feed"


# --- Rotas --------------------------------------------------------------------------------------------
def rotas() -> list[Rota]:
    """Return the rotas that are in use, by name, each with what its timeline is made of."""
    return list(Rota.objects.running().with_plans())


def retired_rotas() -> list[Rota]:
    """Return the rotas that are no longer in use, the latest first."""
    return list(Rota.objects.exclude(retired_at=None).order_by("-retired_at", "-pk"))


def get_rota(pk: int) -> Rota:
    """Return a rota, retired or not, or 404."""
    rota = Rota.objects.with_plans().filter(pk=pk).first()
    if rota is None:
        raise Http404("There is no such rota.")
    return rota


def rota_name_is_taken(name: str) -> bool:
    return Rota.objects.filter(name__iexact=name).exists()


def newest_version(rota: Rota) -> RotaVersion:
    """Return the version that was made last, which may be still to come."""
    return list(rota.versions.all())[-1]


def version_at(rota: Rota, at: datetime) -> RotaVersion | None:
    """Return the version that holds at an instant."""
    return next((one for one in reversed(rota.versions.all()) if one.effective_at <= at), None)


def get_override(pk: int) -> RotaOverride:
    """Return an override, or 404."""
    override = RotaOverride.objects.select_related("rota", "person", "made_by").filter(pk=pk).first()
    if override is None:
        raise Http404("There is no such override.")
    return override


def overrides_ahead(rota: Rota, at: datetime) -> list[RotaOverride]:
    """Return the overrides of a rota that hold now or later, the next one first."""
    return sorted(
        (one for one in rota.overrides.all() if one.withdrawn_at is None and one.ends_at > at),
        key=lambda one: (one.starts_at, one.pk),
    )


def may_withdraw(person: DeskPerson, override: RotaOverride) -> bool:
    """Tell whether a person may take an override back: whoever made it or is on it, and who leads."""
    return person.leads or person.pk in (override.person_id, override.made_by_id)


def names_of(ids: Iterable[int]) -> dict[int, DeskPerson]:
    """Return desk people by id, those who have left included."""
    return {person.pk: person for person in DeskPerson.objects.filter(pk__in=set(ids))}


def colleagues() -> QuerySet[DeskPerson]:
    """Return who can be put on call."""
    return active_desk_people()


def find_colleague(pk: int) -> DeskPerson | None:
    """Return somebody who can be put on call, or None."""
    return active_desk_people().filter(pk=pk).first()


# --- Who is on call -----------------------------------------------------------------------------------
def on_call_people(rota_id: int, at: datetime) -> list[DeskPerson]:
    """Return who is on call by a rota at an instant: one person, or none.

    None in a gap, by a retired rota, and where whoever it would be is not on the desk any more.
    """
    rota = Rota.objects.with_plans().filter(pk=rota_id).first()
    duty = None if rota is None else on_call(rota.timeline, at)
    if duty is None or duty.person is None:
        return []
    return list(active_desk_people().select_related("user").filter(pk=duty.person))


@dataclass(frozen=True, kw_only=True)
class OnShift:
    """Who is on call by a rota; the name is empty where nobody is."""

    rota_id: int
    rota: str
    name: str
    person_id: int | None


def on_shift(at: datetime) -> list[OnShift]:
    """Return who is on call by each rota, in one query for all of them."""
    instead = RotaOverride.objects.serving_at(at).filter(rota=OuterRef("rota"))
    people = active_desk_people().order_by("pk").values(found=JSONObject(pk="pk", name="name"))
    held = (
        RotaVersion.objects.filter(rota__retired_at=None, effective_at__lte=at)
        .order_by("rota__name", "rota_id", "-version")
        .distinct("rota__name", "rota_id")
        .select_related("rota")
        .annotate(instead=Subquery(instead.values("person_id")[:1]), people=ArraySubquery(people))
    )
    found = []
    for version in held:
        names = {one["pk"]: one["name"] for one in version.people}
        person = version.instead
        if person is None:
            person = on_call(Timeline(plans=((version.effective_at, version.plan),)), at).person
        found.append(
            OnShift(
                rota_id=version.rota_id,
                rota=version.rota.name,
                name=names.get(person, ""),
                person_id=person if person in names else None,
            )
        )
    return found


# --- Addresses for calendars --------------------------------------------------------------------------
def feed_of(person: DeskPerson, rota: Rota | None) -> RotaFeed | None:
    """Return a person's address of a rota or, without one, of their own shifts."""
    return RotaFeed.objects.filter(person=person, rota=rota).first()


def token_of(feed: RotaFeed) -> str:
    """Return the signed part of an address, which nobody else can make."""
    return signing.Signer(salt=_SALT).sign_object({"f": feed.pk, "n": feed.nonce})


def find_feed(token: str) -> RotaFeed:
    """Return the feed of an address, or 404 where it was replaced or removed, or its person has left."""
    try:
        content = signing.Signer(salt=_SALT).unsign_object(token)
        pk, nonce = int(content["f"]), str(content["n"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        raise Http404("This address is not valid.") from None
    feed = (
        RotaFeed.objects.select_related("person", "rota")
        .filter(pk=pk, nonce=nonce, person__is_active=True)
        .first()
    )
    if feed is None:
        raise Http404("This address is not valid any more.")
    return feed


def rotas_of_feed(feed: RotaFeed) -> list[Rota]:
    """Return the rotas that a feed tells of, retired ones too: what was served stays in the calendar."""
    found = Rota.objects.with_plans()
    return list(found if feed.rota_id is None else found.filter(pk=feed.rota_id))
