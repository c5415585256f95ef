"""Beside the queue stand what was missed, and how many tickets each saved view lists now."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as, worker_context
from tests.cast import CRITICAL, HIGH, NORMAL, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.tickets.conftest import WAIT
from tickets import actions
from tickets.lifecycle import HoldReason
from tickets.models import SavedView


def beside(client: Client) -> dict[str, str]:
    """Return what stands beside each name in the rail."""
    page = client.get("/desk/").content.decode()
    rail = page[page.index('aria-labelledby="rail-queues"') :].partition("</ul>")[0]
    items = [" ".join(re.sub(r"<[^>]+>", " ", item).split()) for item in rail.split("<li>")[1:]]
    return {name: count for name, _, count in (item.rpartition(" ") for item in items)}


def keep(cast: Cast, name: str, **filters: list[str]) -> SavedView:
    with acting_as(context_of(cast.engineer)) as now:
        return actions.save_view(person=cast.engineer, at=now, name=name, filters=filters)


def test_each_saved_view_says_how_many_tickets_it_lists(cast: Cast, browse: Browse) -> None:
    for impact in (HIGH, HIGH, NORMAL):
        file_ticket(cast.acme.coordinator, impact=impact)
    file_ticket(cast.globex.coordinator, impact=HIGH)
    keep(cast, "All P2", severity=["2"])
    keep(cast, "Of Acme", severity=["2"], customer=["acme"])
    keep(cast, "Mine", owner=["me"])
    counts = beside(browse(cast.engineer))
    assert {name: counts[name] for name in ("All P2", "Of Acme", "Mine")} == {
        "All P2": "3",
        "Of Acme": "2",
        "Mine": "0",
    }


def test_a_view_whose_customer_is_gone_has_no_count_and_still_a_name(cast: Cast, browse: Browse) -> None:
    view = keep(cast, "Theirs", customer=["nobody"])
    page = browse(cast.engineer).get("/desk/").content.decode()
    assert f'?customer=nobody&amp;saved={view.pk}"' in page
    assert re.search(rf'<span class="clip">Theirs</span> <span class="push" id="n-{view.pk}"></span>', page)


def test_due_next_says_how_many_were_missed_and_else_how_many_there_are(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    client = browse(cast.engineer)
    for impact in (CRITICAL, CRITICAL, NORMAL):
        file_ticket(cast.acme.coordinator, impact=impact)
    assert beside(client)["Due next"] == "3"
    clock.advance(minutes=31)
    page = client.get("/desk/").content.decode()
    assert '<span class="push hot" id="n-due">2<span class="vh"> missed</span></span>' in page


def test_any_number_of_saved_views_is_counted_in_the_same_statement(cast: Cast, browse: Browse) -> None:
    client = browse(cast.engineer)
    file_ticket(cast.acme.coordinator)

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/desk/")
        return len(queries)

    keep(cast, "First", severity=["1"])
    statements()
    with_one = statements()
    for number in range(8):
        keep(cast, f"View {number}", severity=["2"], customer=["acme"], state=["new"])
    assert statements() == with_one


@pytest.fixture
def tagged(cast: Cast) -> None:
    """File ACME-1 with two tags, ACME-2 with one and on hold, and ACME-3 with none."""
    filed = [file_ticket(cast.acme.coordinator) for _ in range(3)]
    with acting_as(worker_context()) as now:
        by = actor_of(cast.engineer)
        network, vip = (actions.add_tag(actor=by, at=now, name=name) for name in ("network", "vip"))
        for ticket, tag in ((filed[0], network), (filed[0], vip), (filed[1], network)):
            actions.tag_ticket(ticket=ticket, actor=by, at=now, tag=tag)
        actions.hold(ticket=filed[1], actor=actor_of(cast.engineer), at=now, reason=HoldReason.VENDOR, **WAIT)


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("tag=network", ["ACME-1", "ACME-2"]),
        ("tag=vip&tag=network", ["ACME-1", "ACME-2"]),
        ("tag=vip", ["ACME-1"]),
        ("tag=network&hold=vendor", ["ACME-2"]),
        ("hold=customer_reply", []),
        ("active_from=2026-03-03", ["ACME-1", "ACME-2", "ACME-3"]),
        ("active_from=2026-03-04", []),
        ("active_to=2026-03-02", []),
    ],
)
def test_the_queue_narrows_by_tag_hold_and_last_activity(
    cast: Cast, browse: Browse, tagged: None, query: str, there: list[str]
) -> None:
    page = browse(cast.engineer).get(f"/desk/?{query}").context["page"]
    assert sorted(ticket.key for ticket in page.rows) == there


def test_a_tag_that_is_counted_counts_each_ticket_once(cast: Cast, browse: Browse, tagged: None) -> None:
    keep(cast, "Tagged", tag=["network", "vip"])
    assert beside(browse(cast.engineer))["Tagged"] == "2"
