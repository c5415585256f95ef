"""The only way a door gets an escalation to Level 3: each look-up is its own permission check."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404

from customers.access import active_desk_people
from customers.desk_admin_access import active_teams
from customers.models import DeskPerson, Team, TeamMember
from escalations.functional_models import FunctionalEscalation, FunctionalQuerySet, SpecialistTeam
from tickets.models import Ticket


def level_3_teams() -> list[Team]:
    """Return the teams to which a ticket can be escalated, in one query.

    They are those that are marked as Level 3; while none is, every active team.
    """
    marked = Exists(SpecialistTeam.objects.filter(team=OuterRef("pk")))
    teams = active_teams().annotate(is_level_3=marked)
    chosen: list[Team] = [team for team in teams if team.is_level_3]
    return chosen or list(teams)


def marked_team_ids() -> set[int]:
    """Return the ids of the teams that are marked as Level 3."""
    return set(SpecialistTeam.objects.values_list("team_id", flat=True))


def visits_of(ticket: Ticket) -> list[FunctionalEscalation]:
    """Return a ticket's escalations to Level 3 for the desk, the newest first."""
    return list(FunctionalEscalation.objects.on(ticket).with_people().newest_first())


def with_level_3() -> FunctionalQuerySet:
    """Return what Level 3 has, for the desk: what nobody has taken up first, then by team."""
    return FunctionalEscalation.objects.open().with_people().by_team()


def waiting() -> FunctionalQuerySet:
    """Return the escalations that nobody of Level 3 has taken up."""
    return FunctionalEscalation.objects.waiting()


def get_open(ticket: Ticket) -> FunctionalEscalation:
    """Return the escalation of a ticket that is with Level 3, or 404."""
    found = FunctionalEscalation.objects.on(ticket).open().with_people().first()
    if found is None:
        raise Http404("This ticket is not with Level 3.")
    return found


def is_of_team(person: DeskPerson, team_id: int) -> bool:
    """Tell whether somebody works in a team; its lead is one of its people."""
    return TeamMember.objects.filter(team_id=team_id, person=person).exists()


def check_of_team(person: DeskPerson, given: FunctionalEscalation) -> None:
    """Raise PermissionDenied, with whom to ask, unless the person is one of the team that was asked."""
    if not is_of_team(person, given.team_id):
        raise PermissionDenied(f"Somebody of {given.team.name} accepts this. Ask one of them.")


def people_of_team(team: Team) -> list[DeskPerson]:
    """Return the active people of a team, with their addresses."""
    return list(active_desk_people().filter(teams=team).select_related("user").order_by("pk"))


def team_ids_of(person: DeskPerson) -> set[int]:
    """Return the ids of the teams in which somebody works."""
    return set(TeamMember.objects.filter(person=person).values_list("team_id", flat=True))
