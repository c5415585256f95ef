"""A customer's tickets: the list with its filters, and the same as a table for a spreadsheet."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.tables import write_csv
from customers.doors import member_door
from customers.models import Member
from tickets import access, approval_access
from tickets.counting import say_count
from tickets.models import Ticket
from tickets.portal_filters import Asked, read
from tickets.standing import standing_of

LIST_SIZE = 50
#: So many of each kind stand under "Waiting for you"; the list below has all.
_WAITING = 6
#: More rows than this are downloaded a filter at a time.
MOST_ROWS = 10_000


@require_safe
@member_door()
def member_list(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """List the tickets that a member may read, those that wait for their side first."""
    asked = read(request.GET, member=member)
    page = asked.page(size=LIST_SIZE)
    count = access.count_each({"listed": asked.tickets()})["listed"]
    waiting, confirmable = _waiting(asked, member, now) if asked.is_plain else ([], [])
    to_csv = reverse("portal-tickets-csv", kwargs={"customer": member.customer.slug})
    return TemplateResponse(
        request,
        "portal/tickets.html",
        {
            "asked": asked,
            "filter": asked.form,
            "page": page,
            "rows": [(ticket, standing_of(ticket, now)) for ticket in page],
            "count": say_count(count),
            "text": asked.text,
            "last_closed": "" if page or not asked.is_plain else _last_closed(asked, now),
            "waiting": waiting,
            "confirmable": confirmable,
            "scopes": [
                (_("Everyone's"), asked.address(mine=""), not asked.is_mine),
                (_("Only mine"), asked.address(mine="1"), asked.is_mine),
            ],
            "states": [
                (words, asked.address(show=name), asked.show == name)
                for name, words in (("open", _("Open")), ("finished", _("Finished")), ("all", _("All")))
            ],
            "to_csv": f"{to_csv}?{asked.address()}",
            "now": now,
        },
        status=200 if asked.form.is_valid() else 422,
    )


def _waiting(asked: Asked, member: Member, now: datetime) -> tuple[list[Ticket], list[Ticket]]:
    """Return what waits for an answer beside approvals, and what may be fixed."""
    ours = asked.scope()
    held = approval_access.without_those_to_answer(ours.open().waiting_for_customer(), member, now)
    return list(held[:_WAITING]), list(ours.awaiting_confirmation()[:_WAITING])


def _last_closed(asked: Asked, now: datetime) -> str:
    """Return the day on which a ticket was closed last, or '' when none was."""
    closed_at = access.last_closed_at(asked.scope())
    if closed_at is None:
        return ""
    local = timezone.localtime(closed_at)
    return date_format(local, "j F" if local.year == timezone.localtime(now).year else "j F Y")


@require_safe
@member_door()
def member_list_csv(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Hand the tickets that the filters list to a spreadsheet, each instant in UTC and in the reader's zone."""
    asked = read(request.GET, member=member)
    if not asked.form.is_valid():
        fault = next(iter(asked.form.errors.values()))[0]
        return HttpResponse(str(fault), status=422, content_type="text/plain")
    tickets = list(asked.tickets().with_account()[: MOST_ROWS + 1])
    rows = [_row(ticket, now) for ticket in tickets[:MOST_ROWS]]
    if len(tickets) > MOST_ROWS:
        rows.append([_("There are more tickets than this. Narrow the list to download the others.")])
    return HttpResponse(
        write_csv(_header(member), rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{member.customer.slug}-tickets.csv"'},
    )


def _header(member: Member) -> list[str]:
    zone = member.zone
    return [
        _("Reference"),
        _("What"),
        _("Kind"),
        _("Severity"),
        _("State"),
        _("Where it is now"),
        _("What we promised"),
        _("Due (UTC)"),
        _("Due (%(zone)s)") % {"zone": zone},
        _("Service"),
        _("AWS account"),
        _("Reported by"),
        _("Opened (UTC)"),
        _("Opened (%(zone)s)") % {"zone": zone},
        _("Last activity (UTC)"),
        _("Last activity (%(zone)s)") % {"zone": zone},
    ]


def _row(ticket: Ticket, now: datetime) -> list[object]:
    standing = standing_of(ticket, now)
    return [
        ticket.key,
        ticket.subject,
        ticket.get_kind_display(),
        ticket.get_severity_display(),
        ticket.get_status_display(),
        standing.where,
        "; ".join(standing.promises),
        *_twice(ticket.next_due_at),
        "" if ticket.service is None else ticket.service.name,
        "" if ticket.aws_account is None else ticket.aws_account.account_id,
        ticket.requester.name,
        *_twice(ticket.opened_at),
        *_twice(ticket.last_activity_at),
    ]


def _twice(moment: datetime | None) -> tuple[str, str]:
    """Return an instant in UTC and in the reader's zone."""
    if moment is None:
        return "", ""
    return (
        f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        timezone.localtime(moment).isoformat(timespec="seconds"),
    )
