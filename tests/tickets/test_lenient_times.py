"""People write when something began as they say it; what was read is said, and what cannot be is explained."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tenancy import acting_as, worker_context
from tests.cast import Cast
from tests.conftest import Browse, Clock
from tests.factories import report
from tickets.lenient import Unreadable, read_time
from tickets.models import Ticket

SYDNEY = ZoneInfo("Australia/Sydney")
#: Tuesday 3 March 2026, 15:00 in Sydney.
NOW = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
STILL_TO_COME = (
    "17:00 today is still to come. If it began before today, say the day, for example yesterday 17:00."
)


def read(text: str, now: datetime = NOW) -> str:
    return f"{read_time(text, now=now, zone=SYDNEY).at.astimezone(SYDNEY):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1.40pm", "2026-03-03 13:40"),
        ("1:40 p.m.", "2026-03-03 13:40"),
        ("13:40", "2026-03-03 13:40"),
        ("1340", "2026-03-03 13:40"),
        ("13h40", "2026-03-03 13:40"),
        ("930am", "2026-03-03 09:30"),
        ("1 pm", "2026-03-03 13:00"),
        ("12am", "2026-03-03 00:00"),
        ("12pm", "2026-03-03 12:00"),
        ("Noon", "2026-03-03 12:00"),
        ("midnight", "2026-03-03 00:00"),
        ("at about 9:05", "2026-03-03 09:05"),
        ("this morning, 9am", "2026-03-03 09:00"),
        ("yesterday 4pm", "2026-03-02 16:00"),
        ("4pm yesterday", "2026-03-02 16:00"),
        ("last night 11pm", "2026-03-02 23:00"),
        ("day before yesterday 8pm", "2026-03-01 20:00"),
        ("Friday 5pm", "2026-02-27 17:00"),
        ("tues 9am", "2026-03-03 09:00"),
        ("24/2 9:15", "2026-02-24 09:15"),
        ("24/12/25 9:15", "2025-12-24 09:15"),
        ("24 February 9.15am", "2026-02-24 09:15"),
        ("1st march 9am", "2026-03-01 09:00"),
        ("4 May 4pm", "2025-05-04 16:00"),
        ("2026-03-03T09:30", "2026-03-03 09:30"),
        ("20 minutes ago", "2026-03-03 14:40"),
        ("half an hour ago", "2026-03-03 14:30"),
        ("1 hour 20 minutes ago", "2026-03-03 13:40"),
        ("just now", "2026-03-03 15:00"),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, meant: str) -> None:
    assert read(text) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("banana", "Enter a time, for example 1.40pm, 13:40, noon or yesterday 4pm."),
        ("9", "Enter a time, for example 1.40pm, 13:40, noon or yesterday 4pm."),
        ("25:00", "Enter a time, for example 1.40pm, 13:40, noon or yesterday 4pm."),
        ("13pm", "Enter a time, for example 1.40pm, 13:40, noon or yesterday 4pm."),
        ("x" * 61, "Enter a time, for example 1.40pm, 13:40, noon or yesterday 4pm."),
        ("yesterday", "Say the time as well, for example yesterday 4pm."),
        ("31/2 10:00", "There is no such day. Enter one such as 24/11 or 24 November."),
        ("5pm", STILL_TO_COME),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert str(refused.value) == said


def test_a_time_that_came_twice_is_the_first_and_one_that_was_skipped_is_moved() -> None:
    back = read_time("5/4 2:30am", now=datetime(2026, 4, 6, tzinfo=UTC), zone=SYDNEY)
    assert (back.at, back.note) == (
        datetime(2026, 4, 4, 15, 30, tzinfo=UTC),
        "Clocks went back that day and 02:30 came twice. We read the first.",
    )
    forward = read_time("4/10 2:30am", now=datetime(2026, 10, 5, tzinfo=UTC), zone=SYDNEY)
    assert (forward.at, forward.note) == (
        datetime(2026, 10, 3, 16, 30, tzinfo=UTC),
        "Clocks went forward that day and skipped 02:30, so we read it as 03:30.",
    )


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 30)), st.integers(0, 1439))  # noqa: DTZ001 - instants are drawn without a zone
def test_every_way_to_write_one_time_means_the_same(now: datetime, minute: int) -> None:
    at = now.replace(tzinfo=UTC)
    hour, rest = divmod(minute, 60)
    half = f"{hour % 12 or 12}.{rest:02d}{'am' if hour < 12 else 'pm'}"
    ways = (f"{hour:02d}:{rest:02d}", f"{hour:02d}{rest:02d}", half, half.replace(".", ":"))
    assert len({read_time(f"yesterday {way}", now=at, zone=SYDNEY) for way in ways}) == 1


@given(st.text(max_size=70))
def test_any_text_is_either_read_or_explained(text: str) -> None:
    with suppress(Unreadable):
        read_time(text, now=NOW, zone=SYDNEY)


def test_the_check_page_says_what_was_read_and_the_ticket_has_it(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    client = browse(cast.acme.requester)
    client.post("/c/acme/report/", report(started_at="20 minutes ago"))
    clock.advance(hours=1)  # what was said is not read anew
    page = client.get("/c/acme/report/check/")
    said = {question: answer for question, answer, _ in page.context["answers"]}
    assert said["When did it start?"] == "Today 09:40 AEDT"
    client.post("/c/acme/report/check/")
    with acting_as(worker_context()):
        assert Ticket.objects.get().started_at == clock.now - timedelta(minutes=80)


def test_what_was_typed_comes_back_with_the_reason_beside_it(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.acme.requester).post("/c/acme/report/", report(started_at="5pm"))
    assert answer.status_code == 422
    [reason] = answer.context["form"].errors["started_at"]
    assert reason.startswith("17:00 today is still to come.")
    assert 'value="5pm"' in answer.content.decode()
