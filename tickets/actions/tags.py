from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from core.events import publish, publish_desk
from core.problems import Refused
from core.tenancy import Actor
from tickets.actions.locking import lock
from tickets.events import TagChanged, TicketTagged, TicketUntagged
from tickets.lifecycle import Verb
from tickets.models import Tag, Ticket, TicketTag

_LENGTH = 40


@transaction.atomic
def add_tag(*, actor: Actor, at: datetime, name: str) -> Tag:
    """Add a tag to the desk's list."""
    tag = Tag(name=_free_name(name))
    _save_name(tag)
    publish_desk(TagChanged(at=at, actor=actor, tag_id=tag.pk, tag=tag.name, kind="added"))
    return tag


@transaction.atomic
def rename_tag(*, tag: Tag, actor: Actor, at: datetime, name: str) -> Tag:
    """Call a tag something else, wherever it is; what the log said of it stays."""
    locked = _lock(tag)
    locked.name = _free_name(name, but=locked)
    _save_name(locked)
    publish_desk(TagChanged(at=at, actor=actor, tag_id=locked.pk, tag=locked.name, kind="renamed"))
    return locked


@transaction.atomic
def merge_tags(*, tag: Tag, into: Tag, actor: Actor, at: datetime) -> int:
    """Give every ticket of a tag another one instead, and offer it no longer; return how many tickets had it."""
    if tag.pk == into.pk:
        raise Refused("Choose another tag than this one.", field="into")
    locked = {
        one.pk: one for one in Tag.objects.select_for_update().filter(pk__in=[tag.pk, into.pk]).order_by("pk")
    }
    had = TicketTag.objects.filter(tag=tag)
    count = had.count()
    both = TicketTag.objects.filter(tag=into).values("ticket_id")
    had.filter(ticket_id__in=both).delete()
    had.update(tag=into)
    source = locked[tag.pk]
    source.is_active = False
    source.save(update_fields=["is_active"])
    said = f"merged into “{locked[into.pk].name}”"
    publish_desk(TagChanged(at=at, actor=actor, tag_id=source.pk, tag=source.name, kind=said))
    return count


@transaction.atomic
def switch_tag(*, tag: Tag, actor: Actor, at: datetime, is_active: bool) -> Tag:
    """Offer a tag, or no longer; tickets that have it keep it."""
    locked = _lock(tag)
    if locked.is_active == is_active:
        return locked
    locked.is_active = is_active
    locked.save(update_fields=["is_active"])
    kind = "offered" if is_active else "withdrew"
    publish_desk(TagChanged(at=at, actor=actor, tag_id=locked.pk, tag=locked.name, kind=kind))
    return locked


@transaction.atomic
def tag_ticket(*, ticket: Ticket, actor: Actor, at: datetime, tag: Tag) -> None:
    """Put a tag of the list on a ticket; nothing happens when it is there already."""
    locked = lock(ticket, verb=Verb.RELATE)
    if not _lock(tag).is_active:
        raise Refused("This tag is no longer offered. Choose another one.", field="tag")
    _, is_new = TicketTag.objects.get_or_create(
        customer_id=locked.customer_id, ticket=locked, tag=tag, defaults={"at": at}
    )
    if is_new:
        publish(
            TicketTagged(
                at=at,
                customer_id=locked.customer_id,
                ticket_id=locked.pk,
                actor=actor,
                tag_id=tag.pk,
                tag=tag.name,
            )
        )


@transaction.atomic
def untag_ticket(*, ticket: Ticket, actor: Actor, at: datetime, tag: Tag) -> None:
    """Take a tag off a ticket; nothing happens when it is not there."""
    locked = lock(ticket, verb=Verb.RELATE)
    gone, _ = TicketTag.objects.filter(customer_id=locked.customer_id, ticket=locked, tag=tag).delete()
    if gone:
        publish(
            TicketUntagged(
                at=at,
                customer_id=locked.customer_id,
                ticket_id=locked.pk,
                actor=actor,
                tag_id=tag.pk,
                tag=tag.name,
            )
        )


def _lock(tag: Tag) -> Tag:
    return Tag.objects.select_for_update(no_key=True).get(pk=tag.pk)


def _free_name(name: str, *, but: Tag | None = None) -> str:
    """Return a tag's name without blanks; raises Refused when there is none or another tag has it."""
    name = " ".join(name.split()).lower()
    if not name:
        raise Refused("Enter a word, such as “network”.", field="name")
    if len(name) > _LENGTH:
        raise Refused(f"Enter {_LENGTH} characters or fewer.", field="name")
    known = Tag.objects.filter(name=name)
    if (known if but is None else known.exclude(pk=but.pk)).exists():
        raise Refused(_TAKEN, field="name")
    return name


def _save_name(tag: Tag) -> None:
    """Save a tag whose name was free a moment ago."""
    try:
        with transaction.atomic():
            tag.save(update_fields=["name"] if tag.pk else None)
    except IntegrityError:
        raise Refused(_TAKEN, field="name") from None


_TAKEN = "There is a tag of this name. Enter another one, or merge the two."
