"""Every refusal of the API is a problem document (RFC 9457), whatever went wrong."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from core.tenancy import acting_as, worker_context
from tests.cast import Cast, file_ticket, fresh
from tests.conftest import Call
from tests.tickets.conftest import everything_about
from tickets.models import Ticket

ALL = "/api/v1/c/acme/tickets/"


def check(answer: Any, status: int, *fields: str) -> dict[str, Any]:
    """Check that an answer is a problem document of a status that names exactly these fields."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.content)
    assert body["type"] == "about:blank"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert set(body.get("errors", {})) == set(fields)
    assert set(body) <= {"type", "title", "status", "detail", "errors"}
    return body


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.coordinator)


def test_400_names_each_field_at_fault(cast: Cast, call: Call) -> None:
    answer = call(cast.acme.lead).post(ALL, {"subject": "x" * 121, "work": "sometimes"})
    body = check(answer, 400, "subject", "description", "environment", "work")
    assert body["errors"]["description"] == ["This field is required."]


def test_401_is_for_nobody(cast: Cast, ticket: Ticket, client: Client) -> None:
    answer = client.get(ALL)
    check(answer, 401)
    assert answer["WWW-Authenticate"] == "Session"
    check(client.post(f"{ALL}{ticket.number}/take/", {}, content_type="application/json"), 401)
    assert fresh(ticket).assignee is None


def test_403_says_whom_to_ask(cast: Cast, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester, to_desk=False)
    before = everything_about(ticket)
    body = check(call(cast.acme.requester).post(f"{ALL}{ticket.number}/pass/", {}), 403)
    assert body["detail"] == "Your role does not include this. Ask a coordinator of your organisation."
    assert everything_about(ticket) == before


def test_403_is_for_a_post_without_the_forms_secret(cast: Cast, ticket: Ticket) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.engineer.user)
    answer = client.post(f"{ALL}{ticket.number}/take/", {}, content_type="application/json")
    check(answer, 403)
    assert fresh(ticket).assignee is None


@pytest.mark.parametrize(
    "url",
    [
        "/api/v1/c/nobody/tickets/",
        "/api/v1/c/globex/tickets/",
        f"{ALL}99/",
        f"{ALL}{'9' * 20}/",
        f"{ALL}?cursor=nonsense",
        f"{ALL}?cursor={base64.b64encode(b'p=yesterday').decode()}",
        f"{ALL}?cursor={base64.b64encode(b'p=2026-13-99').decode()}",
    ],
)
def test_404_is_for_what_the_caller_may_not_see(cast: Cast, call: Call, ticket: Ticket, url: str) -> None:
    check(call(cast.acme.lead).get(url), 404)


def test_404_is_for_a_customer_that_the_desk_does_not_have(cast: Cast, call: Call) -> None:
    check(call(cast.engineer).get("/api/v1/c/nobody/tickets/"), 404)


def test_405_names_what_is_allowed(cast: Cast, call: Call) -> None:
    answer = call(cast.acme.lead).put(ALL, {})
    check(answer, 405)
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_406_is_for_who_wants_something_else(cast: Cast, call: Call) -> None:
    check(call(cast.acme.lead).get(ALL, headers={"accept": "application/xml"}), 406)


def test_409_is_for_a_version_that_is_past(cast: Cast, call: Call, ticket: Ticket) -> None:
    before = everything_about(ticket)
    check(call(cast.engineer).post(f"{ALL}{ticket.number}/take/", {"version": 999}), 409)
    assert everything_about(ticket) == before


