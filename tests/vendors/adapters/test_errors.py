"""Each row of what AWS answers when it does not do what was asked, and what the portal makes of it."""

from __future__ import annotations

import pytest

from tests.vendors.adapters.contract import MARK, draft
from tests.vendors.fake import FakeAws
from trusst_support.local.aws.catalogue import PLANS
from vendors.adapters.aws import clients
from vendors.adapters.aws.adapter import AwsAdapter
from vendors.adapters.base import (
    Ambiguous,
    Invalid,
    NotAuthorised,
    NotEntitled,
    NotFound,
    RateLimited,
    Refusal,
    Target,
    Unavailable,
    VendorError,
)
from vendors.states import Finding

ACCOUNT = "111111111111"
ADAPTER = AwsAdapter()


@pytest.fixture
def target(aws: FakeAws) -> Target:
    aws.account(ACCOUNT)
    return aws.target(ACCOUNT)


def opening(target: Target) -> None:
    ADAPTER.open_case(target, draft(), idem=MARK)


def reading(target: Target) -> None:
    ADAPTER.open_cases(target)


#: What AWS says, with which status, to what, how often, and what that is.
TABLE = [
    ("SubscriptionRequiredException", 400, "DescribeCases", 1, NotEntitled),
    ("SubscriptionRequiredException", 400, "CreateCase", 1, NotEntitled),
    ("AccessDeniedException", 400, "DescribeCases", 1, NotAuthorised),
    ("AccessDeniedException", 400, "CreateCase", 1, NotAuthorised),
    ("AccessDenied", 403, "AssumeRole", 1, NotAuthorised),
    ("ExpiredTokenException", 400, "DescribeCases", 1, NotAuthorised),
    ("UnrecognizedClientException", 400, "CreateCase", 1, NotAuthorised),
    ("ExpiredToken", 403, "AssumeRole", 1, Unavailable),
    ("RegionDisabledException", 403, "AssumeRole", 1, Unavailable),
    ("ValidationException", 400, "CreateCase", 1, Invalid),
    ("AttachmentSetSizeLimitExceeded", 400, "CreateCase", 1, Invalid),
    ("CaseIdNotFound", 400, "DescribeCases", 1, NotFound),
    ("AttachmentIdNotFound", 400, "DescribeCases", 1, NotFound),
    ("CaseCreationLimitExceeded", 400, "CreateCase", 1, RateLimited),
    ("AttachmentLimitExceeded", 400, "CreateCase", 1, RateLimited),
    ("DescribeAttachmentLimitExceeded", 400, "DescribeCases", 1, RateLimited),
    ("ThrottlingException", 400, "DescribeCases", 3, RateLimited),
    ("ThrottlingException", 400, "CreateCase", 1, RateLimited),
    ("Throttling", 400, "AssumeRole", 3, RateLimited),
    ("NewLimitException", 429, "CreateCase", 1, RateLimited),
    ("InternalServerError", 500, "DescribeCases", 3, Unavailable),
    ("InternalServerError", 500, "CreateCase", 1, Ambiguous),
    ("ServiceUnavailable", 503, "CreateCase", 1, Ambiguous),
    ("InternalFailure", 500, "AssumeRole", 3, Unavailable),
    ("BrandNewException", 400, "DescribeCases", 1, Unavailable),
    ("BrandNewException", 400, "CreateCase", 1, Invalid),
]


@pytest.mark.parametrize(
    ("code", "status", "operation", "times", "expected"),
    TABLE,
    ids=[f"{row[0]} of {row[2]}" for row in TABLE],
)
def test_each_error_has_its_class_and_keeps_its_code(
    aws: FakeAws,
    target: Target,
    code: str,
    status: int,
    operation: str,
    times: int,
    expected: type[VendorError],
) -> None:
    aws.fail(operation, code, times=times, status=status)
    ask = opening if operation in ("CreateCase", "AssumeRole") else reading
    with pytest.raises(VendorError) as caught:
        ask(target)
    assert (type(caught.value), caught.value.code) == (expected, code)
    assert aws.cases(ACCOUNT) == []
    assert str(caught.value).endswith(".") or ": " in str(caught.value)


