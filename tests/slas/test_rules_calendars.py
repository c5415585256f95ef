"""A new version of a calendar moves what is to come and nothing of what was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction

from core.models import DeskRecord, EventRecord
from core.tenancy import acting_as, worker_context
from slas import actions
from slas.actions import agreements
from slas.actions.clocks import refresh_locked
from slas.actions.reaching import hold_still
from slas.documents import dump
from slas.models import CalendarVersion, RuleChange
from slas.tasks import apply_rule_changes, sweep_due_clocks
from tests.cast import HIGH, NORMAL, START, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Clock
from tests.explaining import explain
from tests.slas.checks import assert_cache_is_true
from tests.slas.rules import address, confirm, newest, preview, previewed, text_of, typed, with_day
from tests.slas.test_promises_targets import clocks, reply, utc
from tickets import actions as tickets
from tickets.models import Ticket

THURSDAY = "2026-03-05"


def verdict(ticket: Ticket, as_of: str) -> dict[str, Any]:
    with acting_as(worker_context()):
        return dump(actions.measure(ticket, as_of=utc(as_of))[0])


def changes_of(ticket: Ticket) -> list[tuple[str, str]]:
    """Return from when each change of calendar holds on a ticket, and which version it is."""
    with acting_as(worker_context()):
        records = EventRecord.objects.filter(ticket_id=ticket.pk, type="slas.calendar_changed")
        return [
            (f"{record.occurred_at:%Y-%m-%dT%H:%M:%SZ}", record.payload["calendar"])
            for record in records.order_by("seq")
        ]


def restore(cast: Cast, ticket: Ticket) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.mark_restored(ticket=ticket, actor=actor_of(cast.engineer), at=now)


# --- Now ----------------------------------------------------------------------------------------------
def test_a_holiday_added_today_moves_a_due_time_over_it_by_one_business_day(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    assert clocks(ticket)["restore"].due_at == utc("2026-03-05T23:00:00")  # Friday 10:00 in Sydney
    clock.advance(hours=1)
    answer = confirm(browse(cast.admin), newest(), with_day(newest(), THURSDAY))
    assert answer.status_code == 302
    assert clocks(ticket)["restore"].due_at == utc("2026-03-08T23:00:00")  # Monday 10:00
    assert clocks(ticket)["respond"].due_at == utc("2026-03-03T03:00:00")
    assert fresh(ticket).next_due_at == utc("2026-03-03T03:00:00")
    assert changes_of(ticket) == [("2026-03-03T00:00:00Z", "business NSW v2")]
    assert_cache_is_true(ticket)


def test_what_was_counted_before_keeps_the_version_it_was_counted_by(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    clock.advance(hours=1)
    confirm(browse(cast.admin), newest(), with_day(newest(), THURSDAY))
    clock.advance(hours=1)
    segments = verdict(ticket, "2026-03-03T01:00:00")["clocks"][0]["segments"]
    assert [(one["seconds"], one["calendar"]) for one in segments] == [
        (3600, "business NSW v1 Australia/Sydney"),
        (3600, "business NSW v2 Australia/Sydney"),
    ]


def test_a_holiday_edited_today_does_not_rewrite_last_month(cast: Cast, browse: Browse, clock: Clock) -> None:
    clock.set(utc("2026-02-02T23:00:00"))  # Tuesday 10:00
    met = file_ticket(cast.acme.requester, impact=NORMAL)
    missed = file_ticket(cast.acme.requester, impact=NORMAL, subject="Shop is slower")
    clock.advance(hours=2)
    reply(cast, met)
    clock.set(utc("2026-02-04T05:00:00"))
    sweep_due_clocks()
    for ticket in (met, missed):
        restore(cast, ticket)
        explain(cast, ticket)
        with acting_as(context_of(cast.engineer)) as now:
            tickets.resolve(ticket=ticket, actor=actor_of(cast.engineer), at=now, code="fixed")
            tickets.close(ticket=ticket, actor=actor_of(cast.engineer), at=now)
    before = [verdict(ticket, "2026-03-01T00:00:00") for ticket in (met, missed)]
    outcomes = [{one["metric"]: one["outcome"] for one in each["clocks"]} for each in before]
    assert [one["respond"] for one in outcomes] == ["met", "missed"]

    clock.set(START)
    answer = confirm(browse(cast.admin), newest(), with_day(newest(), "2026-02-03"))
    assert answer.status_code == 302
    assert [verdict(ticket, "2026-03-01T00:00:00") for ticket in (met, missed)] == before
    assert [changes_of(ticket) for ticket in (met, missed)] == [[], []]


def test_a_ticket_of_another_region_or_around_the_clock_is_left_alone(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    urgent = file_ticket(cast.acme.requester, impact=HIGH)
    due = {metric: row.due_at for metric, row in clocks(urgent).items()}
    confirm(browse(cast.admin), newest(region="VIC"), with_day(newest(region="VIC"), THURSDAY))
    assert changes_of(urgent) == []
    confirm(browse(cast.admin), newest(), with_day(newest(), THURSDAY))
    assert {metric: row.due_at for metric, row in clocks(urgent).items()} == due


def test_a_ticket_that_reaches_the_desk_later_gets_the_version_in_force(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    confirm(browse(cast.admin), newest(), with_day(newest(), THURSDAY))
    clock.advance(minutes=1)
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    assert changes_of(ticket) == []
    assert clocks(ticket)["restore"].due_at == utc("2026-03-08T23:01:00")


def test_the_timeline_says_which_hours_count_from_here_on_and_why(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    confirm(browse(cast.admin), newest(), with_day(newest(), THURSDAY))
    page = text_of(browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/"))
    assert (
        "Trusst Support measures this by the opening hours business NSW v2 from here on: "
        "The state declared a day of mourning"
    ) in page


# --- Later --------------------------------------------------------------------------------------------
def test_a_version_that_holds_later_reaches_tickets_at_its_instant(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    form = with_day(newest(), THURSDAY, effective_at="2026-03-04T09:00")  # the administrator's own zone
    assert confirm(browse(cast.admin), newest(), form).status_code == 302
    assert apply_rule_changes() == 0
    assert clocks(ticket)["restore"].due_at == utc("2026-03-05T23:00:00")
    clock.set(utc("2026-03-03T22:00:05"))
    assert apply_rule_changes() == 1
    assert changes_of(ticket) == [("2026-03-03T22:00:00Z", "business NSW v2")]
    assert clocks(ticket)["restore"].due_at == utc("2026-03-08T23:00:00")
    assert apply_rule_changes() == 0
    assert len(changes_of(ticket)) == 1
    assert_cache_is_true(ticket)


def test_many_tickets_are_left_to_the_sweep_in_batches(
    cast: Cast, browse: Browse, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = [file_ticket(cast.acme.requester, impact=NORMAL, subject=f"No. {n}") for n in range(5)]
    monkeypatch.setattr("slas.actions.rules.AT_ONCE", 2)
    clock.advance(minutes=1)
    confirm(browse(cast.admin), newest(), with_day(newest(), THURSDAY))
    assert [changes_of(ticket) for ticket in filed] == [[]] * 5
    assert actions.sweep_changes(limit=2) == 5
    assert {len(changes_of(ticket)) for ticket in filed} == {1}
    with acting_as(worker_context()):
        change = RuleChange.objects.get()
        assert (change.applied_at, change.last_ticket_id) == (clock.now, filed[-1].pk)
        assert change.waiting_ids == []


def test_a_ticket_that_fails_waits_and_does_not_hold_up_the_others(
    cast: Cast, browse: Browse, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned, other = (file_ticket(cast.acme.requester, impact=NORMAL, subject=name) for name in ("A", "B"))

    def fail(tickets: Sequence[Ticket], *, at: datetime) -> None:
        if poisoned in tickets:
            raise RuntimeError("poison")
        refresh_locked(tickets, at=at)

    with monkeypatch.context() as patch:
        patch.setattr("slas.actions.rules.refresh_locked", fail)
        confirm(browse(cast.admin), newest(), with_day(newest(), THURSDAY))
    assert (changes_of(poisoned), len(changes_of(other))) == ([], 1)
    with acting_as(worker_context()):
        change = RuleChange.objects.get()
        assert (change.applied_at, change.waiting_ids) == (None, [poisoned.pk])
    assert apply_rule_changes() == 1
    assert len(changes_of(poisoned)) == 1
    with acting_as(worker_context()):
        assert RuleChange.objects.get().applied_at == clock.now


def test_more_failing_tickets_than_a_batch_holds_end_the_sweep(
    cast: Cast, browse: Browse, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = [file_ticket(cast.acme.requester, impact=NORMAL, subject=f"No. {n}") for n in range(2)]
    tried: list[int] = []

    def fail(tickets: Sequence[Ticket], *, at: datetime) -> None:
        tried.extend(ticket.pk for ticket in tickets)
        if len(tried) > 20:
            pytest.fail("the sweep goes round for ever")
        raise RuntimeError("poison")

    with monkeypatch.context() as patch:
        patch.setattr("slas.actions.rules.refresh_locked", fail)
        confirm(browse(cast.admin), newest(), with_day(newest(), THURSDAY))
        assert actions.sweep_changes(limit=1) == 0
        assert actions.sweep_changes(limit=1) == 0
    assert tried[-2:] == [ticket.pk for ticket in filed]  # each of them has its turn
    assert actions.sweep_changes(limit=1) == 2
    assert [len(changes_of(ticket)) for ticket in filed] == [1, 1]


def test_a_version_that_arrives_late_takes_a_miss_back_by_a_correction_and_the_next_miss_is_told(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    form = with_day(newest(), "2026-03-03", effective_at="2026-03-03T12:00")  # 01:00 UTC
    assert confirm(browse(cast.admin), newest(), form).status_code == 302
    clock.set(utc("2026-03-03T03:05:00"))
    sweep_due_clocks()  # before the version has come to the ticket
    assert apply_rule_changes() == 1
    assert clocks(ticket)["respond"].outcome == "pending"
    with acting_as(worker_context()):
        [corrected] = EventRecord.objects.filter(ticket_id=ticket.pk, type="slas.verdict_corrected")
    assert (corrected.actor_kind, corrected.payload) == (
        "system",
        {"metric": "respond", "cycle": 1, "was": "missed", "now": "pending", "cause": "calendar"},
    )
    clock.set(utc("2026-03-04T00:01:00"))
    sweep_due_clocks()
    with acting_as(worker_context()):
        told = EventRecord.objects.filter(ticket_id=ticket.pk, type="slas.objective_breached").order_by("seq")
        assert [record.occurred_at for record in told] == [
            utc("2026-03-03T03:00:00"),
            utc("2026-03-04T00:00:00"),
        ]
    assert_cache_is_true(ticket)


def test_a_ticket_that_waited_for_a_version_of_its_own_second_is_measured_by_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = hold_still

    def publish_meanwhile(families: Any) -> None:
        draft = newest().draft
        with acting_as(context_of(cast.admin)) as now:
            actions.publish_calendar(
                name="business",
                region="NSW",
                draft=replace(draft, holidays={**draft.holidays, THURSDAY: "Day of mourning"}),
                note="A day of mourning",
                base=1,
                actor=actor_of(cast.admin),
                at=now,
            )
        wait(families)

    monkeypatch.setattr(agreements, "hold_still", publish_meanwhile)
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    assert clocks(ticket)["restore"].due_at == utc("2026-03-08T23:00:00")
    assert apply_rule_changes() == 0


def test_a_resolved_ticket_stays_open_to_reopening_by_the_new_hours(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.resolve(ticket=ticket, actor=actor_of(cast.engineer), at=now, code="fixed")
    assert fresh(ticket).closes_at == utc("2026-03-09T23:00:01")
    confirm(browse(cast.admin), newest(), with_day(newest(), THURSDAY))
    assert fresh(ticket).closes_at == utc("2026-03-10T23:00:01")


# --- What is refused ----------------------------------------------------------------------------------
def count() -> tuple[int, int, int]:
    with acting_as(worker_context()):
        return CalendarVersion.objects.count(), RuleChange.objects.count(), DeskRecord.objects.count()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("mon", "09:00-13:00, 12:00-17:00", "The shift from 12:00 begins before the one before it ends."),
        ("tue", "9-17", "Enter shifts such as 09:00-12:00, 13:00-17:00, not “9-17”."),
        ("wed", "09:00-25:00", "'25:00' is not a time of day"),
        (
            "thu",
            "22:00-06:00, 23:00-23:30",
            "The shift from 22:00 runs into the next day, over a later shift.",
        ),
        ("thu", "22:00-10:00", "The night shift of the day before runs until 10:00, into this one."),
        ("holidays", "2026-02-30 Nothing", "Line 1: begin with a date such as 2026-12-25."),
        ("holidays", "2026-12-25", "Line 1: enter the name of the day after 2026-12-25."),
        ("holidays", "2026-12-25 A\n2026-12-25 B", "Line 2: 2026-12-25 is listed twice."),
        ("overrides", "2026-12-24 nine", "Line 1: Enter shifts such as"),
        ("timezone", "Australia/Nowhere", "Australia/Nowhere is not a time zone we know."),
        ("note", " ", "Say why, in a line."),
    ],
)
def test_a_malformed_calendar_is_refused_beside_its_field(
    cast: Cast, browse: Browse, field: str, value: str, said: str
) -> None:
    before = count()
    answer = preview(browse(cast.admin), newest(), typed(newest(), **{field: value}))
    assert answer.status_code == 422
    page = text_of(answer)
    assert "There is a problem" in page
    assert said in page
    assert count() == before


def test_hours_that_never_open_are_refused(cast: Cast, browse: Browse) -> None:
    before = count()
    empty = typed(newest(), mon="", tue="", wed="", thu="", fri="closed", sat="", sun="")
    answer = preview(browse(cast.admin), newest(), empty)
    assert answer.status_code == 422
    assert "never open" in text_of(answer)
    assert count() == before


def test_a_version_that_changes_nothing_is_refused(cast: Cast, browse: Browse) -> None:
    answer = preview(browse(cast.admin), newest(), typed(newest()))
    assert answer.status_code == 422
    assert "Nothing differs from version 1." in text_of(answer)


def test_a_version_cannot_begin_before_the_one_it_follows(cast: Cast, browse: Browse) -> None:
    later = with_day(newest(), THURSDAY, effective_at="2026-04-01T09:00")
    assert confirm(browse(cast.admin), newest(), later).status_code == 302
    sooner = with_day(newest(), "2026-03-06", effective_at="2026-03-20T09:00")
    answer = preview(browse(cast.admin), newest(), sooner)
    assert answer.status_code == 422
    assert "Version 2 holds only from a later moment on." in text_of(answer)


def test_of_two_who_write_the_same_version_the_second_is_told(cast: Cast, browse: Browse) -> None:
    base = newest()
    late = with_day(base, "2026-03-06")
    looked = preview(browse(cast.admin), base, late)
    assert confirm(browse(cast.admin), base, with_day(base, THURSDAY)).status_code == 302
    before = count()
    answer = browse(cast.admin).post(
        address(base), late | {"step": "confirm", "previewed": previewed(looked)}
    )
    assert answer.status_code == 409
    assert "Someone published another version meanwhile." in text_of(answer)
    assert "2026-03-06 Day of mourning" in answer.content.decode()  # what was typed is still there
    assert count() == before


def test_what_is_changed_after_the_preview_is_previewed_again(cast: Cast, browse: Browse) -> None:
    before = count()
    looked = preview(browse(cast.admin), newest(), with_day(newest(), THURSDAY))
    form = with_day(newest(), "2026-03-06") | {"step": "confirm", "previewed": previewed(looked)}
    answer = browse(cast.admin).post(address(newest()), form)
    assert answer.status_code == 200
    assert "Something was changed after the preview." in text_of(answer)
    assert count() == before


@pytest.mark.parametrize("role", ["engineer", "lead", "manager"])
def test_who_is_no_administrator_gets_a_reason_and_changes_nothing(
    cast: Cast, browse: Browse, role: str
) -> None:
    before = count()
    form = with_day(newest(), THURSDAY) | {"step": "confirm"}
    answer = browse(cast.desk[role]).post(address(newest()), form)
    assert answer.status_code == 403
    assert "Your role on the desk does not include this." in text_of(answer)
    assert count() == before
    assert browse(cast.desk[role]).get("/desk/rules/").status_code == 200


# --- The preview --------------------------------------------------------------------------------------
def test_the_preview_shows_what_differs_and_each_due_time_before_and_after(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    clock.advance(hours=1)
    before = count()
    answer = preview(browse(cast.admin), newest(), with_day(newest(), THURSDAY))
    page = text_of(answer)
    assert "2026-03-05 Day of mourning: closed" in page
    assert "1 clock, 0 verdicts change , of 1 ticket that business NSW counts" in page
    assert f"{ticket.key} Shop is slow Restoration, P3 Fri 6 Mar, 10:00 AEDT Mon 9 Mar, 10:00 AEDT" in page
    assert count() == before
    assert changes_of(ticket) == []


def test_the_public_holidays_of_a_country_become_plain_dates(cast: Cast, browse: Browse) -> None:
    form = typed(
        newest(region=""), country="nz", subdivision="AUK", from_year="2026", to_year="2027", step="import"
    )
    answer = browse(cast.admin).post(address(newest(region="")), form)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "2026-02-06 Waitangi Day" in page
    assert "2027-12-25 Christmas Day" in page
    assert 'name="source" value="holidays 0.109"' in page
    wrong = browse(cast.admin).post(address(newest()), form | {"subdivision": "ZZZ"})
    assert wrong.status_code == 422
    assert "Enter one of its parts:" in text_of(wrong)


def test_a_calendar_of_its_own_zone_is_read_in_it(cast: Cast, browse: Browse, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    confirm(browse(cast.admin), newest(), typed(newest(), timezone="Australia/Perth"))
    # 10:00 in Sydney is 07:00 in Perth, which opens at 09:00: four hours are over at 13:00 there.
    assert clocks(ticket)["respond"].due_at == utc("2026-03-03T05:00:00")


def test_a_new_calendar_begins_with_its_first_version(cast: Cast, browse: Browse) -> None:
    form = typed(newest(region=""), name="business", region="NZ", base=0, note="A customer in Auckland")
    looked = browse(cast.admin).post("/desk/rules/calendars/new/", form | {"step": "preview"})
    assert looked.status_code == 200
    done = browse(cast.admin).post(
        "/desk/rules/calendars/new/", form | {"step": "confirm", "previewed": previewed(looked)}
    )
    assert done.status_code == 302
    assert (newest(region="NZ").version, newest(region="NZ").created_by_name) == (1, "Desk Admin")
    again = browse(cast.admin).post("/desk/rules/calendars/new/", form | {"step": "preview"})
    assert again.status_code == 422


# --- The database -------------------------------------------------------------------------------------
@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("table", ["slas_calendarversion", "slas_policyversion"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET note = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_refuses_to_change_a_version(table: str, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="is append-only"),
        transaction.atomic(using="owner"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


def test_the_seeded_versions_hold_from_before_every_ticket_and_name_their_days(cast: Cast) -> None:
    version = newest()
    assert (version.version, version.effective_at) == (1, utc("2000-01-01T00:00:00"))
    assert version.holiday_names["2026-01-26"] == "Australia Day"
    assert (version.country, version.subdivision) == ("AU", "NSW")
    assert version.content_hash == version.draft.digest
    assert version.effective_at + timedelta(days=1) < START
