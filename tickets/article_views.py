"""Articles: customers read, search and rate them; the desk writes them, and its leads publish."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused, Stale
from customers.access import desk_actor, member_actor
from customers.doors import desk_door, member_door
from customers.models import Customer, DeskPerson, Member
from tickets import actions, article_access
from tickets.article_forms import (
    ArticleForm,
    ArticleSearchForm,
    ArticleStateForm,
    HelpfulForm,
    NewArticleForm,
)
from tickets.models import AnyArticle, ArticleKind, ArticleState, OwnArticle


# --- The customer's portal ---------------------------------------------------------------------------
@require_safe
@member_door()
def articles(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """List the articles that a member may read, or those with the words that they look for."""
    form = ArticleSearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    return TemplateResponse(
        request,
        "portal/help.html",
        {
            "customer": member.customer,
            "articles": article_access.articles_for_member(member, text),
            "text": text,
            "form": form,
            "now": now,
        },
        status=200 if form.is_valid() else 422,
    )


@require_safe
@member_door()
def article(request: HttpRequest, member: Member, now: datetime, article: str) -> HttpResponseBase:
    """Show a member one article."""
    found = article_access.get_article_for_member(member, article)
    return _member_page(request, member, found, now)


@require_POST
@member_door()
def answer(request: HttpRequest, member: Member, now: datetime, article: str) -> HttpResponseBase:
    """Take a member's answer whether an article helped."""
    found = article_access.get_article_for_member(member, article)
    form = HelpfulForm(request.POST)
    if not form.is_valid():
        return _member_page(request, member, found, now, status=422)
    actions.answer_article(
        article=found,
        member=member,
        actor=member_actor(member),
        at=now,
        is_helpful=form.cleaned_data["helpful"] == "yes",
    )
    messages.success(request, _("Thank you. The desk reads what helps and what does not."))
    return redirect("portal-article", customer=member.customer.slug, article=found.ref)


def _member_page(
    request: HttpRequest, member: Member, found: AnyArticle, now: datetime, *, status: int = 200
) -> TemplateResponse:
    return TemplateResponse(
        request,
        "portal/article.html",
        {
            "customer": member.customer,
            "article": found,
            "answer": article_access.article_answer(found, member),
            "cases": article_access.cases_for_member(member, found),
            "is_unanswered": status == 422,
            "now": now,
        },
        status=status,
    )


# --- The desk ----------------------------------------------------------------------------------------
@require_safe
@desk_door()
def desk_articles(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List every article for the desk."""
    return TemplateResponse(
        request, "desk/articles.html", {"articles": article_access.articles_for_desk(), "now": now}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def desk_article_new(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Begin an article."""
    form = NewArticleForm(
        request.POST if request.method == "POST" else None, initial={"kind": ArticleKind.KNOWN_ISSUE}
    )
    if form.is_bound and form.is_valid():
        answers = form.cleaned_data
        try:
            written = actions.write_article(
                actor=desk_actor(person),
                at=now,
                customer=answers["reader"],
                kind=ArticleKind(answers["kind"]),
                title=answers["title"],
                body=answers["body"],
                tickets=article_access.find_tickets(answers["tickets"], customer=answers["reader"]),
            )
        except Refused as refused:
            form.add_error(refused.field, refused.reason)
        else:
            messages.success(request, "Saved as a draft. Only the desk reads it.")
            return redirect("desk-article", article=written.ref)
    return _desk_page(request, person, None, form, now, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def desk_article(request: HttpRequest, person: DeskPerson, now: datetime, article: str) -> HttpResponseBase:
    """Show the desk an article with its versions, and take a change of it."""
    found = article_access.get_article_for_desk(article)
    keys = [ticket.key for ticket in article_access.tickets_of(found)]
    form = ArticleForm(
        request.POST if request.method == "POST" else None, initial=ArticleForm.of(found, keys)
    )
    status = 200
    if form.is_bound and form.is_valid():
        answers = form.cleaned_data
        try:
            actions.change_article(
                article=found,
                person=person,
                actor=desk_actor(person),
                at=now,
                kind=ArticleKind(answers["kind"]),
                title=answers["title"],
                body=answers["body"],
                tickets=article_access.find_tickets(answers["tickets"], customer=_reader_of(found)),
                expected_version=answers["version"],
            )
        except Stale as stale:
            form.add_error(None, stale.reason)
            form.data = {**request.POST.dict(), "version": str(found.version)}
            status = 409
        except Refused as refused:
            form.add_error(refused.field, refused.reason)
        else:
            messages.success(request, "Saved.")
            return redirect("desk-article", article=found.ref)
    return _desk_page(
        request, person, found, form, now, status=422 if form.errors and status == 200 else status
    )


@require_POST
@desk_door()
def desk_article_state(
    request: HttpRequest, person: DeskPerson, now: datetime, article: str
) -> HttpResponseBase:
    """Publish an article, retire it, or take it back to a draft."""
    found = article_access.get_article_for_desk(article)
    if not person.leads:
        raise PermissionDenied("A desk lead decides what customers read. Ask one.")
    asked = ArticleStateForm(request.POST)
    keys = [ticket.key for ticket in article_access.tickets_of(found)]
    form = ArticleForm(None, initial=ArticleForm.of(found, keys))
    status = 422
    if asked.is_valid():
        try:
            moved = actions.move_article(
                article=found,
                person=person,
                actor=desk_actor(person),
                at=now,
                state=ArticleState(asked.cleaned_data["state"]),
                expected_version=asked.cleaned_data["version"],
            )
        except Refused as refused:
            asked.add_error(None, refused.reason)
            status = 409 if isinstance(refused, Stale) else 422
        else:
            messages.success(request, f"{moved.get_state_display()} now.")
            return redirect("desk-article", article=found.ref)
    return _desk_page(request, person, found, form, now, status=status, failed=asked)


def _reader_of(found: AnyArticle) -> Customer | None:
    return found.customer if isinstance(found, OwnArticle) else None


def _desk_page(
    request: HttpRequest,
    person: DeskPerson,
    found: AnyArticle | None,
    form: ArticleForm,
    now: datetime,
    *,
    status: int = 200,
    failed: ArticleStateForm | None = None,
) -> TemplateResponse:
    return TemplateResponse(
        request,
        "desk/article.html",
        {
            "article": found,
            "form": form,
            "failed": failed,
            "may_change": found is None or person.leads or not found.is_published,
            "may_publish": person.leads,
            "versions": [] if found is None else article_access.versions_of(found),
            "helpfulness": None if found is None else article_access.helpfulness(found),
            "now": now,
        },
        status=status,
    )
