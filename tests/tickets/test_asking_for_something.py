"""A member asks for something while everything works: a request, without a question about impact."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from tests.cast import Cast, context_of, picture
from tests.conftest import Browse
from tests.factories import report
from tickets.models import Message, ReportDraft, ReportFile, Ticket

ADDRESS = "/c/acme/request/"
CHECK = "/c/acme/request/check/"


def asked(**changes: Any) -> dict[str, Any]:
    """Return the answers of a request."""
    return {
        "subject": "Access for our accountant",
        "description": "She reads the reports.",
        "to": "level_1",
    } | changes


def test_a_request_is_checked_sent_and_the_desk_knows_its_kind(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.coordinator)
    page = client.get(ADDRESS).content.decode()
    assert "A desk engineer replies within" in page
    assert "We aim to restore" not in page
    client.post(ADDRESS, asked(useful_by="2026-03-06", to="desk", files=[picture("form.png")]))
    check = client.get(CHECK)
    said = {question: answer for question, answer, _ in check.context["answers"]}
    assert said["By when is it useful?"] == "Friday 6 March 2026"
    assert "form.png" in check.content.decode()
    sent = client.post(CHECK)
    assert sent["Location"] == "/c/acme/tickets/1/sent/"
    assert "We have your request" in client.get(sent["Location"]).content.decode()
    with acting_as(worker_context()):
        ticket = Ticket.objects.get()
        assert (ticket.kind, ticket.severity, ticket.proposed_severity, ticket.level) == ("request", 4, 4, 2)
        assert Message.objects.get().body.endswith("**Useful by:** Friday 6 March 2026")
    desk = browse(cast.engineer)
    assert "Service request" in desk.get("/desk/tickets/ACME-1/").content.decode()
    assert "Access for our accountant" in desk.get("/desk/?kind=request").content.decode()
    assert "Access for our accountant" not in desk.get("/desk/?kind=incident").content.decode()


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"subject": ""}, "subject", "Enter a short summary of what you need."),
        ({"description": ""}, "description", "Describe what you need."),
        ({"useful_by": "2026-03-02"}, "useful_by", "This day is over. Enter today or a later one."),
        ({"useful_by": "soon"}, "useful_by", "Enter a day, for example 2026-11-24."),
    ],
)
def test_what_is_wrong_is_named_beside_its_field_and_the_rest_is_kept(
    cast: Cast, browse: Browse, changes: dict[str, Any], field: str, message: str
) -> None:
    client = browse(cast.acme.requester)
    answer = client.post(ADDRESS, asked(**changes, files=[picture("form.png")]))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: Ask for something - Trusst Support</title>" in page
    assert page.count(message) == 2  # in the summary and beside the field
    assert f'id="id_{field}-error"' in page
    assert "form.png" in page
    with acting_as(worker_context()):
        assert Ticket.objects.count() == 0


def test_a_requester_cannot_send_past_level_1_by_hand(cast: Cast, browse: Browse) -> None:
    assert browse(cast.acme.requester).post(ADDRESS, asked(to="desk")).status_code == 422


def test_a_begun_request_and_a_begun_report_do_not_touch_each_other(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.requester)
    client.post(ADDRESS, asked(files=[picture("form.png")]))
    client.post("/c/acme/report/", report(files=[picture("log.png")]))
    client.post("/c/acme/report/discard/")
    assert client.get(ADDRESS).context["form"]["subject"].value() == "Access for our accountant"
    assert client.get("/c/acme/report/").context["form"]["subject"].value() is None
    with acting_as(context_of(cast.acme.requester)):
        assert [(one.kind, one.name) for one in ReportFile.objects.all()] == [("request", "form.png")]
        assert [one.kind for one in ReportDraft.objects.all()] == ["request"]
    client.post(CHECK)
    assert "This request was sent already" in client.post(CHECK, follow=True).content.decode()
