"""The calendar tester answers where open time ends, and why."""

from __future__ import annotations

from tests.cast import Cast
from tests.conftest import Browse
from tests.slas.rules import newest, text_of


def ask(browse: Browse, cast: Cast, **question: str) -> tuple[int, str]:
    answer = browse(cast.engineer).get(
        f"/desk/rules/calendars/{newest().pk}/try/", {"zone": "Australia/Sydney", **question}
    )
    return answer.status_code, text_of(answer)


def test_four_hours_from_a_friday_afternoon_say_where_they_went(cast: Cast, browse: Browse) -> None:
    status, page = ask(browse, cast, length="4 h", start="2026-11-27T16:10")
    assert status == 200
    assert "4 h of open time from Fri 27 Nov, 16:10 AEDT is Mon 30 Nov, 12:10 AEDT , because" in page
    assert "Open 50 min , Fri 27 Nov, 16:10 AEDT to Fri 27 Nov, 17:00 AEDT" in page
    assert "Closed, Fri 27 Nov, 17:00 AEDT to Mon 30 Nov, 09:00 AEDT" in page
    assert "Saturday 28 November skipped: Weekend" in page
    assert "Open 3 h 10 min , Mon 30 Nov, 09:00 AEDT to Mon 30 Nov, 12:10 AEDT" in page


def test_a_public_holiday_is_skipped_by_its_name(cast: Cast, browse: Browse) -> None:
    status, page = ask(browse, cast, length="1 business day", start="2026-04-02T16:00")
    assert status == 200
    assert "Friday 3 April skipped: Good Friday" in page
    assert "Monday 6 April skipped: Easter Monday" in page
    assert "is Tue 7 Apr, 16:00 AEST , because" in page


def test_the_end_of_daylight_saving_is_said(cast: Cast, browse: Browse) -> None:
    _, page = ask(browse, cast, length="1 business day", start="2026-04-02T16:00")
    assert "Clocks go back: AEST from here on, Sun 5 Apr, 02:00 AEST" in page


def test_a_question_that_cannot_be_answered_says_how_to_ask(cast: Cast, browse: Browse) -> None:
    for question, said in (
        ({"length": "soon", "start": "2026-11-27T16:10"}, "Enter a length of time such as"),
        ({"length": "4 h", "start": "Friday"}, "Enter a day and a time"),
        ({"length": "4 h", "start": "2026-11-27T16:10", "zone": "Mars"}, "Mars is not a time zone we know."),
    ):
        status, page = ask(browse, cast, **question)
        assert (status, said in page) == (422, True)
