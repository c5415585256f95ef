"""The desk takes customers on and keeps what they have: services, AWS accounts, people."""

from __future__ import annotations

from typing import Any

import pytest

from core.models import EventRecord
from core.problems import Refused
from core.tenancy import acting_as, worker_context
from customers import actions
from customers.models import AwsAccount, Customer, Invitation, Member, Service
from notifications.models import Notification
from tests.cast import Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock

ALL = "/desk/admin/customers/"
ACME = f"{ALL}acme/"


def hooli(**changes: str) -> dict[str, str]:
    return {
        "name": "Hooli Mining",
        "key": "hool",
        "slug": "hooli",
        "timezone": "Australia/Perth",
        "region": "WA",
        "phone": "1800 555 099",
        "lead_name": "Gavin Bell",
        "lead_email": "gavin@hooli.example",
    } | changes


def customer(slug: str) -> Customer:
    with acting_as(worker_context()):
        return Customer.objects.get(slug=slug)


def kinds(browse: Browse, cast: Cast) -> list[tuple[str, str]]:
    lines = browse(cast.admin).get("/desk/admin/activity/").context["lines"]
    return [(line.what, line.about) for line in lines if line.who != "Trusst Support"]


def test_an_administrator_takes_a_customer_on_and_its_lead_is_invited(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.admin).post(f"{ALL}new/", hooli(files_to_desk="on"))
    assert (answer.status_code, answer["Location"]) == (302, f"{ALL}hooli/")
    taken = customer("hooli")
    assert (taken.name, taken.key, taken.timezone, taken.region) == (
        "Hooli Mining",
        "HOOL",
        "Australia/Perth",
        "WA",
    )
    assert (taken.files_to_desk, taken.members_see_all, taken.is_active) == (True, False, True)
    with acting_as(worker_context()):
        [invitation] = Invitation.objects.filter(customer=taken)
        [mail] = Notification.objects.filter(customer=taken)
    assert (invitation.email, invitation.role) == ("gavin@hooli.example", "lead")
    assert (mail.recipient_email, "/join/" in mail.body) == ("gavin@hooli.example", True)
    assert kinds(browse, cast) == [("took the customer on", "Hooli Mining")]


@pytest.mark.parametrize("role", ["engineer", "lead", "manager"])
def test_others_take_nobody_on(cast: Cast, browse: Browse, role: str) -> None:
    assert browse(cast.desk[role]).post(f"{ALL}new/", hooli()).status_code == 403
    with acting_as(worker_context()):
        assert not Customer.objects.filter(slug="hooli").exists()


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"key": "ACME"}, "key", "Another customer has this key. Enter another one."),
        ({"slug": "acme"}, "slug", "Another customer has this address. Enter another one."),
        ({"slug": "new"}, "slug", "Enter another address: this one is taken by a page of ours."),
        ({"key": "1X"}, "key", "Enter two to eight capitals or digits."),
        ({"timezone": "Mars"}, "timezone", "Mars is not a time zone we know."),
        ({"lead_email": ""}, "lead_email", "Enter an e-mail address."),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_kept(
    cast: Cast, browse: Browse, change: dict[str, str], field: str, said: str
) -> None:
    with acting_as(worker_context()):
        before = Customer.objects.count(), Invitation.objects.count(), EventRecord.objects.count()
    answer = browse(cast.admin).post(f"{ALL}new/", hooli(**change))
    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [said]}
    assert b'value="Gavin Bell"' in answer.content
    with acting_as(worker_context()):
        assert (
            Customer.objects.count(),
            Invitation.objects.count(),
            EventRecord.objects.count(),
        ) == before


def test_settings_are_changed(cast: Cast, browse: Browse) -> None:
    browse(cast.admin).post(
        ACME,
        {"name": "Acme Air", "timezone": "Australia/Darwin", "region": "NT", "members_see_all": "on"},
    )
    changed = customer("acme")
    assert (changed.name, changed.timezone, changed.region) == ("Acme Air", "Australia/Darwin", "NT")
    assert (changed.members_see_all, changed.files_to_desk) == (True, False)


