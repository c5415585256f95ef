"""An integrator does over the API what people do in the browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.tenancy import acting_as, worker_context
from customers.models import Member
from tests.cast import CRITICAL, HIGH, START, Cast, actor_of, context_of, file_ticket, fresh, picture
from tests.conftest import Call, Clock
from tickets import actions
from tickets.models import Attachment, Ticket

ALL = "/api/v1/c/acme/tickets/"
REPORT: dict[str, Any] = {
    "subject": "Orders do not go out",
    "description": "The **queue** grows.",
    "environment": "production",
    "work": "degraded",
    "has_workaround": True,
}


def keys(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [ticket["key"] for ticket in answer.json()["results"]]


def tickets() -> list[Ticket]:
    with acting_as(worker_context()):
        return list(Ticket.objects.with_people().order_by("pk"))


# --- Reporting ----------------------------------------------------------------------------------------
def test_a_member_reports_as_themselves(cast: Cast, call: Call) -> None:
    answer = call(cast.acme.requester).post(ALL, REPORT)
    assert answer.status_code == 201
    said = answer.json()
    assert {name: said[name] for name in ("key", "severity", "status", "level", "requester", "verbs")} == {
        "key": "ACME-1",
        "severity": "P3",
        "status": "new",
        "level": 1,
        "requester": "Acme Requester",
        "verbs": ["privacy", "reassess", "reply"],
    }


def test_a_report_brings_its_files(cast: Cast, call: Call) -> None:
    answer = call(cast.acme.requester).post(
        ALL, REPORT | {"files": [picture(), picture("two.png")]}, format="multipart"
    )
    assert answer.status_code == 201
    with acting_as(worker_context()):
        assert list(Attachment.objects.values_list("name", flat=True)) == ["screen.png", "two.png"]


def test_a_forbidden_file_refuses_the_report_and_names_the_field(cast: Cast, call: Call) -> None:
    for file in (SimpleUploadedFile("run.exe", b"MZ"), SimpleUploadedFile("empty.txt", b"")):
        answer = call(cast.acme.requester).post(
            ALL, REPORT | {"files": [picture(), file]}, format="multipart"
        )
        assert answer.status_code == 422
        assert set(answer.json()["errors"]) == {"files"}
    assert tickets() == []


def test_a_service_and_an_account_are_named_as_people_know_them(cast: Cast, call: Call) -> None:
    with acting_as(worker_context()):
        account = cast.acme.customer.aws_accounts.get().account_id
    named = {"service": "Acme Freight shop", "aws_account": account, "started_at": "2026-03-02T22:30:00Z"}
    said = call(cast.acme.requester).post(ALL, REPORT | named).json()
    assert (said["service"], said["started_at"]) == ("Acme Freight shop", "2026-03-02T22:30:00Z")
    assert tickets()[0].aws_account_id is not None


def test_another_customers_service_cannot_be_named(cast: Cast, call: Call) -> None:
    answer = call(cast.acme.requester).post(ALL, REPORT | {"service": "Globex Power shop"})
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"service"})
    assert tickets() == []


def test_a_requester_is_not_let_past_level_1(cast: Cast, call: Call) -> None:
    answer = call(cast.acme.requester).post(ALL, REPORT | {"to_desk": True})
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"to_desk"})
    assert tickets() == []
    assert call(cast.acme.coordinator).post(ALL, REPORT | {"to_desk": True}).json()["level"] == 2


def test_the_desk_reports_for_a_member(cast: Cast, call: Call) -> None:
    answer = call(cast.engineer).post(ALL, REPORT | {"requester": cast.acme.requester.email, "to_desk": True})
    assert answer.status_code == 201
    assert (answer.json()["requester"], answer.json()["level"]) == ("Acme Requester", 2)
    assert tickets()[0].requester == cast.acme.requester


@pytest.mark.parametrize("requester", [None, "lead@globex.example", "nobody@acme.example", "left", 7, ["a"]])
def test_the_desk_must_name_an_active_member_of_the_customer(cast: Cast, call: Call, requester: Any) -> None:
    with acting_as(worker_context()):
        Member.objects.filter(pk=cast.acme.coordinator.pk).update(is_active=False)
    named = {} if requester is None else {"requester": requester}
    if requester == "left":
        named = {"requester": cast.acme.coordinator.email}
    answer = call(cast.engineer).post(ALL, REPORT | named)
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"requester"})
    assert tickets() == []


def test_a_member_does_not_report_as_somebody_else(cast: Cast, call: Call) -> None:
    answer = call(cast.acme.lead).post(ALL, REPORT | {"requester": cast.acme.requester.email})
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"requester"})
    assert tickets() == []


@pytest.mark.parametrize(
    "field", ["status", "level", "severity", "customer", "customer_id", "number", "assignee", "version",
              "next_due_at", "has_cover", "opened_at", "key", "author_kind", "audience"],
)  # fmt: skip
def test_a_report_sets_nothing_that_is_not_asked_for(cast: Cast, call: Call, field: str) -> None:
    plain = call(cast.acme.requester).post(ALL, REPORT).json()
    loaded = call(cast.acme.requester).post(ALL, REPORT | {field: 4}).json()
    assert {**loaded, "key": plain["key"], "number": plain["number"]} == plain


# --- Reading ------------------------------------------------------------------------------------------
def test_each_caller_lists_what_they_may_read(cast: Cast, call: Call) -> None:
    file_ticket(cast.acme.requester)
    file_ticket(cast.acme.lead)
    file_ticket(cast.globex.lead)
    assert sorted(keys(call(cast.acme.requester).get(ALL))) == ["ACME-1"]
    assert sorted(keys(call(cast.acme.coordinator).get(ALL))) == ["ACME-1", "ACME-2"]
    assert sorted(keys(call(cast.engineer).get(ALL))) == ["ACME-1", "ACME-2"]
    assert keys(call(cast.engineer).get("/api/v1/c/globex/tickets/")) == ["GLOB-1"]


def test_a_ticket_says_what_its_caller_may_do(cast: Cast, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester)
    url = f"{ALL}{ticket.number}/"
    assert call(cast.acme.requester).get(url).json()["verbs"] == ["privacy", "reassess", "reply", "review"]
    assert call(cast.acme.coordinator).get(url).json()["verbs"] == [
        "affect",
        "follow",
        "note",
        "privacy",
        "reassess",
        "reply",
        "review",
        "unaffect",
        "unfollow",
    ]
    assert call(cast.engineer).get(url).json()["verbs"] == [
        "ask",
        "assign",
        "checklist",
        "follow",
        "follower",
        "hold",
        "link",
        "merge",
        "note",
        "reply",
        "resolve",
        "restored",
        "return",
        "severity",
        "step",
        "tag",
        "take",
        "team",
        "tick",
        "unfollow",
        "unfollower",
        "unlink",
        "untag",
    ]


def test_what_a_ticket_offers_works(cast: Cast, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester)
    api = call(cast.engineer)
    for name in api.get(f"{ALL}{ticket.number}/").json()["verbs"]:
        where = "messages" if name in ("reply", "note") else name
        assert api.options(f"{ALL}{ticket.number}/{where}/").status_code == 200, name


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {1, 2, 3}),
        ("?q=slow", {1, 2}),
        ("?q=ACME-3", {3}),
        ("?open=true", {1, 3}),
        ("?open=false", {2}),
        ("?status=resolved", {2}),
        ("?severity=P1", {3}),
        ("?severity=P2&open=true", set()),
        ("?mine=true", {1}),
        ("?q=", {1, 2, 3}),
    ],
)
def test_a_list_narrows(cast: Cast, call: Call, query: str, found: set[int]) -> None:
    file_ticket(cast.acme.lead)
    resolved = file_ticket(cast.acme.coordinator, impact=HIGH)
    file_ticket(cast.acme.requester, impact=CRITICAL, subject="Warehouse dark", description="No light")
    with acting_as(worker_context()) as now:
        actions.resolve(ticket=resolved, actor=actor_of(cast.engineer), at=now, code="fixed")
    answer = call(cast.acme.lead).get(f"{ALL}{query}")
    assert set(keys(answer)) == {f"ACME-{number}" for number in found}


def test_pages_follow_each_other_without_gap_or_repeat(
    cast: Cast, call: Call, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.api._NewestFirst.page_size", 2)
    for number in range(5):
        if number % 2:
            clock.advance(minutes=1)
        file_ticket(cast.acme.lead)
    api, url, seen = call(cast.acme.lead), ALL, []
    while url:
        page = api.get(url).json()
        assert len(page["results"]) <= 2
        seen += [ticket["key"] for ticket in page["results"]]
        url = page["next"]
    assert seen == ["ACME-5", "ACME-4", "ACME-3", "ACME-2", "ACME-1"]
    assert set(page) == {"next", "previous", "results"}


# --- Conversation -------------------------------------------------------------------------------------
def test_a_reply_and_its_file_come_back_and_can_be_fetched(cast: Cast, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester)
    for person in (cast.acme.requester, cast.engineer):
        api = call(person)
        answer = api.post(
            f"{ALL}{ticket.number}/messages/", {"body": "See", "files": [picture()]}, format="multipart"
        )
        assert answer.status_code == 201
        said = answer.json()
        assert (said["body"], said["audience"], said["author_name"]) == ("See", "public", person.name)
        [file] = said["attachments"]
        assert (file["name"], file["size"], file["content_type"]) == ("screen.png", 72, "image/png")
        fetched: Any = api.get(file["url"])
        assert fetched.status_code == 200
        assert len(b"".join(fetched.streaming_content)) == 72


def test_each_side_lists_what_is_for_it(cast: Cast, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester)
    url = f"{ALL}{ticket.number}/messages/"
    for person, audience in ((cast.engineer, "desk"), (cast.acme.lead, "customer")):
        answer = call(person).post(url, {"body": f"For {audience}", "audience": audience})
        assert answer.status_code == 201
    bodies = {
        person.name: [message["body"] for message in call(person).get(url).json()]
        for person in (cast.engineer, cast.acme.requester)
    }
    assert bodies == {
        "Desk Engineer": ["Pages take ten seconds.", "For desk"],
        "Acme Requester": ["Pages take ten seconds.", "For customer"],
    }


@pytest.mark.parametrize(("who", "audience"), [("engineer", "customer"), ("lead", "desk")])
def test_nobody_writes_for_the_other_side(cast: Cast, call: Call, who: str, audience: str) -> None:
    ticket = file_ticket(cast.acme.requester)
    person = cast.engineer if who == "engineer" else cast.acme.lead
    answer = call(person).post(f"{ALL}{ticket.number}/messages/", {"body": "x", "audience": audience})
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"audience"})
    assert len(call(cast.acme.lead).get(f"{ALL}{ticket.number}/messages/").json()) == 1


# --- Verbs --------------------------------------------------------------------------------------------
def test_the_desk_works_a_ticket_from_taking_to_closing(cast: Cast, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester)
    api = call(cast.engineer)

    def do(name: str, **values: Any) -> dict[str, Any]:
        version = api.get(f"{ALL}{ticket.number}/").json()["version"]
        answer = api.post(f"{ALL}{ticket.number}/{name}/", values | {"version": version})
        assert answer.status_code == 200, (name, answer.content)
        said: dict[str, Any] = answer.json()
        return said

    assert do("take")["assignee"] == "Desk Engineer"
    assert do("assign", person=cast.lead.pk)["assignee"] == "Desk Lead"
    assert do("assign", person=None)["assignee"] is None
    said = do("severity", severity="P2", reason="More people call")
    assert (said["severity"], said["severity_verified_at"]) == ("P2", f"{START:%Y-%m-%dT%H:%M:%SZ}")
    review = f"{START + timedelta(hours=4):%Y-%m-%dT%H:%M:%SZ}"
    said = do("hold", reason="vendor", owner="AWS", note="A fix", evidence="Case 17", review_at=review)
    assert (said["status"], said["hold_reason"], said["hold_review_at"]) == ("on_hold", "vendor", review)
    assert (said["hold_owner"], said["hold_evidence"]) == ("AWS", "Case 17")
    assert do("resume")["status"] == "in_progress"
    assert do("restored")["status"] == "restored"
    assert do("reopen")["status"] == "in_progress"
    assert do("resolve", code="fixed")["status"] == "resolved"
    said = do("close")
    assert (said["status"], said["verbs"]) == (
        "closed",
        [
            "checklist",
            "follow",
            "follower",
            "link",
            "note",
            "step",
            "tag",
            "tick",
            "unfollow",
            "unfollower",
            "unlink",
            "untag",
        ],
    )


def test_level_1_works_a_ticket(cast: Cast, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester, to_desk=False)
    other = file_ticket(cast.acme.requester, to_desk=False)
    api = call(cast.acme.coordinator)
    assert api.post(f"{ALL}{other.number}/solve/", {}).json()["resolution_code"] == "level_1"
    assert api.post(f"{ALL}{ticket.number}/pass/", {"checked": "Restarted it"}).json()["level"] == 2
    returned = call(cast.engineer).post(f"{ALL}{ticket.number}/return/", {"reason": "Restart it"})
    assert returned.json()["level"] == 1
    assert call(cast.acme.requester).post(f"{ALL}{other.number}/confirm/", {}).json()["status"] == "closed"


def test_a_member_follows_and_unfollows(cast: Cast, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester)
    api = call(cast.acme.lead)
    assert api.post(f"{ALL}{ticket.number}/follow/", {}).status_code == 200
    with acting_as(worker_context()):
        assert [watcher.member_id for watcher in ticket.watchers.all()] == [cast.acme.lead.pk]
    assert api.post(f"{ALL}{ticket.number}/unfollow/", {}).status_code == 200
    with acting_as(worker_context()):
        assert not ticket.watchers.exists()


def test_who_stops_following_is_answered_though_they_may_read_it_no_more(cast: Cast, call: Call) -> None:
    ticket = file_ticket(cast.acme.coordinator)
    with acting_as(context_of(cast.acme.coordinator)):
        actions.watch(ticket=ticket, member=cast.acme.requester)
    api = call(cast.acme.requester)
    assert api.post(f"{ALL}{ticket.number}/unfollow/", {}).status_code == 200
    assert api.get(f"{ALL}{ticket.number}/").status_code == 404


def test_a_stale_version_changes_nothing(cast: Cast, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester)
    api = call(cast.engineer)
    assert api.post(f"{ALL}{ticket.number}/take/", {"version": ticket.version}).status_code == 200
    answer = call(cast.lead).post(f"{ALL}{ticket.number}/take/", {"version": ticket.version})
    assert answer.status_code == 409
    assert fresh(ticket).assignee == cast.engineer
