"""What the desk looks at of a customer's tickets is written down, and the customer's leads read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as, worker_context
from customers.models import AccessRecord
from tests.cast import START, Cast, context_of, file_ticket, picture
from tests.conftest import Browse, Call, Clock
from tickets.models import Attachment

PAGE, CSV = "/c/acme/access-log/", "/c/acme/access-log/access-log.csv"


def looks() -> list[tuple[str, int, str]]:
    with acting_as(worker_context()):
        found = AccessRecord.objects.select_related("person").order_by("pk")
        return [(one.person.name, one.ticket_number, one.kind) for one in found]


def test_every_look_is_written_down_with_what_was_looked_at(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester, files=[picture()])
    with acting_as(worker_context()):
        token = Attachment.objects.get().token
    engineer = browse(cast.engineer)
    for address in (
        "/desk/tickets/ACME-1/",
        "/desk/tickets/ACME-1/clocks/",
        "/desk/tickets/ACME-1/evidence.json",
        f"/desk/files/{token}/",
    ):
        answer = engineer.get(address)
        assert answer.status_code == 200
        b"".join(answer)  # a file is closed at its end
    assert looks() == [("Desk Engineer", 1, kind) for kind in ("ticket", "clocks", "evidence", "file")]


def test_a_peek_is_a_look(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester)
    browse(cast.engineer).get("/desk/tickets/ACME-1/peek/")
    assert looks() == [("Desk Engineer", 1, "ticket")]


@pytest.mark.parametrize("end", ["", "messages/"])
def test_reading_by_the_api_is_a_look(cast: Cast, call: Call, end: str) -> None:
    file_ticket(cast.acme.requester)
    assert call(cast.acme.requester).get(f"/api/v1/c/acme/tickets/1/{end}").status_code == 200
    assert looks() == []
    assert call(cast.engineer).get(f"/api/v1/c/acme/tickets/1/{end}").status_code == 200
    assert looks() == [("Desk Engineer", 1, "ticket")]


def test_the_customers_own_looks_are_nobodys_business(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester)
    assert browse(cast.acme.lead).get("/c/acme/tickets/1/").status_code == 200
    assert looks() == []


def test_one_person_is_listed_once_in_a_quarter_of_an_hour(cast: Cast, browse: Browse, clock: Clock) -> None:
    file_ticket(cast.acme.requester)
    engineer, lead = browse(cast.engineer), browse(cast.lead)
    engineer.get("/desk/tickets/ACME-1/")
    clock.set(START + timedelta(minutes=14, seconds=59))
    engineer.get("/desk/tickets/ACME-1/")
    lead.get("/desk/tickets/ACME-1/")
    clock.set(START + timedelta(minutes=15))
    engineer.get("/desk/tickets/ACME-1/")
    assert [name for name, _, _ in looks()] == ["Desk Engineer", "Desk Lead", "Desk Engineer"]


def test_a_look_costs_one_statement(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester)
    engineer = browse(cast.engineer)
    with CaptureQueriesContext(connection) as queries:
        engineer.get("/desk/tickets/ACME-1/")
    about = [query["sql"] for query in queries if "customers_accessrecord" in query["sql"]]
    assert len(about) == 1
    assert about[0].endswith("ON CONFLICT DO NOTHING")


def test_a_ticket_that_is_not_there_was_not_looked_at(cast: Cast, browse: Browse) -> None:
    assert browse(cast.engineer).get("/desk/tickets/ACME-9/").status_code == 404
    assert looks() == []


def _three_looks(cast: Cast, browse: Browse, clock: Clock) -> None:
    """Let the engineer look at both tickets, and the desk's lead at the second on the next day."""
    for subject in ("One", "Two"):
        file_ticket(cast.acme.requester, subject=subject)
    file_ticket(cast.globex.requester)
    browse(cast.engineer).get("/desk/tickets/GLOB-1/")
    browse(cast.engineer).get("/desk/tickets/ACME-1/")
    browse(cast.engineer).get("/desk/tickets/ACME-2/clocks/")
    clock.advance(days=1)
    browse(cast.lead).get("/desk/tickets/ACME-2/")


