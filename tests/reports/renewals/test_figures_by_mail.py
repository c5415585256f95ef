"""The main figures by mail: chosen by each manager, once for each period."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.core import mail

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson
from reports import figures
from reports.actions import subscriptions as actions
from reports.models import Every, ReportMail, ReportSubscription
from reports.tasks import send_figures
from slas.attainment import Tally
from tests.cast import Cast
from tests.conftest import Browse, Clock
from tests.slas.rules import text_of
from tests.slas.test_promises_targets import utc

PAGE = "/desk/reports/subscription/"


@pytest.fixture(autouse=True)
def _mails(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    asked: list[figures.Scope] = []

    def attainment(scope: figures.Scope) -> dict[tuple[str, int], Tally]:
        asked.append(scope)
        return {
            ("respond", 1): Tally(met=19, missed=1),
            ("respond", 2): Tally(met=20),
            ("restore", 1): Tally(met=3, missed=1),
        }

    monkeypatch.setattr(figures, "attainment", attainment)


def subscribe(browse: Browse, person: DeskPerson, every: str) -> None:
    assert browse(person).post(PAGE, {"every": every}).status_code == 302


def test_the_week_that_has_ended_comes_once(cast: Cast, browse: Browse, clock: Clock) -> None:
    subscribe(browse, cast.manager, "week")  # on a Tuesday
    assert send_figures() == 0
    clock.set(utc("2026-03-08T12:59:00"))  # Sunday 23:59 in Sydney
    assert send_figures() == 0
    clock.advance(minutes=1)
    assert send_figures() == 1
    assert send_figures() == 0
    [sent] = mail.outbox
    assert sent.to == ["manager@trusst.example"]
    assert sent.subject == "Service levels, 2 March 2026 to 8 March 2026"
    assert "First response: 97.5% (39 of 40)\n" in sent.body
    assert "Restoration: 75.0% (3 of 4), too few to judge\n" in sent.body
    assert "/desk/reports/?since=2026-03-02&until=2026-03-08" in sent.body
    clock.advance(days=7)
    assert send_figures() == 1


def test_the_month_comes_on_the_first(cast: Cast, browse: Browse, clock: Clock) -> None:
    subscribe(browse, cast.lead, "month")
    clock.set(utc("2026-03-31T12:59:00"))
    assert send_figures() == 0
    clock.advance(minutes=1)
    assert send_figures() == 1
    assert mail.outbox[0].subject == "Service levels, 1 March 2026 to 31 March 2026"


@pytest.mark.parametrize(
    ("every", "now", "period"),
    [
        (Every.WEEK, "2026-03-09T00:00:00", (date(2026, 3, 2), date(2026, 3, 9))),
        (Every.WEEK, "2026-03-08T12:59:00", (date(2026, 2, 23), date(2026, 3, 2))),
        (Every.MONTH, "2026-01-01T00:00:00", (date(2025, 12, 1), date(2026, 1, 1))),
    ],
)
def test_a_period_ends_in_the_readers_zone(every: Every, now: str, period: tuple[date, date]) -> None:
    assert actions.last_period(every, utc(now), "Australia/Sydney") == period


def test_whoever_chooses_none_gets_none(cast: Cast, browse: Browse, clock: Clock) -> None:
    subscribe(browse, cast.manager, "week")
    subscribe(browse, cast.manager, "")
    clock.advance(days=14)
    assert send_figures() == 0
    with acting_as(worker_context()):
        assert not ReportSubscription.objects.exists()


def test_a_mail_that_fails_is_tried_again_and_not_written_anew(
    cast: Cast, browse: Browse, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(browse, cast.manager, "week")
    clock.advance(days=7)
    with monkeypatch.context() as patch:
        patch.setattr(actions, "_message", _Broken)
        assert send_figures() == 0
    assert send_figures() == 0  # somebody may still be at it
    clock.advance(minutes=5)
    assert send_figures() == 1
    with acting_as(worker_context()):
        assert ReportMail.objects.get().failures == 1


class _Broken:
    def __init__(self, mail: ReportMail) -> None:
        pass

    def send(self) -> None:
        raise OSError("no mail server")


def test_the_page_shows_what_was_chosen(cast: Cast, browse: Browse) -> None:
    subscribe(browse, cast.manager, "month")
    client = browse(cast.manager)
    assert client.get(PAGE).context["form"]["every"].value() == "month"
    assert client.post(PAGE, {"every": "hour"}).status_code == 422
    assert "The main figures by mail" in text_of(client.get("/desk/settings/"))
    assert "The main figures by mail" not in text_of(browse(cast.engineer).get("/desk/settings/"))
    assert browse(cast.engineer).get(PAGE).status_code == 403


def test_whoever_has_left_the_desk_gets_none(cast: Cast, browse: Browse, clock: Clock) -> None:
    subscribe(browse, cast.manager, "week")
    with acting_as(worker_context()):
        DeskPerson.objects.filter(pk=cast.manager.pk).update(is_active=False)
    clock.advance(days=7)
    assert send_figures() == 0
    assert isinstance(clock.now, datetime)
