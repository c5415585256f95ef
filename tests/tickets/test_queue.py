"""The desk works its queue by the next deadline; a member sees what waits for them first."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from tests.cast import CRITICAL, HIGH, LOW, NORMAL, Cast, actor_of, file_ticket, fresh
from tests.conftest import Browse, Clock
from tests.tickets.conftest import WAIT
from tickets import access, actions
from tickets.lifecycle import HoldReason
from tickets.models import Ticket


def keys(rows: Any) -> list[str]:
    return [ticket.key for ticket in rows]


def hold(cast: Cast, ticket: Ticket, reason: HoldReason) -> None:
    with acting_as(worker_context()) as now:
        actions.hold(ticket=ticket, actor=actor_of(cast.engineer), at=now, reason=reason, **WAIT)


def test_the_next_deadline_comes_first_whoever_the_customer_is(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    file_ticket(cast.acme.coordinator, impact=LOW)
    clock.advance(minutes=1)
    file_ticket(cast.globex.coordinator, impact=HIGH)
    clock.advance(minutes=1)
    file_ticket(cast.acme.coordinator, impact=CRITICAL)
    clock.advance(minutes=1)
    file_ticket(cast.initech.coordinator, impact=CRITICAL)  # best effort: no deadline
    file_ticket(cast.acme.requester, impact=NORMAL, to_desk=False)  # not the desk's yet
    page = browse(cast.engineer).get("/desk/")
    assert keys(page.context["page"]) == ["ACME-2", "GLOB-1", "ACME-1", "INIT-1"]


def test_rows_stand_in_groups_by_their_clock(cast: Cast, browse: Browse, clock: Clock) -> None:
    missed = file_ticket(cast.acme.coordinator, impact=CRITICAL)
    clock.advance(minutes=31)
    soon = file_ticket(cast.acme.coordinator, impact=CRITICAL)
    later = file_ticket(cast.acme.coordinator, impact=LOW)
    stopped = file_ticket(cast.acme.coordinator, impact=LOW)
    none = file_ticket(cast.initech.coordinator)
    with acting_as(worker_context()) as now:
        actions.post_reply(ticket=stopped, actor=actor_of(cast.engineer), at=now, body="Which one?")
    hold(cast, stopped, HoldReason.CUSTOMER_REPLY)
    groups = browse(cast.engineer).get("/desk/").context["groups"]
    assert {group.name: keys(group.rows) for group in groups} == {
        "missed": [missed.key],
        "soon": [soon.key],
        "later": [later.key],
        "stopped": [stopped.key],
        "none": [none.key],
    }


def test_each_view_holds_what_its_name_says_and_the_counts_agree(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    mine, theirs, waiting = (file_ticket(cast.acme.coordinator) for _ in range(3))
    file_ticket(cast.globex.coordinator)
    file_ticket(cast.acme.coordinator, to_desk=False)
    with acting_as(worker_context()) as now:
        for ticket, person in ((mine, cast.engineer), (theirs, cast.lead)):
            actions.take(ticket=ticket, person=person, actor=actor_of(person), at=now)
    hold(cast, waiting, HoldReason.CUSTOMER_ACCESS)
    client = browse(cast.engineer)
    expected = {
        "due": ["ACME-1", "ACME-2", "GLOB-1", "ACME-3"],
        "mine": ["ACME-1"],
        "unassigned": ["GLOB-1", "ACME-3"],
        "vendor": [],
        "customer": ["ACME-3"],
        "followed": [],
        "holds": [],
        "reviews": [],
        "all": ["ACME-1", "ACME-2", "GLOB-1", "ACME-3", "ACME-4"],
    }
    for name, there in expected.items():
        page = client.get("/desk/", {"view": name})
        assert sorted(keys(page.context["page"])) == sorted(there), name
        assert page.context["view"].name == name
        with acting_as(worker_context()):
            assert access.queue_counts(cast.engineer, clock.now) == {
                other: len(rows) for other, rows in expected.items()
            }


def test_finished_tickets_leave_the_queue(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.coordinator)
    with acting_as(worker_context()) as now:
        actions.resolve(ticket=ticket, actor=actor_of(cast.engineer), at=now, code="fixed")
    assert keys(browse(cast.engineer).get("/desk/").context["page"]) == []


def test_the_queue_narrows_by_customer_and_severity(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.coordinator, impact=NORMAL)
    file_ticket(cast.acme.coordinator, impact=HIGH)
    file_ticket(cast.globex.coordinator, impact=HIGH)
    client = browse(cast.engineer)

    def shown(**filters: str) -> list[str]:
        return sorted(keys(client.get("/desk/", filters).context["page"]))

    assert shown(customer="acme") == ["ACME-1", "ACME-2"]
    assert shown(severity="2") == ["ACME-2", "GLOB-1"]
    assert shown(customer="acme", severity="2") == ["ACME-2"]
    assert shown(customer="", severity="") == ["ACME-1", "ACME-2", "GLOB-1"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("view", "everything"),
        ("customer", "nobody"),
        ("customer", "ac\x00me"),
        ("severity", "5"),
        ("severity", "P1"),
        ("severity", "9" * 5000),
        ("q", "x" * 201),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_by_name(
    cast: Cast, browse: Browse, name: str, value: str
) -> None:
    answer = browse(cast.engineer).get("/desk/", {name: value})
    assert answer.status_code == 422
    assert set(answer.context["asked"].form.errors) == {name}


@pytest.mark.parametrize(("name", "value"), [("show", "everything"), ("mine", "yes"), ("q", "a\x00b")])
def test_a_members_filter_that_makes_no_sense_is_refused_by_name(
    cast: Cast, browse: Browse, name: str, value: str
) -> None:
    answer = browse(cast.acme.lead).get("/c/acme/", {name: value})
    assert answer.status_code == 422
    assert set(answer.context["filter"].errors) == {name}


@pytest.mark.parametrize("place", ["1", "0", "-1", "abc", "", "7", "1-", "-", "x-1", "1-x"])
def test_any_place_shows_a_page(cast: Cast, browse: Browse, place: str) -> None:
    file_ticket(cast.acme.coordinator)
    for value in (place, place + "9" * 5000, place + "9" * 18):
        for way in ("after", "before", "page"):
            for person, address in ((cast.acme.lead, "/c/acme/"), (cast.engineer, "/desk/")):
                page = browse(person).get(address, {way: value})
                assert page.status_code == 200
                # A place that can be read is one before or after every row.
                shown = [["ACME-1"], []] if "-9" in value else [["ACME-1"]]
                assert keys(page.context["page"]) in shown, (person, way, value)


def test_a_long_queue_comes_in_pages(cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.queue_views.PAGE_SIZE", 2)
    for _ in range(5):
        file_ticket(cast.acme.coordinator)
    file_ticket(cast.initech.coordinator)  # without a deadline it stands last
    client = browse(cast.engineer)
    first = client.get("/desk/").context["page"]
    assert (keys(first), first.before) == (["ACME-1", "ACME-2"], "")
    second = client.get("/desk/", {"after": first.after}).context["page"]
    assert keys(second) == ["ACME-3", "ACME-4"]
    last = client.get("/desk/", {"after": second.after}).context["page"]
    assert (keys(last), last.after) == (["ACME-5", "INIT-1"], "")
    back = client.get("/desk/", {"before": last.before}).context["page"]
    assert keys(back) == ["ACME-3", "ACME-4"]
    first_again = client.get("/desk/", {"before": back.before}).context["page"]
    assert (keys(first_again), first_again.before) == (["ACME-1", "ACME-2"], "")
    assert client.get("/desk/", {"after": first_again.after}).context["page"].rows == second.rows


def test_a_ticket_that_leaves_meanwhile_moves_no_other_off_its_page(
    cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.queue_views.PAGE_SIZE", 2)
    filed = [file_ticket(cast.acme.coordinator) for _ in range(4)]
    client = browse(cast.engineer)
    first = client.get("/desk/").context["page"]
    with acting_as(worker_context()) as now:
        actions.resolve(ticket=filed[0], actor=actor_of(cast.engineer), at=now, code="fixed")
    assert keys(client.get("/desk/", {"after": first.after}).context["page"]) == ["ACME-3", "ACME-4"]


# --- The member's list --------------------------------------------------------------------------------
def test_a_member_sees_what_waits_for_their_side_first(cast: Cast, browse: Browse, clock: Clock) -> None:
    plain = file_ticket(cast.acme.requester)
    clock.advance(minutes=1)
    held = file_ticket(cast.acme.requester)
    hold(cast, held, HoldReason.CUSTOMER_REPLY)
    restored = file_ticket(cast.acme.requester)
    with acting_as(worker_context()) as now:
        actions.mark_restored(ticket=restored, actor=actor_of(cast.engineer), at=now)
    page = browse(cast.acme.requester).get("/c/acme/")
    assert keys(page.context["waiting"]) == [held.key]
    assert keys(page.context["confirmable"]) == [restored.key]
    assert keys(page.context["page"])[-1] == plain.key


def test_open_finished_and_mine_are_kept_apart(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester)
    file_ticket(cast.acme.lead)
    done = file_ticket(cast.acme.lead)
    with acting_as(worker_context()) as now:
        actions.resolve(ticket=done, actor=actor_of(cast.engineer), at=now, code="fixed")
    client = browse(cast.acme.lead)
    assert sorted(keys(client.get("/c/acme/").context["page"])) == ["ACME-1", "ACME-2"]
    assert keys(client.get("/c/acme/?mine=1").context["page"]) == ["ACME-2"]
    assert keys(client.get("/c/acme/?show=finished").context["page"]) == ["ACME-3"]
    assert keys(client.get("/c/acme/?show=finished&mine=1").context["page"]) == ["ACME-3"]
    assert keys(browse(cast.acme.requester).get("/c/acme/").context["page"]) == ["ACME-1"]


def test_the_list_reads_what_the_clocks_wrote_down(cast: Cast) -> None:
    ticket = fresh(file_ticket(cast.acme.coordinator, impact=CRITICAL))
    assert (ticket.next_objective, f"{ticket.next_due_at:%H:%M}", ticket.has_cover) == (
        "respond",
        "23:30",
        True,
    )
