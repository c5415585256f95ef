"""A lead looks after the organisation's people: roles, leaving, coming back, invitations sent again."""

from __future__ import annotations

import pytest

from core.models import DeskRecord, EventRecord
from core.tenancy import acting_as, worker_context
from customers.models import Invitation, Member
from notifications.models import Notification
from tests.cast import Cast, file_ticket, fresh
from tests.conftest import Browse
from tickets.models import Watcher

PEOPLE = "/c/acme/people/"


def again(member: Member) -> Member:
    with acting_as(worker_context()):
        return Member.objects.get(pk=member.pk)


def facts() -> list[tuple[str, str]]:
    with acting_as(worker_context()):
        assert not DeskRecord.objects.filter(type="customers.member_changed").exists()
        found = EventRecord.objects.filter(type="customers.colleague_changed").order_by("pk")
        return [(one.payload["kind"], one.payload["role"]) for one in found]


def test_a_lead_changes_a_role(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.acme.lead).post(f"{PEOPLE}{cast.acme.requester.pk}/", {"role": "coordinator"})
    assert (answer.status_code, answer["Location"]) == (302, PEOPLE)
    assert again(cast.acme.requester).role == "coordinator"
    assert facts() == [("role", "coordinator")]


def test_the_last_lead_stays_one(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.acme.lead).post(f"{PEOPLE}{cast.acme.lead.pk}/", {"role": "requester"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "role": ["Acme Lead is the last lead of Acme Freight. Make someone else one first."]
    }
    assert (again(cast.acme.lead).role, facts()) == ("lead", [])


def test_nobody_deactivates_themselves(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.lead)
    client.post(f"{PEOPLE}{cast.acme.coordinator.pk}/", {"role": "lead"})
    answer = client.post(f"{PEOPLE}{cast.acme.lead.pk}/leave/")
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["You cannot deactivate yourself. Ask another lead."]
    assert again(cast.acme.lead).is_active is True


def test_who_leaves_no_longer_gets_in_and_their_tickets_get_a_contact(cast: Cast, browse: Browse) -> None:
    first, second = (file_ticket(cast.acme.requester, subject=one) for one in ("One", "Two"))
    with acting_as(worker_context()):
        Watcher.objects.create(customer=cast.acme.customer, ticket=first, member=cast.acme.coordinator)
    leaving = browse(cast.acme.requester)
    lead, address = browse(cast.acme.lead), f"{PEOPLE}{cast.acme.requester.pk}/leave/"
    assert [ticket.pk for ticket in lead.get(address).context["tickets"]] == [second.pk, first.pk]
    answer = lead.post(address, {"to": cast.acme.coordinator.pk})
    assert (answer.status_code, answer["Location"]) == (302, PEOPLE)
    assert again(cast.acme.requester).is_active is False
    assert leaving.get("/c/acme/").status_code == 404
    assert [fresh(one).requester for one in (first, second)] == [cast.acme.coordinator] * 2
    assert fresh(first).version == first.version + 1
    with acting_as(worker_context()):
        assert not Watcher.objects.filter(ticket=first).exists()
        told = EventRecord.objects.filter(type="tickets.contact_changed").order_by("pk")
        assert [(one.ticket_id, one.payload["contact_name"]) for one in told] == [
            (first.pk, "Acme Coordinator"),
            (second.pk, "Acme Coordinator"),
        ]
    assert facts() == [("deactivated", "requester")]
    page = browse(cast.acme.coordinator).get(f"/c/acme/tickets/{first.number}/").content.decode()
    assert "made Acme Coordinator the contact" in page


def test_tickets_are_not_left_without_a_contact(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    answer = browse(cast.acme.lead).post(f"{PEOPLE}{cast.acme.requester.pk}/leave/", {"to": ""})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"to": ["Select who becomes the contact for their tickets."]}
    assert (again(cast.acme.requester).is_active, fresh(ticket).requester) == (True, cast.acme.requester)
    assert facts() == []


@pytest.mark.parametrize("who", ["the one who leaves", "another customer's"])
def test_only_an_active_colleague_becomes_the_contact(cast: Cast, browse: Browse, who: str) -> None:
    ticket = file_ticket(cast.acme.requester)
    heir = cast.acme.requester if who == "the one who leaves" else cast.globex.lead
    answer = browse(cast.acme.lead).post(f"{PEOPLE}{cast.acme.requester.pk}/leave/", {"to": heir.pk})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"to"}
    assert (again(cast.acme.requester).is_active, fresh(ticket).requester) == (True, cast.acme.requester)


