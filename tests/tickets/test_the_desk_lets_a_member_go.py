"""The desk deactivates one of a customer's people: what is open of theirs gets another contact first."""

from __future__ import annotations

from core.models import DeskRecord
from core.tenancy import acting_as, worker_context
from customers.models import Member
from tests.cast import Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse
from tests.tickets.conftest import facts_of
from tickets import actions

PEOPLE = "/desk/admin/customers/acme/people/"


def again(member: Member) -> Member:
    with acting_as(worker_context()):
        return Member.objects.get(pk=member.pk)


def test_their_open_tickets_are_shown_and_get_a_contact(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, subject="Slow again")
    leaving, desk = browse(cast.acme.requester), browse(cast.lead)
    address = f"{PEOPLE}{cast.acme.requester.pk}/leave/"
    assert address in desk.get(f"{PEOPLE}{cast.acme.requester.pk}/").content.decode()
    assert "Slow again" in desk.get(address).content.decode()
    refused = desk.post(address, {"to": ""})
    assert refused.status_code == 422
    assert refused.context["form"].errors == {"to": ["Select who becomes the contact for their tickets."]}
    assert desk.post(address, {"to": str(cast.globex.lead.pk)}).status_code == 422
    assert (again(cast.acme.requester).is_active, fresh(ticket).requester) == (True, cast.acme.requester)

    answer = desk.post(address, {"to": str(cast.acme.coordinator.pk)})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/customers/acme/people/")
    assert again(cast.acme.requester).is_active is False
    assert fresh(ticket).requester == cast.acme.coordinator
    assert facts_of(ticket)[-1] == "contact_changed"
    assert leaving.get("/c/acme/").status_code == 404
    with acting_as(worker_context()):
        assert DeskRecord.objects.get(type="customers.member_changed").payload["kind"] == "deactivated"


def test_their_level_1_tickets_wait_for_somebody_else(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, to_desk=False)
    with acting_as(context_of(cast.acme.coordinator)) as now:
        actor = actor_of(cast.acme.coordinator)
        actions.assign_at_level_1(ticket=ticket, actor=actor, at=now, member=cast.acme.coordinator)
    browse(cast.lead).post(f"{PEOPLE}{cast.acme.coordinator.pk}/leave/")
    assert again(cast.acme.coordinator).is_active is False
    assert fresh(ticket).level1_owner_id is None


def test_the_last_lead_stays_and_who_left_comes_back(cast: Cast, browse: Browse) -> None:
    desk = browse(cast.lead)
    refused = desk.post(f"{PEOPLE}{cast.acme.lead.pk}/leave/")
    assert refused.status_code == 422
    assert "Acme Lead is the last lead of Acme Freight" in refused.content.decode()
    assert again(cast.acme.lead).is_active is True
    desk.post(f"{PEOPLE}{cast.acme.requester.pk}/leave/")
    assert again(cast.acme.requester).is_active is False
    desk.post(f"{PEOPLE}{cast.acme.requester.pk}/return/")
    assert again(cast.acme.requester).is_active is True
