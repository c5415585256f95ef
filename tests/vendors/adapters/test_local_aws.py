"""The AWS of `make up`: people there answer by themselves, a restart keeps everything, and a page lets one be them."""

from __future__ import annotations

import http.client
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from tests.cast import Cast, file_ticket
from tests.conftest import Clock
from tests.vendors import factories
from tests.vendors.adapters.contract import MARK, draft
from tests.vendors.fake import FakeAws
from trusst_support.local.aws.state import Account, World
from vendors.adapters import adapter_for, target_of
from vendors.adapters.aws.adapter import AwsAdapter
from vendors.adapters.base import Target
from vendors.states import CaseState, LinkState, Side

ACCOUNT = "111111111111"
ADAPTER = AwsAdapter()


@pytest.fixture
def target(aws: FakeAws) -> Target:
    aws.account(ACCOUNT)
    return aws.target(ACCOUNT)


# --- People there --------------------------------------------------------------------------------------
def test_somebody_answers_within_a_minute_and_again_after_each_of_our_replies(
    aws: FakeAws, target: Target, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws.world, "plays", True)
    case = ADAPTER.open_case(target, draft(), idem=MARK).external_id

    def seen() -> tuple[str, list[tuple[Side, bool]]]:
        (snapshot,) = ADAPTER.cases(target, [case])
        messages = ADAPTER.messages(target, case, since=None)
        return snapshot.raw_status, [(one.side, one.is_automatic) for one in messages]

    ours, automatic, theirs = (Side.DESK, False), (Side.VENDOR, True), (Side.VENDOR, False)
    assert seen() == ("unassigned", [ours])
    clock.advance(seconds=20)
    assert seen() == ("opened", [ours, automatic])
    clock.advance(seconds=40)
    assert seen() == ("pending-customer-action", [ours, automatic, theirs])
    ADAPTER.reply(target, case, "Since ten.", files=(), idem="ACME-12/903")
    assert seen() == ("customer-action-completed", [ours, automatic, theirs, ours])
    clock.advance(seconds=10)
    assert seen()[0] == "work-in-progress"
    clock.advance(hours=1)
    assert seen() == ("pending-customer-action", [ours, automatic, theirs, ours, theirs])
    last = list(ADAPTER.messages(target, case, since=None))[-1]
    assert clock.now - last.at == timedelta(hours=1, seconds=-50)


def test_nobody_answers_a_case_that_is_resolved(
    aws: FakeAws, target: Target, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws.world, "plays", True)
    case = ADAPTER.open_case(target, draft(), idem=MARK).external_id
    ADAPTER.resolve(target, case)
    clock.advance(hours=1)
    assert len(list(ADAPTER.messages(target, case, since=None))) == 1


def test_a_restart_keeps_accounts_cases_files_and_what_is_due(tmp_path: Path) -> None:
    place = tmp_path / "state.json"
    first = World(place, plays=True)
    first.accounts[ACCOUNT] = Account(number=ACCOUNT, plan="Enterprise", external_id="x")
    case = first.open(
        ACCOUNT,
        author="me",
        body="It is slow.",
        files=[],
        subject="S",
        severity="low",
        service="general-info",
        category="other",
    )
    first.put_files(ACCOUNT, "", [])
    first.keep()
    second = World(place, plays=True)
    assert second.accounts == first.accounts
    assert second.due == first.due
    assert second.case(ACCOUNT, case.case_id).letters[0].body == "It is slow."
    assert second.count == 1


# --- Being told things ---------------------------------------------------------------------------------
def told(aws: FakeAws, path: str, body: bytes, **headers: str) -> int:
    host, port = aws.address.removeprefix("http://").split(":")
    wire = http.client.HTTPConnection(host, int(port), timeout=10)
    try:
        wire.request("POST", path, body, {"Content-Type": "application/json"} | headers)
        with wire.getresponse() as answer:
            answer.read()
            return answer.status
    finally:
        wire.close()


def test_a_page_from_elsewhere_in_a_browser_tells_it_nothing(aws: FakeAws) -> None:
    account = aws.account(ACCOUNT)
    change = json.dumps({"account": ACCOUNT, "plan": "Basic"}).encode()
    assert told(aws, "/_control/plan", change, **{"Content-Type": "text/plain"}) == 404
    assert told(aws, "/_control/plan", change, Host="evil.example.com:80") == 403
    assert told(aws, "/_control/nothing", change) == 404
    assert told(aws, "/_control/plan", b"{") == 400
    assert told(aws, "/_control/plan", b'{"account": "222222222222", "plan": "Basic"}') == 404
    assert account.plan == "Business Support+"
    assert told(aws, "/_control/plan", change) == 200
    assert account.plan == "Basic"


