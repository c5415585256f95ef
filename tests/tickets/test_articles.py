"""The desk writes what is known; customers read what is published for all or for them, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from core.models import DeskRecord
from core.tenancy import acting_as, worker_context
from customers.access import member_context
from tests.cast import Cast, file_ticket
from tests.conftest import Browse
from tests.tenancy.reading import write
from tickets import article_access
from tickets.models import Article, ArticleAnswer, OwnArticle

TYPED: dict[str, Any] = {
    "title": "Labels stop after an update",
    "kind": "known_issue",
    "body": "Restart **it**.",
}


def refs(client: Any, text: str = "") -> list[str]:
    return [one.title for one in client.get("/c/acme/help/", {"q": text}).context["articles"]]


def test_an_engineer_drafts_a_lead_publishes_and_every_customer_reads(cast: Cast, browse: Browse) -> None:
    engineer, lead, reader = browse(cast.engineer), browse(cast.lead), browse(cast.acme.requester)
    where = engineer.post("/desk/articles/new/", TYPED)["Location"]
    ref = where.split("/")[-2]
    assert reader.get(f"/c/acme/help/{ref}/").status_code == 404
    assert engineer.post(f"{where}state/", {"state": "published", "version": 1}).status_code == 403
    assert lead.post(f"{where}state/", {"state": "published", "version": 1}).status_code == 302
    assert "Restart <strong>it</strong>." in reader.get(f"/c/acme/help/{ref}/").content.decode()
    assert browse(cast.globex.requester).get(f"/c/globex/help/{ref}/").status_code == 200
    assert refs(reader, "label") == [TYPED["title"]]
    assert refs(reader, "coffee") == []
    assert lead.post(f"{where}state/", {"state": "retired", "version": 1}).status_code == 302
    assert reader.get(f"/c/acme/help/{ref}/").status_code == 404
    assert refs(reader, "label") == []
    with acting_as(worker_context()):
        told = [record.payload["now"] for record in DeskRecord.objects.filter(type="tickets.article_changed")]
    assert told == ["written", "published", "retired"]


def test_what_customers_read_only_a_lead_changes_and_each_version_is_kept(cast: Cast, browse: Browse) -> None:
    article = write(cast, None, title="Labels stop")
    where = f"/desk/articles/{article.ref}/"
    changed = TYPED | {"body": "Wait for the fix.", "version": 1}
    assert browse(cast.engineer).post(where, changed).status_code == 403
    assert browse(cast.lead).post(where, changed).status_code == 302
    assert browse(cast.lead).post(where, changed).status_code == 409  # it is version 2 by now
    page = browse(cast.engineer).get(where)
    kept = [(one.version, one.body, one.changed_by_name) for one in page.context["versions"]]
    assert kept == [(2, "Wait for the fix.", "Desk Lead"), (1, "Wait.", "Desk Lead")]


def test_a_customers_own_article_is_nobody_elses(cast: Cast, browse: Browse) -> None:
    article = write(cast, cast.acme, title="Depot West has its own printers", body="Only there.")
    assert refs(browse(cast.acme.requester), "printers") == [article.title]
    stranger = browse(cast.globex.lead)
    assert stranger.get(f"/c/globex/help/{article.ref}/").status_code == 404
    assert article.title not in stranger.get("/c/globex/help/?q=printers").content.decode()
    answer = stranger.post("/c/globex/report/alike/", {"subject": "Depot West printers"})
    assert article.title not in answer.content.decode()
    answer = browse(cast.acme.lead).post("/c/acme/report/alike/", {"subject": "The printers of depot west"})
    assert article.title in answer.content.decode()


@pytest.mark.parametrize("house", ["acme", None])
def test_the_database_itself_hides_drafts_from_members(cast: Cast, browse: Browse, house: str | None) -> None:
    reader = str(cast.acme.customer.pk) if house else ""
    browse(cast.engineer).post("/desk/articles/new/", TYPED | {"reader": reader})
    table = (OwnArticle if house else Article)._meta.db_table

    def count() -> int:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            return int(cursor.fetchone()[0])

    with acting_as(worker_context()):
        assert count() == 1
    with acting_as(member_context(cast.acme.lead)):
        assert count() == 0


def test_a_member_answers_once_whether_it_helped_and_may_change_their_mind(
    cast: Cast, browse: Browse
) -> None:
    article = write(cast, None, title="Labels stop")
    for member, helpful in (
        (cast.acme.lead, "yes"),
        (cast.acme.lead, "no"),
        (cast.globex.lead, "yes"),
    ):
        slug = member.customer.slug
        where = f"/c/{slug}/help/{article.ref}/"
        assert browse(member).post(f"{where}answer/", {"helpful": helpful})["Location"] == where
    with acting_as(worker_context()):
        assert ArticleAnswer.objects.count() == 2
    page = browse(cast.engineer).get(f"/desk/articles/{article.ref}/").content.decode()
    assert "It helped 1 of 2 who answered." in page


def test_a_known_issue_stands_on_its_tickets_for_those_who_may_read_them(cast: Cast, browse: Browse) -> None:
    mine = file_ticket(cast.acme.requester, subject="Labels are blank")
    theirs = file_ticket(cast.globex.requester, subject="Globex has none")
    where = browse(cast.engineer).post(
        "/desk/articles/new/", TYPED | {"tickets": f"{mine.key}, {theirs.key}"}
    )["Location"]
    ref = where.split("/")[-2]
    page = f"/c/acme/tickets/{mine.number}/"
    assert TYPED["title"] not in browse(cast.acme.requester).get(page).content.decode()
    browse(cast.lead).post(f"{where}state/", {"state": "published", "version": 1})
    assert TYPED["title"] in browse(cast.acme.requester).get(page).content.decode()
    desk = browse(cast.engineer).get(f"/desk/tickets/{mine.key}/").content.decode()
    assert f"[{TYPED['title']}]({settings.PORTAL_BASE_URL}/c/acme/help/{ref}/)" in desk
    read = browse(cast.acme.requester).get(f"/c/acme/help/{ref}/").content.decode()
    assert mine.key in read
    assert theirs.key not in read


def test_a_customers_article_names_only_its_own_tickets(cast: Cast, browse: Browse) -> None:
    theirs = file_ticket(cast.globex.requester)
    typed = TYPED | {"reader": cast.acme.customer.pk, "tickets": theirs.key}
    answer = browse(cast.engineer).post("/desk/articles/new/", typed)
    assert answer.context["form"].errors["tickets"] == [
        f"{theirs.key} is not Acme Freight's, but the article is."
    ]
    answer = browse(cast.engineer).post("/desk/articles/new/", TYPED | {"tickets": "ACME-999"})
    assert "There is no ticket ACME-999." in answer.context["form"].errors["tickets"][0]
    with acting_as(worker_context()):
        assert article_access.articles_for_desk() == []
