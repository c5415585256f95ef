"""The role that lets us in: which names are taken, what it may do, and that the snippets say the same."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from customers.models import Customer
from vendors.adapters import adapter_for, target_of
from vendors.adapters.aws import roles
from vendors.adapters.aws.adapter import AwsAdapter
from vendors.adapters.base import Invalid
from vendors.adapters.manual import ManualAdapter
from vendors.models import AccountLink, Vendor, Way

ACCOUNT = "111111111111"
PRINCIPAL, EXTERNAL_ID = "arn:aws:iam::999999999999:role/Portal", "4f3c2a10-9f4e-4b0e-9d3a-5b1e5b7f0a11"
SNIPPET: dict[str, Any] = {
    "principal": PRINCIPAL,
    "role_name": "TrusstSupport",
    "external_id": EXTERNAL_ID,
}


class Loader(yaml.SafeLoader):
    """Reads CloudFormation, whose short functions have tags of their own."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: f"{suffix} {node.value}")


@pytest.mark.parametrize(
    ("arn", "partition", "name"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/TrusstSupport", "aws", "TrusstSupport"),
        (f" arn:aws:iam::{ACCOUNT}:role/team/a/Trusst.Support-1 ", "aws", "Trusst.Support-1"),
        (f"arn:aws-cn:iam::{ACCOUNT}:role/T", "aws-cn", "T"),
        (f"arn:aws-us-gov:iam::{ACCOUNT}:role/T", "aws-us-gov", "T"),
    ],
)
def test_a_role_in_the_declared_account_is_taken(arn: str, partition: str, name: str) -> None:
    role = roles.check_role_arn(arn, account_number=ACCOUNT)
    assert (role.partition, role.name, role.account_number) == (partition, name, ACCOUNT)


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("", "NoRole"),
        ("TrusstSupport", "NoRole"),
        (f"arn:aws:iam::{ACCOUNT}:user/T", "NoRole"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/T/s", "NoRole"),
        (f"arn:aws:iam::{ACCOUNT}:role/", "NoRole"),
        (f"arn:aws:iam::{ACCOUNT}:role/T\narn", "NoRole"),
        (f"arn:aws:iam::{ACCOUNT}:role/a b", "NoRole"),
        (f"arn:aws:iam::{ACCOUNT}:role/{'x' * 65}", "NoRole"),
        (f"arn:aws:iam::{ACCOUNT}:role/{'p/' * 90}T", "NoRole"),
        ("arn:aws:iam::11111111111:role/T", "NoRole"),
        ("arn:aws:iam::1111111111111:role/T", "NoRole"),
        ("arn:aws:iam::11111111111१:role/T", "NoRole"),
        (f"arn:aws-mars:iam::{ACCOUNT}:role/T", "NoRole"),
        ("arn:aws:iam::222222222222:role/T", "OtherAccount"),
    ],
)
def test_what_is_no_role_there_is_refused(arn: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        roles.check_role_arn(arn, account_number=ACCOUNT)
    assert (caught.value.code, caught.value.field) == (code, "role_arn")


@pytest.mark.parametrize("reads_only", [False, True])
def test_the_role_may_do_the_least_and_every_snippet_says_the_same(reads_only: bool) -> None:
    allowed = roles.actions_of(reads_only=reads_only)
    assert not any("*" in one for one in allowed)
    assert all(one.split(":")[1].startswith("Describe") for one in allowed) is reads_only
    assert json.loads(roles.policy_text(reads_only=reads_only))["Statement"][0]["Action"] == allowed

    stack = yaml.load(roles.cloudformation(**SNIPPET, reads_only=reads_only), Loader)
    made = stack["Resources"]["TrusstSupportRole"]["Properties"]
    assert made["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"] == allowed
    trust = roles.trust_policy(principal=PRINCIPAL, external_id=EXTERNAL_ID)
    assert made["AssumeRolePolicyDocument"] == trust
    assert trust["Statement"][0]["Condition"] == {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}

    terraform = roles.terraform(**SNIPPET, reads_only=reads_only)
    assert re.findall(r'"(support:\w+)"', terraform) == allowed
    assert f'"sts:ExternalId" = "{EXTERNAL_ID}"' in terraform
    assert f'AWS = "{PRINCIPAL}"' in terraform
    assert terraform.count("{") == terraform.count("}")


def test_the_rule_sends_support_events_with_a_key_and_nothing_else() -> None:
    text = roles.event_rule(url="https://support.example.com/inbound/vendors/x/", header="X-Portal-Key")
    made = yaml.load(text, Loader)["Resources"]
    assert made["Rule"]["Properties"]["EventPattern"] == {
        "source": ["aws.support"],
        "detail-type": ["Support Case Update"],
    }
    assert made["Destination"]["Properties"]["InvocationEndpoint"].startswith("https://support.example.com/")
    key = made["Connection"]["Properties"]["AuthParameters"]["ApiKeyAuthParameters"]
    assert key == {"ApiKeyName": "X-Portal-Key", "ApiKeyValue": "Ref Key"}


# --- Links ---------------------------------------------------------------------------------------------
def link(**given: Any) -> AccountLink:
    return AccountLink(
        pk=7,
        customer=Customer(slug="acme"),
        vendor=Vendor(way=given.pop("way", Way.AWS)),
        account_number=ACCOUNT,
        external_id=EXTERNAL_ID,
        **given,
    )


def test_calls_are_about_the_links_own_account() -> None:
    made = link(role_arn=f"arn:aws-cn:iam::{ACCOUNT}:role/T", reads_only=True)
    target = target_of(made)
    assert (target.link_id, target.customer_slug, target.account_number) == (7, "acme", ACCOUNT)
    assert (target.partition, target.external_id, target.reads_only) == ("aws-cn", EXTERNAL_ID, True)
    assert target_of(link()).partition == "aws"


def test_a_link_or_vendor_by_hand_makes_no_call() -> None:
    assert isinstance(adapter_for(link()), AwsAdapter)
    assert isinstance(adapter_for(link(is_manual=True)), ManualAdapter)
    assert isinstance(adapter_for(link(way=Way.MANUAL)), ManualAdapter)
