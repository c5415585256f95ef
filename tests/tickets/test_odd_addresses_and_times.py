"""Addresses and times that nobody means get a plain refusal, never a server error."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from tests.cast import Cast, file_ticket
from tests.conftest import Browse
from tests.factories import report
from tests.portal import send_report
from tickets.models import Ticket

HUGE = "9" * 20
MEMBERS = [
    f"/c/acme/tickets/{HUGE}/",
    f"/c/acme/tickets/{'9' * 5000}/",
    "/c/acme/tickets/0/",
    "/c/acme/tickets/-1/",
    "/c/acme/tickets/1%00/",
    "/c/nobody/tickets/1/",
    f"/c/{'a' * 5000}/",
    "/c/ac%00me/",
]
DESKS = [
    f"/desk/tickets/ACME-{HUGE}/",
    f"/desk/tickets/ACME-{'9' * 5000}/",
    "/desk/tickets/ACME-0/",
    "/desk/tickets/ACME%00-1/",
    "/desk/tickets/ACME-1%00/",
    "/desk/tickets/-1/",
    "/desk/tickets/1/",
    "/desk/tickets/ACME-%D9%A1/",
    "/desk/tickets/GLOB-1/",
    "/desk/tickets/ACME-1/evidence.json%00",
]


@pytest.mark.parametrize("address", MEMBERS)
def test_a_member_finds_nothing_there(cast: Cast, browse: Browse, address: str) -> None:
    file_ticket(cast.acme.requester)
    assert browse(cast.acme.lead).get(address).status_code == 404


@pytest.mark.parametrize("address", DESKS)
def test_the_desk_finds_nothing_there(cast: Cast, browse: Browse, address: str) -> None:
    file_ticket(cast.acme.requester)
    assert browse(cast.engineer).get(address).status_code == 404


def test_a_reference_in_small_letters_finds_the_ticket(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester)
    assert browse(cast.engineer).get("/desk/tickets/acme-1/").context["ticket"].key == "ACME-1"


@pytest.mark.parametrize("started_at", ["0001-01-01T00:00", "0026-03-03T09:00", "2016-01-01T00:00"])
def test_a_start_that_is_a_typing_mistake_is_refused(cast: Cast, browse: Browse, started_at: str) -> None:
    """The first instant of the first year, in Sydney, is before what Python can read back from the database."""
    answer = browse(cast.acme.requester).post("/c/acme/report/", report(started_at=started_at))
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "started_at": ["This is more than ten years ago. Check the year."]
    }
    with acting_as(worker_context()):
        assert Ticket.objects.count() == 0


@pytest.mark.parametrize("field", ["service", "aws_account"])
@pytest.mark.parametrize("value", ["x", HUGE, "-1", "1\x00"])
def test_a_choice_that_is_none_is_refused(cast: Cast, browse: Browse, field: str, value: str) -> None:
    answer = browse(cast.acme.requester).post("/c/acme/report/", report(**{field: value}))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}


def test_a_subject_is_one_line_whatever_was_sent(cast: Cast, browse: Browse) -> None:
    send_report(browse(cast.acme.requester), report(subject="Down\r\nBcc: eve@evil.example"))
    with acting_as(worker_context()):
        assert Ticket.objects.get().subject == "Down Bcc: eve@evil.example"


@pytest.mark.parametrize("field", ["subject", "description"])
def test_a_nul_byte_is_refused_beside_its_field(cast: Cast, browse: Browse, field: str) -> None:
    answer = browse(cast.acme.requester).post("/c/acme/report/", report(**{field: "a\x00b"}))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}


def test_an_address_that_changes_something_takes_no_get(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    client: Any = browse(cast.acme.lead)
    for name in ("reply", "follow", "reopen"):
        assert client.get(f"/c/acme/tickets/{ticket.number}/{name}/").status_code == 405