def test_a_lead_reads_who_looked_at_what_newest_first(cast: Cast, browse: Browse, clock: Clock) -> None:
    _three_looks(cast, browse, clock)
    page = browse(cast.acme.lead).get(PAGE)
    assert [
        (look.person.name, look.ticket_number, look.kind) for look in page.context["page"].object_list
    ] == [
        ("Desk Lead", 2, "ticket"),
        ("Desk Engineer", 2, "clocks"),
        ("Desk Engineer", 1, "ticket"),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ticket=ACME-2", ["Desk Lead", "Desk Engineer"]),
        ("ticket=2", ["Desk Lead", "Desk Engineer"]),
        ("day=2026-03-03", ["Desk Engineer", "Desk Engineer"]),
        ("day=2026-03-04&ticket=acme-2", ["Desk Lead"]),
        ("day=2026-03-02", []),
        ("person={engineer}&ticket=1", ["Desk Engineer"]),
    ],
)
def test_the_log_is_narrowed_to_a_person_a_ticket_or_a_day(
    cast: Cast, browse: Browse, clock: Clock, query: str, expected: list[str]
) -> None:
    _three_looks(cast, browse, clock)
    page = browse(cast.acme.lead).get(f"{PAGE}?{query.format(engineer=cast.engineer.pk)}")
    assert [look.person.name for look in page.context["page"].object_list] == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("ticket=GLOB-1", "ticket"),
        ("ticket=9999999999", "ticket"),
        ("day=soon", "day"),
        ("day=0001-01-01", "day"),
        ("day=9999-12-31", "day"),
        ("person=0", "person"),
    ],
)
def test_a_filter_that_means_nothing_is_said_beside_it(
    cast: Cast, browse: Browse, query: str, field: str
) -> None:
    for address in (PAGE, CSV):
        answer = browse(cast.acme.lead).get(f"{address}?{query}")
        assert answer.status_code == 422
    page = browse(cast.acme.lead).get(f"{PAGE}?{query}")
    assert set(page.context["form"].errors) == {field}


def test_the_log_goes_to_a_spreadsheet(cast: Cast, browse: Browse, clock: Clock) -> None:
    _three_looks(cast, browse, clock)
    answer = browse(cast.acme.lead).get(f"{CSV}?ticket=2")
    assert answer.content.decode().splitlines() == [
        "When,Who,Ticket,What",
        "2026-03-04T10:00:00+11:00,Desk Lead,ACME-2,The ticket",
        "2026-03-03T10:00:00+11:00,Desk Engineer,ACME-2,Its clocks",
    ]


def test_the_page_asks_as_much_for_many_looks_as_for_one(cast: Cast, browse: Browse, clock: Clock) -> None:
    file_ticket(cast.acme.requester)
    engineer, lead, asked = browse(cast.engineer), browse(cast.acme.lead), []
    for _ in range(2):
        for _ in range(4):
            engineer.get("/desk/tickets/ACME-1/")
            clock.advance(minutes=15)
        with CaptureQueriesContext(connection) as queries:
            lead.get(PAGE)
        asked.append(len(queries))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("role", ["requester", "coordinator"])
def test_only_a_lead_reads_the_log(cast: Cast, browse: Browse, role: str) -> None:
    client = browse(getattr(cast.acme, role))
    assert [client.get(address).status_code for address in (PAGE, CSV)] == [403, 403]


def test_a_line_of_the_log_can_be_changed_by_nobody(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester)
    browse(cast.engineer).get("/desk/tickets/ACME-1/")
    for context in (worker_context(), context_of(cast.acme.lead)):
        with acting_as(context), pytest.raises(ProgrammingError), transaction.atomic():
            AccessRecord.objects.update(kind="file")
        with acting_as(context), pytest.raises(DatabaseError), transaction.atomic():
            AccessRecord.objects.all().delete()
    assert looks() == [("Desk Engineer", 1, "ticket")]
