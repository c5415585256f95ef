"""The composer of a ticket, and who else has the ticket open."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse

from core.tenancy import Actor
from customers.access import active_desk_people, desk_actor, member_actor
from customers.models import DeskPerson, Member
from tickets import access, article_access, composer_access
from tickets.after_reply import then_of
from tickets.after_reply_forms import AfterReplyForm
from tickets.models import CannedReply, Draft, Message, ModeChoice, StagedFile, ThenChoice, Ticket
from tickets.promises import due_times
from tickets.vendor_writing import form_for

register = template.Library()


@dataclass(frozen=True, kw_only=True)
class Pane:
    """One way to write, with everything that its form shows."""

    mode: str
    form: Any
    is_failed: bool
    is_open: bool
    draft: Draft | None
    files: Sequence[tuple[StagedFile, bool]]
    canned: Sequence[CannedReply]
    articles: Sequence[tuple[str, str]]
    overtaken_by: Message | None
    preview: str
    address: Mapping[str, str]
    name: str


@register.inclusion_tag("desk/_composer.html", takes_context=True)
def desk_composer(context: template.RequestContext) -> dict[str, Any]:
    """Show what the desk can write on the page's ticket."""
    ticket: Ticket = context["ticket"]
    person = context["viewer_person"]
    assert isinstance(person, DeskPerson)
    replies = list(composer_access.active_replies())
    articles = article_access.titles_for(ticket)
    panes = _panes(context, desk_actor(person), "desk", {"key": ticket.key}, replies, articles)
    requester, *followers = access.readers_of(ticket) or [ticket.requester]
    return {
        **_common(context),
        "reply": panes.get("reply"),
        "note": panes.get("note"),
        "vendor": panes.get("vendor"),
        "told": requester,
        "followers": followers,
        "keeps": _kept_by_a_reply(ticket),
        "thens": ThenChoice.choices,
        "then": context["request"].POST.get("then") or then_of(person),
        "people": json.dumps([person.name for person in active_desk_people()], ensure_ascii=False),
    }


@register.inclusion_tag("portal/_composer.html", takes_context=True)
def member_composer(context: template.RequestContext) -> dict[str, Any]:
    """Show what a member can write on the page's ticket."""
    ticket: Ticket = context["ticket"]
    member = context["request"].member
    assert isinstance(member, Member)
    place = {"customer": ticket.customer.slug, "number": ticket.number}
    panes = _panes(context, member_actor(member), "portal", place)
    return {**_common(context), "reply": panes.get("reply"), "note": panes.get("note")}


@register.inclusion_tag("desk/_presence.html", takes_context=True)
def ticket_presence(context: template.RequestContext) -> dict[str, Any]:
    """Show who else of the desk has the page's ticket open."""
    ticket, person, now = context["ticket"], context["viewer_person"], context["now"]
    present = composer_access.presence_of([ticket.pk], now=now, without=person.pk)
    return {"ticket": ticket, "present": present.get(ticket.pk, []), "now": now}


@register.inclusion_tag("desk/_after_reply.html", takes_context=True)
def after_reply_choice(context: template.RequestContext) -> dict[str, Any]:
    """Show where the desk person goes after a reply, as a part of the page of their own settings."""
    form = AfterReplyForm(initial={"then": then_of(context["viewer_person"])})
    return {"form": form, "csrf_token": context.get("csrf_token")}


def _common(context: template.RequestContext) -> dict[str, Any]:
    return {
        "ticket": context["ticket"],
        "now": context["now"],
        "csrf_token": context.get("csrf_token"),
    }


def _panes(
    context: template.RequestContext,
    actor: Actor,
    door: str,
    place: Mapping[str, Any],
    replies: Sequence[CannedReply] = (),
    articles: Sequence[tuple[str, str]] = (),
) -> dict[str, Pane]:
    """Return the panes that the viewer may use; three queries whatever they hold."""
    ticket: Ticket = context["ticket"]
    forms = dict(context["forms"])
    if door == "desk" and "note" in context["may"]:
        forms.setdefault("vendor", form_for(ticket, now=context["now"]))
    modes = [mode.value for mode in ModeChoice if mode.value in context["may"] or _is_to_vendor(mode, forms)]
    if not modes:
        return {}
    failed, typed = context["failed"], context["typed"]
    drafts = composer_access.drafts_of(actor, ticket)
    staged = composer_access.staged_of(actor, ticket, context["now"])
    first = next((mode for mode in modes if mode in failed or mode in typed), modes[0])
    seen = max(
        (
            entry.message_id
            for entry in context["entries"]
            if entry.message_id and entry.audience == "public" and not entry.automatic
        ),
        default=0,
    )
    panes = {}
    for mode in modes:
        form = forms[mode]
        draft = None if mode in failed or mode in typed else drafts.get(mode)
        if not form.is_bound:
            form.initial.setdefault("seen", seen)
            if draft is not None:
                form.initial["body"] = draft.body
        panes[mode] = Pane(
            mode=mode,
            form=form,
            is_failed=mode in failed,
            is_open=mode == first,
            draft=draft,
            files=_chosen(form, staged.get(mode, []), is_fresh=mode not in failed and mode not in typed),
            canned=[reply for reply in replies if reply.mode == mode],
            articles=articles if mode == ModeChoice.REPLY else (),
            overtaken_by=getattr(form, "overtaken_by", None),
            preview=getattr(form, "preview", ""),
            address={
                name: reverse(f"{door}-ticket-{address}", kwargs={**place, **more})
                for name, address, more in (
                    ("send", mode, {}),
                    ("draft", "draft", {"mode": mode}),
                    ("staged", "staged", {"mode": mode}),
                    ("compose", "compose", {"mode": mode}),
                )
            },
            name=f"{'desk-' if door == 'desk' else ''}{mode}-{ticket.key}",
        )
    return panes


def _is_to_vendor(mode: str, forms: Mapping[str, Any]) -> bool:
    """Tell whether a pane is the one for a vendor, and there is one to write to."""
    return mode == ModeChoice.VENDOR and forms.get(mode) is not None


def _chosen(form: Any, files: Sequence[StagedFile], *, is_fresh: bool) -> list[tuple[StagedFile, bool]]:
    """Return the files that wait, each with whether it is to be sent: all, until somebody left one out."""
    tokens = form["staged"].value() or []
    return [(file, is_fresh or file.token in tokens) for file in files]


def _kept_by_a_reply(ticket: Ticket) -> tuple[str, datetime] | None:
    """Return which promise a reply keeps, and when that is due."""
    due = due_times(ticket) if ticket.is_with_desk else {}
    metric = next((metric for metric in ("respond", "update") if metric in due), None)
    return None if metric is None else (metric, due[metric])
