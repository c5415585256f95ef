"""Escalation policies and ladders as doors and sweeps get them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.http import Http404

from customers.access import active_desk_people, customers_of_desk
from customers.desk_admin_access import active_teams
from customers.models import DESK_LEADS, Customer, DeskPerson
from escalations.functional_models import FunctionalEscalation
from escalations.ladder import ASKED_FOR, Kind, Trigger
from escalations.models import Escalation, EscalationCall, HandOver
from escalations.policy import Standing
from escalations.policy_models import EscalationPolicy, EscalationPolicyVersion, standing_of
from escalations.rota_models import Rota
from notifications.access import channels, channels_in_use
from slas.models import Clock
from tickets.models import Ticket

#: Who writes policies; everybody of the desk reads them.
EDITORS = DESK_LEADS


# --- Policies -----------------------------------------------------------------------------------------
def policies() -> list[EscalationPolicy]:
    """Return every policy with its versions, those in force first."""
    found = EscalationPolicy.objects.with_versions().order_by("trigger", "name")
    return sorted(found, key=lambda one: one.off_at is not None)


def get_policy(pk: int) -> EscalationPolicy:
    """Return a policy, switched off or not, or 404."""
    found = EscalationPolicy.objects.with_versions().filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such escalation policy.")
    return found


def policy_name_is_taken(name: str) -> bool:
    return EscalationPolicy.objects.filter(name__iexact=name).exists()


def standing(*triggers: Trigger) -> list[Standing]:
    """Return the policies in force for some triggers, or for all of them, in one query."""
    found = EscalationPolicy.objects.in_force().with_newest()
    return [standing_of(one) for one in (found.for_triggers(*triggers) if triggers else found)]


def versions_of(policy: EscalationPolicy) -> list[EscalationPolicyVersion]:
    """Return the versions of a policy, the newest first."""
    return list(policy.versions.all())[::-1]


def names_of_targets() -> dict[str, str]:
    """Return what rotas, teams, people and channels are called, by how a step stores them; those that ended as well."""
    return {
        **{f"{Kind.ROTA}:{pk}": f"On call: {name}" for pk, name in Rota.objects.values_list("pk", "name")},
        **{f"{Kind.TEAM}:{team.pk}": f"Team {team.name}" for team in active_teams()},
        **{f"{Kind.PERSON}:{pk}": name for pk, name in DeskPerson.objects.values_list("pk", "name")},
        **{f"{Kind.CHANNEL}:{pk}": name for pk, name in channels().values_list("pk", "name")},
    }


def targets_to_choose() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the rotas, teams, people and channels that a step can call, by group."""
    rotas = Rota.objects.running().order_by("name").values_list("pk", "name")
    people = active_desk_people().order_by("name").values_list("pk", "name")
    return [
        ("On call by a rota", [(f"{Kind.ROTA}:{pk}", f"On call: {name}") for pk, name in rotas]),
        ("A team", [(f"{Kind.TEAM}:{team.pk}", f"Team {team.name}") for team in active_teams()]),
        ("A person", [(f"{Kind.PERSON}:{pk}", name) for pk, name in people]),
        (
            "A chat or a webhook",
            [(f"{Kind.CHANNEL}:{pk}", name) for pk, name in channels_in_use().values_list("pk", "name")],
        ),
    ]


def customers_to_choose() -> QuerySet[Customer]:
    return customers_of_desk().order_by("name")


# --- Ladders ------------------------------------------------------------------------------------------
def running_ladders() -> QuerySet[Escalation]:
    """Return the ladders that wait for somebody, the one with the next step first."""
    return Escalation.objects.running().with_matter().order_by("next_step_at", "pk")


def get_ladder(pk: int) -> Escalation:
    """Return a ladder, running or not, or 404."""
    found = Escalation.objects.with_matter().filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such escalation.")
    return found


def calls_of(ladders: list[Escalation]) -> dict[int, list[EscalationCall]]:
    """Return who was called by each of several ladders, in one query."""
    found: dict[int, list[EscalationCall]] = {ladder.pk: [] for ladder in ladders}
    calls = EscalationCall.objects.filter(
        customer_id__in={ladder.customer_id for ladder in ladders}, escalation__in=list(found)
    )
    for call in calls.select_related("person"):
        found[call.escalation_id].append(call)
    return found


