"""Administrators keep the desk's people: invite, change roles, and take somebody off without a loose end."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from core.models import DeskRecord
from core.tenancy import acting_as, worker_context
from customers.models import DeskInvitation, DeskPerson
from notifications.tasks import mail_desk_invitations
from tests.cast import START, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Clock
from tests.tickets.conftest import facts_of
from tickets import actions as tickets
from trusst_support.local.mail import mailbox

PEOPLE = "/desk/admin/people/"


def someone(**changes: str) -> dict[str, str]:
    return {
        "name": "Nora New",
        "email": "nora@trusst.example",
        "role": "engineer",
        "timezone": "Australia/Perth",
    } | changes


def invitations() -> list[DeskInvitation]:
    with acting_as(worker_context()):
        return list(DeskInvitation.objects.order_by("pk"))


def person(pk: int) -> DeskPerson:
    with acting_as(worker_context()):
        return DeskPerson.objects.get(pk=pk)


def desk_facts() -> list[tuple[str, dict[str, object]]]:
    """Return the facts about the desk since everybody of the cast was added."""
    with acting_as(worker_context()):
        added = DeskRecord.objects.filter(type="customers.desk_person_added", actor_kind="system")
        first = added.order_by("-pk").values_list("pk", flat=True)[0]
        return list(DeskRecord.objects.filter(pk__gt=first).order_by("pk").values_list("type", "payload"))


def link() -> str:
    [mail] = mailbox()
    return urlsplit(next(word for word in mail.body.split() if "/join-desk/" in word)).path


def test_an_administrator_invites_and_the_mail_arrives_once(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.admin).post(PEOPLE, someone())
    assert (answer.status_code, answer["Location"]) == (302, PEOPLE)
    [invitation] = invitations()
    assert (invitation.email, invitation.role, invitation.invited_by) == (
        "nora@trusst.example",
        "engineer",
        "Desk Admin",
    )
    assert invitation.expires_at == START + timedelta(days=7)
    assert desk_facts() == [
        ("customers.desk_person_invited", {"invitation_id": invitation.pk, "role": "engineer"})
    ]
    line = browse(cast.admin).get("/desk/admin/activity/").context["lines"][0]
    assert (line.what, line.about) == ("invited to the desk as Engineer", "Nora New")
    assert (mail_desk_invitations(), mail_desk_invitations()) == (1, 0)
    [mail] = mailbox()
    assert (mail.to, mail.subject) == ("nora@trusst.example", "Desk Admin invites you to the Trusst desk")
    assert invitations()[0].mailed_at == START


def test_whoever_is_invited_joins_the_desk_by_the_link(cast: Cast, browse: Browse) -> None:
    browse(cast.admin).post(PEOPLE, someone(role="lead"))
    mail_desk_invitations()
    newcomer = Client()
    address = link()
    assert newcomer.post(address, {"name": "Nora New", "password": "short"}).status_code == 422
    answer = newcomer.post(address, {"name": "Nora New", "password": "a long enough sentence"})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert newcomer.get("/desk/").status_code == 200
    with acting_as(worker_context()):
        joined = DeskPerson.objects.get(user__email="nora@trusst.example")
    assert (joined.name, joined.role, joined.timezone) == ("Nora New", "lead", "Australia/Perth")
    assert Client().get(address).status_code == 404  # it works once


@pytest.mark.parametrize("spoil", ["too old", "withdrawn", "forged"])
def test_a_link_that_does_not_work_any_more_is_404(
    cast: Cast, browse: Browse, clock: Clock, spoil: str
) -> None:
    browse(cast.admin).post(PEOPLE, someone())
    mail_desk_invitations()
    address = link()
    if spoil == "too old":
        clock.advance(days=7)
    elif spoil == "withdrawn":
        browse(cast.admin).post(f"{PEOPLE}invitations/{invitations()[0].pk}/revoke/")
    else:
        address = address.replace("/join-desk/", "/join-desk/x")
    answer = Client().post(address, {"name": "Nora", "password": "a long enough sentence"})
    assert answer.status_code == 404
    with acting_as(worker_context()):
        assert not DeskPerson.objects.filter(name="Nora").exists()


@pytest.mark.parametrize("role", ["engineer", "lead", "manager"])
def test_only_an_administrator_adds_people(cast: Cast, browse: Browse, role: str) -> None:
    assert browse(cast.desk[role]).post(PEOPLE, someone()).status_code == 403
    assert (invitations(), desk_facts()) == ([], [])


def test_whoever_is_on_the_desk_is_not_invited_again(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.admin).post(PEOPLE, someone(email="engineer@trusst.example"))
    assert answer.status_code == 422
    assert answer.context["form"].errors["email"] == ["engineer@trusst.example is on the desk already."]
    assert b'value="Nora New"' in answer.content
    assert invitations() == []


def test_a_second_invitation_of_an_address_replaces_the_first(cast: Cast, browse: Browse) -> None:
    for _ in range(2):
        browse(cast.admin).post(PEOPLE, someone())
    assert [one.revoked_at for one in invitations()] == [START, None]


def test_a_role_is_changed_and_is_on_the_activity_page(cast: Cast, browse: Browse) -> None:
    client = browse(cast.admin)
    answer = client.post(f"{PEOPLE}{cast.engineer.pk}/", {"role": "lead"})
    assert (answer.status_code, answer["Location"]) == (302, PEOPLE)
    assert person(cast.engineer.pk).role == "lead"
    line = client.get("/desk/admin/activity/").context["lines"][0]
    assert (line.who, line.what, line.about) == (
        "Desk Admin",
        "changed the role to Desk lead",
        "Desk Engineer",
    )


def test_the_last_administrator_stays_one(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.admin).post(f"{PEOPLE}{cast.admin.pk}/", {"role": "lead"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["role"] == [
        "Desk Admin is the last administrator. Make someone else one first."
    ]
    assert person(cast.admin.pk).role == "admin"
    assert desk_facts() == []


def test_nobody_takes_themselves_off_the_desk(cast: Cast, browse: Browse) -> None:
    browse(cast.admin).post(f"{PEOPLE}{cast.lead.pk}/", {"role": "admin"})
    answer = browse(cast.admin).post(f"{PEOPLE}{cast.admin.pk}/leave/", {})
    assert answer.status_code == 422
    assert person(cast.admin.pk).is_active


@pytest.mark.parametrize("to", ["the lead", "nobody"])
def test_who_leaves_hands_every_unfinished_ticket_to_somebody_or_to_nobody(
    cast: Cast, browse: Browse, to: str
) -> None:
    mine = [file_ticket(cast.acme.coordinator), file_ticket(cast.globex.coordinator)]
    with acting_as(context_of(cast.engineer)) as now:
        for ticket in mine:
            tickets.take(ticket=ticket, person=cast.engineer, actor=actor_of(cast.engineer), at=now)
    client = browse(cast.admin)
    address = f"{PEOPLE}{cast.engineer.pk}/leave/"
    page = client.get(address).content.decode()
    assert all(ticket.key in page for ticket in mine)
    refused = client.post(address, {})
    assert refused.status_code == 422
    assert refused.context["form"].errors["to"] == ["Select who gets their tickets."]
    assert person(cast.engineer.pk).is_active
    heir = cast.lead if to == "the lead" else None
    answer = client.post(address, {"to": str(heir.pk) if heir else "nobody"})
    assert (answer.status_code, answer["Location"]) == (302, PEOPLE)
    assert [fresh(ticket).assignee for ticket in mine] == [heir, heir]
    assert all(facts_of(ticket)[-1] == "assigned" for ticket in mine)
    assert not person(cast.engineer.pk).is_active
    assert browse(cast.engineer).get("/desk/").status_code == 403


def test_who_left_can_come_back(cast: Cast, browse: Browse) -> None:
    client = browse(cast.admin)
    client.post(f"{PEOPLE}{cast.engineer.pk}/leave/", {})
    client.post(f"{PEOPLE}{cast.engineer.pk}/return/")
    assert person(cast.engineer.pk).is_active
    assert [fact[1]["kind"] for fact in desk_facts()] == ["deactivated", "reactivated"]


@pytest.mark.parametrize("role", ["lead", "manager", "admin"])
def test_those_who_lead_see_the_administration(cast: Cast, browse: Browse, role: str) -> None:
    page = browse(cast.desk[role]).get("/desk/admin/")
    assert page.status_code == 200
    assert b"/desk/admin/activity/" in page.content