# --- The page ------------------------------------------------------------------------------------------
@pytest.mark.django_db
class TestThePage:
    def send(self, client: Client, **given: Any) -> str:
        answer = client.post("/local/aws/", given, follow=True)
        return str(answer.content.decode())

    def test_a_person_makes_a_role_and_the_portal_comes_in(self, client: Client, aws: FakeAws) -> None:
        page = self.send(
            client,
            what="account",
            number=ACCOUNT,
            plan="Enterprise",
            role="TrusstSupport",
            external_id="from-the-portal",
        )
        assert "from-the-portal" in page
        assert ADAPTER.verify(aws.target(ACCOUNT)).severities[-1] == "critical"
        self.send(
            client, what="account", number=ACCOUNT, plan="Basic", role="TrusstSupport", external_id="new"
        )
        assert aws.world.accounts[ACCOUNT].plan == "Basic"
        assert aws.world.accounts[ACCOUNT].external_id == "new"

    def test_a_person_replies_as_aws_and_sets_a_status(
        self, client: Client, aws: FakeAws, target: Target
    ) -> None:
        case = ADAPTER.open_case(target, draft(), idem=MARK).external_id
        page = client.get(f"/local/aws/?case={case}").content.decode()
        assert "Since 10:02" in page
        assert '<h2 id="reply-title">Reply</h2>' in page
        of_case = {"account": ACCOUNT, "case": case}
        page = self.send(
            client,
            what="reply",
            author="Amazon Web Services",
            body="Which region?",
            status="pending-customer-action",
            file_name="trace.txt",
            file_text="a trace",
            **of_case,
        )
        assert "Which region?" in page
        last = list(ADAPTER.messages(target, case, since=None))[-1]
        assert (last.side, [one.name for one in last.files]) == (Side.VENDOR, ["trace.txt"])
        self.send(client, what="status", status="gone-fishing", **of_case)
        (snapshot,) = ADAPTER.cases(target, [case])
        assert (snapshot.raw_status, snapshot.state) == ("gone-fishing", CaseState.UNKNOWN)

    def test_a_person_lets_the_next_call_go_wrong(self, client: Client, aws: FakeAws) -> None:
        page = self.send(client, what="fault", operation="CreateCase", how="lost - 0", times="1")
        assert "The next CreateCase goes wrong" in page
        assert aws.world.faults[0].kind == "lost"

    def test_what_is_wrong_is_said_beside_its_field(self, client: Client, aws: FakeAws) -> None:
        answer = client.post(
            "/local/aws/", {"what": "account", "number": "12", "plan": "Enterprise", "role": "R"}
        )
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.content.decode()
        gone = {"what": "status", "account": ACCOUNT, "case": "case-none", "status": "resolved"}
        assert client.post("/local/aws/", gone).status_code == 404
        assert client.post("/local/aws/", {"what": "nothing"}).status_code == 404
        assert client.get("/local/aws/?case=case-none").status_code == 404

    def test_without_one_the_page_says_how_to_start_it(self, client: Client) -> None:
        assert "make up" in client.get("/local/aws/").content.decode()


# --- What the portal is connected to -------------------------------------------------------------------
def test_the_local_aws_learns_the_accounts_and_cases_that_the_portal_has(
    cast: Cast, aws: FakeAws, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester)
    over = factories.link(cast.acme.customer)
    case = factories.case(ticket, over, state=CaseState.WAITING_ON_US)
    message = factories.message(case)
    call_command("local_aws", verbosity=0)
    adapter, target = adapter_for(over), target_of(over)
    assert adapter.verify(target).refusal is None
    (snapshot,) = adapter.cases(target, [case.external_id])
    assert (snapshot.display_id, snapshot.raw_status) == (case.display_id, "pending-customer-action")
    (received,) = adapter.messages(target, case.external_id, since=None)
    assert (received.author, received.at) == (message.author, message.at)
    aws.set_status(case.external_id, "resolved")
    call_command("local_aws", verbosity=0)
    assert aws.case(case.external_id).status == "resolved"


@pytest.mark.parametrize(
    ("state", "refusal", "finding"),
    [(LinkState.NO_PLAN, None, "not_met"), (LinkState.DENIED, "denied", "unknown")],
)
def test_an_account_is_there_as_the_portal_last_saw_it(
    cast: Cast, aws: FakeAws, state: LinkState, refusal: str | None, finding: str
) -> None:
    over = factories.link(cast.acme.customer, state=state.value)
    call_command("local_aws", verbosity=0)
    seen = adapter_for(over).verify(target_of(over))
    assert (seen.refusal, seen.finding) == (refusal, finding)


def test_an_account_that_nobody_has_verified_has_no_role_yet(cast: Cast, aws: FakeAws) -> None:
    factories.link(cast.acme.customer, state=LinkState.UNVERIFIED.value)
    call_command("local_aws", verbosity=0)
    assert aws.world.accounts == {}


def test_without_a_local_aws_the_command_says_so() -> None:
    assert settings.AWS_SUPPORT_ENDPOINT == ""
    with pytest.raises(CommandError, match="AWS_SUPPORT_ENDPOINT"):
        call_command("local_aws")