def test_a_limit_of_new_cases_is_waited_out(aws: FakeAws, target: Target) -> None:
    aws.fail("CreateCase", "CaseCreationLimitExceeded")
    with pytest.raises(RateLimited) as caught:
        opening(target)
    assert caught.value.is_quota
    assert caught.value.after >= 600
    assert len(aws.called("CreateCase")) == 1


def test_the_eleventh_case_within_an_hour_meets_the_limit(aws: FakeAws, target: Target) -> None:
    aws.world.has_quota = True
    for number in range(10):
        ADAPTER.open_case(target, draft(), idem=f"{MARK}.{number}")
    with pytest.raises(RateLimited):
        opening(target)


def test_reading_absorbs_two_refusals_for_speed(aws: FakeAws, target: Target) -> None:
    aws.fail("DescribeCases", "ThrottlingException", times=2)
    assert list(ADAPTER.open_cases(target)) == []
    assert len(aws.called("DescribeCases")) == 3


def test_other_accounts_are_served_while_one_is_not(aws: FakeAws, target: Target) -> None:
    aws.account("222222222222")
    aws.fail("*", "ThrottlingException", times=3, account=ACCOUNT)
    with pytest.raises(RateLimited):
        reading(target)
    assert list(ADAPTER.open_cases(aws.target("222222222222"))) == []


# --- Lost answers --------------------------------------------------------------------------------------
def test_a_lost_answer_makes_one_case_that_is_found_again(aws: FakeAws, target: Target) -> None:
    aws.lose_answer("CreateCase")
    with pytest.raises(Ambiguous):
        opening(target)
    (case,) = aws.cases(ACCOUNT)
    assert len(aws.called("CreateCase")) == 1
    found = ADAPTER.find_case(target, reference=draft().reference, idem=MARK)
    assert found is not None
    assert (found.external_id, found.display_id, found.adopted) == (case.case_id, case.display_id, True)


def test_an_answer_that_comes_too_late_is_a_lost_one(
    aws: FakeAws, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "WRITE_SECONDS", 0.2)
    aws.answer_late("CreateCase")
    with pytest.raises(Ambiguous) as caught:
        opening(target)
    assert caught.value.code == "ReadTimeoutError"
    assert len(aws.cases(ACCOUNT)) == len(aws.called("CreateCase")) == 1


def test_an_answer_that_cannot_be_read_is_a_lost_one(aws: FakeAws, target: Target) -> None:
    aws.babble("CreateCase")
    with pytest.raises(Ambiguous):
        opening(target)
    aws.babble("DescribeCases")
    with pytest.raises(Unavailable):
        reading(target)


def test_a_lost_reply_is_found_again(aws: FakeAws, target: Target) -> None:
    case = ADAPTER.open_case(target, draft(), idem=MARK).external_id
    assert not ADAPTER.find_reply(target, case, idem="ACME-12/903")
    aws.lose_answer("AddCommunicationToCase")
    with pytest.raises(Ambiguous):
        ADAPTER.reply(target, case, "Still so.", files=(), idem="ACME-12/903")
    assert ADAPTER.find_reply(target, case, idem="ACME-12/903")
    assert len(aws.called("AddCommunicationToCase")) == 1


def test_a_case_of_the_same_ticket_with_another_mark_is_not_taken_for_ours(
    aws: FakeAws, target: Target
) -> None:
    opening(target)
    aws.fail("CreateCase", "InternalServerError", status=500)
    with pytest.raises(Ambiguous):
        ADAPTER.open_case(target, draft(), idem="ACME-12/902")
    assert ADAPTER.find_case(target, reference="ACME-12", idem="ACME-12/902") is None


def test_a_single_case_whose_mark_was_lost_is_ours_by_its_tag(aws: FakeAws, target: Target) -> None:
    case = aws.open(ACCOUNT, subject="[ACME-12] The database does not answer")
    aws.open(ACCOUNT, subject="[ACME-123] Another ticket")
    aws.open(ACCOUNT, subject="About [ACME-12], from the console")
    found = ADAPTER.find_case(target, reference="ACME-12", idem=MARK)
    assert found is not None
    assert found.external_id == case.case_id
    aws.open(ACCOUNT, subject="[ACME-12] A second one")
    assert ADAPTER.find_case(target, reference="ACME-12", idem=MARK) is None


