"""Rotas in a calendar program: the signed address is the permission."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from django.test import Client

from core.icalendar import Entry, write_calendar
from core.tenancy import acting_as, worker_context
from customers import desk_admin_actions
from escalations.rota_models import RotaFeed
from tests.cast import START, Cast, actor_of, context_of
from tests.conftest import Browse, Clock
from tests.escalations.rotas import put_on_call, weekly


def address(page: str) -> str:
    """Return the path of the address that a page shows."""
    found = re.search(r'id="feed-address"[^>]*value="[a-z]+://[^/]+(/on-call/[^"]+\.ics)"', page)
    assert found
    return found[1]


def events(content: bytes) -> list[dict[str, str]]:
    """Read events back as a calendar program would: unfold the lines, split names from values."""
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    found: list[dict[str, str]] = []
    for line in lines:
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and ":" in line:
            name, _, value = line.partition(":")
            found[-1].setdefault(name, value)
    return found


def test_a_calendar_program_reads_a_rota_without_signing_in(cast: Cast, browse: Browse) -> None:
    rota = weekly(cast)
    put_on_call(cast, rota, cast.manager, ends_at=START + timedelta(hours=2))
    client = browse(cast.engineer)
    assert "feed-address" not in client.get(f"/desk/on-call/{rota.pk}/").content.decode()
    client.post(f"/desk/on-call/{rota.pk}/calendar/", {"do": "renew"})
    path = address(client.get(f"/desk/on-call/{rota.pk}/").content.decode())
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, max-age=900"
    assert b"@trusst.example" not in answer.content
    told = events(answer.content)
    assert [(one["SUMMARY"], one["DTSTART"], one["DTEND"]) for one in told[:4]] == [
        ("Desk Manager on call: Service desk", "20260302T230000Z", "20260303T010000Z"),
        ("Desk Engineer on call: Service desk", "20260303T010000Z", "20260308T220000Z"),
        ("Desk Lead on call: Service desk", "20260308T220000Z", "20260315T220000Z"),
        ("Desk Engineer on call: Service desk", "20260315T220000Z", "20260322T220000Z"),
    ]
    assert len({one["UID"] for one in told}) == len(told)
    # A program that has it already is told so, and nothing else.
    again = Client().get(path, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_events_keep_their_names_while_time_passes(cast: Cast, browse: Browse, clock: Clock) -> None:
    rota = weekly(cast)
    client = browse(cast.engineer)
    client.post(f"/desk/on-call/{rota.pk}/calendar/", {"do": "renew"})
    path = address(client.get(f"/desk/on-call/{rota.pk}/").content.decode())
    before = Client().get(path)
    clock.advance(days=20)
    after = Client().get(path)
    assert after.content == before.content
    assert after["ETag"] == before["ETag"]


def test_my_shifts_are_those_of_every_rota_and_of_nobody_else(cast: Cast, browse: Browse) -> None:
    weekly(cast)
    weekly(cast, name="Escalations, second; line")
    client = browse(cast.lead)
    client.post("/desk/on-call/calendar/", {"do": "renew"})
    content = Client().get(address(client.get("/desk/on-call/").content.decode())).content
    assert {one["SUMMARY"] for one in events(content)} == {
        "On call: Service desk",
        "On call: Escalations\\, second\\; line",
    }
    assert {one["DTSTART"] for one in events(content)} >= {"20260308T220000Z", "20260322T220000Z"}
    assert "20260315T220000Z" not in {one["DTSTART"] for one in events(content)}


def test_an_address_that_was_replaced_removed_or_made_up_shows_nothing(cast: Cast, browse: Browse) -> None:
    weekly(cast)
    client = browse(cast.lead)
    client.post("/desk/on-call/calendar/", {"do": "renew"})
    first = address(client.get("/desk/on-call/").content.decode())
    client.post("/desk/on-call/calendar/", {"do": "renew"})
    second = address(client.get("/desk/on-call/").content.decode())
    assert [Client().get(path).status_code for path in (first, second)] == [404, 200]
    assert Client().get(second.replace("/on-call/", "/on-call/x")).status_code == 404
    assert Client().get("/on-call/made-up.ics").status_code == 404
    assert Client().post(second).status_code == 405
    client.post("/desk/on-call/calendar/", {"do": "remove"})
    assert Client().get(second).status_code == 404
    with acting_as(worker_context()):
        assert not RotaFeed.objects.exists()


def test_the_address_of_whoever_leaves_the_desk_stops_working(cast: Cast, browse: Browse) -> None:
    weekly(cast)
    client = browse(cast.engineer)
    client.post("/desk/on-call/calendar/", {"do": "renew"})
    path = address(client.get("/desk/on-call/").content.decode())
    with acting_as(context_of(cast.admin)) as now:
        desk_admin_actions.deactivate_desk_person(person=cast.engineer, actor=actor_of(cast.admin), at=now)
    assert Client().get(path).status_code == 404


def test_lines_are_folded_at_75_octets_and_texts_are_escaped() -> None:
    name = "Überstunden; Nacht, zweite\\Linie\nund noch eine 夜間当番の長い長い長い名前です\r\x07"
    content = write_calendar(
        name="All",
        product="-//Test//EN",
        refresh=timedelta(hours=2),
        entries=[
            Entry(
                uid="1@test",
                starts_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
                ends_at=datetime(2026, 3, 1, 10, tzinfo=UTC),
                summary=name,
                stamp=datetime(2026, 2, 1, tzinfo=UTC),
            )
        ],
    )
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert max(len(line) for line in lines) <= 75
    assert any(line.startswith(b" ") for line in lines)
    for line in lines:
        line.decode()  # no character is cut
    [event] = events(content)
    assert event["SUMMARY"] == (
        "Überstunden\\; Nacht\\, zweite\\\\Linie\\nund noch eine 夜間当番の長い長い長い名前です\\n"
    )
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT120M\r\n" in content
