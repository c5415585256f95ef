"""Somebody is affected by a ticket, and the customer has an article of its own that one of them answered."""

from __future__ import annotations

from core.tenancy import acting_as
from tests.cast import Cast, House, actor_of, context_of
from tickets import actions as tickets
from tickets.models import AnyArticle, ArticleKind, ArticleState, Ticket


def write(cast: Cast, house: House | None, *, title: str, body: str = "Wait.", **more: object) -> AnyArticle:
    """Let a desk lead write and publish an article, for a customer or for all."""
    lead = cast.lead
    with acting_as(context_of(lead)) as now:
        by = actor_of(lead)
        article = tickets.write_article(
            actor=by,
            at=now,
            customer=None if house is None else house.customer,
            kind=ArticleKind.KNOWN_ISSUE,
            title=title,
            body=body,
            **more,  # type: ignore[arg-type]
        )
        return tickets.move_article(
            article=article, person=lead, actor=by, at=now, state=ArticleState.PUBLISHED
        )


def read_on(cast: Cast, house: House, ticket: Ticket) -> None:
    """Give a customer one of everything that is read beside a report."""
    for member in (house.coordinator, house.lead):
        with acting_as(context_of(member)) as now:
            tickets.say_affected(ticket=ticket, member=member, actor=actor_of(member), at=now)
    article = write(cast, house, title=f"{house.customer.key} is down", tickets=[ticket])
    with acting_as(context_of(house.lead)) as now:
        tickets.answer_article(
            article=article, member=house.lead, actor=actor_of(house.lead), at=now, is_helpful=True
        )
