"""Calendars and their corrections: every desk role reads, an administrator edits, a manager approves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.events import load_event
from core.problems import Refused, Stale
from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DeskPerson, DeskRole
from slas import access, actions
from slas.calendar import CalendarError
from slas.forms import (
    ApproveForm,
    CalendarForm,
    NewCalendarForm,
    RejectForm,
    TesterForm,
    calendar_initial,
)
from slas.impact import impact_of
from slas.models import CalendarVersion, Correction
from slas.rule_words import calendar_changes, week_lines
from slas.tester import Line, account
from slas.words import say_seconds

EDITORS = (DeskRole.ADMIN,)
APPROVERS = (DeskRole.MANAGER, DeskRole.ADMIN)
_LISTED = 200


# --- Calendars ----------------------------------------------------------------------------------------
@require_safe
@desk_door()
def calendars(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List every calendar with its versions, and the corrections that wait."""
    return TemplateResponse(
        request,
        "desk/rules/calendars.html",
        {
            "families": access.calendar_families(),
            "corrections": access.corrections()[:_LISTED],
            "may_edit": person.role in EDITORS,
            "now": now,
        },
    )


@require_safe
@desk_door()
def calendar(request: HttpRequest, person: DeskPerson, now: datetime, calendar: int) -> HttpResponseBase:
    """Show a version of a calendar: its hours, who made it, what differs, who counts by it."""
    version = access.get_calendar(calendar)
    versions = list(access.versions_of(version))
    before = next((one for one in versions if one.version == version.version - 1), None)
    held = [one for one in versions if one.effective_at <= now]
    return TemplateResponse(
        request,
        "desk/rules/calendar.html",
        {
            "version": version,
            "versions": versions,
            "in_force": held[0] if held else None,
            "week": week_lines(version.weekly),
            "holidays": sorted(version.draft.holidays.items()),
            "overrides": week_of_dates(version.overrides),
            "changes": [] if before is None else list(calendar_changes(before.draft, version.draft)),
            "before": before,
            "agreements": access.agreements_on(version),
            "may_edit": person.role in EDITORS,
            "now": now,
        },
    )


