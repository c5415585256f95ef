"""Renewals: what stands first, who is told when, and what no agreement covers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.tenancy import SYSTEM, acting_as, worker_context
from customers.models import AwsAccount, SupportState
from notifications.models import Notification
from reports.tasks import remind_of_renewals
from slas import actions as slas
from slas.models import Agreement
from tests.cast import Cast, file_ticket
from tests.conftest import Browse, Clock
from tests.slas.rules import text_of
from tests.slas.test_promises_targets import utc

PAGE = "/desk/reports/renewals/"


def notice(cast: Cast, day: date | None, **more: Any) -> None:
    """Let the notice date of Acme's agreement be another."""
    with acting_as(worker_context()):
        Agreement.objects.filter(customer=cast.acme.customer).update(notice_on=day, **more)


def told() -> list[tuple[str, str]]:
    with acting_as(worker_context()):
        found = Notification.objects.filter(kind="renewal").order_by("pk")
        return [(one.recipient_name, one.body.splitlines()[1]) for one in found]


def test_managers_are_told_90_60_and_30_days_before_once_each(cast: Cast, clock: Clock) -> None:
    notice(cast, date(2026, 9, 30))
    found = []
    for day in (
        "2026-07-01",
        "2026-07-02",
        "2026-07-02",
        "2026-07-31",
        "2026-08-01",
        "2026-08-02",
        "2026-08-31",
        "2026-10-02",
    ):
        clock.set(utc(f"{day}T02:00:00"))  # noon in Sydney
        remind_of_renewals()
        found.append((day, [line.partition(", ")[2] for _, line in told()]))
    assert found == [
        ("2026-07-01", []),
        ("2026-07-02", ["in 90 days"]),
        ("2026-07-02", ["in 90 days"]),
        ("2026-07-31", ["in 90 days"]),
        ("2026-08-01", ["in 90 days", "in 60 days"]),
        ("2026-08-02", ["in 90 days", "in 60 days"]),
        ("2026-08-31", ["in 90 days", "in 60 days", "in 30 days"]),
        ("2026-10-02", ["in 90 days", "in 60 days", "in 30 days"]),
    ]
    assert {name for name, _ in told()} == {"Desk Manager"}


def test_the_day_is_that_of_the_agreements_zone(cast: Cast, clock: Clock) -> None:
    notice(cast, date(2026, 9, 30))
    clock.set(utc("2026-07-01T13:59:00"))  # 23:59 in Sydney
    remind_of_renewals()
    assert told() == []
    clock.advance(minutes=1)
    remind_of_renewals()
    assert len(told()) == 1


def test_a_renewed_term_and_one_without_a_date_remind_nobody(cast: Cast, clock: Clock) -> None:
    remind_of_renewals()
    notice(cast, date(2026, 4, 1))
    with acting_as(worker_context()) as now:
        slas.renew_agreement(
            agreement=Agreement.objects.select_related("customer").get(customer=cast.acme.customer),
            actor=SYSTEM,
            at=now,
            number="MS-ACME-2",
            ends_on=date(2027, 12, 31),
            policy=Agreement.objects.get(customer=cast.acme.customer).policy,
            notice_on=None,
            renewal_note="",
        )
    remind_of_renewals()
    assert told() == []


def test_a_date_that_is_moved_is_told_of_again(cast: Cast, clock: Clock) -> None:
    notice(cast, date(2026, 4, 1))
    remind_of_renewals()
    notice(cast, date(2026, 3, 31))
    remind_of_renewals()
    assert len(told()) == 2


def test_the_page_has_the_earliest_notice_date_first(cast: Cast, browse: Browse) -> None:
    notice(cast, date(2026, 4, 1), renewal_note="They want weekends")
    answer = browse(cast.engineer).get(PAGE)
    assert [one.agreement.number for one, _ in answer.context["renewals"]] == ["MS-ACME", "MS-GLOB"]
    page = text_of(answer)
    assert "MS-ACME Acme Freight 1 Apr 2026 29 31 Dec 2026 Decide They want weekends" in page
    assert "MS-GLOB Globex Power not agreed 31 Dec 2026 No notice date agreed" in page


@pytest.mark.parametrize(
    ("day", "said"), [(date(2026, 3, 2), "Notice date has passed"), (date(2026, 12, 1), "Later")]
)
def test_how_a_date_stands_is_said(cast: Cast, browse: Browse, day: date, said: str) -> None:
    notice(cast, day)
    assert said in text_of(browse(cast.manager).get(PAGE))


def test_tickets_without_cover_and_accounts_below_the_plan_are_shown(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.initech.requester)
    file_ticket(cast.acme.requester)
    with acting_as(worker_context()):
        AwsAccount.objects.filter(customer=cast.globex.customer).update(support_state=SupportState.NOT_MET)
    answer = browse(cast.manager).get(PAGE)
    [row] = answer.context["uncovered"]
    assert (row.customer, row.opened, row.open, row.has_agreement) == (cast.initech.customer, 1, 1, False)
    assert [one.account.name for one in answer.context["accounts"]] == ["globex-prod"]
    assert "Falls short" in text_of(answer)


def test_it_goes_to_a_spreadsheet_that_runs_nothing(cast: Cast, browse: Browse) -> None:
    notice(cast, date(2026, 4, 1), renewal_note="=1+1")
    answer = browse(cast.engineer).get(f"{PAGE}csv/")
    assert answer.content.decode().splitlines()[1] == (
        "MS-ACME,Acme Freight,2026-01-01,2026-12-31,2026-04-01,29,Decide,'=1+1"
    )
