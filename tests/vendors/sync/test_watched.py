"""When looks at vendors do not happen, the auditor says so, and the status page shows how old the oldest is."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from core.tenancy import SYSTEM, acting_as, worker_context
from tests.cast import Cast
from tests.conftest import Browse, Clock
from tests.vendors.sync.followed import connect, follow, link_again, look
from tests.vendors.sync.memory import MemoryVendor
from trusst_support import auditor
from vendors.adapters.base import FileRef, NotAuthorised, Unavailable
from vendors.events import VendorTold
from vendors.handlers import look_for_an_answer
from vendors.models import AccountLink, VendorCase, VendorFile
from vendors.states import LinkState
from vendors.tasks import fetch_files, poll_due, remind_of_waiting

pytestmark = pytest.mark.django_db


def faults() -> dict[str, int]:
    with acting_as(worker_context()) as now:
        found = {fault.what: fault.count for fault in auditor.found(now)}
    return {what: count for what, count in found.items() if "vendor" in what}


@pytest.mark.parametrize("task", [poll_due, fetch_files, remind_of_waiting])
def test_beat_pokes_every_sweep(task: object) -> None:
    assert getattr(task, "name", "") in settings.CELERY_BEAT_SCHEDULE


def test_a_sweep_that_does_not_run_is_a_fault(cast: Cast, clock: Clock, vendor: MemoryVendor) -> None:
    case = follow(vendor, cast.acme, connect(cast.acme))
    vendor.write("case-1", "See the file.", clock.now, files=[FileRef(ref="r", name="r.txt")])
    look(clock)
    assert faults() == {}
    clock.advance(minutes=2)
    assert faults() == {
        "accounts at vendors that nobody looks at": 1,
        "files of vendors that nobody fetches": 1,
    }
    clock.advance(minutes=29)
    assert faults()["vendor cases that were not read for long"] == 1
    with acting_as(worker_context()):
        VendorFile.objects.update(state="refused", next_try_at=None)
    look(clock, minutes=0)
    assert faults() == {}
    # An account that refuses us is the account's fault: the desk was told, and the portal is well.
    vendor.refusing[case.link.account_number] = NotAuthorised("No.", code="AccessDenied")
    for _ in range(8):
        look(clock, minutes=35)
    assert link_again(case.link).standing is LinkState.DENIED
    assert faults() == {}


def test_an_account_that_is_left_alone_for_a_while_is_no_fault_of_ours(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    vendor.refusing[link.account_number] = Unavailable("No answer.")
    for _ in range(9):
        look(clock, minutes=35)
    clock.advance(minutes=20)
    assert faults() == {}


def test_a_case_that_cannot_be_read_is_a_fault_though_its_account_is_looked_at(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    follow(vendor, cast.acme, link, "case-1")
    follow(vendor, cast.acme, link, "case-2")
    for _ in range(7):
        vendor.fail("messages", Unavailable("500"))
        look(clock)
    assert faults() == {"vendor cases that were not read for long": 1}


def test_the_status_page_and_the_figures_tell_how_old_the_oldest_look_is(
    cast: Cast, clock: Clock, vendor: MemoryVendor, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "METRICS_TOKEN", "a-word")

    def age() -> int:
        text = Client().get("/metrics", headers={"Authorization": "Bearer a-word"}).content.decode()
        figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        return int(figures["portal_vendor_sync_age_seconds"])

    assert age() == -1
    assert "None is running" in browse(cast.engineer).get("/desk/status/").content.decode()
    follow(vendor, cast.acme, connect(cast.acme))
    look(clock)
    clock.advance(seconds=50)
    assert age() == 50
    page = browse(cast.engineer).get("/desk/status/").content.decode()
    assert "Every account with running cases was looked at since" in page
    assert "Vendor accounts to look at" in page


def test_something_that_was_sent_is_answered_soon_so_the_account_is_looked_at_soon(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    case = follow(vendor, cast.acme, link, severity="low")
    look(clock, minutes=20)
    before = link_again(link).next_poll_at
    assert before is not None
    assert before > clock.now
    with acting_as(worker_context()) as now:
        look_for_an_answer(
            VendorTold(
                at=now,
                customer_id=case.customer_id,
                ticket_id=case.ticket_id,
                actor=SYSTEM,
                case_id=case.pk,
                vendor="AWS Support",
                message_id=1,
            )
        )
        VendorCase.objects.filter(pk=case.pk).update(last_desk_at=now)
    assert poll_due() == 1
    planned = link_again(link).next_poll_at
    assert planned is not None
    assert (planned - clock.now).total_seconds() <= 30
    with acting_as(worker_context()) as now:
        AccountLink.objects.filter(pk=link.pk).update(state=LinkState.RETIRED.value, next_poll_at=None)
        look_for_an_answer(
            VendorTold(
                at=now,
                customer_id=case.customer_id,
                ticket_id=case.ticket_id,
                actor=SYSTEM,
                case_id=case.pk,
                vendor="AWS Support",
                message_id=1,
            )
        )
    assert link_again(link).next_poll_at is None
