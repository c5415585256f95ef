"""A lead, or the desk, invites people to a customer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.models import EventRecord
from core.problems import Refused
from core.tenancy import acting_as, worker_context
from customers import actions
from customers.models import DeskPerson, Invitation, Member
from notifications.models import Notification
from tests.cast import START, Cast, actor_of, context_of
from tests.conftest import Browse

OURS, DESKS = "/c/acme/people/", "/desk/customers/acme/people/"


def someone(**changes: str) -> dict[str, str]:
    return {"name": "Nora New", "email": "nora@acme.example", "role": "requester"} | changes


def invitations() -> list[Invitation]:
    with acting_as(worker_context()):
        return list(Invitation.objects.select_related("customer").order_by("pk"))


def mails() -> list[Notification]:
    """Return what was put into the outbox, to be delivered by the worker."""
    with acting_as(worker_context()):
        return list(Notification.objects.order_by("pk"))


def facts() -> list[str]:
    with acting_as(worker_context()):
        return list(
            EventRecord.objects.filter(type__contains="invit").order_by("pk").values_list("type", flat=True)
        )


def test_a_lead_invites_and_the_mail_arrives(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.acme.lead).post(OURS, someone(role="coordinator"))
    assert (answer.status_code, answer["Location"]) == (302, OURS)
    [invitation] = invitations()
    assert (invitation.customer.slug, invitation.email, invitation.role) == (
        "acme",
        "nora@acme.example",
        "coordinator",
    )
    assert invitation.expires_at == START + timedelta(days=7)
    [mail] = mails()
    assert mail.recipient_email == "nora@acme.example"
    assert "/join/" in mail.body
    assert facts() == ["customers.member_invited"]


@pytest.mark.parametrize("role", ["requester", "coordinator"])
def test_only_a_lead_of_the_customer_invites(cast: Cast, browse: Browse, role: str) -> None:
    answer = browse(getattr(cast.acme, role)).post(OURS, someone())
    assert answer.status_code == 403
    assert (invitations(), mails(), facts()) == ([], [], [])


def test_a_lead_of_another_customer_finds_nothing_there(cast: Cast, browse: Browse) -> None:
    assert browse(cast.globex.lead).post(OURS, someone()).status_code == 404
    assert (invitations(), mails()) == ([], [])


@pytest.mark.parametrize("role", ["lead", "manager", "admin"])
def test_those_who_lead_the_desk_invite_for_any_customer(cast: Cast, browse: Browse, role: str) -> None:
    for slug in ("acme", "globex"):
        browse(cast.desk[role]).post(f"/desk/customers/{slug}/people/", someone())
    assert [one.customer.slug for one in invitations()] == ["acme", "globex"]


def test_an_engineer_does_not_invite(cast: Cast, browse: Browse) -> None:
    assert browse(cast.engineer).post(DESKS, someone()).status_code == 403
    assert (invitations(), mails(), facts()) == ([], [], [])


def test_a_new_invitation_replaces_the_earlier_one(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.lead)
    client.post(OURS, someone())
    client.post(OURS, someone(email="NORA@acme.example", role="lead"))
    first, second = invitations()
    assert (first.revoked_at, second.revoked_at) == (START, None)
    assert second.email == "nora@acme.example"
    assert len(mails()) == 2
    assert facts() == [
        "customers.member_invited",
        "customers.invitation_revoked",
        "customers.member_invited",
    ]


def test_a_member_is_not_invited_again(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.acme.lead).post(OURS, someone(email=cast.acme.requester.email))
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"email": ["requester@acme.example is a member already."]}
    assert (invitations(), mails()) == ([], [])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "nora@acme.example\nBcc: eve@evil.example"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "Nora\x00"}, "name"),
        ({"role": "owner"}, "role"),
        ({"email": f"{'n' * 250}@acme.example"}, "email"),
    ],
)
def test_what_cannot_be_an_invitation_is_refused_beside_its_field(
    cast: Cast, browse: Browse, changes: dict[str, str], field: str
) -> None:
    answer = browse(cast.acme.lead).post(OURS, someone(**changes))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert (invitations(), mails()) == ([], [])


def test_a_name_of_two_lines_puts_no_header_into_the_mail(cast: Cast, browse: Browse) -> None:
    with acting_as(worker_context()):
        Member.objects.filter(pk=cast.acme.lead.pk).update(name="Acme Lead")
    browse(cast.acme.lead).post(OURS, someone(name="Nora\r\nBcc: eve@evil.example"))
    assert invitations()[0].name == "Nora Bcc: eve@evil.example"
    [mail] = mails()
    assert "\n" not in mail.subject


def test_a_withdrawn_invitation_is_gone(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.lead)
    client.post(OURS, someone())
    [invitation] = invitations()
    address = f"{OURS}invitations/{invitation.pk}/revoke/"
    assert client.post(address)["Location"] == OURS
    assert invitations()[0].revoked_at == START
    assert client.post(address).status_code == 404


@pytest.mark.parametrize("who", ["requester", "coordinator"])
def test_only_a_lead_withdraws(cast: Cast, browse: Browse, who: str) -> None:
    browse(cast.acme.lead).post(OURS, someone())
    address = f"{OURS}invitations/{invitations()[0].pk}/revoke/"
    assert browse(getattr(cast.acme, who)).post(address).status_code == 403
    assert invitations()[0].revoked_at is None


def test_another_customers_invitation_cannot_be_withdrawn(cast: Cast, browse: Browse) -> None:
    browse(cast.acme.lead).post(OURS, someone())
    pk = invitations()[0].pk
    assert browse(cast.globex.lead).post(f"/c/globex/people/invitations/{pk}/revoke/").status_code == 404
    assert (
        browse(cast.lead).post(f"/desk/customers/globex/people/invitations/{pk}/revoke/").status_code == 404
    )
    assert invitations()[0].revoked_at is None


def test_a_number_beyond_every_invitation_is_not_found(cast: Cast, browse: Browse) -> None:
    address = f"{OURS}invitations/{10**30}/revoke/"
    assert browse(cast.acme.lead).post(address).status_code == 404


def test_an_invitation_that_was_used_meanwhile_is_not_withdrawn(cast: Cast, browse: Browse) -> None:
    browse(cast.acme.lead).post(OURS, someone())
    [invitation] = invitations()
    with acting_as(worker_context()) as now:
        Invitation.objects.filter(pk=invitation.pk).update(accepted_at=now)
    with acting_as(context_of(cast.acme.lead)) as now, pytest.raises(Refused):
        actions.revoke_invitation(invitation=invitation, actor=actor_of(cast.acme.lead), at=now)
    assert invitations()[0].revoked_at is None
    assert facts() == ["customers.member_invited"]


def test_of_two_invitations_at_once_the_second_is_refused(
    cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    browse(cast.acme.lead).post(OURS, someone())
    with monkeypatch.context() as patch:  # the second transaction began before the first was saved
        patch.setattr("customers.access.open_invitations_of", lambda customer: Invitation.objects.none())
        answer = browse(cast.acme.lead).post(OURS, someone())
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["email"]
    assert len(invitations()) == 1


def test_every_member_sees_the_people_but_only_a_lead_is_offered_to_invite(
    cast: Cast, browse: Browse
) -> None:
    offered = {}
    people: dict[str, Member | DeskPerson] = {
        "requester": cast.acme.requester,
        "coordinator": cast.acme.coordinator,
        "lead": cast.acme.lead,
    }
    for name, person in people.items():
        page = browse(person).get(OURS)
        assert {member.customer_id for member in page.context["members"]} == {cast.acme.customer.pk}
        offered[name] = page.context["may_invite"]
    assert offered == {"requester": False, "coordinator": False, "lead": True}
