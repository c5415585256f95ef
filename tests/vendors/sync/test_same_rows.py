"""However often an account is looked at, in whatever pieces, and wherever it fails or dies: the rows are the same."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from core.tenancy import acting_as, worker_context
from tests.cast import PNG, Cast, House
from tests.conftest import Clock
from tests.core.two_connections import at_once
from tests.faults.points import each_death
from tests.vendors.fake import FakeAws
from tests.vendors.sync.followed import (
    again,
    connect,
    facts,
    follow,
    follow_aws,
    link_again,
    look,
    look_until_all_is_read,
    said,
)
from tests.vendors.sync.memory import STATES, MemoryVendor, throttled
from tickets.models import Attachment, Message
from vendors.actions.sync import looking
from vendors.adapters.base import FileRef, NotFound, Unavailable, VendorError
from vendors.models import AccountLink, CaseStatus, VendorCase, VendorFile, VendorMessage
from vendors.states import Side
from vendors.tasks import fetch_files, poll_due

SIDES = [Side.VENDOR, Side.VENDOR, Side.VENDOR, Side.CUSTOMER, Side.DESK]
FAULTS = [
    None,
    None,
    throttled(),
    Unavailable("500", code="InternalServerError"),
    VendorError("The moon is full.", code="FullMoonException"),
    AttributeError("'str' object has no attribute 'get'"),
    NotFound("Not now.", code="CaseIdNotFound"),
]


def rows(cases: list[VendorCase]) -> list[object]:
    """Return what is known of cases, but for the times at which it was read."""
    found: list[object] = []
    for case in cases:
        now = again(case)
        with acting_as(worker_context()):
            messages = VendorMessage.objects.filter(case=case).order_by("at", "fingerprint", "occurrence")
            found.append(
                (
                    list(messages.values_list("fingerprint", "occurrence", "side", "is_automatic", "at")),
                    list(
                        VendorFile.objects.filter(received__case=case)
                        .order_by("ref")
                        .values_list("ref", "name")
                    ),
                    said(case),
                    (now.raw_status, now.state, now.reply_seen_at, now.last_desk_at),
                    (now.first_reply_at, now.first_reply_is_automatic, now.last_vendor_at),
                )
            )
    return found


def happen(random: Random, vendor: MemoryVendor, number: int, clock: Clock) -> None:
    """Let something happen at both accounts alike: words now, words listed late, the same words twice, or a status."""
    name = random.choice("abc")
    if random.random() < 0.25:
        raw = random.choice(list(STATES))
        for account in ("acme", "globex"):
            vendor.move(f"{account}-{name}", raw)
        return
    at = clock.now - timedelta(seconds=random.choice([0, 0, 1, 60, 600]))
    side = random.choice(SIDES)
    files = [FileRef(ref=f"ref-{number}", name=f"{number}.txt")] if random.random() < 0.2 else []
    automatic = side is Side.VENDOR and random.random() < 0.2
    for _ in range(random.choice([1, 1, 2])):
        for account in ("acme", "globex"):
            vendor.write(
                f"{account}-{name}", f"Words {number}", at, side=side, automatic=automatic, files=files
            )


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_looking_often_in_pieces_and_with_failures_gives_the_rows_of_one_look_at_the_end(
    cast: Cast, clock: Clock, vendor: MemoryVendor, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    monkeypatch.setattr(looking, "MOST_READ", random.choice([1, 2, 100]))
    monkeypatch.setattr(looking, "AT_ONCE", random.choice([1, 2, 100]))

    def cases_of(house: House) -> list[VendorCase]:
        link = connect(house)
        slug = house.customer.slug
        return [follow(vendor, house, link, f"{slug}-{name}", display_id=f"d-{name}") for name in "abc"]

    often, once = cases_of(cast.acme), cases_of(cast.globex)
    for case in (*often, *once):
        vendor.move(case.external_id, "unassigned", display_id=case.display_id)
    pause(once[0].link, True)
    for number in range(25):
        happen(random, vendor, number, clock)
        for operation in ("open_cases", "cases", "messages"):
            vendor.faults[operation] = random.choices(FAULTS, k=random.choice([0, 1, 3]))
        look(clock, minutes=random.choice([0.1, 1, 3, 6]))
    vendor.faults.clear()
    look(clock, minutes=40)
    look_until_all_is_read(clock, often[0].link)
    pause(once[0].link, False)
    look_until_all_is_read(clock, once[0].link)
    assert rows(often) == rows(once)
    assert sum(len(said(case)) for case in once) > 10


def pause(link: AccountLink, yes: bool) -> None:
    with acting_as(worker_context()) as now:
        AccountLink.objects.filter(pk=link.pk).update(next_poll_at=None if yes else now)


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_a_worker_dies_at_every_point_of_a_look_and_of_fetching_files(
    real_cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(real_cast.acme)
    case = follow(vendor, real_cast.acme, link)
    vendor.files["shot"] = PNG
    look(clock)
    wrote: list[str] = []

    def prepare(number: int) -> int:
        clock.advance(minutes=11)
        wrote.append(f"Message {number}")
        vendor.write("case-1", wrote[-1], clock.now, files=[FileRef(ref="shot", name=f"shot-{number}.png")])
        vendor.move("case-1", "pending-customer-action" if number % 2 else "work-in-progress")
        return number

    points: list[str] = []
    for point, number in each_death(prepare, lambda: poll_due() + fetch_files()):
        points.append(point)
        clock.advance(minutes=11)  # what the dead worker had claimed is free again
        poll_due()
        fetch_files()
        assert [body for _, body in said(case)] == wrote, point
        with acting_as(worker_context()):
            names = Attachment.objects.order_by("pk").values_list("name", flat=True)
            assert sorted(names) == sorted(f"shot-{n}.png" for n in range(number + 1)), point
            assert VendorFile.objects.exclude(state="stored").count() == 0, point
            # The opening, and one status for each message since.
            assert CaseStatus.objects.count() == 1 + len(wrote), point
        assert len(facts("vendors.replied")) == len(wrote), point
        assert len(facts("vendors.case_moved")) == len(wrote), point
        assert len(facts("vendors.waits")) == len(wrote) // 2, point
        assert link_again(link).poll_lease_until is None, point
    assert len(points) > 15


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_two_workers_at_once_look_at_an_account_once(
    real_cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(real_cast.acme)
    case = follow(vendor, real_cast.acme, link)
    for number in range(5):
        vendor.write("case-1", f"Message {number}", clock.now + timedelta(seconds=number))
    clock.advance(minutes=6)
    assert at_once(poll_due, poll_due, poll_due) == []
    assert vendor.made("open_cases") == 1
    assert [body for _, body in said(case)] == [f"Message {number}" for number in range(5)]


@pytest.mark.django_db
def test_with_aws_a_whole_conversation_comes_page_by_page_and_once(
    cast: Cast, clock: Clock, aws: FakeAws
) -> None:
    aws.tell_time_by(clock)
    link = connect(cast.acme)
    aws.account(link.account_number, external_id=link.external_id)
    for number in range(105):
        aws.open(link.account_number, subject=f"Theirs {number}")
    theirs = aws.open(link.account_number, severity="urgent")
    case = follow_aws(cast.acme, link, theirs)
    key = case.ticket.key
    for number in range(120):
        clock.advance(seconds=number % 3)  # some within one second
        aws.reply(theirs.case_id, f"Message {number}")
    aws.reply(theirs.case_id, f"The key is [REDACTED].\n\nRef: {key}/7", author="TrusstSupport (Role)")
    aws.fail("DescribeCommunications", "ThrottlingException", times=1)
    look(clock)
    for _ in range(3):
        look(clock)
    assert [body for _, body in said(case)] == ["It is slow.", *(f"Message {n}" for n in range(120))]
    assert link_again(link).cursor["foreign"] == 105
    with acting_as(worker_context()):
        assert Message.objects.exclude(vendor="").count() == 121
        assert set(VendorMessage.objects.values_list("side", flat=True)) == {"customer", "vendor"}
