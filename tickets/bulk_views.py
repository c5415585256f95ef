"""Many tickets changed at once: chosen in the queue, confirmed where it matters, reported one by one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DeskPerson
from tickets import access, actions, bulk_access, verbs
from tickets.bulk import ASK_ABOVE, MOST, Outcome, read_picks, tell
from tickets.bulk_forms import BulkForm
from tickets.bulk_verbs import BULK, Bulk
from tickets.models import Ticket

#: Where the last result is kept: in the session, so that a page that is loaded again does nothing again.
KEPT = "bulk"
UNDO_WITHIN = timedelta(minutes=10)


@require_POST
@desk_door()
def bulk(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Do one thing to every chosen ticket, or ask first: what is missing, and whether customers may be told."""
    back = _back(request)
    asked_for = BULK.get(request.POST.get("do", ""))
    versions = read_picks(request.POST.getlist("pick"))
    tickets = bulk_access.tickets_of(person, versions)
    if asked_for is None or not tickets or len(tickets) > MOST:
        messages.error(
            request,
            f"Select at most {MOST} tickets." if len(tickets) > MOST else "Select at least one ticket.",
        )
        return redirect(back)
    access.check_desk_may(person, asked_for.doing.verb)
    confirmed = request.POST.get("confirmed") == "yes"
    form = asked_for.form()
    if confirmed or any(request.POST.get(name) for name in form.fields) or not form.fields:
        form = asked_for.form(request.POST)
    must_ask = (asked_for.tells or len(tickets) > ASK_ABOVE) and not confirmed
    if must_ask or not (form.is_bound and form.is_valid()):
        shown = form if confirmed else asked_for.form(initial=request.POST.dict())
        return _confirm(request, asked_for, shown, tickets, versions, back, now)
    return _run(request, person, asked_for, form, tickets, versions, back, now)


def _confirm(
    request: HttpRequest,
    asked_for: Bulk,
    form: BulkForm,
    tickets: list[Ticket],
    versions: dict[str, int],
    back: str,
    now: datetime,
) -> TemplateResponse:
    return TemplateResponse(
        request,
        "desk/bulk_confirm.html",
        {
            "bulk": asked_for,
            "form": form,
            "picks": [(ticket, f"{ticket.key}:{versions[ticket.key]}") for ticket in tickets],
            "readers": bulk_access.readers_of_all(tickets) if asked_for.tells else [],
            "back": back,
            "now": now,
        },
        status=422 if form.errors else 200,
    )


def _run(
    request: HttpRequest,
    person: DeskPerson,
    asked_for: Bulk,
    form: BulkForm,
    tickets: list[Ticket],
    versions: dict[str, int],
    back: str,
    now: datetime,
) -> HttpResponseBase:
    values = form.values()
    was = {ticket.key: asked_for.was(ticket, values) for ticket in tickets} if asked_for.was else {}
    outcomes = actions.change_each(
        tickets=tickets,
        versions=versions,
        beside=asked_for.beside(values),
        act=lambda ticket: asked_for.act(_asked(ticket, person, now, values)),
    )
    done = {one.key for one in outcomes if one.is_done}
    left = bulk_access.versions_of([ticket for ticket in tickets if ticket.key in done])
    _keep(
        request,
        asked_for,
        outcomes,
        now,
        back=back,
        undo={key: {"version": left[key], "was": was[key]} for key in done if key in was},
    )
    return redirect("desk-bulk-result")


def _asked(ticket: Ticket, person: DeskPerson, now: datetime, values: dict[str, Any]) -> verbs.Request:
    return verbs.Request(ticket=ticket, actor=desk_actor(person), at=now, values=values, person=person)


def _keep(
    request: HttpRequest,
    asked_for: Bulk,
    outcomes: list[Outcome],
    now: datetime,
    *,
    back: str,
    undo: dict[str, Any],
    is_undone: bool = False,
) -> None:
    request.session[KEPT] = {
        "do": asked_for.name,
        "outcomes": [asdict(one) for one in outcomes],
        "undo": undo,
        "undo_until": (now + UNDO_WITHIN).isoformat(),
        "is_undone": is_undone,
        "back": back,
    }


@require_safe
@desk_door()
def bulk_result(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Say what became of each ticket, with the way back where there is one."""
    kept = request.session.get(KEPT)
    if kept is None:
        return redirect("desk-queue")
    outcomes = [Outcome(**one) for one in kept["outcomes"]]
    return TemplateResponse(
        request,
        "desk/bulk_result.html",
        {
            "bulk": BULK[kept["do"]],
            "said": tell(outcomes),
            "outcomes": outcomes,
            "is_undone": kept["is_undone"],
            "may_undo": _may_undo(kept, now),
            "back": kept["back"],
            "now": now,
        },
    )


def _may_undo(kept: dict[str, Any], now: datetime) -> bool:
    return bool(kept["undo"]) and now <= datetime.fromisoformat(kept["undo_until"])


@require_POST
@desk_door()
def bulk_undo(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Put back what the last change of many tickets changed, where nobody has changed it since."""
    kept = request.session.get(KEPT)
    if kept is None or not _may_undo(kept, now):
        messages.error(request, "There is nothing to undo any more.")
        return redirect("desk-queue")
    done, undo = BULK[kept["do"]], kept["undo"]
    put_back = done.undo
    assert put_back is not None
    access.check_desk_may(person, done.doing.verb)
    tickets = bulk_access.tickets_of(person, undo)
    outcomes = actions.change_each(
        tickets=tickets,
        versions={key: one["version"] for key, one in undo.items()},
        act=lambda ticket: put_back(_asked(ticket, person, now, {}), undo[ticket.key]["was"]),
    )
    _keep(request, done, outcomes, now, back=kept["back"], undo={}, is_undone=True)
    return redirect("desk-bulk-result")


def _back(request: HttpRequest) -> str:
    """Return where the tickets were chosen, if that is a page of ours."""
    back = request.POST.get("back", "")
    is_ours = back.startswith("/desk/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours else reverse("desk-queue")
