"""What the desk writes for readers: known issues and how-tos, for all customers or for one.

An article for all and a customer's own are in two tables, for every row of a customer's table has its customer.
Of both the database shows members what is published, and nothing else.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as lazy

from customers.models import Customer, Member
from tickets.models.tickets import Ticket

#: The longest text of an article.
ARTICLE_LENGTH = 20_000


class ArticleKind(models.TextChoices):
    """What an article tells."""

    KNOWN_ISSUE = "known_issue", lazy("Known issue")
    HOW_TO = "how_to", lazy("How to")


class ArticleState(models.TextChoices):
    """Who reads an article: the desk, its customers as well, or nobody new."""

    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    RETIRED = "retired", "Retired"


class _Words(models.Model):
    """The words of an article, or of one of its versions."""

    kind = models.CharField(max_length=12, choices=ArticleKind.choices)
    title = models.CharField(max_length=120)
    body = models.TextField()
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by_name = models.CharField(max_length=150)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class _Article(_Words):
    """What an article for all customers and a customer's own have in common."""

    state = models.CharField(max_length=10, choices=ArticleState.choices, default=ArticleState.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta(_Words.Meta):
        abstract = True

    @property
    def is_published(self) -> bool:
        return self.state == ArticleState.PUBLISHED


class Article(_Article):
    """An article for all customers."""

    class Meta:
        ordering = ["-changed_at", "-id"]

    @property
    def ref(self) -> str:
        """The end of its address; ids of the two tables may be the same."""
        return f"all-{self.pk}"


class ArticleVersion(_Words):
    """An article for all customers as it stood after one change, for the desk."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="versions")

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["article", "version"], name="articleversion_once")]


class OwnArticle(_Article):
    """An article for one customer."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-changed_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["customer", "id"], name="ownarticle_tenant")]

    @property
    def ref(self) -> str:
        """The end of its address; ids of the two tables may be the same."""
        return f"own-{self.pk}"


class OwnArticleVersion(_Words):
    """A customer's own article as it stood after one change, for the desk."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    own = models.ForeignKey(
        OwnArticle, on_delete=models.PROTECT, db_constraint=False, related_name="versions"
    )

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "own", "version"], name="ownarticleversion_once")
        ]


#: A row is about an article for all or about a customer's own, never both.
_ABOUT_ONE = Q(shared__isnull=False, own__isnull=True) | Q(shared__isnull=True, own__isnull=False)


class ArticleAnswer(models.Model):
    """Whether an article helped a member; a later answer of theirs replaces it."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    shared = models.ForeignKey(Article, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    own = models.ForeignKey(
        OwnArticle, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    is_helpful = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "member", "shared"], name="articleanswer_shared_once"
            ),
            models.UniqueConstraint(fields=["customer", "member", "own"], name="articleanswer_own_once"),
            models.CheckConstraint(condition=_ABOUT_ONE, name="articleanswer_about_one"),
        ]

    def __str__(self) -> str:
        return "helpful" if self.is_helpful else "not helpful"


class ArticleTicket(models.Model):
    """That a ticket is a case of what an article tells."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    shared = models.ForeignKey(Article, null=True, blank=True, on_delete=models.PROTECT, related_name="ties")
    own = models.ForeignKey(
        OwnArticle,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="ties",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "ticket", "shared"], name="articleticket_shared_once"
            ),
            models.UniqueConstraint(fields=["customer", "ticket", "own"], name="articleticket_own_once"),
            models.CheckConstraint(condition=_ABOUT_ONE, name="articleticket_about_one"),
        ]

    def __str__(self) -> str:
        return f"ticket {self.ticket_id} has an article"


AnyArticle = Article | OwnArticle
__all__ = [
    "ARTICLE_LENGTH",
    "AnyArticle",
    "Article",
    "ArticleAnswer",
    "ArticleKind",
    "ArticleState",
    "ArticleTicket",
    "ArticleVersion",
    "OwnArticle",
    "OwnArticleVersion",
]
