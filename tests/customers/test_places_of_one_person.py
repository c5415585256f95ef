"""One person, several customers; and a place that is taken away."""

from __future__ import annotations

import pytest

from core.tenancy import SYSTEM, acting_as, worker_context
from customers import actions
from customers.models import DeskPerson, Member, MemberRole
from tests.cast import Cast, file_ticket
from tests.conftest import Browse, Call


@pytest.fixture
def at_both(cast: Cast) -> Member:
    """Return Acme's lead, who is a mere requester at Globex as well."""
    with acting_as(worker_context()) as now:
        actions.add_member(
            customer=cast.globex.customer,
            user=cast.acme.lead.user,
            name="Acme Lead",
            role=MemberRole.REQUESTER,
            actor=SYSTEM,
            at=now,
        )
    return cast.acme.lead


def test_each_portal_shows_its_own_customer_only(cast: Cast, browse: Browse, at_both: Member) -> None:
    with acting_as(worker_context()):
        there = Member.objects.select_related("customer").get(
            customer=cast.globex.customer, user=at_both.user
        )
    file_ticket(cast.acme.requester)
    file_ticket(there)
    client = browse(at_both)
    assert [ticket.key for ticket in client.get("/c/acme/").context["page"]] == ["ACME-1"]
    assert [ticket.key for ticket in client.get("/c/globex/").context["page"]] == ["GLOB-1"]


def test_who_has_several_places_is_offered_to_change_on_every_page(
    cast: Cast, browse: Browse, at_both: Member
) -> None:
    for page in ("/c/acme/", "/c/globex/", "/c/acme/agreement/"):
        assert (
            'href="/">Change<span class="vh"> organisation</span>'
            in browse(at_both).get(page).content.decode()
        )
    choice = browse(at_both).get("/").content.decode()
    assert 'href="/c/acme/"' in choice
    assert 'href="/c/globex/"' in choice
    assert "Change<" not in browse(cast.acme.coordinator).get("/c/acme/").content.decode()


def test_a_role_at_one_customer_says_nothing_at_another(cast: Cast, browse: Browse, at_both: Member) -> None:
    ticket = file_ticket(cast.globex.coordinator)
    client = browse(at_both)
    assert client.get(f"/c/globex/tickets/{ticket.number}/").status_code == 404
    invited = {"name": "Eve", "email": "eve@evil.example", "role": "lead"}
    assert client.post("/c/globex/people/", invited).status_code == 403
    assert client.post("/c/acme/people/", invited).status_code == 302


def test_a_member_who_left_is_out_at_once(cast: Cast, browse: Browse, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester)
    client, api = browse(cast.acme.requester), call(cast.acme.requester)
    assert client.get("/c/acme/").status_code == 200
    with acting_as(worker_context()):
        Member.objects.filter(pk=cast.acme.requester.pk).update(is_active=False)
    assert client.get("/c/acme/").status_code == 404
    assert client.get(f"/c/acme/tickets/{ticket.number}/").status_code == 404
    assert client.post(f"/c/acme/tickets/{ticket.number}/reply/", {"body": "Hello"}).status_code == 404
    assert api.get("/api/v1/c/acme/tickets/").status_code == 404
    assert client.get("/").context["memberships"] == []


def test_a_desk_person_who_left_is_out_at_once(cast: Cast, browse: Browse, call: Call) -> None:
    ticket = file_ticket(cast.acme.coordinator)
    client, api = browse(cast.engineer), call(cast.engineer)
    assert client.get("/desk/").status_code == 200
    with acting_as(worker_context()):
        DeskPerson.objects.filter(pk=cast.engineer.pk).update(is_active=False)
    assert client.get("/desk/").status_code == 403
    assert client.post(f"/desk/tickets/{ticket.key}/reply/", {"body": "Hello"}).status_code == 403
    assert api.get("/api/v1/c/acme/tickets/").status_code == 404
