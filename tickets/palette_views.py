"""The search and commands of the desk's pages, and the list of the keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from customers.doors import desk_door
from customers.models import DeskPerson
from tickets import access, jump, reading_access
from tickets.keyboard import GO_TO
from tickets.queues import VIEWS

#: How many tickets are offered; whoever needs more narrows the words, or searches on a page.
OFFERED = 8
#: The pages that are offered beside the views of the queue.
PAGES = (
    ("desk-customers", "Customers"),
    ("desk-vendor-cases", "Vendor cases"),
    ("desk-exclusions", "Decisions"),
    ("desk-escalations", "With Level 3"),
    ("desk-calendars", "Rules"),
    ("desk-settings", "Your settings"),
    ("desk-shortcuts", "Shortcuts"),
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Somewhere to go to, with the keys that go there as well."""

    title: str
    url: str
    keys: tuple[str, ...] = ()


@require_safe
@desk_door()
def palette(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Offer tickets and places for what was typed: the tickets opened last when nothing was."""
    text = request.GET.get("q", "").strip()[:200]
    exact = access.find_by_key(text)
    if exact is not None:
        found = [exact]
    elif text:
        found = list(access.all_for_desk().search(text).newest_opened_first()[:OFFERED])
    else:
        found = list(reading_access.recent_tickets(person).with_people()[:OFFERED])
    return TemplateResponse(
        request,
        "desk/_palette.html",
        {
            "text": text,
            "tickets": found,
            "places": [place for place in _places() if text.lower() in place.title.lower()],
            "leads_to": "" if exact is not None else jump.address_for(text),
            "to_search": f"{reverse('desk-queue')}?q=",
            "now": now,
        },
    )


def _places() -> list[Place]:
    queue = reverse("desk-queue")
    views = [(name, view.title, f"{queue}?view={name}") for name, view in VIEWS.items()]
    pages = [(name, title, reverse(name)) for name, title in PAGES]
    return [
        Place(title=title, url=url, keys=tuple(GO_TO.get(name, "").upper().split()))
        for name, title, url in (*views, *pages)
    ]


@require_safe
@desk_door()
def desk_shortcuts(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List every shortcut with what it does; the pages' own dialog shows the same list."""
    return TemplateResponse(request, "desk/shortcuts.html", {"now": now})
