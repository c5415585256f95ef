"""Every verb in every place of a ticket's life: what is allowed, what is refused and why."""

from __future__ import annotations

import itertools

import pytest

from tickets.lifecycle import ENDED_BY_CUSTOMER, HoldReason, NotAllowed, Status, Verb, check, may

NEW, WORK, HOLD, RESTORED, RESOLVED, CLOSED = Status
ALWAYS = {"note", "follow", "unfollow", "unaffect", "privacy", "relate"}

OPEN = ALWAYS | {"reassess", "reply", "resolve", "merge", "affect"}
LEVEL_1 = {"pass", "work_level_1"}
DESK = OPEN | {"assign", "establish", "hold", "ask", "review"}

#: (status, with the desk, on hold) → all that is allowed there while the customer waits for no decision.
TABLE: dict[tuple[Status, bool, bool], set[str]] = {
    (NEW, False, False): OPEN | LEVEL_1,
    (WORK, False, False): OPEN | LEVEL_1,
    (HOLD, False, True): OPEN | LEVEL_1,
    (RESTORED, False, False): OPEN | LEVEL_1 | {"reopen"},
    (RESTORED, False, True): OPEN | LEVEL_1 | {"reopen"},
    (RESOLVED, False, False): ALWAYS | {"reply", "reopen", "close"},
    (CLOSED, False, False): ALWAYS,
    (NEW, True, False): DESK | {"return", "restore"},
    (WORK, True, False): DESK | {"return", "restore"},
    (HOLD, True, True): DESK | {"return", "restore", "resume", "contest"},
    (RESTORED, True, False): DESK | {"reopen", "confirm"},
    (RESTORED, True, True): DESK | {"reopen", "confirm", "resume", "contest"},
    (RESOLVED, True, False): ALWAYS | {"reply", "assign", "reopen", "close"},
    (CLOSED, True, False): ALWAYS,
}


@pytest.mark.parametrize(("status", "with_desk", "on_hold"), TABLE)
def test_exactly_these_verbs_are_allowed(status: Status, with_desk: bool, on_hold: bool) -> None:
    for level in (2, 3) if with_desk else (1,):
        allowed = {verb.value for verb in Verb if may(verb, status=status, level=level, on_hold=on_hold)}
        assert allowed == TABLE[status, with_desk, on_hold]


@pytest.mark.parametrize(("status", "with_desk", "on_hold"), TABLE)
def test_a_review_is_answered_or_withdrawn_wherever_the_ticket_is_and_not_asked_twice(
    status: Status, with_desk: bool, on_hold: bool
) -> None:
    place = {"status": status, "level": 2 if with_desk else 1, "on_hold": on_hold}
    allowed = {verb.value for verb in Verb if may(verb, **place, in_review=True)}  # type: ignore[arg-type]
    assert allowed == TABLE[status, with_desk, on_hold] - {"review"} | {"decide", "withdraw"}


@pytest.mark.parametrize(("status", "with_desk", "on_hold"), TABLE)
def test_a_contested_hold_is_answered_and_not_contested_twice(
    status: Status, with_desk: bool, on_hold: bool
) -> None:
    place = {"status": status, "level": 2 if with_desk else 1, "on_hold": on_hold}
    allowed = {verb.value for verb in Verb if may(verb, **place, contested=True)}  # type: ignore[arg-type]
    before = TABLE[status, with_desk, on_hold]
    assert allowed == (before - {"contest"} | {"answer"} if "contest" in before else before)


@pytest.mark.parametrize(("status", "with_desk", "on_hold"), TABLE)
def test_that_it_works_again_is_not_confirmed_twice(status: Status, with_desk: bool, on_hold: bool) -> None:
    place = {"status": status, "level": 2 if with_desk else 1, "on_hold": on_hold}
    allowed = {verb.value for verb in Verb if may(verb, **place, confirmed=True)}  # type: ignore[arg-type]
    assert allowed == TABLE[status, with_desk, on_hold] - {"confirm"}


def test_the_table_leaves_out_only_what_cannot_be() -> None:
    """A ticket is on hold exactly when its status says so, or while it is restored."""
    possible = {
        (status, with_desk, on_hold)
        for status, with_desk, on_hold in itertools.product(Status, (False, True), (False, True))
        if (on_hold and status in (HOLD, RESTORED)) or (not on_hold and status is not HOLD)
    }
    assert set(TABLE) == possible


@pytest.mark.parametrize(
    ("verb", "status", "level", "reason"),
    [
        ("reopen", NEW, 2, "The ticket is new: nothing has been restored or resolved yet."),
        ("reopen", WORK, 2, "The ticket is being worked on."),
        ("close", HOLD, 2, "The ticket is on hold."),
        ("restore", RESTORED, 2, "Service is restored already."),
        ("resolve", RESOLVED, 2, "The ticket is resolved. Reopen it first."),
        ("reply", CLOSED, 2, "The ticket is closed. Report a new one and name this one in it."),
        ("hold", WORK, 1, "The ticket is with the customer's Level 1, not with the desk."),
        ("pass", WORK, 2, "The ticket is with the desk already."),
        ("work_level_1", WORK, 2, "The ticket is with the desk already."),
        ("resume", WORK, 2, "The ticket is not on hold."),
        ("contest", WORK, 2, "The ticket is not on hold."),
        ("answer", HOLD, 2, "Nobody contests this hold."),
        ("decide", WORK, 2, "Nobody waits for a review of the severity."),
        ("withdraw", CLOSED, 2, "Nobody waits for a review of the severity."),
        ("review", WORK, 1, "The ticket is with the customer's Level 1, not with the desk."),
    ],
)
def test_a_refusal_says_why(verb: str, status: Status, level: int, reason: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        check(Verb(verb), status=status, level=level, on_hold=status is HOLD)
    assert refused.value.reason == reason


def test_the_customers_reply_ends_the_holds_that_wait_for_the_customer() -> None:
    assert set(ENDED_BY_CUSTOMER) == {HoldReason.CUSTOMER_REPLY, HoldReason.CUSTOMER_ACCESS}
