"""The only way a door gets an article; members get what is published for all or for their own organisation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import QuerySet, Value
from django.http import Http404
from django.urls import reverse

from core.problems import Refused
from customers.models import Customer, Member
from tickets.affected_access import any_word
from tickets.models import (
    AnyArticle,
    Article,
    ArticleAnswer,
    ArticleState,
    ArticleTicket,
    ArticleVersion,
    OwnArticle,
    OwnArticleVersion,
    Ticket,
)

#: So many are suggested beside a report.
SUGGESTED = 2
_REF = re.compile(r"(all|own)-([0-9]{1,9})")
#: There are dozens of articles, not thousands: their words are looked through where they stand.
_WORDS = SearchVector("title", weight="A", config="english") + SearchVector(
    "body", weight="C", config="english"
)
#: A suggestion has a word of the text in its title, or several in its body.
_ENOUGH = 0.1


def _published_for(customer_id: int) -> tuple[QuerySet[Article], QuerySet[OwnArticle]]:
    return (
        Article.objects.filter(state=ArticleState.PUBLISHED),
        OwnArticle.objects.filter(state=ArticleState.PUBLISHED, customer_id=customer_id),
    )


def articles_for_member(member: Member, text: str = "") -> list[AnyArticle]:
    """Return the articles that a member may read: those with all words of a text, else the newest first."""
    query = SearchQuery(text.replace("\x00", " "), config="english", search_type="websearch")
    if text.strip():
        return _best(member, query, least=0.0)
    return _newest_first(article for articles in _published_for(member.customer_id) for article in articles)


def suggested(member: Member, text: str) -> list[AnyArticle]:
    """Return the articles that fit best what a member is about to report."""
    query = any_word(text)
    return [] if query is None else _best(member, query, least=_ENOUGH)[:SUGGESTED]


def _best(member: Member, query: SearchQuery, *, least: float) -> list[AnyArticle]:
    found: list[AnyArticle] = []
    for articles in _published_for(member.customer_id):
        found += articles.annotate(words=_WORDS, rank=SearchRank(_WORDS, query)).filter(
            words=query, rank__gte=least
        )
    return sorted(found, key=lambda article: (-article.rank, article.ref))  # type: ignore[union-attr]


def _newest_first(articles: Iterable[AnyArticle]) -> list[AnyArticle]:
    return sorted(articles, key=lambda article: (article.changed_at, article.pk), reverse=True)


def get_article_for_member(member: Member, ref: str) -> AnyArticle:
    """Return an article that a member may read, or 404."""
    return _get(*_published_for(member.customer_id), ref)


def titles_for(ticket: Ticket) -> list[tuple[str, str]]:
    """Return reference and title of every article that a ticket's customer may read, by title, for the desk."""
    shared, own = (
        articles.order_by().values_list(Value(table), "pk", "title")
        for table, articles in zip(("all", "own"), _published_for(ticket.customer_id), strict=True)
    )
    found = shared.union(own, all=True)
    return sorted(((f"{table}-{pk}", title) for table, pk, title in found), key=lambda one: one[1].casefold())


def link_for(ticket: Ticket, ref: str) -> str:
    """Return Markdown that leads a ticket's customer to an article that they may read, or 404, for the desk."""
    article = _get(*_published_for(ticket.customer_id), ref)
    place = reverse("portal-article", kwargs={"customer": ticket.customer.slug, "article": article.ref})
    title = re.sub(r"([\\\[\]<>&*_`~])", r"\\\1", article.title)
    return f"[{title}]({settings.PORTAL_BASE_URL}{place})"


def articles_for_desk() -> list[AnyArticle]:
    """Return every article, the one changed last first."""
    own = OwnArticle.objects.select_related("customer")
    return _newest_first([*Article.objects.all(), *own])


def get_article_for_desk(ref: str) -> AnyArticle:
    """Return an article for the desk, or 404."""
    return _get(Article.objects.all(), OwnArticle.objects.select_related("customer"), ref)


def _get(shared: QuerySet[Article], own: QuerySet[OwnArticle], ref: str) -> AnyArticle:
    match = _REF.fullmatch(ref)
    found: AnyArticle | None = None
    if match and match[1] == "all":
        found = shared.filter(pk=int(match[2])).first()
    elif match:
        found = own.filter(pk=int(match[2])).first()
    if found is None:
        raise Http404("There is no such article for you.")
    return found


def versions_of(article: AnyArticle) -> list[ArticleVersion | OwnArticleVersion]:
    """Return every version of an article for the desk, the newest first."""
    if isinstance(article, OwnArticle):
        return list(OwnArticleVersion.objects.filter(own=article))
    return list(ArticleVersion.objects.filter(article=article))


def tickets_of(article: AnyArticle) -> list[Ticket]:
    """Return the tickets that an article is tied to, for the desk."""
    return [
        tie.ticket
        for tie in article.ties.select_related("ticket__customer").order_by(
            "ticket__customer__key", "ticket__number"
        )
    ]


def cases_for_member(member: Member, article: AnyArticle) -> list[Ticket]:
    """Return the tickets that an article is tied to and that a member may read."""
    tied = article.ties.filter(customer_id=member.customer_id).values("ticket_id")
    return list(Ticket.objects.visible_to(member).with_people().filter(pk__in=tied).order_by("number"))


def articles_on(ticket: Ticket, *, customer: bool = False) -> list[AnyArticle]:
    """Return the articles tied to a ticket; for its customer the published ones."""
    ties = ArticleTicket.objects.filter(customer_id=ticket.customer_id, ticket=ticket)
    found = [tie.shared or tie.own for tie in ties.select_related("shared", "own").order_by("pk")]
    return [article for article in found if article is not None and (article.is_published or not customer)]


def article_answer(article: AnyArticle, member: Member) -> ArticleAnswer | None:
    """Return what a member answered about an article."""
    return _answers(article).filter(customer_id=member.customer_id, member=member).first()


@dataclass(frozen=True, kw_only=True)
class Helpfulness:
    """How many members an article helped, of those who answered."""

    helped: int
    asked: int


def helpfulness(article: AnyArticle) -> Helpfulness:
    """Return how many members an article helped."""
    answers = list(_answers(article).values_list("is_helpful", flat=True))
    return Helpfulness(helped=sum(answers), asked=len(answers))


def _answers(article: AnyArticle) -> QuerySet[ArticleAnswer]:
    if isinstance(article, OwnArticle):
        return ArticleAnswer.objects.filter(own=article)
    return ArticleAnswer.objects.filter(shared=article)


def find_tickets(text: str, *, customer: Customer | None) -> list[Ticket]:
    """Return the tickets of typed references, one customer's where it is named; raises Refused with the bad one."""
    found = {}
    for key in re.split(r"[\s,;]+", text.strip()):
        ticket = Ticket.objects.by_key(key).select_related("customer").first() if key else None
        if ticket is None and key:
            raise Refused(
                f"There is no ticket {key[:20]}. Enter references such as ACME-128.", field="tickets"
            )
        if ticket is not None and customer is not None and ticket.customer_id != customer.pk:
            raise Refused(f"{ticket.key} is not {customer.name}'s, but the article is.", field="tickets")
        if ticket is not None:
            found[ticket.pk] = ticket
    return list(found.values())
