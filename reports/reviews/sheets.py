"""The rows of a review as an Excel workbook; pure, and apart because its library takes a while to load."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from reports.reviews.tables import HEADER, table_of


def rows_xlsx(review: Mapping[str, Any], *, title: str, made_at: datetime) -> bytes:
    """Return the rows as an Excel workbook: texts are texts whatever they begin with, minutes are numbers."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": title, "created": made_at.replace(tzinfo=None)})
    sheet = book.add_worksheet("Objectives")
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"quote_prefix": True})
    rows = table_of(review)
    for column, name in enumerate(HEADER):
        sheet.write_string(0, column, name, head)
    for line, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(line, column, cell, text)
            else:
                sheet.write_number(line, column, cell)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(rows)), len(HEADER) - 1)
    for column, width in enumerate(_widths()):
        sheet.set_column(column, column, width)
    book.close()
    return out.getvalue()


def _widths() -> Sequence[int]:
    wide = {"Subject": 44, "Policy": 34, "Calendar": 34, "Service": 20}
    return [wide.get(name, 22 if "(UTC)" in name or "(local)" in name else 13) for name in HEADER]
