"""Escalate a ticket to Level 3, take it up there, and bring it back; call the duty manager by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from core.events import publish, publish_desk
from core.problems import Refused
from core.tenancy import Actor
from core.when import say_instant
from customers.models import DeskPerson, Team
from escalations.actions import start
from escalations.events import (
    AcceptedByLevel3,
    EscalatedToLevel3,
    Level3TeamMarked,
    ManagerCalled,
    ReturnedToLevel2,
)
from escalations.functional import State, check_acceptable, check_given_back, check_open, check_said
from escalations.functional_access import is_of_team, level_3_teams, people_of_team
from escalations.functional_models import FunctionalEscalation, SpecialistTeam
from escalations.ladder import Trigger
from escalations.models import Escalation
from notifications import actions as notifications
from notifications.models import Audience
from tickets import actions as tickets
from tickets.lifecycle import DESK_LEVEL, TOP_LEVEL, Verb
from tickets.models import Ticket
from tickets.severity import Severity


@transaction.atomic
def escalate(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    team: Team,
    tried: str,
    needed: str,
    keeper: DeskPerson,
    expected_version: int | None = None,
) -> FunctionalEscalation:
    """Ask a team of Level 3 for help; the keeper becomes the owner and keeps the customer updated.

    No clock moves. Raises Refused when something is not said, or nobody would hear of it.
    """
    check_said(tried=tried, needed=needed)
    if not keeper.is_active:
        raise Refused("Select who keeps the customer updated: somebody of the desk.", field="keeper")
    if team not in level_3_teams():
        raise Refused(f"{team.name} is not Level 3. Select another team.", field="team")
    people = people_of_team(team)
    if not people:
        raise Refused(f"Nobody is in {team.name} now. Select another team.", field="team")
    locked = tickets.move_to_level(
        ticket=ticket, actor=actor, at=at, level=TOP_LEVEL, expected_version=expected_version
    )
    given = FunctionalEscalation.objects.create(
        customer_id=locked.customer_id,
        ticket=locked,
        team=team,
        tried=tried.strip(),
        needed=needed.strip(),
        keeper=keeper,
        escalated_at=at,
        escalated_by=actor.name,
    )
    publish(
        EscalatedToLevel3(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            functional_id=given.pk,
            team_id=team.pk,
            team=team.name,
            keeper=keeper.name,
        )
    )
    tickets.assign(ticket=locked, actor=actor, at=at, person=keeper)
    _tell(given, people, "asked", at, actor, f"{team.name} is asked for help", f"Needed: {given.needed}")
    _tell(given, [keeper], "keeps", at, actor, f"with {team.name}: you keep the customer updated", "")
    return given


@transaction.atomic
def accept(
    *,
    given: FunctionalEscalation,
    person: DeskPerson,
    actor: Actor,
    at: datetime,
    expected_version: int | None = None,
) -> None:
    """Take up for the team what Level 2 asked. Raises NotOpen, with who was first, when somebody has."""
    locked = _lock(given, expected_version)
    check_acceptable(State(locked.state), by=locked.worker.name if locked.worker else "")
    locked.state = State.ACCEPTED.value
    locked.worker = person
    locked.accepted_at = at
    locked.save(update_fields=["state", "worker", "accepted_at"])
    publish(
        AcceptedByLevel3(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.ticket_id,
            actor=actor,
            functional_id=locked.pk,
            team=locked.team.name,
        )
    )
    _tell(locked, [locked.keeper], "accepted", at, actor, f"{person.name} of {locked.team.name} has it", "")


@transaction.atomic
def bring_back(
    *,
    given: FunctionalEscalation,
    person: DeskPerson,
    actor: Actor,
    at: datetime,
    reason: str,
    findings: str = "",
    expected_version: int | None = None,
) -> None:
    """Let Level 2 have a ticket again: given back by the team with what it found, or taken back by Level 2."""
    locked = _lock(given, expected_version)
    check_open(State(locked.state))
    by_team = is_of_team(person, locked.team_id)
    check_given_back(reason=reason, findings=findings, by_team=by_team)
    state = State.RETURNED if by_team else State.RECALLED
    _end(locked, state, at=at, by=actor, reason=reason.strip()[:500], findings=findings.strip())
    tickets.move_to_level(ticket=locked.ticket, actor=actor, at=at, level=DESK_LEVEL)
    publish(
        ReturnedToLevel2(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.ticket_id,
            actor=actor,
            functional_id=locked.pk,
            team=locked.team.name,
            by_team=by_team,
            reason=locked.end_reason,
        )
    )
    said = f"Why: {locked.end_reason}"
    if by_team:
        _tell(locked, [locked.keeper], "back", at, actor, f"{locked.team.name} gave it back", said)
        return
    theirs = [locked.worker] if locked.worker else people_of_team(locked.team)
    _tell(locked, theirs, "back", at, actor, f"Level 2 took it back from {locked.team.name}", said)


@transaction.atomic
def end(*, ticket_id: int, customer_id: int, actor: Actor, at: datetime) -> None:
    """End what Level 3 has of a ticket that is finished, merged, or at Level 1 again.

    The ticket's row is locked by the verb that ends it.
    """
    for locked in _open_on(ticket_id, customer_id):
        _end(locked, State.ENDED, at=at, by=actor)


@transaction.atomic
def follow_owner(*, ticket_id: int, customer_id: int, person_id: int) -> None:
    """Let whoever owns a ticket from now on keep the customer updated while Level 3 has it."""
    FunctionalEscalation.objects.filter(customer_id=customer_id, ticket_id=ticket_id).open().update(
        keeper_id=person_id
    )


@transaction.atomic
def call_manager(
    *, ticket: Ticket, actor: Actor, at: datetime, reason: str, expected_version: int | None = None
) -> bool:
    """Call the duty manager about an open ticket of the desk; return whether nobody was called already.

    While a call waits for somebody, another one changes nothing.
    """
    locked = tickets.lock(ticket, verb=Verb.ESTABLISH, expected_version=expected_version)
    said = " ".join(reason.split())[:170]
    if not said:
        raise Refused("Say what you need from the duty manager.", field="needed")
    waiting = Escalation.objects.running().filter(
        customer_id=locked.customer_id, ticket=locked, trigger=Trigger.MANUAL
    )
    if waiting.exists():
        return False
    start(
        customer_id=locked.customer_id,
        ticket_id=locked.pk,
        trigger=Trigger.MANUAL,
        about=f"Duty manager called: {said}",
        began_at=at,
        dedupe_key=f"manual:{locked.pk}:{at:%Y%m%dT%H%M%S.%fZ}",
    )
    publish(
        ManagerCalled(at=at, customer_id=locked.customer_id, ticket_id=locked.pk, actor=actor, reason=said)
    )
    return True


@transaction.atomic
def mark_team(*, team: Team, actor: Actor, at: datetime, is_level_3: bool) -> None:
    """Make a team Level 3, or no longer; nothing happens when it is so already."""
    if is_level_3:
        _, changed = SpecialistTeam.objects.get_or_create(team=team)
    else:
        changed = SpecialistTeam.objects.filter(team=team).delete()[0] > 0
    if changed:
        kind = "marked" if is_level_3 else "unmarked"
        publish_desk(Level3TeamMarked(at=at, actor=actor, team_id=team.pk, kind=kind))


def _lock(given: FunctionalEscalation, expected_version: int | None) -> FunctionalEscalation:
    """Lock a ticket and then its escalation, in the order that every verb keeps."""
    tickets.lock(given.ticket, expected_version=expected_version)
    return (
        FunctionalEscalation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("ticket__customer", "team", "keeper__user", "worker__user")
        .get(pk=given.pk, customer_id=given.customer_id)
    )


def _open_on(ticket_id: int, customer_id: int) -> list[FunctionalEscalation]:
    found = FunctionalEscalation.objects.filter(customer_id=customer_id, ticket_id=ticket_id).open()
    return list(found.select_for_update(no_key=True))


def _end(
    locked: FunctionalEscalation,
    state: State,
    *,
    at: datetime,
    by: Actor,
    reason: str = "",
    findings: str = "",
) -> None:
    locked.state = state.value
    locked.ended_at = at
    locked.ended_by = by.name
    locked.end_reason = reason
    locked.findings = findings
    locked.save(update_fields=["state", "ended_at", "ended_by", "end_reason", "findings"])


def _tell(
    given: FunctionalEscalation,
    people: Iterable[DeskPerson],
    what: str,
    at: datetime,
    actor: Actor,
    about: str,
    said: str,
) -> None:
    """Queue a message about an escalation to each of the people but whoever did it."""
    ticket = given.ticket
    for person in people:
        if actor.is_desk and person.pk == actor.id:
            continue
        more = f"\n{said}\n" if said else ""
        notifications.queue(
            customer_id=ticket.customer_id,
            ticket_id=ticket.pk,
            audience=Audience.DESK,
            kind=f"level_3_{what}",
            dedupe_key=f"functional:{given.pk}:{what}:desk:{person.pk}",
            recipient_email=person.user.email,
            person_id=person.pk,
            is_urgent=ticket.severity == Severity.P1,
            recipient_name=person.name,
            subject=f"{ticket.key} {about}",
            body=(
                f"{ticket.key}: {ticket.subject}\n"
                f"Customer: {ticket.customer.name}\n"
                f"Severity: {ticket.priority.label}\n\n"
                f"{actor.name}, {say_instant(at, person.timezone)}: {about}.\n"
                f"{more}\n"
                f"Open the ticket: {settings.PORTAL_BASE_URL}/desk/tickets/{ticket.key}/#escalation\n"
            ),
            occurred_at=at,
            deliver_after=at,
        )
