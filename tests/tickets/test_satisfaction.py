"""After the end the customer's people say how it went, on the page or from the mail, and managers read it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.tenancy import SYSTEM, acting_as, worker_context
from customers.models import Member
from notifications.models import Notification
from reports.access import satisfaction as access
from tests.cast import START, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tickets import actions as tickets
from tickets.models import ResolutionCode, Satisfaction, Ticket

REPORT = "/desk/reports/satisfaction/?since=2026-03-01&until=2026-04-30"


def solve(ticket: Ticket, member: Member) -> None:
    with acting_as(context_of(member)) as now:
        tickets.resolve(ticket=ticket, actor=actor_of(member), at=now, code=ResolutionCode.LEVEL_1)


@pytest.fixture
def solved(cast: Cast) -> Ticket:
    """Return a requester's ticket that Level 1 solved."""
    ticket = file_ticket(cast.acme.requester, to_desk=False)
    solve(ticket, cast.acme.coordinator)
    return ticket


@pytest.fixture
def link(solved: Ticket, clock: Clock) -> str:
    """Close the ticket, and return the path of the best answer in the mail that its reporter got."""
    with acting_as(worker_context()) as now:
        tickets.close(ticket=solved, actor=SYSTEM, at=now)
        [mail] = Notification.objects.filter(kind="satisfaction")
    assert mail.recipient_email == solved.requester.email
    found = re.search(r"Very good: https?://[^/]+(/rate/\S+)", mail.body)
    assert found is not None
    return found[1]


def answers() -> list[tuple[str, int, str]]:
    with acting_as(worker_context()):
        return [
            (one.member.name, one.score, one.comment)
            for one in Satisfaction.objects.select_related("member").order_by("pk")
        ]


def send(client: Client, url: str, **values: Any) -> Any:
    return client.post(url, values)


def test_a_member_answers_on_the_page_and_changes_it_later(
    cast: Cast, browse: Browse, solved: Ticket
) -> None:
    client, url = browse(cast.acme.requester), f"/c/acme/tickets/{solved.number}/rate/"
    assert url in client.get(f"/c/acme/tickets/{solved.number}/").content.decode()
    assert send(client, url, score="2", comment="Too slow").status_code == 302
    assert answers() == [("Acme Requester", 2, "Too slow")]
    again = client.get(url)
    assert again.context["form"].initial == {"score": 2, "comment": "Too slow"}
    assert send(client, url, score="5", comment="").status_code == 302
    assert answers() == [("Acme Requester", 5, "")]


def test_nothing_is_asked_of_an_open_ticket(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    client, url = browse(cast.acme.requester), f"/c/acme/tickets/{ticket.number}/rate/"
    assert url not in client.get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "This is not finished yet" in client.get(url).content.decode()
    refused = send(client, url, score="5")
    assert refused.status_code == 422
    assert "This is not finished yet. We ask you when it is." in refused.content.decode()
    assert answers() == []


@pytest.mark.parametrize("score", ["", "0", "6", "best"])
def test_a_faulty_answer_is_said_beside_it_and_keeps_the_comment(
    cast: Cast, browse: Browse, solved: Ticket, score: str
) -> None:
    answer = send(
        browse(cast.acme.requester), f"/c/acme/tickets/{solved.number}/rate/", score=score, comment="Hm"
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"score": ["Select an answer."]}
    assert "Hm" in answer.content.decode()
    assert answers() == []


def test_one_click_in_the_mail_answers_without_signing_in(client: Client, link: str) -> None:
    page = client.get(link)
    assert page.context["form"].initial["score"] == "5"
    assert answers() == []  # whatever opens links in mails answers nothing
    url = link.partition("?")[0]
    assert "Thank you" in send(client, url, score="5", comment="Well done").content.decode()
    assert answers() == [("Acme Requester", 5, "Well done")]


def test_a_link_that_was_changed_or_is_old_answers_nothing(client: Client, link: str, clock: Clock) -> None:
    url = link.partition("?")[0]
    forged = url[:-3] + ("aa/" if url[-3:] != "aa/" else "bb/")
    assert send(client, forged, score="1").status_code == 404
    clock.advance(days=30)
    assert client.get(url).status_code == 200
    clock.advance(seconds=1)
    assert send(client, url, score="1").status_code == 404
    assert answers() == []


def test_who_left_the_customer_answers_no_more(cast: Cast, client: Client, link: str) -> None:
    with acting_as(worker_context()):
        Member.objects.filter(pk=cast.acme.requester.pk).update(is_active=False)
    assert client.get(link).status_code == 404
    assert send(client, link.partition("?")[0], score="1").status_code == 404
    assert answers() == []


def test_another_customers_ticket_is_not_there_to_rate(cast: Cast, browse: Browse, solved: Ticket) -> None:
    assert (
        send(browse(cast.globex.lead), f"/c/acme/tickets/{solved.number}/rate/", score="1").status_code == 404
    )
    assert (
        send(browse(cast.globex.lead), f"/c/globex/tickets/{solved.number}/rate/", score="1").status_code
        == 404
    )
    assert answers() == []


def test_managers_read_the_shares_and_the_comments(
    cast: Cast, browse: Browse, solved: Ticket, clock: Clock
) -> None:
    url = f"/c/acme/tickets/{solved.number}/rate/"
    send(browse(cast.acme.requester), url, score="5", comment="Well done")
    send(browse(cast.acme.lead), url, score="2")
    theirs = file_ticket(cast.globex.requester, to_desk=False)
    solve(theirs, cast.globex.coordinator)
    send(browse(cast.globex.requester), f"/c/globex/tickets/{theirs.number}/rate/", score="4")
    page = browse(cast.manager).get(REPORT)
    report = page.context["report"]
    assert [(line.name, line.satisfied, line.total, line.percent) for line in report.customers] == [
        ("Acme Freight", 1, 2, 50),
        ("Globex Power", 1, 1, 100),
    ]
    assert (report.whole.satisfied, report.whole.total, report.whole.percent) == (2, 3, 66)
    assert [answer.comment for answer in report.comments] == ["Well done"]
    assert browse(cast.engineer).get(REPORT).status_code == 403


def test_an_answer_belongs_to_the_period_in_which_it_was_given(
    cast: Cast, browse: Browse, solved: Ticket
) -> None:
    send(browse(cast.acme.requester), f"/c/acme/tickets/{solved.number}/rate/", score="5")
    with acting_as(worker_context()):
        inside = access.satisfaction(since=START, until=START + timedelta(seconds=1))
        after = access.satisfaction(since=START + timedelta(seconds=1), until=START + timedelta(days=9))
    assert (inside.whole.total, after.whole.total) == (1, 0)


def test_the_report_asks_as_often_for_many_answers_as_for_one(
    cast: Cast, browse: Browse, solved: Ticket
) -> None:
    def queries() -> int:
        with acting_as(worker_context()), CaptureQueriesContext(connection) as seen:
            access.satisfaction(since=START, until=START + timedelta(days=1))
        return len(seen)

    url = f"/c/acme/tickets/{solved.number}/rate/"
    send(browse(cast.acme.requester), url, score="5", comment="One")
    before = queries()
    send(browse(cast.acme.lead), url, score="5", comment="Two")
    assert queries() == before == 2
