"""The live board, at a desk and on a wall."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.doors import desk_door
from customers.models import DeskPerson
from reports.board import board
from tickets import live

#: What the page knows the board by; it is its only row.
_ROW = 1


@require_safe
@desk_door()
def desk_board(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show how the desk stands now; with `wall`, in large letters and without anything to press beside it."""
    found = board(person, now)
    is_wall = bool(request.GET.get("wall"))
    return TemplateResponse(
        request,
        "reports/board/wall.html" if is_wall else "reports/board/board.html",
        {
            "board": found,
            "is_wall": is_wall,
            "known": live.format_known({_ROW: found.digest}),
            "now": now,
        },
    )


@require_safe
@desk_door()
def desk_board_live(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Tell an open board what it shows instead: 304 and 204 where it shows just that."""
    found = board(person, now)
    known = live.parse_known(request.GET.get("rows", "")).get(_ROW, "")
    is_wall = bool(request.GET.get("wall"))
    tag = f'"{sha256(f"{found.digest}{is_wall}".encode()).hexdigest()[:16]}"'
    before = request.headers.get("If-None-Match")
    answer: HttpResponse
    if before == tag:
        answer = HttpResponse(status=304)
    elif before is None and known == found.digest:
        answer = HttpResponse(status=204)
    else:
        answer = JsonResponse(
            {
                "html": render_to_string(
                    "reports/board/_board.html", {"board": found, "is_wall": is_wall, "now": now}, request
                ),
                "known": {_ROW: found.digest},
                "gone": [],
                "notice": "",
                "say": _say(found.late),
                "late": found.late,
            }
        )
    answer["ETag"] = tag
    answer["Live-At"] = f"{timezone.localtime(now):%H:%M}"
    return answer


def _say(late: int) -> str:
    if not late:
        return "The board has changed."
    return f"The board has changed: {late} ticket{'' if late == 1 else 's'} missed."
