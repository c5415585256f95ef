"""The desk's queue, and the views of it that people save."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.problems import Refused
from customers.doors import desk_door
from customers.models import DeskPerson
from tickets import access, actions, counting, filters, jump, live
from tickets.models import SavedView
from tickets.queues import group_rows

#: As many rows as a page's budget of bytes and of time allows, and more than anybody reads at once.
PAGE_SIZE = 50


class SaveViewForm(forms.Form):
    """A name for what is on the screen."""

    name = forms.CharField(max_length=60, error_messages={"required": "Enter a name for the view."})
    shared = forms.BooleanField(required=False, label="For the whole desk")
    query = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class RenameForm(forms.Form):
    """Another name."""

    name = forms.CharField(max_length=60, error_messages={"required": "Enter a name for the view."})


@require_safe
@desk_door()
def desk_queue(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show what an address asks of the queue, the next deadline first."""
    asked = filters.read(request.GET, person=person, now=now)
    if place := jump.address_for(asked.text):
        return redirect(place)
    page = asked.page(size=PAGE_SIZE)
    groups = group_rows(page.rows, now=now, searched=asked.is_by_age)
    counts = counting.count_beside(person, now, asked=asked, groups=counting.headings(groups, page))
    for group in groups:
        group.count = counts.groups.get(group.name) or str(len(group.rows))
    return TemplateResponse(
        request,
        "desk/queue.html",
        {
            "asked": asked,
            "view": asked.view,
            "page": page,
            "groups": groups,
            "counts": counts,
            "marks": live.marks_of(page.rows, person, now),
            "next_up": None if page else access.next_due(asked.view, person, now),
            "query": _query_of(request),
            "now": now,
        },
        status=200 if asked.form.is_valid() else 422,
    )


@require_safe
@desk_door()
def saved_views(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List the views of the queue that somebody may use."""
    return _views_page(request, person, now)


@require_POST
@desk_door()
def save_view(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Keep what is on the screen as a view."""
    form = SaveViewForm(request.POST)
    if form.is_valid():
        asked = filters.read(QueryDict(form.cleaned_data["query"]), person=person, now=now)
        try:
            view = actions.save_view(
                person=person,
                at=now,
                name=form.cleaned_data["name"],
                filters=asked.saved() if asked.form.is_valid() else {},
                shared=form.cleaned_data["shared"],
            )
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.reason)
        else:
            messages.success(request, f"Saved as “{view.name}”.")
            return redirect(_address_of(view.filters, view.pk))
    return _views_page(request, person, now, failed=form)


@require_POST
@desk_door()
def change_view(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Rename, move, share or delete a view, or bring back one that was deleted a moment ago."""
    if request.POST.get("do") == "restore":
        view = access.get_deleted_view(person, pk, now - actions.UNDO_WITHIN)
    else:
        view = access.get_saved_view(person, pk)
    try:
        done = _change(request, view, person, now)
    except Refused as refused:
        return _views_page(request, person, now, refused=(view.pk, refused.reason))
    if done:
        messages.success(request, done)
    return redirect("desk-views")


def _change(request: HttpRequest, view: SavedView, person: DeskPerson, now: datetime) -> str:
    """Do what a button asks, and return what is said afterwards; the page itself says what is deleted."""
    match request.POST.get("do"):
        case "up" | "down" as way:
            actions.move_view(view=view, person=person, up=way == "up")
            return "Moved."
        case "share" | "unshare" as way:
            actions.share_view(view=view, person=person, shared=way == "share")
            return "The whole desk has it now." if way == "share" else "It is yours alone again."
        case "delete":
            actions.delete_view(view=view, person=person, at=now)
            return ""
        case "restore":
            actions.restore_view(view=view, person=person, at=now)
            return f"“{view.name}” is back."
        case _:
            form = RenameForm(request.POST)
            if not form.is_valid():
                raise Refused(str(next(iter(form.errors.values()))[0]))
            actions.rename_view(view=view, person=person, name=form.cleaned_data["name"])
            return "Renamed."


def _views_page(
    request: HttpRequest,
    person: DeskPerson,
    now: datetime,
    *,
    failed: SaveViewForm | None = None,
    refused: tuple[int, str] | None = None,
) -> TemplateResponse:
    rows = [
        (view, _address_of(view.filters, view.pk), view.may_be_changed_by(person))
        for view in access.saved_views(person)
    ]
    return TemplateResponse(
        request,
        "desk/views.html",
        {
            "rows": rows,
            "deleted": access.deleted_views(person, now - actions.UNDO_WITHIN),
            "form": failed,
            "refused": refused,
            "leads": person.leads,
            "now": now,
        },
        status=422 if failed or refused else 200,
    )


def _query_of(request: HttpRequest) -> str:
    """Return the address's own query without the place in it."""
    query = request.GET.copy()
    for name in ("after", "before", "saved"):
        query.pop(name, None)
    return query.urlencode()


def _address_of(kept: dict[str, list[str]], pk: int) -> str:
    return f"{reverse('desk-queue')}?{filters.address_of(kept)}&saved={pk}"