@pytest.mark.parametrize("where", [ALL, f"{ALL}1/messages/", f"{ALL}1/hold/"])
def test_413_is_for_more_than_fits(
    cast: Cast, call: Call, ticket: Ticket, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE", 1000)
    before = everything_about(ticket)
    check(call(cast.engineer).post(where, {"note": "x" * 1000}), 413)
    assert everything_about(ticket) == before


def test_413_is_for_a_form_of_more_than_fits(
    cast: Cast, call: Call, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE", 1000)
    answer = call(cast.acme.lead).post(
        f"{ALL}{ticket.number}/messages/", {"body": "x" * 2000}, format="multipart"
    )
    check(answer, 413)


def test_a_body_of_exactly_the_limit_is_read(
    cast: Cast, call: Call, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps({"body": "Hello"})
    monkeypatch.setattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE", len(body))
    answer = call(cast.acme.lead).post(
        f"{ALL}{ticket.number}/messages/", body, content_type="application/json"
    )
    assert answer.status_code == 201


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
def test_415_is_for_a_kind_that_is_not_read(cast: Cast, call: Call, kind: str) -> None:
    check(call(cast.acme.lead).post(ALL, "x", content_type=kind), 415)


def test_422_says_why_not_now(cast: Cast, call: Call, ticket: Ticket) -> None:
    before = everything_about(ticket)
    body = check(call(cast.engineer).post(f"{ALL}{ticket.number}/reopen/", {}), 422)
    assert body["detail"] == "The ticket is new: nothing has been restored or resolved yet."
    check(
        call(cast.engineer).post(f"{ALL}{ticket.number}/restored/", {"restored_at": "2026-03-02T23:00:01Z"}),
        422,
        "restored_at",
    )
    assert everything_about(ticket) == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"subject": }',
        b"\xff\xfe",
        b'{"subject": "\xff"}',
        b"NaN",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 5000,
        b"[]",
        b"null",
        b'"words"',
        b"7",
    ],
)
def test_a_body_that_is_no_object_is_400(cast: Cast, call: Call, body: bytes) -> None:
    answer = call(cast.acme.lead).post(ALL, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    with acting_as(worker_context()):
        assert Ticket.objects.count() == 0


@pytest.mark.parametrize("charset", ["utf-16", "hex", "base64", "nonsense", "idna"])
def test_json_is_read_as_utf_8_whatever_its_header_says(cast: Cast, call: Call, charset: str) -> None:
    answer = call(cast.acme.lead).post(ALL, b"{}", content_type=f"application/json; charset={charset}")
    check(answer, 400, *(["subject", "description", "environment", "work"] if charset else []))


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
@pytest.mark.parametrize("field", ["subject", "description", "service", "aws_account"])
def test_text_that_the_database_cannot_hold_is_400(cast: Cast, call: Call, field: str, text: str) -> None:
    good = {"subject": "s", "description": "d", "environment": "production", "work": "nuisance"}
    body = json.dumps(good | {field: text})
    check(call(cast.acme.lead).post(ALL, body, content_type="application/json"), 400, field)


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("assign", {"person": 10**30}, "person"),
        ("assign", {"person": "1e400"}, "person"),
        ("assign", {"person": True}, "person"),
        ("assign", {"person": [1]}, "person"),
        ("assign", {}, "person"),
        ("severity", {"severity": "P5", "reason": "x"}, "severity"),
        ("severity", {"severity": 1, "reason": "x"}, "severity"),
        ("severity", {"severity": {"a": 1}, "reason": "x"}, "severity"),
        ("hold", {"reason": "lunch", "owner": "x", "note": "x"}, "reason"),
        ("hold", {"reason": "vendor", "owner": "x", "note": "x", "review_at": "soon"}, "review_at"),
        ("hold", {"reason": "vendor", "note": "x", "evidence": "x"}, "owner"),
        ("resolve", {"code": "gone"}, "code"),
        ("take", {"version": 0}, "version"),
        ("take", {"version": "x"}, "version"),
    ],
)
def test_a_value_that_makes_no_sense_is_400_and_changes_nothing(
    cast: Cast, call: Call, ticket: Ticket, name: str, values: dict[str, Any], field: str
) -> None:
    before = everything_about(ticket)
    check(call(cast.engineer).post(f"{ALL}{ticket.number}/{name}/", values), 400, field)
    assert everything_about(ticket) == before


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"reason": "vendor"}, "evidence"),
        ({"reason": "agreed_wait", "evidence": "By phone"}, "review_at"),
        ({"reason": "vendor", "evidence": "Case 17", "review_at": "2026-03-02T22:59:59Z"}, "review_at"),
    ],
)
def test_a_hold_that_the_rules_refuse_is_422_and_changes_nothing(
    cast: Cast, call: Call, ticket: Ticket, values: dict[str, str], field: str
) -> None:
    before = everything_about(ticket)
    typed = {"owner": "AWS Support", "note": "A fix"} | values
    check(call(cast.engineer).post(f"{ALL}{ticket.number}/hold/", typed), 422, field)
    assert everything_about(ticket) == before


def test_a_number_without_end_is_400(cast: Cast, call: Call, ticket: Ticket) -> None:
    answer = call(cast.engineer).post(
        f"{ALL}{ticket.number}/assign/", b'{"person": 1e400}', content_type="application/json"
    )
    check(answer, 400, "person")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=" + "x" * 201, "q"),
        ("q=%00", "q"),
        ("open=perhaps", "open"),
        ("status=lost", "status"),
        ("severity=1", "severity"),
        ("mine=perhaps", "mine"),
        ("customer_id=1", "customer_id"),
        ("_connector=OR", "_connector"),
        ("severity__gte=1", "severity__gte"),
    ],
)
def test_a_filter_that_makes_no_sense_is_400(cast: Cast, call: Call, query: str, field: str) -> None:
    check(call(cast.acme.lead).get(f"{ALL}?{query}"), 400, field)


def test_no_answer_is_kept_by_a_cache(cast: Cast, call: Call, client: Client) -> None:
    for answer in (call(cast.acme.lead).get(ALL), client.get(ALL)):
        assert "no-store" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]


def test_no_answer_names_anything_of_another_customer(cast: Cast, call: Call) -> None:
    theirs = file_ticket(cast.globex.coordinator, subject="Globex marker", description="Globex marker")
    mine = file_ticket(cast.acme.coordinator)
    assert theirs.number == mine.number
    api = call(cast.acme.lead)
    for url in (
        ALL,
        f"{ALL}?q=marker",
        f"{ALL}?q=GLOB-1",
        f"{ALL}{mine.number}/",
        f"{ALL}{mine.number}/messages/",
        "/api/v1/c/globex/tickets/",
        f"/api/v1/c/globex/tickets/{theirs.number}/",
        f"/api/v1/c/globex/tickets/{theirs.number}/messages/",
    ):
        body = api.get(url).content.decode().replace(url, "")
        assert "marker" not in body.lower().replace("q=marker", ""), url
        assert "Globex" not in body, url
    for name in ("reply", "take", "pass", "follow"):
        answer = api.post(f"/api/v1/c/globex/tickets/{theirs.number}/{name}/", {})
        assert answer.status_code == 404
