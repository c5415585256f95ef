"""The files of a review, as they are handed out at both doors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpResponse

from reports.access import reviews as access
from reports.models import Review
from reports.reviews import bundle
from reports.reviews.figures import read_moment
from reports.reviews.pdf import render
from reports.reviews.sheets import rows_xlsx
from reports.reviews.tables import rows_csv
from reports.reviews.words import say_month

_TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "zip": "application/zip",
}
#: Which file of the archive each kind is; a workbook is made of the rows, and the archive is itself.
_SEALED = {"pdf": bundle.PDF, "csv": bundle.ROWS, "json": bundle.REVIEW}


def sealed_file(review: Review, kind: str) -> HttpResponse:
    """Hand out a file of a sealed issue, or 404."""
    if kind not in _TYPES:
        raise Http404("There is no such file.")
    sealed, files = access.files_of(review)
    match kind:
        case "zip":
            content = bytes(sealed.bundle)
        case "xlsx":
            content = _workbook(sealed.content)
        case _:
            content = files[_SEALED[kind]]
    return _answer(review, kind, content)


def draft_file(review: Review, content: Mapping[str, Any], kind: str) -> HttpResponse:
    """Hand out a file of an issue that is not sealed: it says so itself, and has no seal to check."""
    make: dict[str, Callable[[], bytes]] = {
        "pdf": lambda: render(content, state="Draft"),
        "csv": lambda: rows_csv(content),
        "xlsx": lambda: _workbook(content),
        "json": lambda: bundle.canonical(content),
    }
    if kind not in make:
        raise Http404("There is no such file of a draft.")
    return _answer(review, kind, make[kind]())


def _workbook(content: Mapping[str, Any]) -> bytes:
    title = f"Service review of {content['customer']['name']}, {say_month(content['month'])}"
    return rows_xlsx(content, title=title, made_at=read_moment(content["as_of"]))


def _answer(review: Review, kind: str, content: bytes) -> HttpResponse:
    draft = "" if review.is_sealed else "-draft"
    name = f"service-review-{review.customer.slug}-{review.name}-issue-{review.issue}{draft}.{kind}"
    return HttpResponse(
        content,
        content_type=_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
