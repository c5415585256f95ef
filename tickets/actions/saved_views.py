from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from core.problems import Refused
from customers.models import DeskPerson
from tickets.models import SavedView, SavedViewQuerySet

#: More than this nobody finds again, and each is counted beside the queue.
MOST = 12


@transaction.atomic
def save_view(
    *, person: DeskPerson, at: datetime, name: str, filters: Mapping[str, list[str]], shared: bool = False
) -> SavedView:
    """Keep a set of filters under a name, for oneself or, by a lead, for the whole desk."""
    if not filters:
        raise Refused("Choose what the view shows first.", field="name")
    if shared and not person.leads:
        raise Refused("A lead shares views with the desk. Keep it for yourself, or ask one.", field="shared")
    siblings = SavedView.objects.filter(is_shared=True) if shared else _own(person)
    if siblings.count() >= MOST:
        raise Refused(f"There are {MOST} views already. Delete one first.", field="name")
    last = siblings.order_by("-position").values_list("position", flat=True).first()
    view = SavedView(
        owner=person,
        name=" ".join(name.split())[:60],
        filters=dict(filters),
        is_shared=shared,
        position=0 if last is None else last + 1,
        created_at=at,
    )
    return _save(view)


@transaction.atomic
def rename_view(*, view: SavedView, person: DeskPerson, name: str) -> SavedView:
    """Give a view another name."""
    locked = _lock(view, person)
    locked.name = " ".join(name.split())[:60]
    return _save(locked)


@transaction.atomic
def share_view(*, view: SavedView, person: DeskPerson, shared: bool) -> SavedView:
    """Offer a view to the whole desk, or to its owner alone again; a lead decides."""
    locked = _lock(view, person)
    if not person.leads:
        raise Refused("A lead shares views with the desk.")
    locked.is_shared = shared
    return _save(locked)


@transaction.atomic
def move_view(*, view: SavedView, person: DeskPerson, up: bool) -> None:
    """Let a view change places with the one before or after it."""
    locked = _lock(view, person)
    siblings = list(
        (SavedView.objects.filter(is_shared=True) if locked.is_shared else _own(person))
        .order_by("position", "pk")
        .select_for_update()
    )
    place = siblings.index(locked)
    other = place + (-1 if up else 1)
    if 0 <= other < len(siblings):
        siblings[place], siblings[other] = siblings[other], siblings[place]
    for position, one in enumerate(siblings):
        one.position = position
        one.save(update_fields=["position"])


@transaction.atomic
def delete_view(*, view: SavedView, person: DeskPerson) -> None:
    """Forget a view; the tickets in it are not touched."""
    _lock(view, person).delete()


def _own(person: DeskPerson) -> SavedViewQuerySet:
    return SavedView.objects.filter(owner=person, is_shared=False)


def _lock(view: SavedView, person: DeskPerson) -> SavedView:
    """Lock a view; raises Refused unless it is one's own, or a shared one and a lead asks."""
    locked = SavedView.objects.select_for_update().get(pk=view.pk)
    if not locked.may_be_changed_by(person):
        raise Refused("A lead changes what the whole desk sees.")
    return locked


def _save(view: SavedView) -> SavedView:
    if not view.name:
        raise Refused("Enter a name.", field="name")
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise Refused("There is a view of this name already.", field="name") from None
    return view
