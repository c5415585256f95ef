"""An invited person opens the link and becomes a member."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from core.problems import Refused
from core.tenancy import SYSTEM, acting_as, worker_context
from customers import actions
from customers.models import Invitation, Member, MemberRole, User
from tests.cast import Cast, House, actor_of, context_of
from tests.conftest import Clock

GOOD = {"name": "Nora New", "password": "forty quiet evenings"}


def invite(house: House, email: str = "nora@acme.example", role: str = MemberRole.REQUESTER) -> Invitation:
    with acting_as(context_of(house.lead)) as now:
        return actions.invite_member(
            customer=house.customer,
            actor=actor_of(house.lead),
            at=now,
            email=email,
            name="Nora New",
            role=role,
        )


def address(house: House, invitation: Invitation | int) -> str:
    number = invitation if isinstance(invitation, int) else invitation.pk
    link = actions.InvitationLink(customer_id=house.customer.pk, invitation_id=number)
    return f"/join/{link.token()}/"


def members(house: House) -> dict[str, str]:
    with acting_as(worker_context()):
        found = Member.objects.filter(customer=house.customer).exclude(user__in=_cast_of(house))
        return {member.email: member.role for member in found}


def _cast_of(house: House) -> list[User]:
    return [member.user for member in house.members]


def is_refused(answer: Any) -> bool:
    return answer.status_code == 404 and "customers/join_invalid.html" in [
        template.name for template in answer.templates
    ]


def test_the_link_makes_a_member_who_is_signed_in(cast: Cast, client: Client) -> None:
    invitation = invite(cast.acme, role=MemberRole.COORDINATOR)
    link = address(cast.acme, invitation)
    assert client.get(link).status_code == 200
    answer = client.post(link, GOOD)
    assert (answer.status_code, answer["Location"]) == (302, "/c/acme/")
    assert members(cast.acme) == {"nora@acme.example": "coordinator"}
    assert client.get("/c/acme/").status_code == 200


def test_the_password_works_at_the_next_sign_in(cast: Cast, client: Client) -> None:
    invitation = invite(cast.acme)
    client.post(address(cast.acme, invitation), GOOD)
    later = Client()
    later.post("/accounts/login/", {"login": "nora@acme.example", "password": GOOD["password"]})
    assert later.get("/c/acme/").status_code == 200


@pytest.mark.parametrize("password", ["", "elevenchars", "motherfucker", "123456789012345"])
def test_a_weak_password_is_refused_and_the_link_still_works(
    cast: Cast, client: Client, password: str
) -> None:
    invitation = invite(cast.acme)
    link = address(cast.acme, invitation)
    answer = client.post(link, GOOD | {"password": password})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"password"}
    assert members(cast.acme) == {}
    assert not User.objects.filter(email="nora@acme.example").exists()
    assert client.post(link, GOOD).status_code == 302


def test_a_user_who_is_known_signs_in_first(cast: Cast, client: Client) -> None:
    invitation = invite(cast.acme, email=cast.globex.lead.email)
    link = address(cast.acme, invitation)
    for answer in (client.get(link), client.post(link, GOOD)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/?next=/join/")
    assert members(cast.acme) == {}


def test_a_known_user_joins_without_a_new_password(cast: Cast, client: Client) -> None:
    invitation = invite(cast.acme, email=cast.globex.lead.email)
    client.force_login(cast.globex.lead.user)
    link = address(cast.acme, invitation)
    assert list(client.get(link).context["form"].fields) == ["name"]
    assert client.post(link, {"name": "Gloria"})["Location"] == "/c/acme/"
    assert members(cast.acme) == {"lead@globex.example": "requester"}


def test_somebody_elses_invitation_is_refused(cast: Cast, client: Client) -> None:
    invitation = invite(cast.acme)
    client.force_login(cast.globex.lead.user)
    answer = client.post(address(cast.acme, invitation), {"name": "Gloria"})
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [
        "This invitation is for nora@acme.example. Sign in with that address."
    ]
    assert members(cast.acme) == {}
    assert Client().post(address(cast.acme, invitation), GOOD).status_code == 302, "it still works"


def test_every_link_that_does_not_work_gets_the_same_answer(cast: Cast, client: Client, clock: Clock) -> None:
    used, replaced, open_one = (invite(cast.acme, email=f"{name}@acme.example") for name in ("a", "b", "c"))
    client.post(address(cast.acme, used), GOOD)
    invite(cast.acme, email="b@acme.example")
    good = address(cast.acme, open_one)
    flipped = good[:10] + ("A" if good[10] != "A" else "B") + good[11:]
    forged = signing.dumps({"c": cast.acme.customer.pk, "i": open_one.pk}, salt="another purpose")
    links = {
        "used": address(cast.acme, used),
        "replaced": address(cast.acme, replaced),
        "of another customer": address(cast.globex, open_one),
        "tampered": flipped,
        "signed for something else": f"/join/{forged}/",
        "never made": address(cast.acme, 999_999),
        "no number": address(cast.acme, 0),
        "no link at all": "/join/nothing/",
        "NUL": "/join/%00/",
    }
    stranger = Client()
    pages = {}
    for name, link in links.items():
        for answer in (stranger.get(link), stranger.post(link, GOOD)):
            assert is_refused(answer), name
            pages[name] = answer.context["reason"]
    assert set(pages.values()) == {"This invitation is no longer valid. Ask for a new one."}
    assert used.email in members(cast.acme)
    assert set(members(cast.acme)) == {"a@acme.example"}
    assert replaced.email not in members(cast.acme)


def test_a_withdrawn_link_does_not_work(cast: Cast, client: Client) -> None:
    invitation = invite(cast.acme)
    with acting_as(context_of(cast.acme.lead)) as now:
        actions.revoke_invitation(invitation=invitation, actor=actor_of(cast.acme.lead), at=now)
    assert is_refused(client.post(address(cast.acme, invitation), GOOD))
    assert members(cast.acme) == {}


def test_a_link_works_for_seven_days(cast: Cast, client: Client, clock: Clock) -> None:
    invitation = invite(cast.acme)
    link = address(cast.acme, invitation)
    clock.advance(days=7, seconds=-1)
    assert client.get(link).status_code == 200
    clock.advance(seconds=1)
    assert is_refused(client.post(link, GOOD))
    assert members(cast.acme) == {}


def test_a_signature_older_than_seven_days_is_refused(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation = invite(cast.acme)
    monkeypatch.setattr("customers.actions.INVITATION_LIFE", timedelta(seconds=-1))
    assert is_refused(client.get(address(cast.acme, invitation)))


def test_of_two_who_open_a_link_at_once_the_second_finds_it_used(cast: Cast) -> None:
    invitation = invite(cast.acme)
    link = actions.InvitationLink.to(invitation)
    actions.join(link=link, user=None, name="Nora", password=GOOD["password"])
    with pytest.MonkeyPatch.context() as patch:  # the second had looked before the first was saved
        patch.setattr(actions, "find_invitation", lambda link: invitation)
        with pytest.raises(actions.InvitationGone):
            actions.join(link=link, user=None, name="Eve", password=GOOD["password"])
    assert members(cast.acme) == {"nora@acme.example": "requester"}


def test_a_sign_in_made_meanwhile_is_not_taken_over(cast: Cast) -> None:
    invitation = invite(cast.acme)
    actions.create_user(email="nora@acme.example", password="the password of Nora")
    link = actions.InvitationLink.to(invitation)
    with pytest.raises(Refused, match="sign in first"):
        actions.join(link=link, user=None, name="Eve", password=GOOD["password"])
    assert members(cast.acme) == {}
    assert User.objects.get(email="nora@acme.example").check_password("the password of Nora")


def test_someone_who_became_a_member_meanwhile_is_told_so(cast: Cast, client: Client) -> None:
    user = actions.create_user(email="nora@acme.example", password=None)
    invitation = invite(cast.acme)
    with acting_as(worker_context()) as now:
        actions.add_member(
            customer=cast.acme.customer,
            user=user,
            name="Nora",
            role=MemberRole.REQUESTER,
            actor=SYSTEM,
            at=now,
        )
    client.force_login(user)
    answer = client.post(address(cast.acme, invitation), {"name": "Nora"})
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["You are one of Acme Freight's people already."]
    assert members(cast.acme) == {"nora@acme.example": "requester"}


def test_a_name_of_two_lines_becomes_one(cast: Cast, client: Client) -> None:
    invitation = invite(cast.acme)
    client.post(address(cast.acme, invitation), GOOD | {"name": "Nora\r\nBcc: eve@evil.example"})
    with acting_as(worker_context()):
        assert Member.objects.get(email="nora@acme.example").name == "Nora Bcc: eve@evil.example"
