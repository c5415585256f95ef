"""Mails that can wait are kept until a person's quiet hours end; what is urgent comes all the same."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson, Member
from escalations import actions as escalations
from notifications.models import DeskQuiet, MemberQuiet, Notification, State, Waits
from notifications.quiet import Quiet
from notifications.tasks import deliver_due
from tests.cast import CRITICAL, Cast, file_ticket
from tests.conftest import Browse, Clock
from tests.notifications.test_outbox import put
from trusst_support.local.mail import mailbox

real = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
MEMBER, DESK = "/c/acme/you/quiet/", "/desk/settings/quiet/"
EVERY_DAY = frozenset(range(7))
#: Tuesday 3 March 2026, 10:00 in Sydney is START.
MORNING = {"begins": "09:00", "ends": "12:00", "days": ["1"]}


def utc(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def night(**changes: object) -> Quiet:
    values = {"begins": time(22), "ends": time(7), "days": EVERY_DAY, "zone": "Australia/Sydney"}
    return Quiet(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (utc(2, 10, 59), None),  # 21:59 in Sydney
        (utc(2, 11), utc(2, 20)),  # 22:00, until 07:00 of the next day
        (utc(2, 19, 59), utc(2, 20)),
        (utc(2, 20), None),
        # 4 April 2026: daylight saving ends in the night, at 03:00 it is 02:00 again; the night is longer.
        (utc(4, 12, month=4), utc(4, 21, month=4)),
        # 3 October 2026: it begins in the night, and the night is shorter.
        (utc(3, 13, month=10), utc(3, 20, month=10)),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(now: datetime, until: datetime | None) -> None:
    assert night().until(now) == until


def test_the_day_is_that_on_which_the_quiet_hours_begin() -> None:
    only_monday = night(days=frozenset({0}))
    assert only_monday.until(utc(2, 19)) == utc(2, 20)  # Tuesday 06:00 belongs to Monday's night
    assert only_monday.until(utc(3, 19)) is None


def test_an_end_that_the_clock_skips_is_the_first_moment_after_it() -> None:
    assert night(ends=time(2, 30)).until(utc(3, 15, month=10)) == utc(3, 16, 30, month=10)


def test_an_end_that_the_clock_repeats_is_the_next_one_to_come() -> None:
    quiet = night(ends=time(2, 30))
    assert quiet.until(utc(4, 15, month=4)) == utc(4, 15, 30, month=4)
    assert quiet.until(utc(4, 16, 10, month=4)) == utc(4, 16, 30, month=4)  # 02:10 for the second time


@real
def test_a_mail_waits_for_the_end_and_its_page_says_why(
    real_cast: Cast, browse: Browse, clock: Clock
) -> None:
    assert browse(real_cast.acme.lead).post(MEMBER, MORNING)["Location"] == "/c/acme/you/"
    put(real_cast.acme, member_id=real_cast.acme.lead.pk)
    deliver_due()
    with acting_as(worker_context()):
        row = Notification.objects.get()
    assert (row.state, row.waits, row.deliver_after) == (State.QUEUED, Waits.QUIET, utc(3, 1))
    page = browse(real_cast.lead).get(f"/desk/admin/messages/{row.pk}/").content.decode()
    assert "Waits for the end of the reader&#x27;s quiet hours" in page
    assert mailbox() == []
    clock.set(utc(3, 1))
    deliver_due()
    assert len(mailbox()) == 1


@real
def test_what_is_urgent_wakes_somebody(real_cast: Cast, browse: Browse) -> None:
    browse(real_cast.acme.lead).post(MEMBER, MORNING)
    put(real_cast.acme, member_id=real_cast.acme.lead.pk, is_urgent=True)
    deliver_due()
    assert len(mailbox()) == 1


@real
def test_nobody_else_waits(real_cast: Cast, browse: Browse) -> None:
    browse(real_cast.acme.lead).post(MEMBER, MORNING)
    put(real_cast.acme, member_id=real_cast.acme.requester.pk)
    deliver_due()
    assert len(mailbox()) == 1


def test_a_critical_ticket_and_an_alert_are_urgent(cast: Cast) -> None:
    file_ticket(cast.acme.requester, impact=CRITICAL)
    file_ticket(cast.acme.requester)
    escalations.advance_due()
    with acting_as(worker_context()):
        found = Notification.objects.order_by("pk").values_list("kind", "is_urgent")
        assert list(found[:3]) == [("receipt", True), ("receipt", False), ("critical_arrived", True)]


def quiet(person: Member | DeskPerson) -> list[tuple[time, time, str]]:
    rows = DeskQuiet.objects if isinstance(person, DeskPerson) else MemberQuiet.objects
    with acting_as(worker_context()):
        return list(rows.values_list("begins", "ends", "days"))


@pytest.mark.parametrize("side", ["desk", "customer"])
def test_quiet_hours_are_kept_shown_and_given_up(cast: Cast, browse: Browse, side: str) -> None:
    person = cast.engineer if side == "desk" else cast.acme.requester
    address, settings = (DESK, "/desk/settings/") if side == "desk" else (MEMBER, "/c/acme/you/")
    client = browse(person)
    client.post(address, {"begins": "18:00", "ends": "07:30", "days": ["4", "0"]})
    assert quiet(person) == [(time(18), time(7, 30), "04")]
    page = client.get(settings).content.decode()
    assert 'value="18:00"' in page
    assert 'value="07:30"' in page
    client.post(address, {"begins": "18:00", "ends": "07:30"})
    assert quiet(person) == []


@pytest.mark.parametrize("wrong", [{"begins": "25:00"}, {"ends": ""}, {"days": ["7"]}])
def test_what_is_no_time_is_refused_and_nothing_changes(
    cast: Cast, browse: Browse, wrong: dict[str, object]
) -> None:
    answer = browse(cast.engineer).post(DESK, MORNING | wrong)
    assert answer.status_code == 422
    assert quiet(cast.engineer) == []
