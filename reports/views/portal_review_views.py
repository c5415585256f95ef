"""The reviews that a customer was sent, for those of its people who read the agreement."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customers.doors import member_door
from customers.models import Member, MemberRole
from reports.access import reviews as access
from reports.actions import reviews as actions
from reports.reviews.said import contents
from reports.views.review_files import sealed_file

#: Its misses name tickets, so it is for those who may read every ticket of the customer.
READERS = (MemberRole.COORDINATOR, MemberRole.LEAD)


@require_safe
@member_door(*READERS)
def portal_reviews(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """List the reviews that the customer was sent, with the seal of each."""
    seals = {sealed.review_id: sealed for sealed in access.seals_of(member)}
    plan = access.plan_of(member)
    return TemplateResponse(
        request,
        "portal/reviews.html",
        {
            "customer": member.customer,
            "reviews": [(review, seals.get(review.pk)) for review in access.sent_to(member)],
            "figures_by_mail": plan is not None and plan.figures_by_mail,
            "may_choose": member.role == MemberRole.LEAD,
            "now": now,
        },
    )


@require_POST
@member_door(MemberRole.LEAD)
def portal_reviews_mail(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Choose whether the mail about a review holds its summary as well."""
    actions.set_figures_by_mail(member=member, wanted=request.POST.get("figures") == "yes")
    messages.success(request, _("Saved. It holds from the next review on."))
    return redirect("portal-reviews", customer=member.customer.slug)


@require_safe
@member_door(*READERS)
def portal_review(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Show a review with its downloads and how to check them."""
    review = access.get_sent(member, pk)
    sealed = access.seal_of(review)
    assert sealed is not None
    return TemplateResponse(
        request,
        "portal/reviews_one.html",
        {
            "customer": member.customer,
            "review": review,
            "sealed": sealed,
            "said": contents(sealed.content, state=str(review.get_state_display())),
            "content": sealed.content,
            "now": now,
        },
    )


@require_safe
@member_door(*READERS)
def portal_review_file(
    request: HttpRequest, member: Member, now: datetime, pk: int, kind: str
) -> HttpResponseBase:
    """Hand out a file of a review as it was sealed."""
    return sealed_file(access.get_sent(member, pk), kind)
