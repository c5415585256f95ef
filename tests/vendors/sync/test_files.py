"""Files of vendors' messages: fetched after the message, checked like every other, and never in its way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.tenancy import SYSTEM, acting_as, worker_context
from customers.access import member_context
from tests.cast import PNG, Cast
from tests.conftest import Clock
from tests.vendors.fake import FakeAws
from tests.vendors.sync.followed import connect, follow, follow_aws, look, said
from tests.vendors.sync.memory import MemoryVendor, throttled
from tickets import files as stored_files
from tickets.models import Attachment
from trusst_support.local.aws.state import File
from vendors.actions import links
from vendors.adapters.base import FileRef, Unavailable
from vendors.models import VendorCase, VendorFile
from vendors.tasks import fetch_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast, vendor: MemoryVendor) -> VendorCase:
    return follow(vendor, cast.acme, connect(cast.acme))


def read(clock: Clock, vendor: MemoryVendor, name: str, content: bytes | None) -> None:
    """Let the vendor write with a file, and read the message."""
    if content is not None:
        vendor.files["ref-1"] = content
    vendor.write("case-1", "See the file.", clock.now, files=[FileRef(ref="ref-1", name=name)])
    look(clock)


def file() -> VendorFile:
    with acting_as(worker_context()):
        return VendorFile.objects.select_related("attachment", "received__message").get()


def test_23_a_file_of_5_mb_is_stored_byte_for_byte_beside_its_message_for_the_desk_alone(
    case: VendorCase, cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    content = (b"one line of a log\n" * 300_000)[: 5 * 1024 * 1024]
    read(clock, vendor, "trace.log", content)
    assert said(case) == [("Amazon Web Services", "See the file.")]  # before its file is fetched
    assert file().state == "waiting"
    assert (fetch_files(), fetch_files()) == (1, 0)
    found = file()
    assert (found.state, found.why, found.next_try_at) == ("stored", "", None)
    assert found.attachment is not None
    assert found.attachment.message_id == found.received.message_id
    assert (found.attachment.name, found.attachment.audience) == ("trace.log", "desk")
    assert stored_files.read_bytes(found.attachment.stored_name) == content
    with acting_as(member_context(cast.acme.lead)):
        assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("setup.exe", b"MZ\x90", "of a kind we do not take"),
        ("picture.png", b"#!/bin/sh\nrm -rf /\n", "does not contain what its name says"),
        ("empty.txt", b"", "is empty"),
        ("picture.png", None, "does not have this file any more"),
    ],
)
def test_23_a_file_that_is_refused_says_why_and_its_message_stays(
    case: VendorCase, clock: Clock, vendor: MemoryVendor, name: str, content: bytes | None, why: str
) -> None:
    read(clock, vendor, name, content)
    fetch_files()
    assert file().state == "refused"
    assert why in file().why
    assert said(case) == [("Amazon Web Services", "See the file.")]
    clock.advance(hours=2)
    assert fetch_files() == 0


def test_23_a_file_that_is_too_large_is_not_taken(
    case: VendorCase, clock: Clock, vendor: MemoryVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_files, "MAX_BYTES", 10)
    read(clock, vendor, "trace.log", b"eleven byte")
    fetch_files()
    assert (file().state, "larger" in file().why) == ("refused", True)
    with acting_as(worker_context()):
        assert not Attachment.objects.exists()


def test_a_file_that_could_not_be_fetched_is_fetched_later_and_given_up_in_the_end(
    case: VendorCase, clock: Clock, vendor: MemoryVendor
) -> None:
    read(clock, vendor, "shot.png", PNG)
    vendor.fail("fetch_file", throttled(), Unavailable("No answer."))
    assert (fetch_files(), fetch_files()) == (1, 0)
    assert file().next_try_at == clock.now + timedelta(seconds=30)
    clock.advance(seconds=30)
    fetch_files()
    assert (file().state, file().attempts, file().why) == ("waiting", 2, "No answer.")
    clock.advance(minutes=1)
    fetch_files()
    assert (file().state, file().attempts) == ("stored", 3)
    vendor.fail("fetch_file", *[Unavailable("No answer.")] * 20)
    with acting_as(worker_context()) as now:
        VendorFile.objects.update(state="waiting", attempts=0, next_try_at=now)
    for _ in range(12):
        fetch_files()
        clock.advance(hours=1)
    assert (file().state, file().why) == ("refused", "It could not be fetched in 10 attempts: No answer.")


def test_no_file_is_fetched_over_a_link_that_was_retired(
    case: VendorCase, clock: Clock, vendor: MemoryVendor
) -> None:
    read(clock, vendor, "shot.png", PNG)
    with acting_as(worker_context()) as now:
        links.retire(link=case.link, actor=SYSTEM, at=now)
    fetch_files()
    assert vendor.made("fetch_file") == 0
    assert (file().state, "makes no calls" in file().why) == ("refused", True)


def test_a_worker_that_lost_its_file_to_another_one_stores_nothing(
    case: VendorCase, clock: Clock, vendor: MemoryVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(clock, vendor, "shot.png", PNG)
    fetched = vendor.fetch_file

    def slowly(*args: object, **more: object) -> int:
        monkeypatch.setattr(vendor, "fetch_file", fetched)
        clock.advance(minutes=11)  # the time for which it was this worker's is over
        assert fetch_files() == 1
        return fetched(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(vendor, "fetch_file", slowly)
    assert fetch_files() == 0
    with acting_as(worker_context()):
        assert Attachment.objects.count() == 1


# --- With AWS itself, as it is on this machine ------------------------------------------------------------
def test_23_from_aws_five_megabytes_come_whole_and_a_download_that_redirects_is_refused(
    cast: Cast, clock: Clock, aws: FakeAws
) -> None:
    link = connect(cast.acme)
    aws.tell_time_by(clock)
    aws.account(link.account_number, external_id=link.external_id)
    theirs = aws.open(link.account_number, severity="urgent")
    case = follow_aws(cast.acme, link, theirs)
    content = bytes(PNG) + b"\x00" * (5 * 1024 * 1024 - len(PNG))
    aws.reply(theirs.case_id, "See the picture.", files=[("shot.png", content)])
    redirecting = File(name="other.png", data="", by_link=True, redirects_to="https://evil.example/x")
    aws.add_file(theirs.case_id, redirecting)
    look(clock)
    assert said(case)[-1] == ("Amazon Web Services", "See the picture.")
    while fetch_files():
        clock.advance(hours=1)
    with acting_as(worker_context()):
        stored, refused = VendorFile.objects.select_related("attachment").order_by("name")[::-1]
        assert (stored.name, stored.state) == ("shot.png", "stored")
        assert stored.attachment is not None
        assert stored_files.read_bytes(stored.attachment.stored_name) == content
        assert (refused.name, refused.state) == ("other.png", "refused")
        assert (refused.attempts, bool(refused.why)) == (1, True)
    assert said(case)[-1] == ("Amazon Web Services", "See the picture.")
