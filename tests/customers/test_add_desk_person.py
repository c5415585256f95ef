"""The command that gives a person a place on the desk."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson, DeskRole, User
from tests.cast import Cast


def add(*words: str) -> str:
    out = StringIO()
    call_command("add_desk_person", *words, stdout=out)
    return out.getvalue()


def desk() -> list[tuple[str, str, str, str]]:
    with acting_as(worker_context()):
        people = DeskPerson.objects.select_related("user")
        return [(person.user.email, person.name, person.role, person.timezone) for person in people]


def test_a_new_person_is_an_engineer_without_a_password(db: None) -> None:
    assert add("Mia@Trusst.example", "Mia Chen") == "Mia Chen is on the desk as engineer.\n"
    assert desk() == [("mia@trusst.example", "Mia Chen", "engineer", "Australia/Sydney")]
    assert not User.objects.get(email="mia@trusst.example").has_usable_password()


def test_role_and_time_zone_can_be_named(db: None) -> None:
    add("mia@trusst.example", "Mia Chen", "--role", "lead", "--timezone", "Europe/Berlin")
    assert desk() == [("mia@trusst.example", "Mia Chen", DeskRole.LEAD, "Europe/Berlin")]


def test_someone_who_signs_in_already_keeps_their_user(cast: Cast) -> None:
    before = User.objects.count()
    add(cast.acme.lead.email, "Acme Lead")
    assert User.objects.count() == before
    assert ("lead@acme.example", "Acme Lead", "engineer", "Australia/Sydney") in desk()


def test_an_unknown_time_zone_is_refused_and_leaves_no_user(db: None) -> None:
    with pytest.raises(CommandError, match="not a time zone we know"):
        add("mia@trusst.example", "Mia Chen", "--timezone", "Mars/Olympus")
    assert desk() == []
    assert not User.objects.filter(email="mia@trusst.example").exists()


def test_a_second_place_for_the_same_person_is_refused(db: None) -> None:
    add("mia@trusst.example", "Mia Chen")
    with pytest.raises(CommandError, match="already exists"):
        add("mia@trusst.example", "Mia Chen", "--role", "admin")
    assert desk() == [("mia@trusst.example", "Mia Chen", "engineer", "Australia/Sydney")]


def test_an_unknown_role_is_refused(db: None) -> None:
    with pytest.raises(CommandError):
        add("mia@trusst.example", "Mia Chen", "--role", "owner")
    assert desk() == []