def test_where_everybody_sees_every_ticket_a_requester_does(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.coordinator)
    page = f"/c/acme/tickets/{ticket.number}/"
    assert browse(cast.acme.requester).get(page).status_code == 404
    browse(cast.admin).post(
        ACME, {"name": "Acme", "timezone": "Australia/Sydney", "region": "NSW", "members_see_all": "on"}
    )
    assert browse(cast.acme.requester).get(page).status_code == 200


def test_a_customer_is_deactivated_after_asking_and_can_come_back(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.coordinator)
    client = browse(cast.admin)
    asked = client.get(f"{ACME}leave/")
    assert (asked.context["people"], asked.context["open"]) == (3, 1)
    assert browse(cast.acme.lead).get("/c/acme/").status_code == 200
    client.post(f"{ACME}leave/")
    assert browse(cast.acme.lead).get("/c/acme/").status_code == 404
    assert client.get(f"/desk/tickets/{ticket.key}/").status_code == 200
    client.post(f"{ACME}return/")
    assert browse(cast.acme.lead).get("/c/acme/").status_code == 200


def test_nobody_of_an_inactive_customer_is_mailed_or_invited(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.coordinator)
    browse(cast.admin).post(f"{ACME}leave/")
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/reply/", {"body": "Hello"})
    answer = browse(cast.lead).post(
        "/desk/customers/acme/people/", {"name": "N", "email": "n@acme.example", "role": "lead"}
    )
    assert answer.status_code == 422
    with acting_as(worker_context()):
        assert not Notification.objects.filter(subject__contains="replied").exists()
        assert not Invitation.objects.filter(customer=cast.acme.customer).exists()


# --- Services and accounts ---------------------------------------------------------------------------
def services() -> list[tuple[str, bool]]:
    with acting_as(worker_context()):
        found = Service.objects.filter(customer__slug="acme").order_by("pk")
        return list(found.values_list("name", "is_active"))


def test_a_service_is_added_renamed_and_withdrawn(cast: Cast, browse: Browse) -> None:
    client = browse(cast.lead)
    client.post(f"{ACME}services/", {"name": "Billing"})
    with acting_as(worker_context()):
        pk = Service.objects.get(name="Billing").pk
    client.post(f"{ACME}services/{pk}/", {"name": "Invoices"})
    client.post(f"{ACME}services/{pk}/switch/", {"active": "no"})
    assert services() == [("Acme Freight shop", True), ("Invoices", False)]
    assert b"Invoices" not in browse(cast.acme.lead).get("/c/acme/report/").content
    assert kinds(browse, cast) == [
        ("withdrew a service", "Invoices, Acme Freight"),
        ("renamed a service", "Invoices, Acme Freight"),
        ("added a service", "Invoices, Acme Freight"),
    ]


def test_two_services_of_a_customer_are_not_called_the_same(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.admin).post(f"{ACME}services/", {"name": "Acme Freight shop"})
    assert answer.status_code == 422
    assert answer.context["service_form"].errors["name"] == ["This customer has a service of this name."]
    assert services() == [("Acme Freight shop", True)]


def test_a_service_of_another_customer_is_not_found(cast: Cast, browse: Browse) -> None:
    with acting_as(worker_context()):
        pk = Service.objects.get(customer=cast.globex.customer).pk
    assert browse(cast.admin).post(f"{ACME}services/{pk}/", {"name": "Mine"}).status_code == 404
    with acting_as(worker_context()):
        assert Service.objects.get(pk=pk).name == "Globex Power shop"


def test_an_aws_account_is_added_renamed_and_retired(cast: Cast, browse: Browse) -> None:
    client = browse(cast.admin)
    client.post(f"{ACME}accounts/", {"name": "acme-dev", "account_id": "2222 3333-4444"})
    with acting_as(worker_context()):
        account = AwsAccount.objects.get(name="acme-dev")
    assert (account.account_id, account.support_state) == ("222233334444", "unknown")
    client.post(f"{ACME}accounts/{account.pk}/", {"name": "acme-test"})
    client.post(f"{ACME}accounts/{account.pk}/switch/", {"active": "no"})
    with acting_as(worker_context()):
        account.refresh_from_db()
    assert (account.name, account.is_active) == ("acme-test", False)