def week_of_dates(overrides: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return dates of other hours as lines."""
    return [(day, week_lines({"mon": shifts})[0][1]) for day, shifts in sorted(overrides.items())]


@require_safe
@desk_door()
def calendar_tester(
    request: HttpRequest, person: DeskPerson, now: datetime, calendar: int
) -> HttpResponseBase:
    """Answer where so much open time from an instant ends, and why."""
    version = access.get_calendar(calendar)
    asked = request.GET if "length" in request.GET else None
    zone = request.GET.get("zone") or version.zone_for(person.timezone)
    with timezone.override(_zone_or(zone, person.timezone)):
        initial = {"start": now, "zone": zone, "length": "4 h"}
        form = TesterForm(asked, initial=initial)
        answer = None
        if form.is_bound and form.is_valid():
            try:
                answer = account(
                    {**version.document(zone), "timezone": zone},
                    start=form.cleaned_data["start"],
                    seconds=form.cleaned_data["length"],
                    names=version.holiday_names,
                )
            except CalendarError:
                form.add_error("length", "These hours do not open often enough to get there.")
        # The answer is read in the zone that was asked about, not in the reader's.
        return TemplateResponse(
            request,
            "desk/rules/tester.html",
            {
                "version": version,
                "form": form,
                "answer": answer,
                "lines": [] if answer is None else [_line(line) for line in answer.lines],
                "said": "" if answer is None else say_seconds(answer.seconds),
                "zone": zone,
                "now": now,
            },
            status=422 if form.errors else 200,
        ).render()


def _line(line: Line) -> dict[str, Any]:
    """Return a line of the tester's account as the page shows it."""
    local = timezone.localtime(line.from_)
    return {
        "look": line.look.value,
        "from": line.from_,
        "to": line.to,
        "said": line.said,
        "length": say_seconds(line.seconds),
        "day": f"{local:%A} {local.day} {local:%B}",
    }


def _zone_or(name: str, other: str) -> ZoneInfo:
    """Return a zone that was typed, or another where there is no such zone."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(other)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*EDITORS)
def calendar_new_version(
    request: HttpRequest, person: DeskPerson, now: datetime, calendar: int
) -> HttpResponseBase:
    """Write the next version of a calendar: look at what it does, then publish it or propose a correction."""
    base = access.versions_of(access.get_calendar(calendar))[0]
    form = CalendarForm(request.POST or None, initial=calendar_initial(base))
    return _edit_calendar(request, person, now, form, base)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*EDITORS)
def calendar_new(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Write the first version of a calendar that does not exist yet."""
    form = NewCalendarForm(request.POST or None, initial={"base": 0})
    base = CalendarVersion(version=0)
    if form.is_bound and form.is_valid():
        base.name, base.region = form.cleaned_data["name"], form.cleaned_data["region"]
        if access.calendar_is_known(base.name, base.region):
            form.add_error("name", "There is a calendar of this name and region. Write its next version.")
    return _edit_calendar(request, person, now, form, base)


def _edit_calendar(
    request: HttpRequest, person: DeskPerson, now: datetime, form: CalendarForm, base: CalendarVersion
) -> HttpResponseBase:
    step = request.POST.get("step", "")
    seen: dict[str, Any] = {}
    status = 200
    if step == "import":
        form.is_valid()
        typed = form.imported()
        if typed is None:
            status = 422
        else:
            form = type(form)(initial=typed)
            seen["imported"] = True
    elif form.is_bound:
        status, seen = _look(form, base, now)
        if status == 200 and step == "confirm" and form.cleaned_data["previewed"] == form.signature:
            status, target = _save_calendar(request, person, now, form, base)
            if target is not None:
                return target
            seen = {} if status != 200 else seen
        elif status == 200:
            seen["changed"] = step == "confirm"
            form.remember(form.signature)
    return TemplateResponse(
        request,
        "desk/rules/calendar_new.html",
        {"form": form, "base": base, "stale": status == 409, "now": now, **seen},
        status=status,
    )


def _look(form: CalendarForm, base: CalendarVersion, now: datetime) -> tuple[int, dict[str, Any]]:
    """Return the status and what a preview shows; reasons against it are put beside the fields."""
    if not form.is_valid():
        return 422, {}
    since = form.cleaned_data["effective_at"] or now
    if form.cleaned_data["base"] != base.version:
        form.add_error(None, "Someone published another version meanwhile. Look at it, then begin again.")
        return 409, {}
    draft = actions.drafted(base, form.draft, effective_at=since, note=form.cleaned_data["note"])
    try:
        actions.check_next(draft, form.draft)
    except Refused as refused:
        form.put(refused)
        return 422, {}
    if base.version == 0 and since < now:
        form.add_error("effective_at", "A new calendar begins now or later.")
        return 422, {}
    impact = impact_of(draft, now=now)
    return 200, {
        "previewing": True,
        "is_correction": since < now,
        "since": since,
        "changes": list(calendar_changes(base.draft, form.draft)) if base.version else [],
        "impact": impact,
        "moved": impact.moved[:_LISTED],
    }


def _save_calendar(
    request: HttpRequest, person: DeskPerson, now: datetime, form: CalendarForm, base: CalendarVersion
) -> tuple[int, HttpResponseBase | None]:
    """Publish what was previewed, or propose it where it begins in the past."""
    since: datetime | None = form.cleaned_data["effective_at"]
    note: str = form.cleaned_data["note"]
    try:
        if since is not None and since < now:
            correction = actions.propose_correction(
                base=base, draft=form.draft, effective_at=since, note=note, person=person, at=now
            )
            messages.success(
                request, "Proposed. It counts when a manager or another administrator approves it."
            )
            return 200, redirect("desk-correction", correction=correction.pk)
        version = actions.publish_calendar(
            name=base.name,
            region=base.region,
            draft=form.draft,
            note=note,
            base=form.cleaned_data["base"],
            effective_at=since,
            actor=desk_actor(person),
            at=now,
        )
    except Refused as refused:
        form.put(refused)
        return 409 if isinstance(refused, Stale) else 422, None
    messages.success(request, f"Published {version}.")
    return 200, redirect("desk-calendar", calendar=version.pk)


# --- Corrections --------------------------------------------------------------------------------------
@require_safe
@desk_door()
def correction(request: HttpRequest, person: DeskPerson, now: datetime, correction: int) -> HttpResponseBase:
    """Show a retroactive correction: what differs, and which clocks and verdicts change."""
    return _correction_page(request, person, now, access.get_correction(correction))


@require_POST
@desk_door(*APPROVERS)
def correction_approve(
    request: HttpRequest, person: DeskPerson, now: datetime, correction: int
) -> HttpResponseBase:
    """Let a correction count."""
    found = access.get_correction(correction)
    form = ApproveForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else ""
    try:
        actions.approve_correction(correction=found, person=person, at=now, seen=seen)
    except Refused as refused:
        return _correction_page(request, person, now, access.get_correction(correction), refused=refused)
    messages.success(request, "Approved. Every clock and verdict that it changes is on its ticket's record.")
    return redirect("desk-correction", correction=correction)


@require_POST
@desk_door(*APPROVERS)
def correction_reject(
    request: HttpRequest, person: DeskPerson, now: datetime, correction: int
) -> HttpResponseBase:
    """Turn a correction down."""
    found = access.get_correction(correction)
    form = RejectForm(request.POST)
    if not form.is_valid():
        return _correction_page(request, person, now, found, rejecting=form)
    try:
        actions.reject_correction(correction=found, person=person, at=now, reason=form.cleaned_data["reason"])
    except Refused as refused:
        return _correction_page(request, person, now, access.get_correction(correction), refused=refused)
    messages.success(request, "Rejected. Nothing was changed.")
    return redirect("desk-correction", correction=correction)


def _correction_page(
    request: HttpRequest,
    person: DeskPerson,
    now: datetime,
    found: Correction,
    *,
    refused: Refused | None = None,
    rejecting: RejectForm | None = None,
) -> TemplateResponse:
    draft = actions.draft_of(found)
    impact = seen = None
    if found.is_open:
        version = actions.drafted(found.base, draft, effective_at=found.effective_at, note=found.note)
        impact = impact_of(version, now=now)
        seen = actions.fingerprint(impact)
    approving = ApproveForm(initial={"seen": seen})
    status = 200
    if refused is not None:
        status = 409 if isinstance(refused, Stale) else 422
    elif rejecting is not None:
        status = 422
    return TemplateResponse(
        request,
        "desk/rules/correction.html",
        {
            "correction": found,
            "changes": list(calendar_changes(found.base.draft, draft)),
            "impact": impact,
            "moved": [] if impact is None else impact.moved[:_LISTED],
            "corrected": [
                {"key": ticket.key, "said": load_event(record).sentence()}
                for ticket, record in access.corrected_verdicts(found)
            ],
            "is_own": found.proposed_by_id == person.pk,
            "may_approve": person.role in APPROVERS and found.proposed_by_id != person.pk,
            "may_reject": person.role in APPROVERS,
            "approving": approving,
            "rejecting": rejecting or RejectForm(),
            "refused": refused,
            "now": now,
        },
        status=status,
    )
