"""The desk may see everything that is open, what a customer's Level 1 still has included, and says so."""

from __future__ import annotations

from core.tenancy import acting_as, worker_context
from tests.cast import NORMAL, Cast, actor_of, file_ticket
from tests.conftest import Browse, Clock
from tickets import actions


def test_all_open_holds_level_1s_tickets_last_under_a_heading_of_their_own(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    theirs = file_ticket(cast.acme.requester, to_desk=False)
    ours = file_ticket(cast.globex.requester, impact=NORMAL)
    answer = browse(cast.engineer).get("/desk/?view=all")
    assert [
        (group.name, [row.key for row in group.rows], group.count) for group in answer.context["groups"]
    ] == [
        ("later", [ours.key], "1"),
        ("level1", [theirs.key], "1"),
    ]
    page = answer.content.decode()
    assert "At Level 1: our clocks have not started" in page
    assert "Our clocks have not started" in page
    assert '<span class="push" id="n-all">2</span>' in page
    assert '<span class="push" id="n-due">1</span>' in page


def test_the_desks_own_views_hold_nothing_of_level_1(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester, to_desk=False)
    client = browse(cast.engineer)
    for view in ("due", "mine", "unassigned", "vendor", "customer", "followed", "holds"):
        assert not client.get(f"/desk/?view={view}").context["page"], view
    assert len(client.get("/desk/?view=all&level=1").context["page"].rows) == 1
    assert not client.get("/desk/?view=all&level=2").context["page"]


def test_what_has_ended_at_level_1_is_there_only_when_its_state_is_asked_for(
    cast: Cast, browse: Browse
) -> None:
    ticket = file_ticket(cast.acme.requester, to_desk=False)
    with acting_as(worker_context()) as now:
        actions.resolve(ticket=ticket, actor=actor_of(cast.acme.coordinator), at=now, code="level_1")
    client = browse(cast.engineer)
    assert not client.get("/desk/?view=all").context["page"]
    assert [row.key for row in client.get("/desk/?view=all&state=resolved").context["page"]] == [ticket.key]
    assert not client.get("/desk/?state=resolved").context["page"]


def test_an_open_page_of_it_hears_when_a_ticket_reaches_the_desk(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, to_desk=False)
    client = browse(cast.engineer)
    page = client.get("/desk/?view=all").content.decode()
    known = page.partition('data-known="')[2].partition('"')[0]
    with acting_as(worker_context()) as now:
        actions.pass_to_desk(ticket=ticket, actor=actor_of(cast.acme.coordinator), at=now)
    news = client.get("/desk/live/", {"view": "all", "rows": known}).json()
    assert list(news["known"]) == [str(ticket.pk)]
    assert "Our clocks have not started" not in news["html"]
