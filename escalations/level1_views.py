"""The queue of a customer's Level 1, and its own checklists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.problems import Refused
from customers.doors import member_door
from customers.keys import keys_of
from customers.models import LEVEL_1_ROLES, Member, MemberRole, Service
from escalations import hand_over_access as access
from escalations import level1_queue
from escalations.hand_over_forms import StepsForm
from escalations.models import HandOver
from tickets import actions as tickets
from tickets import live
from tickets.access import count_each
from tickets.level1_access import steps_by_service
from tickets.models import Ticket


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


@require_safe
@member_door(*LEVEL_1_ROLES)
def level_1(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Show the open tickets of the member's organisation by whose move it is."""
    rows = level1_queue.read(member, request.GET)
    counts = count_each(rows.sets)
    titles = {name: (str(title), icon) for name, (title, icon) in level1_queue.GROUPS.items()}
    return TemplateResponse(
        request,
        "escalations/level_1.html",
        {
            "groups": [
                Group(
                    name=name,
                    title=titles[name][0],
                    icon=titles[name][1],
                    count=counts[name],
                    rows=[(one, rows.handed.get(one.pk)) for one in tickets],
                )
                for name, tickets in rows.found.items()
                if tickets
            ],
            "tabs": [(name, title, counts[name]) for name, (title, _) in titles.items()],
            "only": rows.only,
            "page": rows.page,
            "known": live.format_known(
                {
                    one.pk: level1_queue.digest(one, rows.handed.get(one.pk), member, now)
                    for one in rows.tickets
                }
            ),
            "to_live": _to_live(request, member),
            "single_keys": keys_of(request),
            "at": f"{timezone.localtime(now):%H:%M}",
            "now": now,
        },
    )


def _to_live(request: HttpRequest, member: Member) -> str:
    """Return where the page asks what changed on it."""
    address = reverse("level-1-live", kwargs={"customer": member.customer.slug})
    return f"{address}?{request.GET.urlencode()}"


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
                messages.success(request, _("Checklist saved."))
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
