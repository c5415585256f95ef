"""Missed promises over all tickets, with what follows from each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, Value, When
from django.http import Http404

from customers.models import Customer, DeskPerson
from reports.models import FollowUp, MissAction, MissStep
from reports.models.planning import MissActionQuerySet
from slas.models import MissCause, MissExplanation

#: What the list is narrowed to, by the word in the address.
STANDINGS = {
    "": "All",
    "overdue": "Overdue",
    "not_done": "Not done",
    **dict(FollowUp.choices),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the list is narrowed by: misses of [since, until), and more where something is named."""

    since: datetime
    until: datetime
    now: datetime
    today: date
    customer: Customer | None = None
    owner: DeskPerson | None = None
    cause: str = ""
    standing: str = ""


def misses(asked: Asked) -> MissActionQuerySet:
    """Return the misses that are asked for, what is overdue first, then the newest."""
    found = _base().missed_in(asked.since, asked.until)
    if asked.customer is not None:
        found = found.filter(customer=asked.customer)
    if asked.owner is not None:
        found = found.filter(owner=asked.owner)
    if asked.cause:
        found = found.filter(Q(said_cause="" if asked.cause == "none" else asked.cause))
    match asked.standing:
        case "overdue":
            found = found.overdue(asked.now, asked.today)
        case "not_done":
            found = found.not_done()
        case status if status:
            found = found.filter(status=status)
    return with_lateness(found, asked.now, asked.today).order_by(
        F("is_unsaid").desc(), F("is_late").desc(), "-missed_at", "pk"
    )


def with_lateness(found: MissActionQuerySet, now: datetime, today: date) -> MissActionQuerySet:
    """Mark of each miss whether its cause or action should have been said, and whether its action is late."""
    unsaid = (Q(said_cause="") | Q(said_action="")) & Q(cause_due_at__lte=now)
    late = Q(due_on__lt=today) & ~Q(status=FollowUp.DONE)
    return found.annotate(is_unsaid=_flag(unsaid), is_late=_flag(late))


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def _base() -> MissActionQuerySet:
    return (
        MissAction.objects.standing()
        .with_explanation()
        .select_related("ticket__customer", "ticket__assignee", "owner")
    )


def get_miss(pk: int, now: datetime, today: date) -> MissAction:
    """Return a miss that still counts as one, or 404."""
    found = with_lateness(_base(), now, today).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such miss.")
    return found


def explanation_of(entry: MissAction) -> MissExplanation | None:
    """Return what was said about a miss."""
    return MissExplanation.objects.filter(
        customer_id=entry.customer_id,
        ticket_id=entry.ticket_id,
        metric=entry.metric,
        cycle=entry.cycle,
    ).first()


def owners_to_choose(entry: MissAction) -> QuerySet[DeskPerson]:
    """Return who can own the action that follows from a miss: the desk, and whoever owns it now."""
    return DeskPerson.objects.filter(Q(is_active=True) | Q(pk=entry.owner_id))


def steps_of(entry: MissAction) -> list[MissStep]:
    """Return what was done about a miss, in order."""
    return list(MissStep.objects.filter(customer_id=entry.customer_id, entry=entry))


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A cause with how many misses it has; `share` is of the largest one, in thousandths."""

    cause: str
    label: str
    number: int
    together: int
    share: int


def pareto(found: MissActionQuerySet) -> Sequence[Bar]:
    """Return the causes of some misses, the most frequent first; `together` counts it with those before it."""
    counted = dict(
        found.order_by()
        .values_list(F("said_cause"))
        .annotate(number=Count("pk"))
        .order_by("-number", F("said_cause"))
    )
    most = max(counted.values(), default=0)
    names = {**dict(MissCause.choices), "": "No cause said yet"}
    bars, together = [], 0
    for cause, number in counted.items():
        together += number
        bars.append(
            Bar(
                cause=cause or "none",
                label=str(names.get(cause, cause)),
                number=number,
                together=together,
                share=number * 1000 // most,
            )
        )
    return bars
