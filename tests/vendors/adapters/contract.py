"""What every adapter has to do, whatever its vendor is like: run by each of them on a vendor of its own."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import pytest

from vendors.adapters.base import Draft, Invalid, SentFile, Target, VendorAdapter, VendorError
from vendors.states import CaseState, Finding, Side

REFERENCE, MARK = "ACME-12", "ACME-12/901"


class Vendor(Protocol):
    """A vendor as a test has it in its hands."""

    adapter: VendorAdapter
    target: Target
    #: Some of the vendor's own words for where a case stands, and what they mean.
    statuses: dict[str, CaseState]

    def says(self, external_id: str, body: str, files: Sequence[tuple[str, bytes]] = ()) -> datetime: ...

    def has_status(self, external_id: str, raw: str) -> None: ...

    def count(self) -> int: ...


def draft(**given: object) -> Draft:
    usual: dict[str, object] = {
        "reference": REFERENCE,
        "subject": "The database does not answer",
        "body": "Since 10:02 no connection is accepted.",
        "severity": "high",
        "extra": {"external_id": "5512", "consent": True, "contact": {"email": "priya@example.com"}},
    }
    return Draft(**(usual | given))  # type: ignore[arg-type]


class AdapterContract:
    """The tests; a class of a vendor gives `vendor`."""

    @pytest.fixture
    def vendor(self) -> Vendor:
        raise NotImplementedError

    # --- Accounts --------------------------------------------------------------------------------------
    def test_a_look_at_the_plan_is_an_answer(self, vendor: Vendor) -> None:
        seen = vendor.adapter.verify(vendor.target)
        assert seen.finding in (Finding.MET, Finding.NOT_MET, Finding.UNKNOWN)
        assert seen.evidence

    def test_an_account_that_is_set_up_as_it_should_be_is_safe(self, vendor: Vendor) -> None:
        vendor.adapter.prove_safe(vendor.target)

    def test_what_an_account_offers_goes_from_the_least_severe_on(self, vendor: Vendor) -> None:
        codes = [one.code for one in vendor.adapter.options(vendor.target).severities]
        assert len(set(codes)) == len(codes)
        if vendor.adapter.caps.opens:
            assert "high" in codes

    # --- Writing ---------------------------------------------------------------------------------------
    def test_a_case_is_made_once_and_has_an_id(self, vendor: Vendor) -> None:
        opened = vendor.adapter.open_case(vendor.target, draft(), idem=MARK)
        assert opened.external_id
        assert not opened.adopted
        assert vendor.count() == (1 if vendor.adapter.caps.opens else 0)

    def test_a_case_is_found_again_by_its_mark_and_only_by_it(self, vendor: Vendor) -> None:
        opened = vendor.adapter.open_case(vendor.target, draft(), idem=MARK)
        found = vendor.adapter.find_case(vendor.target, reference=REFERENCE, idem=MARK)
        other = vendor.adapter.find_case(vendor.target, reference=REFERENCE, idem="ACME-12/902")
        assert other is None
        if vendor.adapter.caps.opens:
            assert found is not None
            assert (found.external_id, found.adopted) == (opened.external_id, True)

    def test_a_reply_arrives_and_is_found_again(self, vendor: Vendor) -> None:
        case = vendor.adapter.open_case(vendor.target, draft(), idem=MARK).external_id
        vendor.adapter.reply(vendor.target, case, "Still so.", files=(), idem="ACME-12/903")
        assert vendor.adapter.find_reply(vendor.target, case, idem="ACME-12/903")
        if vendor.adapter.caps.replies:
            assert not vendor.adapter.find_reply(vendor.target, case, idem="ACME-12/904")

    def test_what_is_too_long_is_refused_before_it_is_sent(self, vendor: Vendor) -> None:
        if not vendor.adapter.caps.opens:
            return
        too_long = "x" * (vendor.adapter.caps.longest_body + 1)
        with pytest.raises(Invalid) as caught:
            vendor.adapter.open_case(vendor.target, draft(body=too_long), idem=MARK)
        assert caught.value.field == "body"
        assert vendor.count() == 0

    def test_a_resolved_case_is_over_and_no_longer_open(self, vendor: Vendor) -> None:
        case = vendor.adapter.open_case(vendor.target, draft(), idem=MARK).external_id
        vendor.adapter.resolve(vendor.target, case)
        if vendor.adapter.caps.resolves:
            (snapshot,) = vendor.adapter.cases(vendor.target, [case])
            assert snapshot.state.is_over
            assert list(vendor.adapter.open_cases(vendor.target)) == []

    # --- Reading ---------------------------------------------------------------------------------------
    def test_each_word_of_the_vendor_is_kept_beside_ours(self, vendor: Vendor) -> None:
        case = vendor.adapter.open_case(vendor.target, draft(), idem=MARK).external_id
        for raw, state in (vendor.statuses | {"quarantined-by-moon": CaseState.UNKNOWN}).items():
            vendor.has_status(case, raw)
            (snapshot,) = vendor.adapter.cases(vendor.target, [case])
            assert (snapshot.raw_status, snapshot.state) == (raw, state)

    def test_cases_are_read_by_id_and_unknown_ones_left_out(self, vendor: Vendor) -> None:
        case = vendor.adapter.open_case(vendor.target, draft(), idem=MARK).external_id
        unknown = case[:-2] + "zz"
        found = [one.external_id for one in vendor.adapter.cases(vendor.target, [unknown, case, case])]
        assert found == ([case] if vendor.adapter.caps.polls else [])
        assert list(vendor.adapter.cases(vendor.target, [])) == []

    def test_a_case_is_found_by_either_of_its_ids(self, vendor: Vendor) -> None:
        opened = vendor.adapter.open_case(vendor.target, draft(), idem=MARK)
        for text in (opened.external_id, f" {opened.display_id} "):
            found = vendor.adapter.find_by_id(vendor.target, text)
            if vendor.adapter.caps.polls:
                assert found is not None
                assert found.external_id == opened.external_id
        for text in ("", "nothing", "999999", "'; --"):
            assert vendor.adapter.find_by_id(vendor.target, text) is None

    def test_messages_come_the_oldest_first_with_the_side_that_wrote_them(self, vendor: Vendor) -> None:
        case = vendor.adapter.open_case(vendor.target, draft(), idem=MARK).external_id
        if not vendor.adapter.caps.polls:
            assert list(vendor.adapter.messages(vendor.target, case, since=None)) == []
            return
        vendor.says(case, "We look at it.")
        vendor.adapter.reply(vendor.target, case, "Thank you.", files=(), idem="ACME-12/903")
        last = vendor.says(case, "Found it.")
        found = list(vendor.adapter.messages(vendor.target, case, since=None))
        assert [one.side for one in found] == [Side.DESK, Side.VENDOR, Side.DESK, Side.VENDOR]
        assert found[-1].body == "Found it."
        assert [one.at for one in found] == sorted(one.at for one in found)
        ids = [one.external_id for one in found]
        assert len(set(ids)) == (len(ids) if vendor.adapter.caps.has_message_ids else 1)
        assert list(vendor.adapter.messages(vendor.target, case, since=last))[-1] == found[-1]

    def test_a_file_comes_and_goes_byte_by_byte_and_not_beyond_the_cap(self, vendor: Vendor) -> None:
        case = vendor.adapter.open_case(vendor.target, draft(), idem=MARK).external_id
        content = bytes(range(256)) * 8
        if vendor.adapter.caps.sends_files:
            file = SentFile(name="trace.bin", size=len(content), content=content)
            vendor.adapter.reply(vendor.target, case, "See the trace.", files=[file], idem="ACME-12/905")
        if not vendor.adapter.caps.fetches_files:
            return
        vendor.says(case, "See ours.", [("ours.bin", content)])
        with_files = [one for one in vendor.adapter.messages(vendor.target, case, since=None) if one.files]
        assert len(with_files) == 1 + vendor.adapter.caps.sends_files
        for one in with_files:
            sink = io.BytesIO()
            assert vendor.adapter.fetch_file(vendor.target, one.files[0], sink, most=len(content)) == len(
                content
            )
            assert sink.getvalue() == content
        with pytest.raises(Invalid):
            vendor.adapter.fetch_file(
                vendor.target, with_files[0].files[0], io.BytesIO(), most=len(content) - 1
            )

    # --- Pushes ----------------------------------------------------------------------------------------
    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"\xff", b'{"detail": []}', b"[" * 9999])
    def test_what_is_no_push_is_refused(self, vendor: Vendor, body: bytes) -> None:
        with pytest.raises(VendorError):
            list(vendor.adapter.parse_push(body))
