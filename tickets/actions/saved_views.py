from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from core.problems import Refused
from customers.models import DeskPerson
from tickets.models import SavedView, SavedViewQuerySet

#: More than this nobody finds again, and each is counted beside the queue.
MOST = 12
#: For how long a view that was deleted can be brought back; after that the next deletion clears it away.
UNDO_WITHIN = timedelta(minutes=10)


@transaction.atomic
def save_view(
    *, person: DeskPerson, at: datetime, name: str, filters: Mapping[str, list[str]], shared: bool = False
) -> SavedView:
    """Keep a set of filters under a name, for oneself or, by a lead, for the whole desk."""
    if not filters:
        raise Refused("Choose what the view shows first.", field="name")
    if shared and not person.leads:
        raise Refused("A lead shares views with the desk. Keep it for yourself, or ask one.", field="shared")
    siblings = _siblings(person, shared=shared)
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
    siblings = list(_kept(person, shared=locked.is_shared).order_by("position", "pk").select_for_update())
    place = siblings.index(locked)
    other = place + (-1 if up else 1)
    if 0 <= other < len(siblings):
        siblings[place], siblings[other] = siblings[other], siblings[place]
    for position, one in enumerate(siblings):
        one.position = position
        one.save(update_fields=["position"])


@transaction.atomic
def delete_view(*, view: SavedView, person: DeskPerson, at: datetime) -> SavedView:
    """Take a view away; the tickets in it are not touched, and it can be brought back for a while."""
    locked = _lock(view, person)
    if locked.deleted_at is None:
        locked.deleted_at = at
        locked.save(update_fields=["deleted_at"])
    SavedView.objects.filter(deleted_at__lt=at - UNDO_WITHIN).delete()
    return locked


@transaction.atomic
def restore_view(*, view: SavedView, person: DeskPerson, at: datetime) -> SavedView:
    """Bring back a view that was deleted a moment ago; raises Refused when its name or its place is taken."""
    locked = _lock(view, person)
    if locked.deleted_at is None:
        return locked
    if locked.deleted_at < at - UNDO_WITHIN:
        raise Refused("This view was deleted too long ago. Filter the queue and save it again.")
    _siblings(person, shared=locked.is_shared)
    locked.deleted_at = None
    return _save(locked)


def _siblings(person: DeskPerson, *, shared: bool) -> SavedViewQuerySet:
    """Return the views beside which one more is put; raises Refused when there are enough."""
    siblings = _kept(person, shared=shared)
    if siblings.count() >= MOST:
        raise Refused(f"There are {MOST} views already. Delete one first.", field="name")
    return siblings


def _kept(person: DeskPerson, *, shared: bool) -> SavedViewQuerySet:
    mine = {"is_shared": True} if shared else {"owner": person, "is_shared": False}
    return SavedView.objects.filter(**mine, deleted_at=None)


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
