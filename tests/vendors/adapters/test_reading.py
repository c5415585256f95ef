"""What is read of AWS: every page, in order, by whom, with files, and with what nobody knows yet."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.conftest import Clock
from tests.vendors.adapters.contract import MARK, draft
from tests.vendors.fake import FakeAws
from vendors.adapters.aws.adapter import AwsAdapter
from vendors.adapters.base import Invalid, Target, Unavailable
from vendors.states import CaseState, Side

ACCOUNT = "111111111111"
ADAPTER = AwsAdapter()


@pytest.fixture
def target(aws: FakeAws) -> Target:
    aws.account(ACCOUNT)
    return aws.target(ACCOUNT)


def test_all_of_250_open_cases_are_read_once_each(aws: FakeAws, target: Target) -> None:
    for number in range(250):
        aws.open(ACCOUNT, subject=f"Case {number}")
    aws.set_status(aws.cases(ACCOUNT)[7].case_id, "resolved")
    found = [one.subject for one in ADAPTER.open_cases(target)]
    assert len(found) == len(set(found)) == 249
    ids = [one.case_id for one in aws.cases(ACCOUNT)]
    assert sorted(one.external_id for one in ADAPTER.cases(target, ids)) == sorted(ids)
    asked = [len(one.parameters.get("caseIdList", ())) for one in aws.called("DescribeCases")]
    assert asked == [0, 0, 0, 100, 100, 50]
    assert all(one.parameters["includeCommunications"] is False for one in aws.called("DescribeCases"))


def test_all_of_120_messages_are_read_the_oldest_first(aws: FakeAws, target: Target, clock: Clock) -> None:
    case = aws.open(ACCOUNT).case_id
    for number in range(119):
        clock.advance(seconds=number % 2)  # two of them share each second
        aws.reply(case, f"Message {number}")
    found = list(ADAPTER.messages(target, case, since=None))
    assert [one.body for one in found[1:]] == [f"Message {number}" for number in range(119)]
    assert len(aws.called("DescribeCommunications")) == 2
    late = list(ADAPTER.messages(target, case, since=clock.now - timedelta(seconds=2)))
    assert [one.body for one in late] == [f"Message {number}" for number in range(113, 119)]


def test_a_list_without_an_end_is_given_up(
    aws: FakeAws, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(150):
        aws.open(ACCOUNT, subject=f"Case {number}")
    monkeypatch.setattr(
        "trusst_support.local.aws.operations._page", lambda items, given: (items[:1], {"nextToken": "1"})
    )
    with pytest.raises(Unavailable) as caught:
        ADAPTER.open_cases(target)
    assert caught.value.code == "EndlessPages"


def test_one_unknown_case_spoils_no_other(aws: FakeAws, target: Target) -> None:
    known = [aws.open(ACCOUNT).case_id for _ in range(3)]
    unknown = f"case-{ACCOUNT}-muen-2020-0123456789abcdef"
    found = [one.external_id for one in ADAPTER.cases(target, [known[0], unknown, *known[1:]])]
    assert found == known


def test_what_nobody_knows_yet_is_kept_as_it_is(aws: FakeAws, target: Target) -> None:
    case = aws.open(ACCOUNT)
    case.status = "pending-amazon-action"
    case.extra = {"assignedTo": "Sam", "mood": {"colour": "blue"}}
    aws.open(ACCOUNT)
    first, second = ADAPTER.open_cases(target)
    assert (first.raw_status, first.state) == ("pending-amazon-action", CaseState.UNKNOWN)
    assert first.extra == {"assignedTo": "Sam", "mood": {"colour": "blue"}}
    assert second.extra == {}


# --- Who wrote -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("author", "body", "side"),
    [
        ("Amazon Web Services", "Hello", Side.VENDOR),
        ("Amazon Web Services", "You wrote:\n\nStill so.\n\nRef: ACME-12/903", Side.VENDOR),
        ("TrusstSupport (Role) <owner@example.com>", "Still so.\n\nRef: ACME-12/903", Side.DESK),
        ("TrusstSupport (Role) <owner@example.com>", "[REDACTED_BY_Amazon Web Services]", Side.DESK),
        ("Somebody (Role) <owner@example.com>", "Still so.\n\nRef: ACME-12/903", Side.DESK),
        ("AdminAccess (Role) <owner@example.com>", "From the console", Side.CUSTOMER),
        ("TrusstSupport", "Not a role", Side.CUSTOMER),
        ("priya@example.com", "See Ref: ACME-12/903 in our portal", Side.CUSTOMER),
        ("", "From nobody", Side.CUSTOMER),
    ],
)
def test_a_message_is_of_the_side_that_wrote_it(
    aws: FakeAws, target: Target, author: str, body: str, side: Side
) -> None:
    case = aws.open(ACCOUNT).case_id
    aws.world.reply(ACCOUNT, case, body, author=author)
    assert list(ADAPTER.messages(target, case, since=None))[-1].side is side


def test_our_reply_is_ours_even_when_aws_has_replaced_a_part_of_it(aws: FakeAws, target: Target) -> None:
    case = ADAPTER.open_case(target, draft(), idem=MARK).external_id
    text = "The card is 4111 1111 1111 1111."
    ADAPTER.reply(target, case, text, files=(), idem="ACME-12/903")
    last = list(ADAPTER.messages(target, case, since=None))[-1]
    assert "4111" not in last.body
    assert last.side is Side.DESK
    assert ADAPTER.find_reply(target, case, idem="ACME-12/903")


@pytest.mark.parametrize(
    ("author", "body", "automatic"),
    [
        ("Amazon Web Services", "We received your case 17000000001.", True),
        ("Amazon Web Services", "This is an automated message.", True),
        ("Amazon Web Services", "This case was automatically resolved after seven days.", True),
        ("Amazon Web Services", "I am Sam. Which region do you use?", False),
        ("Amazon Web Services", "Your automatic backups have stopped.", False),
        ("priya@example.com", "We received your case, thanks.", False),
    ],
)
def test_what_no_person_wrote_is_likely_seen(
    aws: FakeAws, target: Target, author: str, body: str, automatic: bool
) -> None:
    case = aws.open(ACCOUNT).case_id
    aws.reply(case, body, author=author)
    assert list(ADAPTER.messages(target, case, since=None))[-1].is_automatic is automatic


# --- Pushes --------------------------------------------------------------------------------------------
def event(**given: object) -> bytes:
    detail = {
        "case-id": f"case-{ACCOUNT}-muen-2026-0123456789abcdef",
        "display-id": "17000000001",
        "communication-id": "c-1",
        "event-name": "AddCommunicationToCase",
        "origin": "AWS",
    }
    usual = {
        "id": "5c9a3747-293c-59d7-dcfb-a2210ac034fc",
        "source": "aws.support",
        "detail-type": "Support Case Update",
        "account": ACCOUNT,
        "detail": detail | given.pop("detail", {}),  # type: ignore[operator]
    }
    return json.dumps(usual | given).encode()


def test_an_event_is_a_hint_and_no_more() -> None:
    (hint,) = ADAPTER.parse_push(event())
    assert (hint.account_number, hint.external_id, hint.display_id, hint.name) == (
        ACCOUNT,
        f"case-{ACCOUNT}-muen-2026-0123456789abcdef",
        "17000000001",
        "AddCommunicationToCase",
    )
    (resolved,) = ADAPTER.parse_push(event(detail={"event-name": "ResolveCase", "origin": ""}))
    assert resolved.name == "ResolveCase"


@pytest.mark.parametrize(
    "body",
    [
        event(source="aws.ec2"),
        event(**{"detail-type": "Support Case Deletion"}),
        event(account="222222222222"),
        event(account=111111111111),
        event(account="11111111111१"),
        event(id=""),
        event(id="x" * 200),
        event(id=None),
        event(detail={"case-id": None}),
        event(detail={"case-id": "case-1"}),
        event(padding="x" * 300_000),
    ],
)
def test_an_event_that_does_not_hold_together_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        list(ADAPTER.parse_push(body))
