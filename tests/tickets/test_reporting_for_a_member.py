"""The desk takes a report down for somebody on the phone."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import Member
from tests.cast import Cast, picture
from tests.conftest import Browse
from tests.factories import report
from tests.tickets.conftest import facts_of
from tickets.models import Message, Ticket

ADDRESS = "/desk/customers/acme/report/"


def answers(requester: Member, **changes: Any) -> dict[str, Any]:
    return report(requester=requester.pk, to=changes.pop("to", "desk"), **changes)


def tickets() -> list[Ticket]:
    with acting_as(worker_context()):
        return list(Ticket.objects.with_people().order_by("pk"))


def test_an_engineer_files_a_ticket_for_a_member(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.engineer).post(ADDRESS, answers(cast.acme.requester, files=[picture()]))
    assert (answer.status_code, answer["Location"]) == (302, "/desk/tickets/ACME-1/")
    [ticket] = tickets()
    assert (ticket.requester, ticket.level, ticket.severity) == (cast.acme.requester, 2, 3)
    with acting_as(worker_context()):
        message = Message.objects.get(ticket=ticket)
        assert message.attachments.count() == 1
    assert (message.author_kind, message.author_name) == ("desk", "Desk Engineer")
    assert facts_of(ticket)[:1] == ["opened"]
    assert "reached_desk" in facts_of(ticket)
    assert "public_reply" not in facts_of(ticket), "taking a report down answers nothing"


def test_the_member_reads_it_as_their_own(cast: Cast, browse: Browse) -> None:
    browse(cast.engineer).post(ADDRESS, answers(cast.acme.requester))
    assert browse(cast.acme.requester).get("/c/acme/tickets/1/").status_code == 200
    assert browse(cast.globex.lead).get("/c/globex/tickets/1/").status_code == 404


def test_the_desk_may_leave_it_with_level_1(cast: Cast, browse: Browse) -> None:
    browse(cast.engineer).post(ADDRESS, answers(cast.acme.requester, to="level_1"))
    assert [ticket.level for ticket in tickets()] == [1]


def test_a_critical_one_goes_to_the_desk_whatever_was_chosen(cast: Cast, browse: Browse) -> None:
    critical = answers(cast.acme.requester, to="level_1", work="stopped", workaround="no")
    browse(cast.engineer).post(ADDRESS, critical)
    assert [ticket.level for ticket in tickets()] == [2]


def test_only_the_customers_own_active_people_are_offered(cast: Cast, browse: Browse) -> None:
    with acting_as(worker_context()):
        Member.objects.filter(pk=cast.acme.coordinator.pk).update(is_active=False)
    page = browse(cast.engineer).get(ADDRESS)
    with acting_as(worker_context()):
        offered = {member.email for member in page.context["form"].fields["requester"].queryset}
    assert offered == {"requester@acme.example", "lead@acme.example"}
    assert next(iter(page.context["form"].fields)) == "requester"
    assert page.context["form"]["to"].value() == "desk"


@pytest.mark.parametrize("who", ["nobody", "another customer's", "someone who left", "a word"])
def test_a_requester_who_is_not_theirs_is_refused_and_the_rest_is_kept(
    cast: Cast, browse: Browse, who: str
) -> None:
    with acting_as(worker_context()):
        Member.objects.filter(pk=cast.acme.coordinator.pk).update(is_active=False)
    value = {
        "nobody": "",
        "another customer's": cast.globex.lead.pk,
        "someone who left": cast.acme.coordinator.pk,
        "a word": "ann",
    }[who]
    answer = browse(cast.engineer).post(ADDRESS, answers(cast.acme.requester) | {"requester": value})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"requester"}
    assert answer.context["form"]["subject"].value() == "Orders do not go out"
    assert answer.context["severity"] == 3
    assert tickets() == []


def test_another_customers_service_cannot_be_named(cast: Cast, browse: Browse) -> None:
    with acting_as(worker_context()):
        theirs = cast.globex.customer.services.get()
    answer = browse(cast.engineer).post(ADDRESS, answers(cast.acme.requester, service=theirs.pk))
    assert set(answer.context["form"].errors) == {"service"}
    assert tickets() == []


def test_an_unknown_customer_is_not_found(cast: Cast, browse: Browse) -> None:
    assert browse(cast.engineer).get("/desk/customers/nobody/report/").status_code == 404


def test_members_do_not_report_at_the_desk(cast: Cast, browse: Browse) -> None:
    for member in cast.acme.members:
        assert browse(member).post(ADDRESS, answers(cast.acme.requester)).status_code == 403
    assert tickets() == []
