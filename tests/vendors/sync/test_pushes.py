"""Pushes are hints: whoever may not send one changes nothing, and a good one only lets us look for ourselves."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import ProgrammingError
from django.test import Client

from core.tenancy import SYSTEM, acting_as, worker_context
from customers.access import member_context
from tests.cast import Cast, fresh
from tests.conftest import Clock
from tests.vendors import factories
from tests.vendors.fake import FakeAws
from tests.vendors.sync.followed import again, connect, follow_aws, link_again, look, said
from trusst_support.local.aws.state import Case
from vendors import pushing
from vendors.actions import links
from vendors.actions.sync import polling
from vendors.models import AccountLink, PushHint, PushKey, VendorCase
from vendors.states import CaseState, LinkState
from vendors.tasks import poll_due
from vendors.views import push_views

pytestmark = pytest.mark.django_db


class Pushed:
    """A followed case at the AWS of this machine, and the key of its account's rule."""

    def __init__(self, cast: Cast, clock: Clock, aws: FakeAws) -> None:
        aws.tell_time_by(clock)
        self.link = connect(cast.acme)
        aws.account(self.link.account_number, external_id=self.link.external_id)
        self.theirs: Case = aws.open(self.link.account_number, severity="low")
        self.case: VendorCase = follow_aws(cast.acme, self.link, self.theirs, severity="low")
        self.key = new_key(self.link)
        look(clock)
        look(clock, minutes=11)
        clock.advance(minutes=1)

    def event(self, **changes: Any) -> dict[str, Any]:
        """Return an event of EventBridge as AWS documents it."""
        detail = {
            "case-id": self.theirs.case_id,
            "display-id": self.theirs.display_id,
            "communication-id": "",
            "event-name": "AddCommunicationToCase",
            "origin": "AWS",
        }
        return {
            "version": "0",
            "id": "0f9a-1",
            "detail-type": "Support Case Update",
            "source": "aws.support",
            "account": self.link.account_number,
            "region": "us-east-1",
            "detail": detail,
        } | changes


def new_key(link: AccountLink) -> str:
    with acting_as(worker_context()) as now:
        return links.make_key(link=link, actor=SYSTEM, at=now)


def push(link: AccountLink, key: str, body: Any, *, token: str = "") -> int:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return (
        Client(enforce_csrf_checks=True)
        .post(
            f"/inbound/vendors/{token or pushing.token_of(link.pk)}/",
            content,
            content_type="application/json",
            headers={pushing.KEY_HEADER: key} if key else {},
        )
        .status_code
    )


def hints() -> int:
    with acting_as(worker_context()):
        return PushHint.objects.count()


@pytest.fixture
def pushed(cast: Cast, clock: Clock, aws: FakeAws) -> Pushed:
    return Pushed(cast, clock, aws)


def assert_nothing_happened(pushed: Pushed) -> None:
    assert hints() == 0
    assert poll_due() == 0
    assert again(pushed.case).state == CaseState.NEW


def test_24_a_good_push_lets_the_case_be_read_again_with_our_own_sign_in(
    pushed: Pushed, clock: Clock, aws: FakeAws
) -> None:
    assert poll_due() == 0
    aws.reply(pushed.theirs.case_id, "Which volume is it?", status="pending-customer-action")
    asked = len(aws.calls)
    assert push(pushed.link, pushed.key, pushed.event()) == 202
    assert len(aws.calls) == asked  # the answer waits for no call
    assert poll_due() == 1
    assert said(pushed.case)[-1] == ("Amazon Web Services", "Which volume is it?")
    assert again(pushed.case).state == CaseState.WAITING_ON_US
    with acting_as(worker_context()):
        assert PushHint.objects.get().handled_at == clock.now


def test_24_a_push_that_hints_at_words_only_has_them_read_though_no_status_changed(
    pushed: Pushed, clock: Clock, aws: FakeAws
) -> None:
    aws.reply(pushed.theirs.case_id, "A word in between.")
    push(pushed.link, pushed.key, pushed.event())
    poll_due()
    assert said(pushed.case)[-1] == ("Amazon Web Services", "A word in between.")


@pytest.mark.parametrize("key", ["", "made-up"])
def test_24_a_bad_key_and_an_unknown_address_get_the_same_answer(pushed: Pushed, key: str) -> None:
    answers = set()
    for token in ("", "999.abc", f"{pushed.link.pk}.abc", "x", pushing.token_of(999_999)):
        answer = Client().post(
            f"/inbound/vendors/{token or pushing.token_of(pushed.link.pk)}/",
            json.dumps(pushed.event()),
            content_type="application/json",
            headers={pushing.KEY_HEADER: key} if key else {},
        )
        answers.add((answer.status_code, answer.content))
    assert len(answers) == 1
    assert answers.pop()[0] == 401
    assert_nothing_happened(pushed)


def test_24_an_event_of_another_account_changes_nothing(pushed: Pushed) -> None:
    other = "210987654321"
    event = pushed.event(account=other)
    event["detail"]["case-id"] = f"case-{other}-muen-2026-0123456789abcdef"
    assert push(pushed.link, pushed.key, event) == 400
    assert_nothing_happened(pushed)


