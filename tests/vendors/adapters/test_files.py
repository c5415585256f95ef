"""Files of cases: the same bytes on the other side, sets that have ended made again, and no place but AWS's asked."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from django.conf import settings

from core import outbound
from tests.vendors.adapters.contract import MARK, draft
from tests.vendors.fake import FakeAws
from trusst_support.local.aws.state import File
from vendors.adapters.aws import files
from vendors.adapters.aws.adapter import AwsAdapter
from vendors.adapters.base import (
    Ambiguous,
    FileRef,
    Invalid,
    NotFound,
    SentFile,
    Target,
    Unavailable,
)

ACCOUNT = "111111111111"
ADAPTER = AwsAdapter()
MEGABYTE = 1024 * 1024
CONTENT = bytes(range(256)) * 20 * 1024  # 5 MB


@pytest.fixture
def target(aws: FakeAws) -> Target:
    aws.account(ACCOUNT)
    return aws.target(ACCOUNT)


def sent(content: bytes = b"\x00\xff log") -> SentFile:
    return SentFile(name="trace.bin", size=len(content), content=content)


def fetched(target: Target, ref: str, *, most: int = 10 * MEGABYTE) -> bytes:
    sink = io.BytesIO()
    size = ADAPTER.fetch_file(target, FileRef(ref=ref, name="x"), sink, most=most)
    assert size == len(sink.getvalue())
    return sink.getvalue()


def test_five_megabytes_go_out_and_come_in_byte_by_byte(aws: FakeAws, target: Target) -> None:
    case = ADAPTER.open_case(target, draft(files=(sent(CONTENT),)), idem=MARK).external_id
    aws.reply(case, "Ours", files=[("ours.bin", CONTENT)])
    for message in ADAPTER.messages(target, case, since=None):
        assert fetched(target, message.files[0].ref) == CONTENT


@pytest.mark.parametrize("code", ["AttachmentSetExpired", "AttachmentSetIdNotFound"])
def test_a_set_that_has_ended_is_made_again_and_the_case_once(
    aws: FakeAws, target: Target, code: str
) -> None:
    aws.fail("CreateCase", code)
    ADAPTER.open_case(target, draft(files=(sent(),)), idem=MARK)
    (case,) = aws.cases(ACCOUNT)
    assert len(aws.called("AddAttachmentsToSet")) == 2
    assert fetched(target, case.letters[0].files[0]) == sent().content


def test_a_set_that_ends_again_is_said_so(aws: FakeAws, target: Target) -> None:
    aws.fail("AddCommunicationToCase", "AttachmentSetExpired", times=2)
    case = ADAPTER.open_case(target, draft(), idem=MARK).external_id
    with pytest.raises(NotFound):
        ADAPTER.reply(target, case, "See it.", files=[sent()], idem="m")
    assert len(aws.called("AddCommunicationToCase")) == 2
    assert len(aws.case(case).letters) == 1


def test_a_lost_answer_with_files_is_not_sent_again(aws: FakeAws, target: Target) -> None:
    case = ADAPTER.open_case(target, draft(), idem=MARK).external_id
    aws.lose_answer("AddCommunicationToCase")
    with pytest.raises(Ambiguous):
        ADAPTER.reply(target, case, "See it.", files=[sent()], idem="m")
    assert len(aws.called("AddCommunicationToCase")) == 1


def test_files_that_did_not_arrive_leave_nothing_half_done(aws: FakeAws, target: Target) -> None:
    aws.lose_answer("AddAttachmentsToSet")
    with pytest.raises(Unavailable):
        ADAPTER.open_case(target, draft(files=(sent(),)), idem=MARK)
    assert aws.called("CreateCase") == []


# --- What AWS only hands over by a link ----------------------------------------------------------------
def by_link(aws: FakeAws, content: bytes, **given: str) -> str:
    case = aws.open(ACCOUNT).case_id
    data = base64.b64encode(content).decode()
    return aws.add_file(case, File(name="big.bin", data=data, by_link=True, **given))


def test_a_large_file_is_fetched_from_its_link(aws: FakeAws, target: Target) -> None:
    ref = by_link(aws, CONTENT * 2)
    assert fetched(target, ref) == CONTENT * 2
    assert len(aws.called("GetAttachmentDownloadLink")) == 1


def test_a_file_above_the_cap_is_refused_either_way(aws: FakeAws, target: Target) -> None:
    ref = by_link(aws, CONTENT)
    with pytest.raises(Invalid) as caught:
        fetched(target, ref, most=len(CONTENT) - 1)
    assert caught.value.code == "FileTooLarge"
    case = aws.open(ACCOUNT).case_id
    aws.reply(case, "Ours", files=[("ours.bin", CONTENT)])
    with pytest.raises(Invalid) as caught:
        fetched(target, aws.case(case).letters[-1].files[0], most=len(CONTENT) - 1)
    assert caught.value.code == "FileTooLarge"


def test_a_file_that_aws_does_not_know_is_said_so(aws: FakeAws, target: Target) -> None:
    with pytest.raises(NotFound):
        fetched(target, "attachment-none")


def test_a_link_that_we_may_not_ask_for_does_not_look_like_a_lost_account(
    aws: FakeAws, target: Target
) -> None:
    ref = by_link(aws, b"x")
    aws.fail("GetAttachmentDownloadLink", "AccessDeniedException")
    with pytest.raises(Invalid) as caught:
        fetched(target, ref)
    assert caught.value.code == "ValidationException"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example.com/file",
        "https://downloadv1.attachments.support.us-east-1.amazonaws.com.evil.example.com/file",
        "https://evil.downloadv1.attachments.support.us-east-1.amazonaws.com/file",
        "https://downloadv1.attachments.support.eu-west-1.amazonaws.com/file",
        "http://downloadv1.attachments.support.us-east-1.amazonaws.com/file",
        "https://u:p@downloadv1.attachments.support.us-east-1.amazonaws.com/file",
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/file",
        "file:///etc/passwd",
        "",
    ],
)
def test_a_link_to_another_place_is_not_followed(aws: FakeAws, target: Target, address: str) -> None:
    if not address:
        with pytest.raises(Invalid):
            files.download("", target, io.BytesIO(), most=10)
        return
    ref = by_link(aws, b"x", redirects_to=address)
    with pytest.raises(Invalid) as caught:
        fetched(target, ref)
    assert caught.value.code == "OtherHost"


@pytest.mark.parametrize("configured", ["", "downloadv2.example.com"])
def test_only_the_configured_host_is_asked_and_only_in_the_open_internet(
    aws: FakeAws, target: Target, monkeypatch: pytest.MonkeyPatch, configured: str
) -> None:
    monkeypatch.setattr(settings, "AWS_ATTACHMENT_HOST", configured)
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["10.0.0.7"]

    plain = outbound.fetch

    def fetch(url: str, **given: Any) -> int:
        return plain(url, **given, resolver=resolve)

    monkeypatch.setattr(outbound, "fetch", fetch)
    host = configured or "downloadv1.attachments.support.us-east-1.amazonaws.com"
    with pytest.raises(Invalid) as caught:
        files.download(f"https://{host}/file?sig=1", target, io.BytesIO(), most=10)
    assert (caught.value.code, asked) == ("OtherHost", [host])


@pytest.mark.parametrize(
    ("status", "expected", "code"),
    [
        ("302 Found", Invalid, "Redirect"),
        ("404 Not Found", NotFound, "Status404"),
        ("403 Forbidden", NotFound, "Status403"),
        ("500 Internal Server Error", Unavailable, "Status500"),
    ],
)
def test_what_is_no_file_is_refused(
    aws: FakeAws,
    target: Target,
    monkeypatch: pytest.MonkeyPatch,
    status: str,
    expected: type[Exception],
    code: str,
) -> None:
    def answer(world: Any, path: str, start: Any) -> list[bytes]:
        start(status, [("Location", "http://169.254.169.254/"), ("Content-Length", "0")])
        return []

    monkeypatch.setattr("trusst_support.local.aws.server._file", answer)
    ref = by_link(aws, b"x")
    with pytest.raises(expected) as caught:
        fetched(target, ref)
    assert getattr(caught.value, "code", "") == code


@pytest.mark.parametrize("headers", [[], [("Content-Length", "100")]])
def test_a_file_that_does_not_end_where_it_should(
    aws: FakeAws, target: Target, monkeypatch: pytest.MonkeyPatch, headers: list[tuple[str, str]]
) -> None:
    def answer(world: Any, path: str, start: Any) -> list[bytes]:
        start("200 OK", [("Connection", "close"), *headers])
        return [b"x" * 30]

    monkeypatch.setattr("trusst_support.local.aws.server._file", answer)
    ref = by_link(aws, b"x")
    with pytest.raises(Unavailable if headers else Invalid):
        fetched(target, ref, most=200 if headers else 29)