def test_who_left_is_let_back_in(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.lead)
    client.post(f"{PEOPLE}{cast.acme.requester.pk}/leave/")
    client.post(f"{PEOPLE}{cast.acme.requester.pk}/return/")
    assert again(cast.acme.requester).is_active is True
    assert facts() == [("deactivated", "requester"), ("reactivated", "requester")]
    assert browse(cast.acme.requester).get("/c/acme/").status_code == 200


@pytest.mark.parametrize("end", ["", "leave/", "return/"])
@pytest.mark.parametrize("role", ["requester", "coordinator"])
def test_only_a_lead_changes_people(cast: Cast, browse: Browse, role: str, end: str) -> None:
    answer = browse(getattr(cast.acme, role)).post(
        f"{PEOPLE}{cast.acme.requester.pk}/{end}", {"role": "lead", "to": cast.acme.lead.pk}
    )
    assert answer.status_code == 403
    member = again(cast.acme.requester)
    assert (member.role, member.is_active, facts()) == ("requester", True, [])


@pytest.mark.parametrize("end", ["", "leave/", "return/"])
def test_another_customers_people_are_not_found(cast: Cast, browse: Browse, end: str) -> None:
    address = f"/c/globex/people/{cast.acme.requester.pk}/{end}"
    assert browse(cast.globex.lead).post(address, {"role": "lead"}).status_code == 404
    member = again(cast.acme.requester)
    assert (member.role, member.is_active, facts()) == ("requester", True, [])


@pytest.mark.parametrize("who", ["the customer's lead", "the desk's lead"])
def test_an_invitation_is_sent_again_with_a_new_link(cast: Cast, browse: Browse, who: str) -> None:
    ours = who == "the customer's lead"
    client = browse(cast.acme.lead if ours else cast.lead)
    people = PEOPLE if ours else "/desk/customers/acme/people/"
    client.post(people, {"name": "Nora New", "email": "nora@acme.example", "role": "lead"})
    with acting_as(worker_context()):
        first = Invitation.objects.get()
    assert client.post(f"{people}invitations/{first.pk}/resend/")["Location"] == people
    with acting_as(worker_context()):
        old, new = Invitation.objects.order_by("pk")
        assert (old.revoked_at is not None, new.revoked_at) == (True, None)
        assert (new.name, new.email, new.role) == ("Nora New", "nora@acme.example", "lead")
        assert Notification.objects.filter(kind="invitation").count() == 2


def test_an_invitation_is_not_sent_a_fourth_time_within_a_day(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.lead)
    client.post(PEOPLE, {"name": "Nora New", "email": "nora@acme.example", "role": "requester"})
    for _ in range(3):
        with acting_as(worker_context()):
            invitation = Invitation.objects.get(revoked_at=None)
        answer = client.post(f"{PEOPLE}invitations/{invitation.pk}/resend/", follow=True)
    assert "was invited 3 times within a day" in answer.content.decode()
    with acting_as(worker_context()):
        assert Invitation.objects.count() == 3
        assert Invitation.objects.get(revoked_at=None).pk == invitation.pk


def test_an_open_invitation_says_the_day_until_which_it_works(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.lead)
    client.post(PEOPLE, {"name": "Nora New", "email": "nora@acme.example", "role": "lead"})
    assert "Tue 10 Mar, 10:00 AEDT</time>" in client.get(PEOPLE).content.decode()