def test_24_the_same_event_again_changes_nothing(pushed: Pushed, clock: Clock) -> None:
    assert push(pushed.link, pushed.key, pushed.event()) == 202
    assert poll_due() == 1
    clock.advance(minutes=1)
    assert push(pushed.link, pushed.key, pushed.event()) == 202
    assert (hints(), poll_due()) == (1, 0)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" " * (push_views.MOST_BYTES + 1), 413),
        (b"no JSON", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b"[" * 60_000, 400),
        (b"\xff\xfe", 400),
    ],
)
def test_24_what_is_too_large_or_no_event_changes_nothing(pushed: Pushed, body: bytes, status: int) -> None:
    assert push(pushed.link, pushed.key, body) == status
    assert_nothing_happened(pushed)


def test_24_an_event_that_says_resolved_is_not_believed(pushed: Pushed, clock: Clock) -> None:
    event = pushed.event()
    event["detail"] |= {"event-name": "ResolveCase", "status": "resolved", "origin": ""}
    assert push(pushed.link, pushed.key, event) == 202
    poll_due()
    assert again(pushed.case).state == CaseState.NEW
    assert fresh(pushed.case.ticket).is_open


def test_24_both_keys_work_while_one_is_replaced_and_a_revoked_one_does_not(
    pushed: Pushed, clock: Clock
) -> None:
    second = new_key(pushed.link)
    for number, key in enumerate((pushed.key, second)):
        assert push(pushed.link, key, pushed.event(id=f"both-{number}")) == 202
    clock.advance(hours=25)
    assert push(pushed.link, pushed.key, pushed.event(id="old")) == 401
    assert push(pushed.link, second, pushed.event(id="new")) == 202
    with acting_as(worker_context()) as now:
        row = PushKey.objects.get(digest=pushing.digest_of(second))
        assert row.last_used_at == now
        links.revoke_key(link=pushed.link, key=row, actor=SYSTEM, at=now)
    assert push(pushed.link, second, pushed.event(id="newer")) == 401


def test_24_more_than_so_many_a_minute_are_sent_away_and_other_links_are_not(
    pushed: Pushed, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_views, "MOST_A_MINUTE", 3)
    answers = [push(pushed.link, pushed.key, pushed.event(id=f"n-{n}")) for n in range(5)]
    assert answers == [202, 202, 202, 429, 429]
    other = connect(cast.globex)
    event = pushed.event(account=other.account_number)
    event["detail"]["case-id"] = f"case-{other.account_number}-muen-2026-0123456789abcdef"
    assert push(other, new_key(other), event) == 202


def test_however_many_pushes_come_an_account_is_not_asked_all_the_time(pushed: Pushed, clock: Clock) -> None:
    push(pushed.link, pushed.key, pushed.event(id="one"))
    assert poll_due() == 1
    push(pushed.link, pushed.key, pushed.event(id="two"))
    assert poll_due() == 0
    clock.advance(seconds=15)
    assert poll_due() == 1


@pytest.mark.parametrize("state", [LinkState.RETIRED, LinkState.UNVERIFIED])
def test_a_link_over_which_no_call_is_made_takes_no_push(pushed: Pushed, state: LinkState) -> None:
    with acting_as(worker_context()):
        AccountLink.objects.filter(pk=pushed.link.pk).update(state=state.value)
    assert push(pushed.link, pushed.key, pushed.event()) == 401
    assert hints() == 0


def test_4_a_customers_key_pushes_nothing_on_anothers_link_and_no_member_reads_what_came(
    pushed: Pushed, cast: Cast
) -> None:
    other = factories.link(cast.globex.customer)
    theirs = new_key(other)
    assert push(pushed.link, theirs, pushed.event()) == 401
    assert push(other, theirs, pushed.event()) == 400  # about an account that is not its own
    assert_nothing_happened(pushed)
    push(pushed.link, pushed.key, pushed.event())
    for member in (cast.acme.lead, cast.globex.lead):
        with pytest.raises(ProgrammingError, match="permission denied"), acting_as(member_context(member)):
            PushHint.objects.count()


def test_a_push_that_comes_while_the_account_is_looked_at_is_not_forgotten(
    pushed: Pushed, clock: Clock, aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = polling._look

    def and_a_push_comes(claim: polling.Claim, adapter: Any) -> Any:
        found = looked(claim, adapter)
        aws.reply(pushed.theirs.case_id, "Said while you looked.")
        assert push(pushed.link, pushed.key, pushed.event(id="meanwhile")) == 202
        return found

    push(pushed.link, pushed.key, pushed.event())
    with monkeypatch.context() as patch:
        patch.setattr(polling, "_look", and_a_push_comes)
        assert poll_due() == 1
    clock.advance(seconds=15)
    assert poll_due() == 1
    assert said(pushed.case)[-1] == ("Amazon Web Services", "Said while you looked.")
    assert link_again(pushed.link).failures == 0


def test_only_a_post_is_taken(pushed: Pushed) -> None:
    assert Client().get(f"/inbound/vendors/{pushing.token_of(pushed.link.pk)}/").status_code == 405
