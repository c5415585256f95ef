"""Who of a customer's own people sees which ticket, and that a private one stays with whoever it concerns."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from customers import actions as customers
from customers.models import Customer, Member, MemberRole
from tests.cast import Cast, actor_of, context_of, file_ticket, fresh, picture
from tests.conftest import Browse, Call
from tests.factories import report
from tests.portal import send_report
from tests.tickets.conftest import everything_about, facts_of
from tickets import actions
from tickets.models import Attachment, Ticket

SETTING = "/c/acme/privacy/"
ALL = "/api/v1/c/acme/tickets/"


@pytest.fixture
def colleague(cast: Cast) -> Member:
    """Another requester of Acme, who sees every ticket that is not private."""
    user = customers.create_user(email="colleague@acme.example", password=None)
    with acting_as(worker_context()) as now:
        Customer.objects.filter(pk=cast.acme.customer.pk).update(members_see_all=True)
        member = customers.add_member(
            customer=cast.acme.customer,
            user=user,
            name="Acme Colleague",
            role=MemberRole.REQUESTER,
            actor=actor_of(cast.admin),
            at=now,
        )
        cast.acme.customer.refresh_from_db()
    return member


def hide(cast: Cast, ticket: Ticket) -> None:
    requester = cast.acme.requester
    with acting_as(context_of(requester)) as now:
        actions.set_private(ticket=ticket, actor=actor_of(requester), at=now, is_private=True)


def is_there(client: Client, address: str) -> bool:
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)  # type: ignore[attr-defined] # a file is open until it was read
    return answer.status_code == 200


def doors(browse: Browse, call: Call, member: Member, ticket: Ticket) -> dict[str, bool]:
    """Tell through which doors a member gets at a ticket, its words and its file."""
    client, api = browse(member), call(member)
    with acting_as(worker_context()):
        token = Attachment.objects.get(ticket_id=ticket.pk).token
    page = f"/c/acme/tickets/{ticket.number}/"
    rows = csv.DictReader(io.StringIO(client.get("/c/acme/tickets.csv", {"show": "all"}).content.decode()))
    return {
        "list": ticket.key in [one.key for one in client.get("/c/acme/").context["page"]],
        "search": ticket.key in [one.key for one in client.get("/c/acme/", {"q": "payroll"}).context["page"]],
        "reference": ticket.key
        in [one.key for one in client.get("/c/acme/", {"q": ticket.key}).context["page"]],
        "address": client.get(page).status_code == 200,
        "sent": client.get(f"{page}sent/").status_code == 200,
        "clocks": client.get(f"{page}clocks/").status_code == 200,
        "follow": client.post(f"{page}follow/", {"version": ticket.version}).status_code == 302,
        "file": is_there(client, f"/c/acme/files/{token}/"),
        "download": ticket.key in [row["Reference"] for row in rows],
        "API list": ticket.key in [one["key"] for one in api.get(ALL).json()["results"]],
        "API search": ticket.key in [one["key"] for one in api.get(f"{ALL}?q=payroll").json()["results"]],
        "API": api.get(f"{ALL}{ticket.number}/").status_code == 200,
        "API messages": api.get(f"{ALL}{ticket.number}/messages/").status_code == 200,
    }


@pytest.mark.parametrize("is_private", [False, True])
def test_a_requester_reaches_a_colleagues_ticket_through_every_door_or_through_none(
    cast: Cast, browse: Browse, call: Call, colleague: Member, is_private: bool
) -> None:
    ticket = file_ticket(cast.acme.requester, description="About the payroll", files=[picture()])
    if is_private:
        hide(cast, ticket)
    found = doors(browse, call, colleague, fresh(ticket))
    assert set(found.values()) == {not is_private}, found


def test_whom_a_private_ticket_concerns_sees_it(
    cast: Cast, browse: Browse, call: Call, colleague: Member
) -> None:
    ticket = file_ticket(cast.acme.requester, description="About the payroll", files=[picture()])
    hide(cast, ticket)
    for member in (cast.acme.requester, cast.acme.coordinator, cast.acme.lead):
        assert browse(member).get(f"/c/acme/tickets/{ticket.number}/").status_code == 200
    with acting_as(context_of(cast.engineer)) as now:
        actions.add_follower(ticket=ticket, actor=actor_of(cast.engineer), at=now, member=colleague)
    assert set(doors(browse, call, colleague, fresh(ticket)).values()) == {True}
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "Acme Requester, Acme Colleague, and your coordinators and leads" in page


def test_its_contact_and_level_1_make_it_private_and_take_that_back(
    cast: Cast, browse: Browse, call: Call, colleague: Member
) -> None:
    ticket = file_ticket(cast.acme.requester)
    page = f"/c/acme/tickets/{ticket.number}/"
    client = browse(cast.acme.requester)
    assert "Everyone at Acme Freight" in client.get(page).content.decode()
    before = everything_about(ticket)
    answer = browse(colleague).post(f"{page}privacy/", {"version": ticket.version, "is_private": "yes"})
    assert answer.status_code == 403
    assert everything_about(ticket) == before
    assert client.post(f"{page}privacy/", {"version": ticket.version, "is_private": "yes"}).status_code == 302
    assert fresh(ticket).is_private
    assert "made this private" in client.get(page).content.decode()
    back = call(cast.acme.coordinator).post(f"{ALL}{ticket.number}/privacy/", {"is_private": False})
    assert (back.status_code, back.json()["is_private"]) == (200, False)
    again = call(cast.acme.coordinator).post(f"{ALL}{ticket.number}/privacy/", {"is_private": False})
    assert again.status_code == 200
    assert facts_of(ticket)[-2:] == ["privacy_changed", "privacy_changed"]
    assert call(cast.engineer).post(f"{ALL}{ticket.number}/privacy/", {"is_private": True}).status_code == 403


def test_a_report_is_private_from_the_start(
    cast: Cast, browse: Browse, call: Call, colleague: Member
) -> None:
    client = browse(cast.acme.requester)
    client.post("/c/acme/report/", report(private="on"))
    check = client.get("/c/acme/report/check/").content.decode()
    assert "Keep it private" in check
    send_report(client, report(private="on"))
    sent = call(cast.acme.coordinator).post(
        ALL,
        {
            "subject": "Pay",
            "description": "Wrong",
            "environment": "production",
            "work": "nuisance",
            "is_private": True,
        },
    )
    assert sent.status_code == 201
    assert [one.is_private for one in browse(cast.acme.lead).get("/c/acme/").context["page"]] == [True, True]
    assert list(browse(colleague).get("/c/acme/").context["page"]) == []


def test_the_desk_sees_the_mark_and_works_as_ever(cast: Cast, browse: Browse, colleague: Member) -> None:
    ticket = file_ticket(cast.acme.requester)
    client = browse(cast.engineer)
    mark = "coordinators and leads see it"
    assert mark not in client.get(f"/desk/tickets/{ticket.key}/").content.decode()
    hide(cast, ticket)
    page = client.get(f"/desk/tickets/{ticket.key}/")
    assert mark in page.content.decode()
    assert ticket.key in [one.key for one in client.get("/desk/").context["page"]]
    version = fresh(ticket).version
    assert client.post(f"/desk/tickets/{ticket.key}/take/", {"version": version}).status_code == 302


def test_a_merge_lets_nobody_into_a_private_ticket(cast: Cast, browse: Browse, colleague: Member) -> None:
    target = file_ticket(cast.acme.requester)
    hide(cast, target)
    source = file_ticket(colleague)
    with acting_as(context_of(cast.acme.lead)):
        actions.watch(ticket=source, member=cast.acme.lead)
    with acting_as(context_of(cast.engineer)) as now:
        actions.merge(ticket=source, into=target, actor=actor_of(cast.engineer), at=now)
    client = browse(colleague)
    assert client.get(f"/c/acme/tickets/{target.number}/").status_code == 404
    assert client.get(f"/c/acme/tickets/{source.number}/").status_code == 200
    seen = browse(cast.acme.lead).get(f"/c/acme/tickets/{target.number}/").content.decode()
    assert "Acme Requester, and your coordinators and leads" in seen


def test_a_lead_decides_what_requesters_see(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.lead)
    requester = browse(cast.acme.requester)
    page = f"/c/acme/tickets/{ticket.number}/"
    assert requester.get(page).status_code == 404
    lead = browse(cast.acme.lead)
    assert lead.get(SETTING).context["form"]["requesters_see"].value() == "own"
    assert lead.post(SETTING, {"requesters_see": "some"}).status_code == 422
    assert lead.post(SETTING, {"requesters_see": "all"}).status_code == 302
    assert requester.get(page).status_code == 200
    assert lead.post(SETTING, {"requesters_see": "all"}).status_code == 302  # nothing is to be said twice
    assert lead.post(SETTING, {"requesters_see": "own"}).status_code == 302
    assert requester.get(page).status_code == 404
    with acting_as(worker_context()):
        facts = EventRecord.objects.filter(type="customers.privacy_changed").order_by("pk")
        assert [(one.actor_name, one.payload["members_see_all"]) for one in facts] == [
            ("Acme Lead", True),
            ("Acme Lead", False),
        ]
        assert not Customer.objects.get(slug="globex").members_see_all


def test_nobody_else_decides_what_requesters_see(cast: Cast, browse: Browse) -> None:
    for member, status in (
        (cast.acme.requester, 403),
        (cast.acme.coordinator, 403),
        (cast.globex.lead, 404),
    ):
        assert browse(member).post(SETTING, {"requesters_see": "all"}).status_code == status
    with acting_as(worker_context()):
        assert not Customer.objects.filter(members_see_all=True).exists()
