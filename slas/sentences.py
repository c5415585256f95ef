"""A clock told in sentences, each with its times in the viewer's zone; no rule is decided here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from core.templatetags.ui import say_when
from slas.events import say_verdict

if TYPE_CHECKING:
    from slas.presenters import ClockView, Stretch


def tell(clock: ClockView, *, now: datetime) -> list[str]:
    """Return the life of a clock in sentences, from its first stretch to how it stands."""
    return [*(_say_stretch(one, now) for one in clock.stretches), *_say_end(clock, now)]


def _say_stretch(one: Stretch, now: datetime) -> str:
    began = f"{one.length} {_span(one.from_, one.to, now)}"
    if one.kind == "counted":
        return _("Counted %(began)s.") % {"began": began}
    if one.kind == "closed":
        return _("Not counted: %(began)s, outside the agreed hours.") % {"began": began}
    clause = " " + _("(clause %(clause)s)") % {"clause": one.clause} if one.clause else ""
    by = " " + _("%(name)s set this") % {"name": one.who} if one.who else ""
    note = f": “{one.note}”" if one.note else ""
    remark = f"{by}{note}." if by else ""
    said = _("Excluded %(began)s: %(why)s") if one.kind == "excluded" else _("Paused %(began)s: %(why)s")
    return said % {"began": began, "why": f"{one.why[:1].lower()}{one.why[1:]}"} + f"{clause}.{remark}"


def _say_end(clock: ClockView, now: datetime) -> Iterator[str]:
    """Yield what was used of the target, and what that means."""
    if clock.has_target:
        yield _("That is %(consumed)s counted of %(target)s.") % {
            "consumed": clock.consumed,
            "target": clock.target,
        }
    if clock.breached_at is not None:
        yield _("The target was used up %(at)s: missed.") % {"at": _at(clock.breached_at, now)}
        if clock.stopped_at is not None:
            yield _("It ended %(at)s.") % {"at": _at(clock.stopped_at, now)}
    elif clock.outcome == "met" and clock.stopped_at is not None:
        yield _("It was done %(at)s: met.") % {"at": _at(clock.stopped_at, now)}
    elif clock.outcome in ("cancelled", "excluded") and clock.stopped_at is not None:
        yield _("It ended %(at)s, %(outcome)s: it counts neither as met nor as missed.") % {
            "at": _at(clock.stopped_at, now),
            "outcome": say_verdict(clock.outcome),
        }
    elif clock.is_live and clock.due_at is not None:
        yield _("%(remaining)s are left, so it is due %(at)s if nothing stops it.") % {
            "remaining": clock.remaining,
            "at": _at(clock.due_at, now),
        }
    elif clock.resumed_due_at is not None:
        yield _("%(remaining)s are left; if it went on now, it would be due %(at)s.") % {
            "remaining": clock.remaining,
            "at": _at(clock.resumed_due_at, now),
        }
    if clock.waived:
        yield _("The customer agreed that this miss is waived. It stays listed as missed and waived.")


def _span(from_: datetime, to: datetime, now: datetime) -> str:
    """Say from when to when, naming the day and the zone no oftener than needed."""
    start, end = timezone.localtime(from_), timezone.localtime(to)
    is_one_day = start.date() == end.date() and start.tzname() == end.tzname()
    if not is_one_day:
        said = (
            _("from %(start)s to today, %(end)s") if _is_today(end, now) else _("from %(start)s to %(end)s")
        )
        return said % {"start": say_when(from_, now), "end": say_when(to, now)}
    day = "" if _is_today(start, now) else say_when(from_, now).rpartition(", ")[0]
    said = _("on %(day)s from %(start)s to %(end)s") if day else _("from %(start)s to %(end)s")
    return said % {"day": day, "start": f"{start:%H:%M}", "end": f"{end:%H:%M %Z}"}


def _is_today(local: datetime, now: datetime) -> bool:
    return local.date() == timezone.localtime(now).date()


def _at(moment: datetime, now: datetime) -> str:
    said = say_when(moment, now)
    return (_("on %(time)s") if "," in said else _("at %(time)s")) % {"time": said}