@pytest.mark.parametrize("typed", ["12345", "12345678901x", "１２３４５６７８９０１２"])
def test_an_account_has_twelve_digits(cast: Cast, browse: Browse, typed: str) -> None:
    answer = browse(cast.admin).post(f"{ACME}accounts/", {"name": "acme-dev", "account_id": typed})
    assert answer.status_code == 422
    assert list(answer.context["account_form"].errors) == ["account_id"]
    with acting_as(worker_context()):
        assert not AwsAccount.objects.filter(name="acme-dev").exists()


# --- People of a customer ----------------------------------------------------------------------------
def member(one: Member) -> Member:
    with acting_as(worker_context()):
        return Member.objects.get(pk=one.pk)


def test_the_desk_changes_a_members_role(cast: Cast, browse: Browse) -> None:
    browse(cast.manager).post(f"{ACME}people/{cast.acme.requester.pk}/", {"role": "lead"})
    assert member(cast.acme.requester).role == "lead"
    assert kinds(browse, cast) == [("changed the role to Lead", "Acme Requester, Acme Freight")]


@pytest.mark.parametrize(("end", "typed"), [("", {"role": "requester"}), ("leave/", {})])
def test_the_last_lead_of_a_customer_stays(
    cast: Cast, browse: Browse, end: str, typed: dict[str, Any]
) -> None:
    answer = browse(cast.admin).post(f"{ACME}people/{cast.acme.lead.pk}/{end}", typed)
    assert answer.status_code == 422
    assert b"Acme Lead is the last lead of Acme Freight" in answer.content
    assert (member(cast.acme.lead).role, member(cast.acme.lead).is_active) == ("lead", True)


def test_a_deactivated_member_no_longer_gets_in(cast: Cast, browse: Browse) -> None:
    browse(cast.lead).post(f"{ACME}people/{cast.acme.requester.pk}/leave/")
    assert browse(cast.acme.requester).get("/c/acme/").status_code == 404


def test_who_was_deactivated_can_be_invited_again_and_is_the_same_member(cast: Cast, browse: Browse) -> None:
    one = cast.acme.requester
    browse(cast.lead).post(f"{ACME}people/{one.pk}/leave/")
    browse(cast.acme.lead).post(
        "/c/acme/people/", {"name": "Back Again", "email": one.email, "role": "coordinator"}
    )
    with acting_as(worker_context()):
        invitation = Invitation.objects.get(customer=cast.acme.customer)
    link = actions.InvitationLink.to(invitation).token()
    browse(one).post(f"/join/{link}/", {"name": "Back Again"})
    back = member(one)
    assert (back.name, back.role, back.is_active) == ("Back Again", "coordinator", True)


# --- How often people are invited --------------------------------------------------------------------
def test_an_address_is_not_written_to_more_than_three_times_a_day(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    typed = {"name": "N", "email": "n@acme.example", "role": "requester"}
    client = browse(cast.acme.lead)
    assert [client.post("/c/acme/people/", typed).status_code for _ in range(4)] == [302, 302, 302, 422]
    clock.advance(hours=24, seconds=1)
    assert client.post("/c/acme/people/", typed).status_code == 302


def test_one_person_invites_no_more_than_thirty_a_day(cast: Cast) -> None:
    def invite(number: int) -> None:
        with acting_as(context_of(cast.acme.lead)) as now:
            actions.invite_member(
                customer=cast.acme.customer,
                actor=actor_of(cast.acme.lead),
                at=now,
                email=f"n{number}@acme.example",
                name="N",
                role="requester",
            )

    for number in range(30):
        invite(number)
    with pytest.raises(Refused, match="You have invited 30 people within a day"):
        invite(30)
    with acting_as(worker_context()):
        assert Invitation.objects.count() == 30
