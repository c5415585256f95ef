"""The customer asks for a review of the severity, and a desk lead decides it with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import Member
from notifications.models import Notification
from tests.cast import NORMAL, START, Cast, House, fresh
from tests.cast import file_ticket as file
from tests.conftest import Browse, Call, Clock
from tests.tickets.conftest import everything_about, facts_of
from tickets import access, actions
from tickets.models import Ticket
from tickets.queues import VIEWS

WANTED = {"severity": 2, "reason": "Half the shops fail"}


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file(cast.acme.requester, impact=NORMAL)


def ask(browse: Browse, person: Member, ticket: Ticket, **typed: Any) -> Any:
    return browse(person).post(
        f"/c/acme/tickets/{ticket.number}/review/", WANTED | typed | {"version": fresh(ticket).version}
    )


def decide(browse: Browse, person: Any, ticket: Ticket, severity: int, reason: str = "I read it") -> Any:
    return browse(person).post(
        f"/desk/tickets/{ticket.key}/decide/",
        {"version": fresh(ticket).version, "severity": severity, "reason": reason},
    )


@pytest.mark.parametrize("who", ["requester", "coordinator", "lead"])
def test_any_member_who_may_read_the_ticket_asks(
    cast: Cast, browse: Browse, ticket: Ticket, who: str
) -> None:
    member = getattr(cast.acme, who)
    assert ask(browse, member, ticket).status_code == 302
    now = fresh(ticket)
    assert (now.review_by_id, now.review_asked_at, now.review_severity, now.review_reason, now.severity) == (
        member.pk,
        START,
        2,
        "Half the shops fail",
        3,
    )
    assert facts_of(ticket)[-1] == "review_asked"


def test_a_member_who_may_not_read_the_ticket_asks_nothing(cast: Cast, browse: Browse) -> None:
    ticket = file(cast.acme.coordinator)
    before = everything_about(ticket)
    assert ask(browse, cast.acme.requester, ticket).status_code == 404
    assert everything_about(ticket) == before


def test_one_review_is_open_at_a_time(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    ask(browse, cast.acme.requester, ticket)
    before = everything_about(ticket)
    answer = ask(browse, cast.acme.lead, ticket, severity=1)
    assert answer.status_code == 422
    assert "A review of the severity was asked for already" in answer.content.decode()
    assert everything_about(ticket) == before


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"severity": 3}, "severity"), ({"severity": ""}, "severity"), ({"reason": " "}, "reason")],
)
def test_a_review_names_another_severity_and_says_why(
    cast: Cast, browse: Browse, ticket: Ticket, typed: dict[str, Any], field: str
) -> None:
    before = everything_about(ticket)
    answer = ask(browse, cast.acme.requester, ticket, **typed)
    assert answer.status_code == 422
    assert set(answer.context["failed"]["review"].errors) == {field}
    assert everything_about(ticket) == before


def test_an_engineer_does_not_decide(cast: Cast, browse: Browse, call: Call, ticket: Ticket) -> None:
    ask(browse, cast.acme.requester, ticket)
    before = everything_about(ticket)
    for person in (cast.engineer, cast.manager):
        answer = decide(browse, person, ticket, 2)
        assert answer.status_code == 403
        assert "A desk lead decides this." in answer.content.decode()
        api = call(person).post(
            f"/api/v1/c/acme/tickets/{ticket.number}/decide/", {"severity": "P2", "reason": "Yes"}
        )
        assert api.status_code == 403
        assert "decide" not in call(person).get(f"/api/v1/c/acme/tickets/{ticket.number}/").json()["verbs"]
        page = browse(person).get(f"/desk/tickets/{ticket.key}/").content.decode()
        assert "Decide the review" not in page
        assert "Half the shops fail" in page
    assert everything_about(ticket) == before


@pytest.mark.parametrize("who", ["lead", "admin"])
def test_a_lead_changes_the_severity_in_the_same_step(
    cast: Cast, browse: Browse, ticket: Ticket, clock: Clock, who: str
) -> None:
    ask(browse, cast.acme.requester, ticket)
    clock.advance(minutes=7)
    person = cast.desk[who]
    assert decide(browse, person, ticket, 2, "Half the shops is major").status_code == 302
    now = fresh(ticket)
    assert (now.severity, now.severity_verified_by, now.severity_verified_at) == (2, person.name, clock.now)
    assert (now.review_by_id, now.review_asked_at, now.review_severity, now.review_reason) == (
        None,
        None,
        None,
        "",
    )
    assert facts_of(ticket)[-2:] == ["severity_established", "review_decided"]
    assert now.next_due_at is not None


def test_a_lead_keeps_the_severity(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    ask(browse, cast.acme.requester, ticket)
    decide(browse, cast.lead, ticket, 3, "A way around exists")
    now = fresh(ticket)
    assert (now.severity, now.is_verified, now.is_in_review) == (3, False, False)
    assert facts_of(ticket)[-1] == "review_decided"
    assert "severity_established" not in facts_of(ticket)


def test_the_customer_reads_who_decided_and_why(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    ask(browse, cast.acme.coordinator, ticket)
    decide(browse, cast.lead, ticket, 3, "A way around exists")
    page = " ".join(
        browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode().split()
    )
    assert "<b>Review</b> asked by Acme Coordinator, for P2: Half the shops fail" in page
    assert "<b>P3</b> kept by Desk Lead in review: A way around exists" in page


def test_a_decision_without_a_reason_is_refused(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    ask(browse, cast.acme.requester, ticket)
    before = everything_about(ticket)
    assert decide(browse, cast.lead, ticket, 2, " ").status_code == 422
    assert everything_about(ticket) == before


def test_a_stale_decision_is_refused(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    ask(browse, cast.acme.requester, ticket)
    before = everything_about(ticket)
    answer = browse(cast.lead).post(
        f"/desk/tickets/{ticket.key}/decide/", {"version": ticket.version, "severity": 2, "reason": "Yes"}
    )
    assert answer.status_code == 409
    assert everything_about(ticket) == before


def test_who_asked_withdraws_and_nobody_else(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    ask(browse, cast.acme.requester, ticket)
    before = everything_about(ticket)
    address, version = f"/c/acme/tickets/{ticket.number}/withdraw/", {"version": fresh(ticket).version}
    assert browse(cast.acme.lead).post(address, version).status_code == 403
    assert everything_about(ticket) == before
    assert browse(cast.acme.requester).post(address, version).status_code == 302
    assert fresh(ticket).is_in_review is False
    assert facts_of(ticket)[-1] == "review_withdrawn"
    assert decide(browse, cast.lead, ticket, 2).status_code == 422


def test_after_the_end_a_review_is_still_answered_but_nothing_is_established(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    ask(browse, cast.acme.requester, ticket)
    browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/resolve/", {"version": fresh(ticket).version, "code": "fixed"}
    )
    before = everything_about(ticket)
    refused = decide(browse, cast.lead, ticket, 2)
    assert refused.status_code == 422
    assert "The ticket is resolved. Reopen it first." in refused.content.decode()
    assert everything_about(ticket) == before
    assert decide(browse, cast.lead, ticket, 3).status_code == 302


def test_the_desk_sees_reviews_in_a_view_of_its_own_also_of_finished_tickets(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    done, _quiet = file(cast.acme.requester), file(cast.globex.requester)
    for one in (ticket, done):
        ask(browse, cast.acme.requester, one)
    browse(cast.engineer).post(
        f"/desk/tickets/{done.key}/resolve/", {"version": fresh(done).version, "code": "fixed"}
    )
    page = browse(cast.engineer).get("/desk/?view=reviews")
    assert [row.key for row in page.context["page"]] == [ticket.key, done.key]
    assert page.content.decode().count("Lead decides") == 2
    with acting_as(worker_context()) as now:
        assert access.queue_counts(cast.engineer, now)["reviews"] == 2
        assert list(access.queue(VIEWS["due"], cast.engineer, now)) == [ticket, _quiet]


def told(ticket: Ticket, audience: str) -> list[tuple[str, str]]:
    """Return who was mailed of a review, and the subject."""
    with acting_as(worker_context()):
        mails = Notification.objects.filter(
            ticket_id=ticket.pk, audience=audience, subject__contains="Review"
        )
        return sorted((mail.recipient_name, mail.subject) for mail in mails)


def test_leads_are_mailed_once_that_someone_asks(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    ask(browse, cast.acme.requester, ticket)
    assert told(ticket, "desk") == []
    assert (actions.tell_leads(), actions.tell_leads()) == (1, 0)
    subject = f"{ticket.key} Review of the severity: Shop is slow"
    assert told(ticket, "desk") == [("Desk Admin", subject), ("Desk Lead", subject)]
    with acting_as(worker_context()):
        body = Notification.objects.filter(ticket_id=ticket.pk, audience="desk")[0].body
    assert "Acme Requester asks for P2 High instead of P3 Normal:\n\nHalf the shops fail" in body


def test_a_review_that_is_withdrawn_before_the_sweep_mails_nobody(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    ask(browse, cast.acme.requester, ticket)
    browse(cast.acme.requester).post(
        f"/c/acme/tickets/{ticket.number}/withdraw/", {"version": fresh(ticket).version}
    )
    actions.tell_leads()
    assert told(ticket, "desk") == []


@pytest.mark.parametrize(("severity", "end"), [(3, "kept P3 Normal"), (2, "changed it from P3 to P2 High")])
def test_who_asked_the_requester_and_the_owner_are_mailed_the_decision(
    cast: Cast, browse: Browse, ticket: Ticket, severity: int, end: str
) -> None:
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/take/", {"version": ticket.version})
    ask(browse, cast.acme.lead, ticket)
    decide(browse, cast.lead, ticket, severity, "I read the log")
    subject = f"{ticket.key} Review of the severity: Shop is slow"
    assert told(ticket, "public") == [("Acme Lead", subject), ("Acme Requester", subject)]
    assert told(ticket, "desk") == [("Desk Engineer", subject)]
    with acting_as(worker_context()):
        mails = Notification.objects.filter(ticket_id=ticket.pk, audience="public", kind="ticket")
        assert mails.count() == 2  # the change itself is not told a second time
        assert f"Desk Lead reviewed the severity and {end}: I read the log." in mails[0].body


def test_the_api_asks_decides_and_withdraws(cast: Cast, call: Call, ticket: Ticket) -> None:
    address = f"/api/v1/c/acme/tickets/{ticket.number}/"
    member, lead = call(cast.acme.requester), call(cast.lead)
    said = member.post(f"{address}review/", {"severity": "P1", "reason": "All of them"}).json()
    assert (said["review_severity"], said["review_reason"]) == ("P1", "All of them")
    assert "withdraw" in said["verbs"]
    assert member.post(f"{address}withdraw/", {}).json()["review_severity"] is None
    member.post(f"{address}review/", {"severity": "P2", "reason": "Half of them"})
    assert "decide" in lead.get(address).json()["verbs"]
    said = lead.post(f"{address}decide/", {"severity": "P2", "reason": "Agreed"}).json()
    assert (said["severity"], said["review_severity"]) == ("P2", None)


def test_another_customers_ticket_is_hidden(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    other: House = cast.globex
    before = everything_about(ticket)
    answer = browse(other.lead).post(
        f"/c/globex/tickets/{ticket.number + 50}/review/", WANTED | {"version": ticket.version}
    )
    assert answer.status_code == 404
    assert everything_about(ticket) == before
