"""What is asked before tickets are merged, and one update to every ticket of a major incident."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from core.problems import Refused
from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DeskPerson
from tickets import access, actions, composer_access
from tickets import relation_access as relations
from tickets.bulk import Outcome, tell
from tickets.canned import fill
from tickets.lifecycle import Verb
from tickets.looks import look_at
from tickets.markdown import render
from tickets.models import Ticket
from tickets.relation_forms import MajorUpdateForm, MergeForm


@require_safe
@desk_door()
def merging(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Show what merging a ticket into another one would do, and ask."""
    ticket = look_at(access.get_ticket_for_desk(person, key), person=person, at=now)
    given = {"into": request.GET.get("into", ""), "version": str(ticket.version)}
    form = MergeForm(given, ticket=ticket)
    target = _target(form, ticket)
    return TemplateResponse(
        request,
        "desk/merging.html",
        {
            "ticket": ticket,
            "target": target,
            "start": None if target is None else actions.earlier_start(ticket, target),
            "readers": access.readers_of(ticket),
            "form": form,
            "now": now,
        },
        status=200 if target is not None else 422,
    )


def _target(form: MergeForm, ticket: Ticket) -> Ticket | None:
    """Return the ticket that a form names, or None with the reason in the form."""
    if not form.is_valid():
        return None
    try:
        target = relations.find_ticket(form.cleaned_data["into"], field="into")
        actions.check_target(ticket, target)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.reason)
        return None
    return target


@dataclass(frozen=True, kw_only=True)
class _Letter:
    """What one ticket of a major incident would be sent, and why it cannot be."""

    ticket: Ticket
    text: str
    reason: str

    @property
    def html(self) -> str:
        return render(self.text)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def major(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Write one update about a major incident, look at what each customer gets, and send it."""
    ticket = look_at(access.get_ticket_for_desk(person, key), person=person, at=now)
    everybody = [ticket, *relations.parts_of(ticket)]
    open_to_reply = [one for one in everybody if one.may(Verb.REPLY)]
    form = MajorUpdateForm(request.POST if request.method == "POST" else None, parts=open_to_reply)
    letters: list[_Letter] = []
    outcomes: list[Outcome] = []
    if form.is_bound and form.is_valid():
        chosen = [one for one in open_to_reply if one.key in form.cleaned_data["parts"]]
        text_for = _writer(form.cleaned_data["body"], sender=person.name, now=now)
        if request.POST.get("step") == "send":
            outcomes = actions.update_parts(
                ticket=ticket, actor=desk_actor(person), at=now, parts=chosen, text_for=text_for
            )
        else:
            letters = _letters(chosen, text_for)
    return TemplateResponse(
        request,
        "desk/major.html",
        {
            "ticket": ticket,
            "form": form,
            "letters": letters,
            "sendable": [letter for letter in letters if not letter.reason],
            "left_out": [one for one in everybody if one not in open_to_reply],
            "outcomes": outcomes,
            "told": tell(outcomes) if outcomes else "",
            "now": now,
        },
        status=422 if form.errors else 200,
    )


def _writer(body: str, *, sender: str, now: datetime) -> Callable[[Ticket], str]:
    """Return a function that writes the update for one ticket."""
    return lambda part: fill(body, composer_access.values_for(part, sender=sender, now=now)).text


def _letters(parts: Sequence[Ticket], text_for: Callable[[Ticket], str]) -> list[_Letter]:
    """Return what each ticket would be sent, with what stands in the way."""
    letters = []
    for part in parts:
        text = text_for(part)
        try:
            actions.check_names_nobody_else(text, part, [one for one in parts if one.pk != part.pk])
        except Refused as refused:
            letters.append(_Letter(ticket=part, text=text, reason=refused.reason))
        else:
            letters.append(_Letter(ticket=part, text=text, reason=""))
    return letters