# --- What waits, for the sweep ------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Something that waits since an instant, or that is due at it."""

    customer_id: int
    ticket_id: int
    severity: int
    since: datetime
    key: str
    about: str
    metric: str = ""
    cycle: int | None = None


def waiting_for(trigger: Trigger, *, by: datetime, soon: timedelta) -> Iterator[Waiting]:
    """Return what a trigger is about and began to wait by an instant; for updates, is due within a time of it."""
    match trigger:
        case Trigger.HOLD_REVIEW:
            for ticket in Ticket.objects.past_review(by).with_desk():
                at = ticket.hold_review_at
                if at is not None:
                    yield _of(
                        ticket,
                        at,
                        f"hold-review:{ticket.pk}:{at:%Y%m%dT%H%M%SZ}",
                        "Hold past its review time",
                    )
        case Trigger.HAND_OVER_WAITING:
            for given in HandOver.objects.waiting().filter(offered_at__lte=by).select_related("ticket"):
                yield _of(
                    given.ticket,
                    given.offered_at,
                    f"hand-over-waiting:{given.pk}",
                    "Hand-over not accepted yet",
                )
        case Trigger.LEVEL_3_WAITING:
            asked = FunctionalEscalation.objects.waiting().filter(escalated_at__lte=by)
            for one in asked.select_related("ticket", "team"):
                about = f"{one.team.name} has not accepted it yet"
                yield _of(one.ticket, one.escalated_at, f"level-3-waiting:{one.pk}", about)
        case Trigger.UPDATE_NEAR:
            clocks = Clock.objects.running().filter(
                metric="update", outcome="pending", due_at__gt=by, due_at__lte=by + soon
            )
            for clock in clocks.select_related("ticket"):
                if clock.due_at is not None:
                    yield Waiting(
                        customer_id=clock.customer_id,
                        ticket_id=clock.ticket_id,
                        severity=clock.severity,
                        since=clock.due_at,
                        key=f"update-near:{clock.ticket_id}:{clock.cycle}:P{clock.severity}",
                        about="Promised update is due soon",
                        metric=clock.metric,
                        cycle=clock.cycle,
                    )


def _of(ticket: Ticket, since: datetime, key: str, about: str) -> Waiting:
    return Waiting(
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        severity=ticket.severity,
        since=since,
        key=key,
        about=about,
    )


def known_keys(waiting: list[Waiting]) -> set[tuple[int, str]]:
    """Return which of several matters had their ladder already, by customer and key."""
    found = Escalation.objects.filter(
        customer_id__in={one.customer_id for one in waiting}, dedupe_key__in=[one.key for one in waiting]
    )
    return set(found.values_list("customer_id", "dedupe_key"))


def still_waits(ladder: Escalation, now: datetime) -> bool:
    """Tell whether what a ladder is about is still so; what happened once, such as a miss, always is."""
    ticket = Ticket.objects.filter(customer_id=ladder.customer_id, pk=ladder.ticket_id)
    match ladder.trigger:
        case Trigger.HOLD_REVIEW:
            return ticket.past_review(now).exists()
        case Trigger.HAND_OVER_WAITING:
            return (
                HandOver.objects.filter(customer_id=ladder.customer_id, ticket_id=ladder.ticket_id)
                .waiting()
                .exists()
            )
        case Trigger.LEVEL_3_WAITING:
            visits = FunctionalEscalation.objects.filter(
                customer_id=ladder.customer_id, ticket_id=ladder.ticket_id
            )
            return visits.waiting().exists()
        case Trigger.UPDATE_NEAR:
            return (
                Clock.objects.running()
                .filter(
                    customer_id=ladder.customer_id,
                    ticket_id=ladder.ticket_id,
                    metric=ladder.metric,
                    cycle=ladder.cycle or 0,
                    outcome="pending",
                )
                .exists()
            )
    return True


def running_asked_for() -> list[int]:
    """Return the running ladders that are over as soon as what they are about is."""
    found = Escalation.objects.running().filter(trigger__in=[one.value for one in ASKED_FOR])
    return list(found.order_by("pk").values_list("pk", flat=True))
