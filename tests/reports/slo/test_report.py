"""The SLO report shows what clocks say, every number leads to its clocks, and bad input is said beside its field."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from core.tenancy import acting_as, worker_context
from reports.actions.folding import fold
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, NORMAL, Cast, actor_of, file_ticket
from tests.conftest import Browse, Clock
from tests.slas.rules import text_of
from tests.tickets.test_byte_budget import KB, scripts_of, weigh
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket

REPORT = "/desk/reports/"
TIME = "/desk/reports/time/"


def reply(cast: Cast, ticket: Ticket) -> None:
    with acting_as(worker_context()) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We are looking.")


@pytest.fixture
def month(cast: Cast, clock: Clock) -> list[Ticket]:
    """One critical ticket answered in time, one missed, and one of another customer on hold."""
    kept = file_ticket(cast.acme.requester, impact=CRITICAL, subject="Kept")
    clock.advance(minutes=10)
    reply(cast, kept)
    missed = file_ticket(cast.acme.requester, impact=CRITICAL, subject="Missed")
    held = file_ticket(cast.globex.requester, impact=NORMAL, subject="Held")
    with acting_as(worker_context()) as now:
        tickets.hold(
            ticket=held,
            actor=actor_of(cast.engineer),
            at=now,
            reason=HoldReason.VENDOR,
            owner="AWS",
            note="Asked",
            evidence="1",
            review_at=now + timedelta(days=2),
        )
    clock.advance(minutes=45)
    sweep_due_clocks()
    fold()
    return [kept, missed, held]


def get(browse: Browse, cast: Cast, address: str, status: int = 200) -> Any:
    answer = browse(cast.engineer).get(address)
    assert answer.status_code == status
    return answer


def links_of(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'href="([^"]+)"', page)]


def test_cards_say_the_share_its_base_and_the_budget_in_words(
    month: list[Ticket], cast: Cast, browse: Browse
) -> None:
    cards = {one.metric: one for one in get(browse, cast, REPORT).context["cards"]}
    budget = cards["respond"].budget
    assert (budget.tally.met, budget.tally.missed) == (1, 1)
    assert (budget.limit, budget.left_words, budget.verdict) == (0, "1 over", "Too few to judge")
    page = text_of(get(browse, cast, REPORT))
    assert "1 missed of 2 judged, limit 0. 1 over." in page
    assert "Open now 3" in page


def test_every_number_leads_to_as_many_clocks(month: list[Ticket], cast: Cast, browse: Browse) -> None:
    page = get(browse, cast, REPORT)
    found = 0
    for link in sorted(set(links_of(page.content.decode()))):
        if link.startswith(("/desk/reports/clocks/?", "/desk/reports/tickets/?")):
            get(browse, cast, link)
            found += 1
    assert found > 10
    card = next(one for one in page.context["cards"] if one.metric == "respond")
    rows = get(browse, cast, card.missed).context["rows"]
    assert [clock.ticket for clock, *_ in rows] == [month[1]]
    assert len(get(browse, cast, card.clocks).context["rows"]) == 2
    behind = text_of(get(browse, cast, card.missed))
    assert "ACME-2 Missed" in behind
    assert "/desk/tickets/ACME-2/clocks/" in links_of(get(browse, cast, card.missed).content.decode())


@pytest.mark.parametrize("panel", ["hours", "used"])
def test_tables_of_charts_count_what_their_links_list(
    panel: str, month: list[Ticket], cast: Cast, browse: Browse
) -> None:
    found = get(browse, cast, REPORT).context[panel]
    for one in found if isinstance(found, list) else [found]:
        assert one.table.rows
        for row in one.table.rows:
            listed = get(browse, cast, row[-1].to).context["rows"]
            assert len(listed) == int(row[-1].text)


def test_open_tickets_are_by_age_and_next_mover(month: list[Ticket], cast: Cast, browse: Browse) -> None:
    table = get(browse, cast, REPORT).context["ageing"].table
    young = table.rows[0]
    assert [cell.text for cell in young] == ["Under 1 day", "2", "0", "1", "0", "3"]
    assert [ticket for ticket, _ in get(browse, cast, young[3].to).context["rows"]] == [month[2]]


def test_the_page_is_narrowed_by_its_address(month: list[Ticket], cast: Cast, browse: Browse) -> None:
    globex = get(browse, cast, f"{REPORT}?customer={cast.globex.customer.slug}")
    assert globex.context["is_empty"]
    assert "No measured objectives in this period" in text_of(globex)
    assert globex.context["opened"].total == 1
    only = get(browse, cast, f"{REPORT}?metric=respond&severity=1")
    assert [one.metric for one in only.context["cards"]] == ["respond"]
    assert get(browse, cast, f"{REPORT}?severity=4").context["is_empty"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=x", "Enter a day, for example 2026-12-24."),
        ("since=2026-03-02&until=2026-03-01", "Choose a day that is not before the first one."),
        ("since=2020-01-01&until=2026-03-01", "Choose at most 400 days."),
        ("customer=nobody", "Select one of the list."),
        ("severity=9", "Select one of the list."),
        ("compare=x", "Select one of the list."),
        ("since=0001-01-01&until=0001-01-02", "Choose days from 2000 on."),
    ],
)
@pytest.mark.parametrize("address", [REPORT, TIME])
def test_bad_input_is_said_beside_the_field(
    address: str, query: str, words: str, cast: Cast, browse: Browse
) -> None:
    page = get(browse, cast, f"{address}?{query}", 422)
    assert words in text_of(page)
    assert "Error: " in page.content.decode()


@pytest.mark.parametrize(
    "query", ["bucket=25", "weekday=7", "slot=x", "outcome=x", "cause=%00", "after=1-2-3"]
)
def test_a_list_of_clocks_survives_any_address(query: str, cast: Cast, browse: Browse) -> None:
    answer = browse(cast.engineer).get(f"/desk/reports/clocks/?{query}")
    assert answer.status_code in (200, 422)


def test_comparisons_are_in_words_and_numbers(
    month: list[Ticket], cast: Cast, clock: Clock, browse: Browse
) -> None:
    clock.advance(days=31)
    page = text_of(get(browse, cast, f"{REPORT}?compare=previous"))
    assert "50.0% (1 of 2), too few to judge." in page


def test_late_figures_say_how_late_they_are(
    month: list[Ticket], cast: Cast, clock: Clock, browse: Browse
) -> None:
    assert "minutes old" not in text_of(get(browse, cast, REPORT))
    file_ticket(cast.acme.requester)
    clock.advance(minutes=12)
    page = text_of(get(browse, cast, REPORT))
    assert "Figures are 12 minutes old" in page


def test_a_list_goes_on_after_its_last_row(
    month: list[Ticket], cast: Cast, clock: Clock, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.views.slo_views.PAGE", 1)
    first = get(browse, cast, "/desk/reports/clocks/")
    second = get(browse, cast, f"/desk/reports/clocks/?{first.context['next']}")
    assert not second.context["next"]
    assert [clock_.ticket for page in (first, second) for clock_, *_ in page.context["rows"]] == [
        month[1],
        month[0],
    ]
    one = get(browse, cast, "/desk/reports/tickets/?what=opened")
    two = get(browse, cast, f"/desk/reports/tickets/?{one.context['next']}")
    assert [one.context["rows"][0][0], two.context["rows"][0][0]] == [month[2], month[1]]


def test_whose_time_it_was_leads_to_the_tickets(
    month: list[Ticket], cast: Cast, clock: Clock, browse: Browse
) -> None:
    with acting_as(worker_context()) as now:
        tickets.mark_restored(ticket=month[0], actor=actor_of(cast.lead), at=now)
        tickets.resolve(ticket=month[0], actor=actor_of(cast.lead), at=now, code="fixed")
        tickets.close(ticket=month[0], actor=actor_of(cast.lead), at=now)
    fold()
    page = get(browse, cast, TIME)
    desk = page.context["by_severity"].table.rows[0][1]
    assert desk.text == "55 min (100%)"
    rows = get(browse, cast, desk.to).context["rows"]
    assert [ticket for ticket, _ in rows] == [month[0]]
    assert rows[0][1] == "The Trusst desk 55 min"
    assert "1 resolved, 3 reached the desk" in text_of(page)
    for link in sorted(set(links_of(page.content.decode()))):
        if link.startswith("/desk/reports/"):
            browse(cast.lead).get(link)


def test_the_report_reads_a_fixed_number_of_rows(
    month: list[Ticket], cast: Cast, browse: Browse, django_assert_max_num_queries: Any
) -> None:
    client: Client = browse(cast.engineer)
    with django_assert_max_num_queries(90):
        client.get(REPORT)


def test_charts_are_images_that_say_what_they_show_and_have_no_style(
    month: list[Ticket], cast: Cast, browse: Browse
) -> None:
    for address in (REPORT, TIME):
        page = get(browse, cast, address).content.decode()
        charts = re.findall(r'<svg class="c".*?</svg>', page, re.DOTALL)
        assert charts
        for chart in charts:
            assert 'role="img"' in chart
            named = re.search(r'aria-labelledby="(\S+) (\S+)"', chart)
            assert named is not None
            assert f'<title id="{named[1]}">' in chart
            assert f'<desc id="{named[2]}">' in chart
            assert "style=" not in chart
        assert page.count("Show as table") >= len(charts)


def test_the_page_is_within_its_budget(month: list[Ticket], cast: Cast, browse: Browse) -> None:
    page = get(browse, cast, REPORT).content.decode()
    assert weigh(page.encode()) <= 25 * KB
    assert scripts_of(page) == ["js/page.js", "js/keys.js"]


def test_a_customers_lead_sees_their_own_year_and_whose_time_it_was(
    month: list[Ticket], cast: Cast, browse: Browse
) -> None:
    with acting_as(worker_context()) as now:
        for ticket in (month[0], month[2]):
            tickets.mark_restored(ticket=ticket, actor=actor_of(cast.lead), at=now)
            tickets.resolve(ticket=ticket, actor=actor_of(cast.lead), at=now, code="fixed")
            tickets.close(ticket=ticket, actor=actor_of(cast.lead), at=now)
    fold()
    answer = browse(cast.acme.lead).get("/c/acme/service-levels/")
    page = text_of(answer)
    assert "Too few measured in the last month to judge" in page
    assert "50.0% (1/2)" in page
    assert "55 min (100%)" in page
    assert "100% of the time: The Trusst desk" in page
    assert "Waiting for a vendor" not in page
    assert "/desk/" not in answer.content.decode().split("<main")[1]


def test_the_clocks_behind_a_figure_are_handed_to_a_spreadsheet(
    month: list[Ticket], cast: Cast, browse: Browse
) -> None:
    hostile = month[1]
    with acting_as(worker_context()):
        Ticket.objects.filter(pk=hostile.pk).update(subject="=1+1")
    query = "metric=respond&outcome=missed"
    page = get(browse, cast, f"/desk/reports/clocks/?{query}")
    (address,) = {link for link in links_of(page.content.decode()) if "/clocks/csv/" in link}
    answer = get(browse, cast, address)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.content.decode().lstrip("\ufeff")))
    assert (row["Ticket"], row["Subject"], row["Objective"]) == (hostile.key, "'=1+1", "First response")
    assert (row["Verdict"], row["Waived"], row["Severity"]) == ("missed", "no", "P1")
    assert (row["Seconds used"], row["Seconds allowed"]) == ("2700", "1800")
    assert row["Verdict at (UTC)"].endswith("Z")
    assert row["Verdict at (the customer's time)"].endswith("AEDT")
    assert get(browse, cast, "/desk/reports/clocks/csv/?since=x", 422).content
