"""Why a promise was missed: asked before the desk ends a ticket, and shown to the customer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.tenancy import acting_as
from slas import actions as slas
from slas.models import MissExplanation
from tests.cast import CRITICAL, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Call, Clock
from tests.tickets.conftest import everything_about, facts_of
from tickets import actions
from tickets.models import Ticket

#: 30 minutes for the first response of a P1: missed at 23:30 UTC, Tuesday 10:30 in Sydney.
MISSED_AT = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


@pytest.fixture
def late(cast: Cast, clock: Clock) -> Ticket:
    """A critical ticket that nobody answered in time."""
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=40)
    slas.sweep()
    return fresh(ticket)


def resolve(browse: Browse, cast: Cast, ticket: Ticket) -> object:
    return browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/resolve/", {"code": "fixed", "version": fresh(ticket).version}
    )


def explain(browse: Browse, cast: Cast, ticket: Ticket, **typed: object) -> object:
    given = {
        "misses": ["respond:1"],
        "cause": "staffing",
        "detail": "Two were ill",
        "action": "A third is on call",
    }
    return browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/misses/", given | typed)


def test_a_ticket_is_not_resolved_before_its_miss_is_explained(
    cast: Cast, browse: Browse, late: Ticket
) -> None:
    before = everything_about(late)
    answer = resolve(browse, cast, late)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    said = "First say why these were missed: first response. The form is under “Missed promises”."
    assert answer.context["failed"]["resolve"].non_field_errors() == [said]  # type: ignore[attr-defined]
    assert everything_about(late) == before


def test_once_explained_it_is_resolved(cast: Cast, browse: Browse, late: Ticket) -> None:
    assert explain(browse, cast, late).status_code == 302  # type: ignore[attr-defined]
    assert facts_of(late)[-1] == "misses_explained"
    assert resolve(browse, cast, late).status_code == 302  # type: ignore[attr-defined]
    assert fresh(late).status == "resolved"


def test_the_action_may_follow(cast: Cast, browse: Browse, late: Ticket) -> None:
    explain(browse, cast, late, action="")
    assert resolve(browse, cast, late).status_code == 302  # type: ignore[attr-defined]
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{late.number}/").content.decode()
    assert "What we do about it follows." in page
    explain(browse, cast, late)
    with acting_as(context_of(cast.engineer)):
        assert MissExplanation.objects.get().action == "A third is on call"


def test_the_customer_reads_cause_and_action(cast: Cast, browse: Browse, late: Ticket) -> None:
    explain(browse, cast, late)
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{late.number}/").content.decode()
    assert "Nobody was free in time. Two were ill" in page
    assert "What we do: A third is on call" in page
    assert "/misses/" not in page


def test_the_cause_is_due_in_two_business_days(cast: Cast, browse: Browse, late: Ticket) -> None:
    page = browse(cast.engineer).get(f"/desk/tickets/{late.key}/").content.decode()
    assert 'Say why by <time datetime="2026-03-04T23:30:00+0000"' in page  # Thursday 10:30 in Sydney
    assert "First response</b>, missed" in page


def test_a_miss_that_nobody_has_looked_at_counts(cast: Cast, browse: Browse, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=40)  # and no sweep
    assert resolve(browse, cast, ticket).status_code == 422  # type: ignore[attr-defined]


def test_a_kept_promise_asks_for_nothing(cast: Cast, browse: Browse, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    with acting_as(context_of(cast.engineer)) as now:
        actions.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We are on it")
    clock.advance(minutes=30)
    assert resolve(browse, cast, ticket).status_code == 302  # type: ignore[attr-defined]
    page = browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/").content.decode()
    assert "Missed promises" not in page


def test_a_waived_miss_asks_for_nothing(cast: Cast, browse: Browse, late: Ticket) -> None:
    with acting_as(context_of(cast.lead)) as now:
        slas.waive_objective(
            ticket=late, metric="respond", cycle=1, actor=actor_of(cast.lead), at=now, reason="Agreed"
        )
    assert resolve(browse, cast, late).status_code == 302  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"misses": []}, "misses", "Select what you explain."),
        ({"misses": ["restore:1"]}, "misses", "Select objectives that were missed."),
        ({"cause": ""}, "cause", "Select a cause."),
        ({"detail": " "}, "detail", "Say what happened: the customer reads it."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    cast: Cast, browse: Browse, late: Ticket, typed: dict[str, object], field: str, said: str
) -> None:
    answer = explain(browse, cast, late, **typed)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert answer.context["form"].errors == {field: [said]}  # type: ignore[attr-defined]
    with acting_as(context_of(cast.engineer)):
        assert not MissExplanation.objects.exists()


def test_the_api_refuses_to_resolve_with_the_same_words(cast: Cast, call: Call, late: Ticket) -> None:
    answer = call(cast.engineer).post(
        f"/api/v1/c/acme/tickets/{late.number}/resolve/", {"code": "fixed"}, format="json"
    )
    assert answer.status_code == 422
    assert "First say why these were missed: first response." in answer.content.decode()
    assert fresh(late).status == "new"


def test_a_ticket_closes_by_itself_whatever_is_unsaid(cast: Cast, browse: Browse, late: Ticket) -> None:
    explain(browse, cast, late)
    resolve(browse, cast, late)
    with acting_as(context_of(cast.engineer)) as now:
        MissExplanation.objects.update(metric="restore")  # as if another miss came to light
        with pytest.raises(Exception, match="First say why"):
            actions.close(ticket=late, actor=actor_of(cast.engineer), at=now)
    browse(cast.acme.requester).post(
        f"/c/acme/tickets/{late.number}/confirm/", {"version": fresh(late).version}
    )
    assert fresh(late).status == "closed"
