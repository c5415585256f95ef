"""How the portal gets into an account: only with that link's external id, only into that account, only to AWS."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.conf import settings

from tests.vendors.adapters.contract import MARK, draft
from tests.vendors.fake import FakeAws
from vendors.adapters.aws import clients, roles
from vendors.adapters.aws.adapter import AwsAdapter
from vendors.adapters.base import Invalid, NotAuthorised, NotFound, Refusal, Target, Unavailable
from vendors.checks import check_support_endpoint
from vendors.states import Finding

ACCOUNT, OTHER = "111111111111", "222222222222"
ADAPTER = AwsAdapter()


@pytest.fixture
def target(aws: FakeAws) -> Target:
    aws.account(ACCOUNT)
    return aws.target(ACCOUNT)


@pytest.mark.parametrize("external_id", ["another", "ext-222222222222"])
def test_another_external_id_is_refused(aws: FakeAws, target: Target, external_id: str) -> None:
    seen = ADAPTER.verify(replace(target, external_id=external_id))
    assert (seen.finding, seen.refusal) == (Finding.UNKNOWN, Refusal.DENIED)
    with pytest.raises(NotAuthorised):
        ADAPTER.open_cases(replace(target, external_id=external_id))


def test_a_link_without_an_external_id_makes_no_call(aws: FakeAws, target: Target) -> None:
    with pytest.raises(Invalid):
        ADAPTER.open_cases(replace(target, external_id=""))
    assert aws.calls == []


def test_a_role_that_lets_anybody_in_is_unsafe(aws: FakeAws, target: Target) -> None:
    ADAPTER.prove_safe(target)
    tried = [one.parameters["ExternalId"] for one in aws.called("AssumeRole")]
    assert tried[0] is None
    assert tried[1] not in (None, target.external_id)
    aws.trust(ACCOUNT, "")
    with pytest.raises(Invalid) as caught:
        ADAPTER.prove_safe(target)
    assert caught.value.code == "ExternalIdNotRequired"


def test_that_aws_cannot_be_asked_proves_nothing(aws: FakeAws, target: Target) -> None:
    aws.fail("AssumeRole", "InternalFailure", times=6, status=500)
    with pytest.raises(Unavailable):
        ADAPTER.prove_safe(target)


def test_a_role_of_another_account_is_refused_without_a_call(aws: FakeAws, target: Target) -> None:
    wrong = replace(target, role_arn=f"arn:aws:iam::{OTHER}:role/TrusstSupport")
    assert ADAPTER.verify(wrong).refusal is Refusal.UNSAFE
    with pytest.raises(Invalid):
        ADAPTER.prove_safe(wrong)
    assert aws.calls == []


def test_a_sign_in_that_ends_in_another_account_is_unsafe(aws: FakeAws, target: Target) -> None:
    aws.world.accounts[ACCOUNT].is_another = OTHER
    seen = ADAPTER.verify(target)
    assert (seen.finding, seen.refusal) == (Finding.UNKNOWN, Refusal.UNSAFE)
    assert OTHER in seen.evidence
    assert aws.called("DescribeSeverityLevels") == []


def test_a_case_of_another_account_is_not_even_asked_for(aws: FakeAws, target: Target) -> None:
    aws.account(OTHER)
    foreign = aws.open(OTHER)
    for ask in (
        lambda: ADAPTER.messages(target, foreign.case_id, since=None),
        lambda: ADAPTER.reply(target, foreign.case_id, "x", files=(), idem="m"),
        lambda: ADAPTER.resolve(target, foreign.case_id),
        lambda: ADAPTER.find_reply(target, foreign.case_id, idem="m"),
    ):
        with pytest.raises(NotFound):
            ask()
    assert list(ADAPTER.cases(target, [foreign.case_id])) == []
    assert ADAPTER.find_by_id(target, foreign.case_id) is None
    assert ADAPTER.find_by_id(target, foreign.display_id) is None
    assert len(foreign.letters) == 1


def test_we_come_by_the_customers_name_for_a_quarter_of_an_hour_and_may_do_only_what_is_listed(
    aws: FakeAws, target: Target
) -> None:
    ADAPTER.open_cases(replace(target, reads_only=True))
    ADAPTER.open_cases(target)
    reads, full = aws.called("AssumeRole")
    assert full.parameters["RoleSessionName"] == "portal-acme"
    for call, actions in ((reads, roles.READS), (full, roles.READS + roles.WRITES)):
        policy = json.loads(call.parameters["Policy"])
        assert policy["Statement"][0]["Action"] == sorted(actions)
        assert len(call.parameters["Policy"]) <= 2048


def test_one_sign_in_serves_many_calls_and_a_look_signs_in_anew(aws: FakeAws, target: Target) -> None:
    for _ in range(5):
        ADAPTER.open_cases(target)
    assert len(aws.called("AssumeRole")) == 1
    aws.trust(ACCOUNT, "rotated")
    assert ADAPTER.verify(target).refusal is Refusal.DENIED


def test_two_links_share_no_sign_in(aws: FakeAws, target: Target) -> None:
    ADAPTER.open_cases(target)
    ADAPTER.open_cases(replace(target, customer_slug="globex"))
    ADAPTER.open_cases(replace(target, link_id=7))
    assert len(aws.called("AssumeRole")) == 3
    assert len({id(one) for one in clients._kept.values()}) == 3


def test_only_so_many_sign_ins_are_kept(
    aws: FakeAws, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "MOST_KEPT", 2)
    for number in (1, 2, 3, 2):
        ADAPTER.open_cases(replace(target, link_id=number))
    assert [key[0] for key in clients._kept] == [3, 2]
    assert len(aws.called("AssumeRole")) == 3


def test_variables_of_the_environment_lead_nowhere_else(
    aws: FakeAws, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SUPPORT", "AWS_ENDPOINT_URL_STS"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ADAPTER.verify(target).finding is Finding.MET
    monkeypatch.setattr(settings, "AWS_SUPPORT_ENDPOINT", "")
    monkeypatch.setattr(settings, "LOCAL", False)
    client = clients.signing_in(target)
    assert client.meta.endpoint_url == "https://sts.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("partition", "address"),
    [
        ("aws", "https://sts.us-east-1.amazonaws.com"),
        ("aws-cn", "https://sts.cn-north-1.amazonaws.com.cn"),
        ("aws-us-gov", "https://sts.us-gov-west-1.amazonaws.com"),
        ("aws-eusc", "https://sts.eusc-de-east-1.amazonaws.eu"),
    ],
)
def test_each_partition_is_asked_where_it_is(
    aws: FakeAws, target: Target, monkeypatch: pytest.MonkeyPatch, partition: str, address: str
) -> None:
    monkeypatch.setattr(settings, "AWS_SUPPORT_ENDPOINT", "")
    monkeypatch.setattr(settings, "LOCAL", False)
    client = clients.signing_in(replace(target, partition=partition))
    assert client.meta.endpoint_url == address


def test_a_portal_of_one_machine_without_a_local_aws_asks_nobody(
    aws: FakeAws, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "AWS_SUPPORT_ENDPOINT", "")
    with pytest.raises(Unavailable) as caught:
        ADAPTER.open_cases(target)
    assert caught.value.code == "LocalOnly"


@pytest.mark.parametrize(
    "address",
    [
        "https://support.us-east-1.amazonaws.com",
        "http://169.254.169.254:80",
        "http://10.0.0.1:8090",
        "http://127.0.0.1",
        "http://127.0.0.1.example.com:80",
        "http://user@127.0.0.1:8090",
        "http://127.0.0.1:8090/path",
        "http://127.0.0.1:none",
        "//127.0.0.1:8090",
        "file:///etc/passwd",
    ],
)
def test_nothing_but_loopback_stands_in_for_aws(
    aws: FakeAws, target: Target, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(settings, "AWS_SUPPORT_ENDPOINT", address)
    with pytest.raises(ValueError, match="AWS_SUPPORT_ENDPOINT"):
        clients.check_endpoint(address)
    with pytest.raises(Unavailable):
        ADAPTER.open_cases(target)
    assert aws.calls == []
    assert [one.id for one in check_support_endpoint(None)] == ["vendors.E001"]


def test_the_local_aws_passes_the_check(aws: FakeAws) -> None:
    assert check_support_endpoint(None) == []


def test_nobody_to_come_as_is_said_so(
    aws: FakeAws, target: Target, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", f"{tmp_path}/none")
    monkeypatch.setenv("AWS_CONFIG_FILE", f"{tmp_path}/none")
    clients.forget_all()
    seen = ADAPTER.verify(target)
    assert (seen.evidence, seen.refusal) == ("NoCredentialsError", Refusal.UNREACHABLE)


def test_a_role_that_only_reads_opens_nothing(aws: FakeAws, target: Target) -> None:
    aws.world.accounts[ACCOUNT].reads_only = True
    assert list(ADAPTER.open_cases(target)) == []
    with pytest.raises(NotAuthorised):
        ADAPTER.open_case(target, draft(), idem=MARK)
