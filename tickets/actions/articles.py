from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.events import publish, publish_desk
from core.problems import Refused, Stale
from core.tenancy import Actor
from customers.models import Customer, DeskPerson, Member
from tickets.actions.locking import required
from tickets.events import ArticleAnswered, ArticleChanged
from tickets.models import (
    ARTICLE_LENGTH,
    AnyArticle,
    Article,
    ArticleAnswer,
    ArticleKind,
    ArticleState,
    ArticleTicket,
    ArticleVersion,
    OwnArticle,
    OwnArticleVersion,
    Ticket,
)
from tickets.relation_access import parts_of

#: Where an article may go from where it is.
_MOVES = {
    ArticleState.DRAFT: {ArticleState.PUBLISHED, ArticleState.RETIRED},
    ArticleState.PUBLISHED: {ArticleState.RETIRED, ArticleState.DRAFT},
    ArticleState.RETIRED: {ArticleState.DRAFT, ArticleState.PUBLISHED},
}


@transaction.atomic
def write_article(
    *,
    actor: Actor,
    at: datetime,
    customer: Customer | None,
    kind: ArticleKind,
    title: str,
    body: str,
    tickets: Sequence[Ticket] = (),
) -> AnyArticle:
    """Begin an article for all customers, or for one; nobody but the desk reads it until it is published."""
    common = {"kind": kind, **_words(title, body), "changed_at": at, "changed_by_name": actor.name}
    article: AnyArticle = (
        Article.objects.create(**common)
        if customer is None
        else OwnArticle.objects.create(customer=customer, **common)
    )
    _keep_version(article)
    _tie(article, tickets)
    _tell(article, actor=actor, at=at, now="written")
    return article


@transaction.atomic
def change_article(
    *,
    article: AnyArticle,
    person: DeskPerson,
    actor: Actor,
    at: datetime,
    kind: ArticleKind,
    title: str,
    body: str,
    tickets: Sequence[Ticket] = (),
    expected_version: int | None = None,
) -> AnyArticle:
    """Change an article and keep how it stood; what customers read already, only a desk lead changes."""
    locked = _lock(article, expected_version)
    if locked.is_published and not person.leads:
        raise PermissionDenied("Customers read this article. Ask a desk lead to change it.")
    words = _words(title, body)
    if (locked.kind, locked.title, locked.body) != (kind, words["title"], words["body"]):
        locked.kind, locked.title, locked.body = kind, words["title"], words["body"]
        _save(locked, actor, at, "kind", "title", "body")
        _keep_version(locked)
        _tell(locked, actor=actor, at=at, now="changed")
    _tie(locked, tickets)
    return locked


@transaction.atomic
def move_article(
    *,
    article: AnyArticle,
    person: DeskPerson,
    actor: Actor,
    at: datetime,
    state: ArticleState,
    expected_version: int | None = None,
) -> AnyArticle:
    """Publish an article, retire it, or take it back to a draft; desk leads decide what customers read."""
    if not person.leads:
        raise PermissionDenied("A desk lead decides what customers read. Ask one.")
    locked = _lock(article, expected_version)
    if state not in _MOVES[ArticleState(locked.state)]:
        raise Refused(f"This article is {locked.get_state_display().lower()} already.")
    locked.state = state
    changed = ["state"]
    if state is ArticleState.PUBLISHED:
        locked.published_at = at
        changed.append("published_at")
    _save(locked, actor, at, *changed, is_new_version=False)
    _tell(locked, actor=actor, at=at, now=state.value)
    return locked


@transaction.atomic
def answer_article(
    *, article: AnyArticle, member: Member, actor: Actor, at: datetime, is_helpful: bool
) -> ArticleAnswer:
    """Note whether an article helped a member; a later answer of theirs replaces it."""
    about = {"own": article} if isinstance(article, OwnArticle) else {"shared": article}
    answer, _ = ArticleAnswer.objects.update_or_create(
        customer_id=member.customer_id, member=member, **about, defaults={"is_helpful": is_helpful, "at": at}
    )
    publish(
        ArticleAnswered(
            at=at, customer_id=member.customer_id, actor=actor, article=article.ref, is_helpful=is_helpful
        )
    )
    return answer


def _lock(article: AnyArticle, expected_version: int | None) -> AnyArticle:
    model = OwnArticle if isinstance(article, OwnArticle) else Article
    locked: AnyArticle = model.objects.select_for_update(no_key=True).get(pk=article.pk)
    if expected_version is not None and locked.version != expected_version:
        raise Stale(
            f"{locked.changed_by_name} changed this article while you were editing. Nothing was saved: look at "
            "it, then save again."
        )
    return locked


def _words(title: str, body: str) -> dict[str, str]:
    """Return what may be kept of a title and a text; raises Refused beside the field."""
    title = required(" ".join(title.split()), "Enter a title.", field="title", most=120)
    body = required(body.replace("\r\n", "\n"), "Enter the text.", field="body", most=ARTICLE_LENGTH + 1)
    if len(body) > ARTICLE_LENGTH:
        raise Refused(f"This is longer than {ARTICLE_LENGTH:,} characters.", field="body")
    return {"title": title, "body": body}


def _save(
    article: AnyArticle, actor: Actor, at: datetime, *changed: str, is_new_version: bool = True
) -> None:
    article.changed_at, article.changed_by_name = at, actor.name
    article.version += is_new_version
    article.save(update_fields=[*changed, "changed_at", "changed_by_name", "version"])


def _keep_version(article: AnyArticle) -> None:
    """Keep the words of an article as they stand, with who wrote them and when."""
    words = {
        name: getattr(article, name)
        for name in ("kind", "title", "body", "version", "changed_at", "changed_by_name")
    }
    if isinstance(article, OwnArticle):
        OwnArticleVersion.objects.create(customer_id=article.customer_id, own=article, **words)
    else:
        ArticleVersion.objects.create(article=article, **words)


def _tie(article: AnyArticle, tickets: Sequence[Ticket]) -> None:
    """Tie an article to exactly these tickets; a major incident brings its parts along."""
    wanted = {ticket.pk: ticket for ticket in tickets}
    for ticket in tickets:
        wanted.update({part.pk: part for part in parts_of(ticket)})
    if isinstance(article, OwnArticle):
        wanted = {pk: one for pk, one in wanted.items() if one.customer_id == article.customer_id}
    known = set(article.ties.values_list("ticket_id", flat=True))
    article.ties.exclude(ticket_id__in=wanted).delete()
    about = {"own": article} if isinstance(article, OwnArticle) else {"shared": article}
    ArticleTicket.objects.bulk_create(
        ArticleTicket(customer_id=ticket.customer_id, ticket=ticket, **about)
        for pk, ticket in sorted(wanted.items())
        if pk not in known
    )


def _tell(article: AnyArticle, *, actor: Actor, at: datetime, now: str) -> None:
    publish_desk(ArticleChanged(at=at, actor=actor, article=article.ref, now=now))
