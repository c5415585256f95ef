"""The role through which a customer lets us in: its name checked, what it may do, and what the customer copies.

The external id is no secret. It keeps somebody else from naming this account's role to us as theirs, so a role that
can be assumed without it is refused.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from vendors.adapters.base import Invalid

#: The region in which each partition of AWS has its support interface.
REGIONS = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-eusc": "eusc-de-east-1",
}
_SUFFIXES = {"aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu"}
READS = (
    "support:DescribeAttachment",
    "support:DescribeCases",
    "support:DescribeCommunications",
    "support:DescribeCreateCaseOptions",
    "support:DescribeServices",
    "support:DescribeSeverityLevels",
    "support:DescribeSupportedLanguages",
)
WRITES = (
    "support:AddAttachmentsToSet",
    "support:AddCommunicationToCase",
    "support:CreateCase",
    "support:ResolveCase",
)
SESSION_SECONDS = 900
_ARN = re.compile(r"arn:(aws(?:-[a-z]+)*):iam::(\d{12}):role/((?:[\w+=,.@-]+/)*)([\w+=,.@-]{1,64})", re.ASCII)
_LONGEST = 200
_CASE = re.compile(r"case-(\d{12})-[\w-]{1,90}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role in a customer's account."""

    arn: str
    partition: str
    account_number: str
    name: str


def role_of(arn: str) -> Role | None:
    """Read the name of a role; None for anything else."""
    found = _ARN.fullmatch(arn)
    if found is None or found.group(1) not in REGIONS or len(arn) > _LONGEST:
        return None
    return Role(arn=arn, partition=found.group(1), account_number=found.group(2), name=found.group(4))


def check_role_arn(arn: str, *, account_number: str) -> Role:
    """Return the role that a customer names; raise Invalid unless it is one in the declared account."""
    role = role_of(arn.strip())
    if role is None:
        raise Invalid(
            f"Enter the role's whole ARN, such as arn:aws:iam::{account_number}:role/TrusstSupport.",
            code="NoRole",
            field="role_arn",
        )
    if role.account_number != account_number:
        raise Invalid(
            f"This role is in account {role.account_number}; it has to be in account {account_number}.",
            code="OtherAccount",
            field="role_arn",
        )
    return role


def arn_template(*, account_number: str, role_name: str, partition: str = "aws") -> str:
    """Return the name that a role has once the customer has made it as we propose."""
    return f"arn:{partition}:iam::{account_number}:role/{role_name}"


def is_case_of(external_id: str, account_number: str) -> bool:
    """Tell whether a case's id names a case of the account."""
    found = _CASE.fullmatch(external_id)
    return found is not None and found.group(1) == account_number


def attachment_host(partition: str) -> str:
    """Return the host from which AWS lets attachments of cases be fetched."""
    region, suffix = REGIONS[partition], _SUFFIXES.get(partition, "amazonaws.com")
    return f"downloadv1.attachments.support.{region}.{suffix}"


# --- What the customer copies --------------------------------------------------------------------------
def actions_of(*, reads_only: bool) -> list[str]:
    """Return what the role is allowed to do, and nothing beside it."""
    return sorted(READS if reads_only else READS + WRITES)


def policy(*, reads_only: bool = False) -> dict[str, Any]:
    """Return the policy of the role; AWS cannot narrow it to some cases, so it sees all of the account's."""
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": actions_of(reads_only=reads_only), "Resource": "*"}],
    }


def policy_text(*, reads_only: bool = False) -> str:
    return json.dumps(policy(reads_only=reads_only), indent=2)


def session_policy(*, reads_only: bool = False) -> str:
    """Return the same list for each of our sessions, so that a role that may do more does it not through us."""
    return json.dumps(policy(reads_only=reads_only), separators=(",", ":"))


def trust_policy(*, principal: str, external_id: str) -> dict[str, Any]:
    """Return who may assume the role: our principal, and only with this external id."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": principal},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
            }
        ],
    }


def trust_text(*, principal: str, external_id: str) -> str:
    return json.dumps(trust_policy(principal=principal, external_id=external_id), indent=2)


def cloudformation(*, principal: str, role_name: str, external_id: str, reads_only: bool = False) -> str:
    """Return a CloudFormation template that makes the role."""
    actions = "\n".join(f"                  - {one}" for one in actions_of(reads_only=reads_only))
    return f"""\
AWSTemplateFormatVersion: "2010-09-09"
Description: Lets Trusst Support {"read" if reads_only else "read, open and answer"} the AWS Support cases of this account
Resources:
  TrusstSupportRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: {role_name}
      MaxSessionDuration: 3600
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              AWS: "{principal}"
            Action: sts:AssumeRole
            Condition:
              StringEquals:
                sts:ExternalId: "{external_id}"
      Policies:
        - PolicyName: support-cases
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action:
{actions}
                Resource: "*"
Outputs:
  RoleArn:
    Value: !GetAtt TrusstSupportRole.Arn
"""


def terraform(*, principal: str, role_name: str, external_id: str, reads_only: bool = False) -> str:
    """Return the same role as Terraform."""
    actions = "\n".join(f'        "{one}",' for one in actions_of(reads_only=reads_only))
    return f"""\
resource "aws_iam_role" "trusst_support" {{
  name                 = "{role_name}"
  max_session_duration = 3600

  assume_role_policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Principal = {{ AWS = "{principal}" }}
      Action    = "sts:AssumeRole"
      Condition = {{ StringEquals = {{ "sts:ExternalId" = "{external_id}" }} }}
    }}]
  }})
}}

resource "aws_iam_role_policy" "trusst_support" {{
  name = "support-cases"
  role = aws_iam_role.trusst_support.id

  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect   = "Allow"
      Resource = "*"
      Action = [
{actions}
      ]
    }}]
  }})
}}

output "role_arn" {{
  value = aws_iam_role.trusst_support.arn
}}
"""


def event_rule(*, url: str, header: str) -> str:
    """Return a CloudFormation template by which AWS tells us at once that a case has changed; the key is a parameter."""
    return f"""\
AWSTemplateFormatVersion: "2010-09-09"
Description: Tells Trusst Support when a support case of this account changes (make it in us-east-1)
Parameters:
  Key:
    Type: String
    NoEcho: true
    Description: The key that Trusst Support showed once
Resources:
  Connection:
    Type: AWS::Events::Connection
    Properties:
      AuthorizationType: API_KEY
      AuthParameters:
        ApiKeyAuthParameters:
          ApiKeyName: {header}
          ApiKeyValue: !Ref Key
  Destination:
    Type: AWS::Events::ApiDestination
    Properties:
      ConnectionArn: !GetAtt Connection.Arn
      HttpMethod: POST
      InvocationEndpoint: "{url}"
      InvocationRateLimitPerSecond: 10
  SendRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              Service: events.amazonaws.com
            Action: sts:AssumeRole
      Policies:
        - PolicyName: send
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: events:InvokeApiDestination
                Resource: !GetAtt Destination.Arn
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: ["aws.support"]
        detail-type: ["Support Case Update"]
      Targets:
        - Id: trusst-support
          Arn: !GetAtt Destination.Arn
          RoleArn: !GetAtt SendRole.Arn
"""