def test_a_lost_case_that_was_resolved_meanwhile_is_found(aws: FakeAws, target: Target) -> None:
    aws.lose_answer("CreateCase")
    with pytest.raises(Ambiguous):
        opening(target)
    aws.set_status(aws.cases(ACCOUNT)[0].case_id, "resolved")
    assert ADAPTER.find_case(target, reference="ACME-12", idem=MARK) is not None


def test_a_number_that_cannot_be_read_back_does_not_lose_the_case(aws: FakeAws, target: Target) -> None:
    aws.fail("DescribeCases", "AccessDeniedException")
    opened = ADAPTER.open_case(target, draft(), idem=MARK)
    assert (opened.external_id, opened.display_id) == (aws.cases(ACCOUNT)[0].case_id, "")


def test_a_machine_that_takes_no_connection_was_sent_nothing(
    aws: FakeAws, target: Target, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    ADAPTER.open_cases(target)
    monkeypatch.setattr("django.conf.settings.AWS_SUPPORT_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        opening(target)


def test_failing_to_sign_in_again_is_no_lost_answer(
    aws: FakeAws, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "_MUST_RENEW_SECONDS", 1000)
    monkeypatch.setattr(clients, "_RENEW_SECONDS", 1000)
    reading(target)
    aws.fail("AssumeRole", "InternalFailure", times=3, status=500)
    with pytest.raises(Unavailable):
        opening(target)
    assert aws.called("CreateCase") == []


# --- What a look at an account makes of them -----------------------------------------------------------
@pytest.mark.parametrize(
    ("plan", "finding", "evidence"),
    [
        ("Business", Finding.MET, "low, normal, high, urgent"),
        ("Business Support+", Finding.MET, "low, normal, high, urgent, critical"),
        ("Enterprise", Finding.MET, "low, normal, high, urgent, critical"),
        ("Developer", Finding.NOT_MET, "SubscriptionRequiredException"),
        ("Basic", Finding.NOT_MET, "SubscriptionRequiredException"),
    ],
)
def test_a_plan_is_seen_by_the_severities_it_lists(
    aws: FakeAws, target: Target, plan: str, finding: Finding, evidence: str
) -> None:
    aws.set_plan(ACCOUNT, plan)
    seen = ADAPTER.verify(target)
    assert (seen.finding, seen.evidence, seen.refusal) == (finding, evidence, None)


@pytest.mark.parametrize(
    ("operation", "code", "times", "status", "refusal"),
    [
        ("DescribeSeverityLevels", "AccessDeniedException", 1, 400, Refusal.DENIED),
        ("AssumeRole", "AccessDenied", 1, 403, Refusal.DENIED),
        ("DescribeSeverityLevels", "InternalServerError", 3, 500, Refusal.UNREACHABLE),
        ("AssumeRole", "InternalFailure", 3, 500, Refusal.UNREACHABLE),
        ("DescribeSeverityLevels", "BrandNewException", 1, 400, Refusal.UNREACHABLE),
        ("DescribeSeverityLevels", "ThrottlingException", 3, 400, None),
    ],
)
def test_whatever_keeps_us_from_looking_is_never_not_met(
    aws: FakeAws,
    target: Target,
    operation: str,
    code: str,
    times: int,
    status: int,
    refusal: Refusal | None,
) -> None:
    aws.fail(operation, code, times=times, status=status)
    seen = ADAPTER.verify(target)
    assert (seen.finding, seen.evidence, seen.refusal) == (Finding.UNKNOWN, code, refusal)


def test_a_plan_that_lists_something_unheard_of_is_unknown(
    aws: FakeAws, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PLANS, "Business", ("low", "normal"))
    aws.set_plan(ACCOUNT, "Business")
    seen = ADAPTER.verify(target)
    assert (seen.finding, seen.evidence, seen.refusal) == (Finding.UNKNOWN, "low, normal", None)
