"""What leaves for a spreadsheet shows as it was meant, and runs nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from reports.exports import csv_text, safe_cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (-12, "-12"),
        (97.5, "97.5"),
        ("Shop is slow", "Shop is slow"),
        ("=1+1", "'=1+1"),
        ("+61 2", "'+61 2"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("  =1+1", "'  =1+1"),
        ("\uff1d1", "'\uff1d1"),
        (date(2026, 3, 3), "2026-03-03"),
        (datetime(2026, 3, 3, 10, tzinfo=timezone(timedelta(hours=11))), "2026-03-02T23:00:00Z"),
        (datetime(2026, 3, 3, 10, tzinfo=UTC), "2026-03-03T10:00:00Z"),
    ],
)
def test_a_cell_is_text_that_no_spreadsheet_runs(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


def test_a_negative_number_stays_a_number_and_a_text_gets_one_apostrophe() -> None:
    assert csv_text(["A", "B"], [[-3, "-3"], [None, "=1"]]) == "A,B\r\n-3,'-3\r\n,'=1\r\n"
