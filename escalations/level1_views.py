"""The queue of a customer's Level 1, and its own checklists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from core.problems import Refused
from customers.doors import member_door
from customers.models import LEVEL_1_ROLES, Member, MemberRole, Service
from escalations import hand_over_access as access
from escalations.hand_over_forms import StepsForm
from escalations.models import HandOver
from tickets import actions as tickets
from tickets.access import count_each
from tickets.level1_access import groups_of, steps_by_service
from tickets.models import Ticket

#: How many tickets of a group stand on the page of all groups, and on a page of one.
SHOWN, PAGE = 20, 50


@dataclass(frozen=True, kw_only=True)
class Group:
    """Tickets of one group, with how many there are in all."""

    name: str
    title: str
    icon: str
    count: int
    rows: list[tuple[Ticket, HandOver | None]]

    @property
    def has_more(self) -> bool:
        return self.count > len(self.rows)


#: Name → title and icon, in the order of what to look at first.
_GROUPS = {
    "returned": ("Returned by the desk", "back"),
    "new": ("New", "new"),
    "mine": ("Yours", "user"),
    "unassigned": ("Nobody's", "inbox"),
    "colleagues": ("With colleagues", "work"),
    "desk": ("With the Trusst desk", "up"),
}


@require_safe
@member_door(*LEVEL_1_ROLES)
def level_1(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Show the open tickets of the member's organisation by whose move it is."""
    sets = groups_of(member)
    counts = count_each(sets)
    only = request.GET.get("group", "")
    only = only if only in sets else ""
    page: Page[Ticket] | None = None
    found: dict[str, list[Ticket]] = {}
    if only:
        page = Paginator(sets[only], PAGE).get_page(request.GET.get("page"))
        found[only] = list(page.object_list)
    else:
        found = {name: list(tickets[:SHOWN]) for name, tickets in sets.items() if counts[name]}
    handed = access.latest_of([one for rows in found.values() for one in rows], member)
    return TemplateResponse(
        request,
        "escalations/level_1.html",
        {
            "groups": [
                Group(
                    name=name,
                    title=_GROUPS[name][0],
                    icon=_GROUPS[name][1],
                    count=counts[name],
                    rows=[(one, handed.get(one.pk)) for one in rows],
                )
                for name, rows in found.items()
                if rows
            ],
            "tabs": [(name, title, counts[name]) for name, (title, _) in _GROUPS.items()],
            "only": only,
            "page": page,
            "now": now,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_door(*LEVEL_1_ROLES)
def level_1_checklists(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Show what Level 1 goes through before it passes a ticket on; leads change it, one list at a time."""
    posted = request.method == "POST"
    lists = steps_by_service(member.customer)
    cards: list[dict[str, Any]] = []
    failed = None
    for service, steps in lists:
        name = "all" if service is None else str(service.pk)
        is_sent = posted and request.POST.get("list") == name
        form = StepsForm(
            request.POST if is_sent else None, auto_id=f"{name}-%s", initial={"steps": "\n".join(steps)}
        )
        cards.append({"name": name, "service": service, "steps": steps, "form": form})
        if is_sent:
            access.check_keeps_checklists(member)
            if _keep(form, member, service):
                messages.success(request, "Checklist saved.")
                return redirect("level-1-checklists", customer=member.customer.slug)
            failed = form
    return TemplateResponse(
        request,
        "escalations/level_1_checklists.html",
        {
            "cards": cards,
            "may_change": member.role == MemberRole.LEAD,
            "failed": failed,
            "now": now,
        },
        status=422 if posted else 200,
    )


def _keep(form: StepsForm, member: Member, service: Service | None) -> bool:
    """Keep the steps that were typed; where they are refused, the form says why."""
    if not form.is_valid():
        return False
    try:
        tickets.keep_level_1_steps(customer=member.customer, service=service, steps=form.lines())
    except Refused as refused:
        form.add_error(refused.field, refused.reason)
        return False
    return True
