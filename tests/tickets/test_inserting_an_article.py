"""An engineer leads the customer to an article: with a script where the cursor is, without one after the text."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as
from tests.cast import Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse
from tests.tenancy.reading import write
from tickets import actions
from tickets.markdown import render
from tickets.models import AnyArticle, ArticleState, Ticket

JSON = {"Accept": "application/json"}


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester, subject="VPN drops")


def insert(client: Any, ticket: Ticket, article: AnyArticle, **more: Any) -> Any:
    return client.post(
        f"/desk/tickets/{ticket.key}/reply/compose/",
        {"step": "article", "article": article.ref, "body": "Read this:"},
        **more,
    )


def test_the_link_leads_the_ticket_s_customer_to_the_article(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    article = write(cast, None, title="Labels [all] stop_now")
    engineer, reader = browse(cast.engineer), browse(cast.acme.requester)
    page = engineer.get(f"/desk/tickets/{ticket.key}/").content.decode()
    assert page.count(f'<option value="{article.ref}">{article.title}</option>') == 1  # not beside the note

    text = insert(engineer, ticket, article, headers=JSON).json()["text"]
    address = f"/c/acme/help/{article.ref}/"
    assert text.startswith(r"[Labels \[all\] stop\_now](http")
    assert text.endswith(f"{address})")
    assert f"{address}" in render(text)
    assert ">Labels [all] stop_now</a>" in render(text)
    assert reader.get(address).status_code == 200

    without = insert(engineer, ticket, article)
    assert without.context["forms"]["reply"]["body"].value() == f"Read this:\n\n{text}"


def test_only_what_the_ticket_s_customer_may_read_is_offered_and_inserted(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    mine = write(cast, cast.acme, title="Depot West")
    theirs = write(cast, cast.globex, title="Plant North")
    retired = write(cast, None, title="Old words")
    with acting_as(context_of(cast.lead)) as now:
        actions.move_article(
            article=retired, person=cast.lead, actor=actor_of(cast.lead), at=now, state=ArticleState.RETIRED
        )
    engineer = browse(cast.engineer)
    page = engineer.get(f"/desk/tickets/{ticket.key}/").content.decode()
    assert [title in page for title in ("Depot West", "Plant North", "Old words")] == [True, False, False]
    assert [insert(engineer, ticket, one).status_code for one in (mine, theirs, retired)] == [200, 404, 404]
    nothing = engineer.post(
        f"/desk/tickets/{ticket.key}/reply/compose/", {"step": "article", "article": "", "body": "Read this:"}
    )
    assert nothing.context["forms"]["reply"]["body"].value() == "Read this:"
    assert browse(cast.acme.lead).post(
        f"/desk/tickets/{ticket.key}/reply/compose/", {"step": "article", "article": mine.ref}
    ).status_code in (403, 404)
