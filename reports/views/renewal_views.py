"""Agreements by their notice date, and what customers have that none covers."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from customers.doors import desk_door
from customers.models import DeskPerson
from reports.access import renewals as access
from reports.exports import csv_response

LOOKS = {
    "renewed": "Renewed",
    "none": "No notice date agreed",
    "past": "Notice date has passed",
    "soon": "Decide",
    "later": "Later",
}


@require_safe
@desk_door()
def renewals(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show which agreements need somebody, customers without cover, and accounts below the agreed plan."""
    return TemplateResponse(
        request,
        "reports/renewals/renewals.html",
        {
            "renewals": [(one, LOOKS[one.look]) for one in access.renewals(now)],
            "uncovered": access.without_cover(now),
            "accounts": access.below_plan(now),
            "back": access.LOOKED_BACK.days,
            "days": access.NOTICE_DAYS,
            "now": now,
        },
    )


@require_safe
@desk_door()
def renewals_csv(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Hand the agreements to a spreadsheet."""
    return csv_response(
        "renewals",
        (
            "Agreement",
            "Customer",
            "Begins",
            "Ends",
            "Notice by",
            "Days left",
            "Standing",
            "About the renewal",
        ),
        [
            [
                one.agreement.number,
                one.agreement.customer.name,
                one.agreement.starts_on,
                one.agreement.ends_on,
                one.agreement.notice_on,
                one.days_left,
                LOOKS[one.look],
                one.agreement.renewal_note,
            ]
            for one in access.renewals(now)
        ],
    )
