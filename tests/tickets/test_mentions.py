"""A colleague named with an @ in an internal note is told once, and the name is marked."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson
from notifications.models import Notification
from tests.cast import Cast, file_ticket
from tests.conftest import Browse
from tests.tickets.conftest import everything_about
from tickets.markdown import render
from tickets.mentioning import mentioned
from tickets.models import Mention, Ticket

PEOPLE = {1: "Tom Okafor", 2: "Mei Tanaka", 3: "Mei Lin", 4: "Ana-Maria O'Neil"}


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Tom Okafor please", {1: "@Tom Okafor"}),
        ("(@tom) please", {1: "@tom"}),
        ("@TOM, @tom okafor", {1: "@TOM"}),
        ("@Mei look", {}),
        ("@Mei Lin, @mei tanaka", {3: "@Mei Lin", 2: "@mei tanaka"}),
        ("@Tomorrow", {}),
        ("ops@tom.example @@tom a/@tom", {}),
        ("@Ana-Maria O'Neil.", {4: "@Ana-Maria O'Neil"}),
        ("Tom", {}),
        ("", {}),
    ],
)
def test_names_are_found_in_a_text(text: str, found: dict[int, str]) -> None:
    assert mentioned(text, PEOPLE) == found


def test_nobody_is_found_where_there_is_nobody() -> None:
    assert mentioned("@tom", {}) == {}


def test_a_mark_is_put_outside_code_and_links_only() -> None:
    text = "@tom, `@tom` and [@tom](https://x.example)"
    assert str(render(text, ["@tom"])) == (
        "<p><mark>@tom</mark>, <code>@tom</code> and "
        '<a href="https://x.example" rel="noopener noreferrer nofollow">@tom</a></p>\n'
    )


def test_nobody_makes_a_mark_by_typing_one() -> None:
    assert "<mark>x" not in render("<mark>x</mark> @tom", ["@tom"])


def note(browse: Browse, cast: Cast, ticket: Ticket, body: str) -> Any:
    return browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/note/", {"body": body})


def told() -> list[tuple[str, str, str]]:
    with acting_as(worker_context()):
        return list(
            Notification.objects.filter(kind="mention")
            .order_by("pk")
            .values_list("audience", "recipient_email", "subject")
        )


def test_each_person_is_told_once_in_the_desks_own_mail(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    note(browse, cast, ticket, "@Desk Lead and @desk admin, then @desk lead again")
    subject = "ACME-1 Desk Engineer mentions you: Shop is slow"
    assert sorted(told()) == [
        ("desk", "admin@trusst.example", subject),
        ("desk", "lead@trusst.example", subject),
    ]
    with acting_as(worker_context()):
        [mention] = Mention.objects.filter(person=cast.lead)
        body = Notification.objects.get(recipient_email="lead@trusst.example").body
    assert mention.said == "@Desk Lead"
    assert f"/desk/tickets/ACME-1/#m{mention.message_id}" in body
    page = browse(cast.lead).get("/desk/tickets/ACME-1/").content.decode()
    assert "<mark>@Desk Lead</mark> and <mark>@desk admin</mark>" in page


def test_nobody_is_told_what_they_wrote_themselves(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    note(browse, cast, ticket, "Note to @Desk Engineer")
    assert told() == []


def test_who_left_the_desk_is_not_found(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    with acting_as(worker_context()):
        DeskPerson.objects.filter(pk=cast.lead.pk).update(is_active=False)
    note(browse, cast, ticket, "@Desk Lead, look")
    assert told() == []


def test_a_reply_to_the_customer_mentions_nobody(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/reply/", {"body": "I ask @Desk Lead"})
    assert told() == []
    with acting_as(worker_context()):
        assert not Mention.objects.exists()


def test_a_refused_note_tells_nobody(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    before = everything_about(ticket)
    assert note(browse, cast, ticket, "@Desk Lead {{key}}").status_code == 422
    assert (told(), everything_about(ticket)) == ([], before)


def test_the_customer_sees_no_trace_of_it(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    note(browse, cast, ticket, "@Desk Lead, look")
    page = browse(cast.acme.lead).get(f"/c/acme/tickets/{ticket.number}/")
    assert page.status_code == 200
    assert "<mark>" not in page.content.decode()
