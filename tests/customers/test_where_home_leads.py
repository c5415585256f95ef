"""Home sends everybody to where they work."""

from __future__ import annotations

from django.test import Client

from core.tenancy import SYSTEM, acting_as, worker_context
from customers import actions
from customers.models import DeskRole, MemberRole
from tests.cast import Cast
from tests.conftest import Browse


def test_a_stranger_signs_in_first(db: None, client: Client) -> None:
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_each_member_goes_to_their_customers_tickets(cast: Cast, browse: Browse) -> None:
    for member in cast.acme.members:
        assert browse(member).get("/")["Location"] == "/c/acme/"


def test_everyone_on_the_desk_goes_to_the_queue(cast: Cast, browse: Browse) -> None:
    assert set(cast.desk) == set(DeskRole)
    for person in cast.desk.values():
        assert browse(person).get("/")["Location"] == "/desk/"


def test_a_member_of_two_customers_chooses(cast: Cast, browse: Browse) -> None:
    with acting_as(worker_context()) as now:
        actions.add_member(
            customer=cast.globex.customer,
            user=cast.acme.lead.user,
            name="Acme Lead",
            role=MemberRole.REQUESTER,
            actor=SYSTEM,
            at=now,
        )
    page = browse(cast.acme.lead).get("/")
    assert page.status_code == 200
    assert [member.customer.slug for member in page.context["memberships"]] == ["acme", "globex"]
    assert page.context["person"] is None


def test_an_engineer_who_is_also_a_member_chooses(cast: Cast, browse: Browse) -> None:
    with acting_as(worker_context()) as now:
        actions.add_member(
            customer=cast.acme.customer,
            user=cast.engineer.user,
            name="Desk Engineer",
            role=MemberRole.REQUESTER,
            actor=SYSTEM,
            at=now,
        )
    page = browse(cast.engineer).get("/")
    assert page.context["person"] == cast.engineer
    assert [member.customer.slug for member in page.context["memberships"]] == ["acme"]


def test_someone_with_no_place_is_told_so_and_sent_nowhere(db: None, client: Client) -> None:
    client.force_login(actions.create_user(email="left@acme.example", password=None))
    page = client.get("/")
    assert page.status_code == 200
    assert (page.context["person"], page.context["memberships"]) == (None, [])
