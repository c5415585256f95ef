"""What a vendor says stands in the ticket's conversation once, in order; what we said ourselves is not echoed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.tenancy import acting_as, worker_context
from customers.access import member_context
from tests.cast import Cast, file_ticket
from tests.conftest import Clock
from tests.vendors.sync.followed import again, connect, facts, follow, look, said, sides
from tests.vendors.sync.memory import MemoryVendor
from tickets.models import Attachment, Message
from vendors.adapters.base import FileRef
from vendors.models import VendorCase, VendorMessage
from vendors.states import Side

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast, vendor: MemoryVendor) -> VendorCase:
    return follow(vendor, cast.acme, connect(cast.acme))


def test_17_a_reply_appears_once_in_order_for_the_desk_alone(
    case: VendorCase, cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    late, early = clock.now + timedelta(minutes=2), clock.now + timedelta(minutes=1)
    vendor.write("case-1", "Second", late)
    vendor.write("case-1", "First", early)
    look(clock)
    vendor.write("case-1", "Third", clock.now)
    for _ in range(3):
        look(clock)
    assert said(case) == [("Amazon Web Services", body) for body in ("First", "Second", "Third")]
    with acting_as(worker_context()):
        messages = list(Message.objects.exclude(vendor="").order_by("at", "id"))
        assert [(one.audience, one.author_kind, one.vendor) for one in messages] == [
            ("desk", "vendor", "AWS Support")
        ] * 3
        assert messages[0].at == early
    with acting_as(member_context(cast.acme.lead)):
        assert not Message.objects.exclude(vendor="").exists()
    now = again(case)
    assert (now.first_reply_at, now.first_reply_is_automatic) == (early, False)
    assert now.last_vendor_at == now.reply_seen_at
    assert len(facts("vendors.replied", case.ticket)) == 3


@pytest.mark.parametrize("side", [Side.DESK, Side.CUSTOMER])
def test_17_our_own_reply_is_not_echoed_even_when_the_vendor_crossed_parts_of_it_out(
    case: VendorCase, clock: Clock, vendor: MemoryVendor, side: Side
) -> None:
    mine = f"The key is [REDACTED].\n\nRef: {case.ticket.key}/7"
    vendor.write("case-1", mine, clock.now, side=side, author="TrusstSupport (Role)")
    look(clock)
    assert said(case) == []
    assert again(case).last_desk_at == clock.now - timedelta(minutes=6)
    assert again(case).last_vendor_at is None


def test_a_vendor_that_quotes_our_reference_has_still_written_itself(
    case: VendorCase, clock: Clock, vendor: MemoryVendor
) -> None:
    body = f"You wrote:\n> The volume is vol-1.\nRef: {case.ticket.key}/7"
    vendor.write("case-1", body, clock.now)
    look(clock)
    assert said(case) == [("Amazon Web Services", body)]


def test_18_two_replies_within_one_second_both_appear_even_when_they_are_the_same(
    case: VendorCase, clock: Clock, vendor: MemoryVendor
) -> None:
    for body in ("Look at this.", "And at that.", "Look at this."):
        vendor.write("case-1", body, clock.now)
    for _ in range(3):
        look(clock)
    assert [body for _, body in said(case)] == ["Look at this.", "And at that.", "Look at this."]
    with acting_as(worker_context()):
        assert sorted(VendorMessage.objects.values_list("occurrence", flat=True)) == [0, 0, 1]


def test_18_the_same_words_of_the_same_second_that_are_listed_later_appear_too(
    case: VendorCase, clock: Clock, vendor: MemoryVendor
) -> None:
    at = clock.now
    vendor.write("case-1", "Look at this.", at)
    look(clock)
    vendor.write("case-1", "Look at this.", at)
    look(clock)
    look(clock)
    assert [body for _, body in said(case)] == ["Look at this."] * 2


def test_what_the_customers_people_write_in_the_console_is_theirs(
    case: VendorCase, clock: Clock, vendor: MemoryVendor
) -> None:
    vendor.write("case-1", "It is still slow.", clock.now, side=Side.CUSTOMER, author="maria (IAM user)")
    look(clock)
    assert said(case) == [("maria (IAM user)", "It is still slow.")]
    assert sides(case) == ["customer"]
    assert (again(case).first_reply_at, again(case).last_vendor_at) == (None, None)
    assert facts("vendors.replied") == []


def test_an_automatic_acknowledgement_is_the_first_reply_only_until_a_person_writes(
    case: VendorCase, clock: Clock, vendor: MemoryVendor
) -> None:
    vendor.write("case-1", "We received your case.", clock.now, automatic=True)
    at = clock.now
    look(clock)
    assert (again(case).first_reply_at, again(case).first_reply_is_automatic) == (at, True)
    vendor.write("case-1", "I am Sam.", clock.now)
    person = clock.now
    look(clock)
    assert (again(case).first_reply_at, again(case).first_reply_is_automatic) == (person, False)


def test_a_message_that_comes_late_within_the_overlap_is_not_lost(
    case: VendorCase, clock: Clock, vendor: MemoryVendor
) -> None:
    vendor.write("case-1", "Newer", clock.now)
    look(clock)
    vendor.write("case-1", "Older, and listed late", clock.now - timedelta(minutes=15))
    look(clock)
    assert [body for _, body in said(case)] == ["Older, and listed late", "Newer"]


def test_a_text_without_end_and_one_without_words_are_both_kept(
    case: VendorCase, clock: Clock, vendor: MemoryVendor
) -> None:
    vendor.write("case-1", "a long line\n" * 4000, clock.now)
    vendor.write("case-1", " \x00 ", clock.now + timedelta(seconds=1), files=[FileRef(ref="r", name="r.txt")])
    look(clock)
    [(_, long), (_, none)] = said(case)
    assert long.endswith("(The whole text is in whole-message.txt.)")
    assert none == "(A message without text.)"
    with acting_as(worker_context()):
        [whole] = Attachment.objects.all()
    assert (whole.audience, whole.size) == ("desk", len("a long line\n") * 4000 - 1)


def test_of_a_case_that_existed_before_the_old_messages_are_read_and_alert_nobody(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link, ticket = connect(cast.acme), file_ticket(cast.acme.requester)
    case = follow(vendor, cast.acme, link, on=ticket, is_adopted=True, asked_at=clock.now)
    vendor.write("case-1", "Long ago", clock.now - timedelta(days=3))
    vendor.write("case-1", "Just now", clock.now + timedelta(minutes=1))
    look(clock)
    assert [body for _, body in said(case)] == ["Long ago", "Just now"]
    assert len(facts("vendors.replied", ticket)) == 1
    assert again(case).first_reply_at == clock.now - timedelta(days=3, minutes=6)


def test_what_the_vendor_says_of_a_case_is_kept_and_what_is_unknown_beside_it(
    cast: Cast, clock: Clock, vendor: MemoryVendor
) -> None:
    link = connect(cast.acme)
    case = follow(vendor, cast.acme, link, display_id="", severity="urgent")
    vendor.move(
        "case-1",
        "unassigned",
        display_id="1764029",
        subject="Another subject",
        severity="high",
        opened_by="TrusstSupport (Role)",
        opened_at=clock.now,
        extra={"engineer": "Sam", "shift": [1, 2]},
    )
    look(clock)
    vendor.move("case-1", "unassigned", extra={"shift": [3]})
    look(clock)
    now = again(case)
    assert (now.display_id, now.subject, now.severity, now.severity_name) == (
        "1764029",
        "Another subject",
        "high",
        "high",
    )
    assert now.extra == {"engineer": "Sam", "shift": [3]}
