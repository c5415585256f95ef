"""What was found and done: cause, workaround and fix, each apart, read by both sides."""

from __future__ import annotations

from core.tenancy import acting_as
from tests.cast import Cast, context_of, file_ticket, fresh
from tests.conftest import Browse, Call
from tests.tickets.conftest import facts_of
from tickets.models import Findings, Ticket


def found(cast: Cast, ticket: Ticket) -> tuple[str, str, str]:
    with acting_as(context_of(cast.engineer)):
        [row] = Findings.objects.filter(ticket=ticket).values_list("cause", "workaround", "fix")
    return row


def test_the_workaround_is_kept_apart_from_the_fix(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    client = browse(cast.engineer)
    client.post(
        f"/desk/tickets/{ticket.key}/restored/",
        {"version": ticket.version, "cause": "A full disk", "workaround": "Orders go by phone"},
    )
    assert found(cast, ticket) == ("A full disk", "Orders go by phone", "")
    client.post(
        f"/desk/tickets/{ticket.key}/resolve/",
        {"version": fresh(ticket).version, "code": "fixed", "fix": "A larger disk"},
    )
    assert found(cast, ticket) == ("A full disk", "Orders go by phone", "A larger disk")
    assert facts_of(ticket).count("findings_stated") == 2
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    for words in ("A full disk", "Orders go by phone", "A larger disk"):
        assert words in page


def test_nothing_said_is_nothing_recorded(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/restored/", {"version": ticket.version})
    assert fresh(ticket).status == "restored"
    assert "findings_stated" not in facts_of(ticket)
    page = browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/").content.decode()
    assert "What we found" not in page


def test_the_api_records_it_too(cast: Cast, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester)
    answer = call(cast.engineer).post(
        f"/api/v1/c/acme/tickets/{ticket.number}/resolve/",
        {"code": "fixed", "cause": "A full disk", "fix": "A larger disk"},
        format="json",
    )
    assert answer.status_code == 200
    assert found(cast, ticket) == ("A full disk", "", "A larger disk")
