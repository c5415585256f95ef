"""The monthly reviews at the desk: which there are, and each of them from its draft to the customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused, Stale
from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DECIDERS, DeskPerson, DeskRole
from reports.access import reviews as access
from reports.actions import reviews as actions
from reports.forms.reviews import AgreeForm, BeginForm, DayForm, IssueForm, ReviewFilterForm, WordsForm
from reports.models import Review
from reports.models.reviews import USUAL_DAY, may_seal
from reports.reviews.said import contents
from reports.views.review_files import draft_file, sealed_file

PAGE = 50


# --- The list -----------------------------------------------------------------------------------------
@require_safe
@desk_door()
def reviews(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List the reviews by month and customer with how far each is, and what it still needs."""
    return _list(request, person, now, begin=BeginForm(now=now))


@require_POST
@desk_door(*DECIDERS)
def review_new(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Begin a review by hand."""
    form = BeginForm(request.POST, now=now)
    if form.is_valid():
        try:
            review = actions.make_review(
                customer=form.cleaned_data["customer"],
                month=form.cleaned_data["month"],
                actor=desk_actor(person),
                at=now,
            )
        except Refused as refused:
            form.put(refused)
        else:
            messages.success(request, "The draft is begun. Its figures are being built.")
            return redirect("desk-review", pk=review.pk)
    return _list(request, person, now, begin=form, status=422)


def _list(
    request: HttpRequest, person: DeskPerson, now: datetime, *, begin: BeginForm, status: int = 200
) -> TemplateResponse:
    form = ReviewFilterForm(request.GET)
    page = None
    if form.is_valid():
        page = Paginator(access.reviews(form.asked()), PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "reports/reviews/list.html",
        {
            "form": form,
            "begin": begin,
            "page": page,
            "rows": [] if page is None else [(review, access.missing_of(review)) for review in page],
            "query": form.query(page="") if page is not None else "",
            "may_begin": person.decides,
            "now": now,
        },
        status=status if page is not None else 422,
    )


# --- One review ---------------------------------------------------------------------------------------
@require_safe
@desk_door()
def review(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Show an issue: what it says, what it needs, and what can be done with it."""
    return _page(request, person, access.get_review(pk), now)


def _page(
    request: HttpRequest,
    person: DeskPerson,
    found: Review,
    now: datetime,
    *,
    words: WordsForm | None = None,
    day: DayForm | None = None,
    status: int = 200,
) -> TemplateResponse:
    sealed, build, plan = access.seal_of(found), access.build_of(found), access.plans().get(found.customer_id)
    content = sealed.content if sealed is not None else _content(found)
    number = USUAL_DAY if plan is None else plan.working_day
    return TemplateResponse(
        request,
        "reports/reviews/review.html",
        {
            "review": found,
            "sealed": sealed,
            "build": build,
            "said": None if content is None else contents(content, state=found.get_state_display()),
            "content": content,
            "issues": access.issues_of(found),
            "words": words or WordsForm(initial={"words": found.words, "version": found.version}),
            "day": day or DayForm(initial={"day": number}),
            "working_day": number,
            "may_write": person.decides and found.is_open,
            "may_decide": person.decides,
            "may_seal": may_seal(person),
            "is_over": found.is_over(now),
            "files": ["pdf", "csv", "xlsx", "json"],
            "now": now,
        },
        status=status,
    )


def _content(found: Review) -> dict[str, Any] | None:
    return None if found.content is None else actions.composed(found)


@require_safe
@desk_door()
def review_build_state(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Show how far the build is, for a page that waits for it."""
    found = access.get_review(pk)
    return TemplateResponse(
        request,
        "reports/reviews/_build.html",
        {"review": found, "build": access.build_of(found), "waited": True, "now": now},
    )


@require_POST
@desk_door(*DECIDERS)
def review_build(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Let the figures be built anew."""
    found = access.get_review(pk)
    _say(
        request,
        lambda: actions.ask_build(review=found, actor=desk_actor(person), at=now),
        "The figures are being built anew.",
    )
    return redirect("desk-review", pk=pk)


@require_POST
@desk_door(*DECIDERS)
def review_words(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Keep the manager's own words and, where that was pressed, mark the review as read."""
    found = access.get_review(pk)
    form = WordsForm(request.POST)
    is_marked = request.POST.get("then") == "mark"

    def act() -> object:
        said = {"version": form.cleaned_data["version"], "words": form.cleaned_data["words"]}
        if is_marked:
            return actions.write_and_mark(review=found, person=person, at=now, **said)
        return actions.write_words(review=found, **said)

    status = _attempt(form, act)
    if status == 200:
        messages.success(request, "Saved, and marked as reviewed." if is_marked else "Saved.")
        return redirect("desk-review", pk=pk)
    return _page(request, person, found, now, words=form, status=status)


@require_POST
@desk_door(*DECIDERS)
def review_day(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Choose on which working day this customer's drafts are made."""
    found = access.get_review(pk)
    form = DayForm(request.POST)
    if form.is_valid():
        actions.set_working_day(customer=found.customer, day=form.cleaned_data["day"])
        messages.success(request, f"Drafts for {found.customer.name} are made on that working day.")
        return redirect("desk-review", pk=pk)
    return _page(request, person, found, now, day=form, status=422)


# --- Steps that ask first -----------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(DeskRole.MANAGER)
def review_seal(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Freeze the figures, once that is confirmed."""
    found = access.get_review(pk)
    return _ask(
        request,
        found,
        now,
        "seal",
        lambda version: actions.seal(review=found, person=person, version=version, at=now),
        "It is sealed. It has not been sent yet.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*DECIDERS)
def review_send(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Let the customer read it, once that is confirmed."""
    found = access.get_review(pk)
    return _ask(
        request,
        found,
        now,
        "send",
        lambda version: actions.send(review=found, person=person, version=version, at=now),
        f"It is sent to {found.customer.name}.",
    )


def _ask(
    request: HttpRequest,
    found: Review,
    now: datetime,
    what: str,
    act: Callable[[int], object],
    done: str,
) -> HttpResponseBase:
    form = AgreeForm(request.POST if request.method == "POST" else None, initial={"version": found.version})
    status = 200
    if form.is_bound:
        status = _attempt(form, lambda: act(form.cleaned_data["version"]))
        if status == 200:
            messages.success(request, done)
            return redirect("desk-review", pk=found.pk)
    return TemplateResponse(
        request,
        "reports/reviews/confirm.html",
        {
            "review": found,
            "what": what,
            "form": form,
            "sealed": access.seal_of(found),
            "leads": actions.leads_of(found.customer),
            "now": now,
        },
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*DECIDERS)
def review_issue(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Begin the next issue of a sealed review's month."""
    found = access.get_review(pk)
    form = IssueForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        begun: list[Review] = []
        status = _attempt(
            form,
            lambda: begun.append(
                actions.begin_issue(review=found, person=person, at=now, reason=form.cleaned_data["reason"])
            ),
        )
        if status == 200:
            messages.success(request, "The next issue is begun. Its figures are being built.")
            return redirect("desk-review", pk=begun[0].pk)
    return TemplateResponse(
        request, "reports/reviews/issue.html", {"review": found, "form": form, "now": now}, status=status
    )


@require_safe
@desk_door()
def review_file(
    request: HttpRequest, person: DeskPerson, now: datetime, pk: int, kind: str
) -> HttpResponseBase:
    """Hand out a file of an issue: what is sealed as it was sealed, a draft as it would read now."""
    found = access.get_review(pk)
    if found.is_sealed:
        return sealed_file(found, kind)
    content = _content(found)
    if content is None:
        raise Http404("Its figures are not built yet.")
    return draft_file(found, content, kind)


# --- What they share ----------------------------------------------------------------------------------
def _attempt(form: forms.Form, act: Callable[[], object]) -> int:
    """Act on a valid form, put a refusal where it belongs, and return the status of the answer."""
    if not form.is_valid():
        return 422
    try:
        act()
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.reason)
        return 409 if isinstance(refused, Stale) else 422
    return 200


def _say(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    try:
        act()
    except Refused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(request, done)
