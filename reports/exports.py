"""What leaves as a file for a spreadsheet: every cell is text that it shows and runs nothing of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from django.http import HttpResponse

from core import tables


def safe_cell(value: object) -> str:
    """Return a value as the text of a cell: instants in UTC, nothing as nothing, and no formula.

    A number stays as it is written, also a negative one; a text that begins as a formula does gets an
    apostrophe before it.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, date):
        return value.isoformat()
    return str(tables.safe_cell(str(value)))


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV."""
    # Cells are made safe twice, and the second time finds nothing: an apostrophe is no formula's beginning.
    return tables.write_csv(header, [[_cell(value) for value in row] for row in rows])


def _cell(value: object) -> object:
    # A number goes as one: as text, a negative one would look like a formula.
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else safe_cell(value)


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return a table as a file to keep, under a name of ours."""
    return HttpResponse(
        csv_text(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
