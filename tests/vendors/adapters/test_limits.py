"""How much AWS takes, to the character, and how texts are cut and marked; nothing too large is ever sent."""

from __future__ import annotations

import pytest

from tests.vendors.adapters.contract import MARK, draft
from tests.vendors.fake import FakeAws
from vendors.adapters.aws import limits
from vendors.adapters.aws.adapter import AwsAdapter
from vendors.adapters.base import Invalid, SentFile, Target

ACCOUNT = "111111111111"
ADAPTER = AwsAdapter()
MARK_LENGTH = len(f"\n\nRef: {MARK}")


@pytest.fixture
def target(aws: FakeAws) -> Target:
    aws.account(ACCOUNT)
    return aws.target(ACCOUNT)


def test_8000_characters_pass_and_8001_do_not(aws: FakeAws, target: Target) -> None:
    body = "é" * (8000 - MARK_LENGTH)
    ADAPTER.open_case(target, draft(body=body), idem=MARK)
    assert len(aws.cases(ACCOUNT)[0].letters[0].body) == 8000
    with pytest.raises(Invalid) as caught:
        ADAPTER.open_case(target, draft(body=f"{body}é"), idem=MARK)
    assert caught.value.field == "body"
    case = aws.cases(ACCOUNT)[0].case_id
    ADAPTER.reply(target, case, body, files=(), idem=MARK)
    with pytest.raises(Invalid):
        ADAPTER.reply(target, case, f"{body}é", files=(), idem=MARK)
    assert (len(aws.called("CreateCase")), len(aws.called("AddCommunicationToCase"))) == (1, 1)


def test_ten_addresses_pass_and_eleven_do_not(aws: FakeAws, target: Target) -> None:
    addresses = tuple(f"p{number}@example.com" for number in range(11))
    ADAPTER.open_case(target, draft(copied=addresses[:10]), idem=MARK)
    assert aws.cases(ACCOUNT)[0].copied == list(addresses[:10])
    with pytest.raises(Invalid) as caught:
        ADAPTER.open_case(target, draft(copied=addresses), idem=MARK)
    assert caught.value.field == "copied"
    assert len(aws.called("CreateCase")) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"subject": "  "}, "subject"), ({"severity": ""}, "severity"), ({"severity": "urgent"}, "")],
)
def test_what_cannot_be_right_is_refused(
    aws: FakeAws, target: Target, wrong: dict[str, str], field: str
) -> None:
    if not field:  # AWS itself says so: the plan has lost this severity since the page was read
        aws.set_plan(ACCOUNT, "Business")
        wrong = {"severity": "critical"}
    with pytest.raises(Invalid) as caught:
        ADAPTER.open_case(target, draft(**wrong), idem=MARK)
    assert caught.value.field == field
    assert aws.cases(ACCOUNT) == []


@pytest.mark.parametrize(
    ("files", "passes"),
    [
        ([5 * 1024 * 1024], True),
        ([5 * 1024 * 1024 + 1], False),
        ([1, 1, 1], True),
        ([1, 1, 1, 1], False),
    ],
)
def test_three_files_of_five_megabytes_go_with_a_message(
    aws: FakeAws, target: Target, files: list[int], passes: bool
) -> None:
    case = ADAPTER.open_case(target, draft(), idem=MARK).external_id
    sent = [SentFile(name=f"{size}.bin", size=size, content=b"x" * size) for size in files]
    if passes:
        ADAPTER.reply(target, case, "See them.", files=sent, idem="m")
        assert len(aws.case(case).letters[-1].files) == len(files)
        return
    with pytest.raises(Invalid) as caught:
        ADAPTER.reply(target, case, "See them.", files=sent, idem="m")
    assert caught.value.field == "files"
    assert aws.called("AddAttachmentsToSet") == []


# --- Pure ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("It is slow", "[ACME-12] It is slow"),
        ("[ACME-12] It is slow", "[ACME-12] It is slow"),
        ("[ACME-1] It is slow", "[ACME-12] [ACME-1] It is slow"),
        ("It\r\nis  slow", "[ACME-12] It is slow"),
        ("x" * 300, "[ACME-12] " + "x" * 240),
    ],
)
def test_a_subject_begins_with_the_tickets_key(subject: str, expected: str) -> None:
    found = limits.tagged("ACME-12", subject)
    assert found == expected
    assert limits.tag_of(found) == "ACME-12"


@pytest.mark.parametrize(
    ("body", "mark"),
    [
        ("Text\n\nRef: ACME-12/9", "ACME-12/9"),
        ("Text\n\nRef: ACME-12/9  \n", "ACME-12/9"),
        ("Ref: ACME-12/8\n\nRef: ACME-12/9", "ACME-12/9"),
        ("> Ref: ACME-12/9", ""),
        ("You wrote:\nRef: ACME-12/9\nIs it still so?", ""),
        ("See Ref: ACME-12/9", ""),
        ("Ref: two words", ""),
        ("", ""),
    ],
)
def test_a_mark_is_a_line_of_its_own(body: str, mark: str) -> None:
    assert limits.mark_of(body) == mark


def test_a_text_is_marked_once() -> None:
    once = limits.marked("Text\n", MARK)
    assert once == f"Text\n\nRef: {MARK}"
    assert limits.marked(once, MARK) == once
