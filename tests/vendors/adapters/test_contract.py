"""Every adapter keeps the contract: AWS's on an AWS of this machine, the manual one, and two shaped as others are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest

from tests.conftest import Clock
from tests.vendors.adapters.contract import MARK, AdapterContract, Vendor, draft
from tests.vendors.adapters.others import Azure, Google
from tests.vendors.fake import FakeAws
from vendors.adapters.aws.adapter import AwsAdapter
from vendors.adapters.base import Target, VendorAdapter
from vendors.adapters.manual import ManualAdapter
from vendors.states import CaseState

ACCOUNT = "111111111111"


class OnAws:
    """AWS in a test's hands."""

    statuses = {
        "unassigned": CaseState.NEW,
        "opened": CaseState.NEW,
        "work-in-progress": CaseState.VENDOR_WORKING,
        "pending-customer-action": CaseState.WAITING_ON_US,
        "customer-action-completed": CaseState.WAITING_ON_VENDOR,
        "reopened": CaseState.WAITING_ON_VENDOR,
        "resolved": CaseState.RESOLVED,
    }

    def __init__(self, aws: FakeAws, clock: Clock) -> None:
        aws.account(ACCOUNT)
        self.aws, self.clock = aws, clock
        self.adapter: VendorAdapter = AwsAdapter()
        self.target = aws.target(ACCOUNT)

    def says(self, external_id: str, body: str, files: Sequence[tuple[str, bytes]] = ()) -> datetime:
        moment = self.clock.advance(seconds=1)
        self.aws.reply(external_id, body, files=files)
        self.clock.advance(seconds=1)
        return moment

    def has_status(self, external_id: str, raw: str) -> None:
        self.aws.set_status(external_id, raw)

    def count(self) -> int:
        return len(self.aws.cases(ACCOUNT))


class ByHand:
    """A vendor at the other end of a telephone."""

    statuses: dict[str, CaseState] = {}

    def __init__(self) -> None:
        self.adapter: VendorAdapter = ManualAdapter()
        self.target = Target(link_id=1, customer_slug="acme", account_number="")

    def says(self, external_id: str, body: str, files: Sequence[tuple[str, bytes]] = ()) -> datetime:
        raise NotImplementedError

    def has_status(self, external_id: str, raw: str) -> None:
        raise NotImplementedError

    def count(self) -> int:
        return 0


class TestAws(AdapterContract):
    @pytest.fixture
    def vendor(self, aws: FakeAws, clock: Clock) -> Vendor:
        return OnAws(aws, clock)


class TestManual(AdapterContract):
    @pytest.fixture
    def vendor(self) -> Vendor:
        return ByHand()

    def test_each_word_of_the_vendor_is_kept_beside_ours(self, vendor: Vendor) -> None:
        """Nobody tells the portal a word."""
        assert not vendor.adapter.caps.polls


class TestShapedAsAzure(AdapterContract):
    @pytest.fixture
    def vendor(self) -> Vendor:
        return Azure()

    def test_the_same_name_twice_is_one_case(self, vendor: Vendor) -> None:
        first = vendor.adapter.open_case(vendor.target, draft(), idem=MARK)
        assert vendor.adapter.open_case(vendor.target, draft(), idem=MARK) == first
        assert vendor.count() == 1

    def test_it_promises_a_time_case_by_case(self, vendor: Vendor) -> None:
        case = vendor.adapter.open_case(vendor.target, draft(), idem=MARK).external_id
        (snapshot,) = vendor.adapter.cases(vendor.target, [case])
        assert snapshot.target_seconds == 3600
        assert snapshot.target_until is not None

    def test_the_turn_follows_from_who_wrote_last(self, vendor: Vendor) -> None:
        case = vendor.adapter.open_case(vendor.target, draft(), idem=MARK).external_id
        vendor.says(case, "Which region?")
        (snapshot,) = vendor.adapter.cases(vendor.target, [case])
        assert (snapshot.raw_status, snapshot.state) == ("open", CaseState.WAITING_ON_US)


class TestShapedAsGoogle(AdapterContract):
    @pytest.fixture
    def vendor(self) -> Vendor:
        return Google()
