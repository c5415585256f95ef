"""On its ticket a customer reads where a vendor's case stands, as the vendor's own time; whose time it was is told."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import AwsAccount, Customer, Member, SupportState
from slas.attainment import levels_of
from slas.events import METRIC_NAMES
from slas.models import Clock as Measured
from slas.tasks import sweep_due_clocks
from tests.cast import HIGH, START, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Clock
from tests.vendors.factories import account_of, case, link, message, move
from tests.vendors.pages.test_case_page import text_of
from tickets import actions
from tickets.models import Ticket
from vendors.states import CaseState, Side


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester, impact=HIGH, aws_account=account_of(cast.acme.customer))


def told(browse: Browse, member: Member, ticket: Ticket) -> str:
    """Return what a member reads on a ticket's page."""
    answer = browse(member).get(f"/c/{member.customer.slug}/tickets/{ticket.number}/")
    assert answer.status_code == 200
    return text_of(answer)


def panel(browse: Browse, member: Member, ticket: Ticket) -> str:
    """Return what stands in the panel about the vendor, or ''."""
    answer = browse(member).get(f"/c/{member.customer.slug}/tickets/{ticket.number}/")
    found = re.search(
        r'<section class="panel" aria-labelledby="vendor-1">.*?</section>', answer.content.decode(), re.DOTALL
    )
    if found is None:
        return ""
    answer.content = found[0].encode()
    return text_of(answer)


def test_without_a_case_nothing_is_said_of_vendors(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    assert panel(browse, cast.acme.requester, ticket) == ""
    case(ticket, link(cast.acme.customer), external_id="", display_id="", opened_at=None)
    assert panel(browse, cast.acme.requester, ticket) == "", "what is not sent yet is the desk's alone"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (CaseState.NEW, "AWS Support has it, and has not started yet since 10:05 AEDT."),
        (CaseState.VENDOR_WORKING, "AWS Support is working on it since 10:05 AEDT."),
        (CaseState.WAITING_ON_US, "AWS Support waits for an answer of the Trusst desk since 10:05 AEDT."),
        (CaseState.RESOLVED, "AWS Support has resolved it since 10:05 AEDT."),
        (CaseState.UNKNOWN, "The Trusst desk is finding out where it stands since 10:05 AEDT."),
    ],
)
def test_it_says_whose_move_it_is_and_since_when(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket, state: CaseState, words: str
) -> None:
    made = case(ticket, link(cast.acme.customer), state=CaseState.WAITING_ON_VENDOR)
    clock.advance(minutes=5)
    move(made, state)
    clock.advance(minutes=5)
    said = panel(browse, cast.acme.requester, ticket)
    assert "With AWS Support" in said
    assert words in said
    assert f"Case {made.display_id}" in said


def test_the_first_response_is_measured_and_labelled_as_the_vendors(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket
) -> None:
    made = case(ticket, link(cast.acme.customer))
    said = panel(browse, cast.acme.requester, ticket)
    assert "First response none yet" in said
    assert "Published by AWS Support a first response by 11:00 AEDT" in said
    clock.advance(minutes=1)
    message(made, is_automatic=True)
    assert "First response an automatic answer only, so far" in panel(browse, cast.acme.requester, ticket)
    clock.advance(minutes=16)
    message(made)
    said = panel(browse, cast.acme.requester, ticket)
    assert "First response after 17 min, 10:17 AEDT" in said
    assert "They are not part of what Trusst promises you, and are not counted in it." in said


def test_raw_messages_stay_with_the_desk_and_shared_ones_stand_in_the_conversation(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket
) -> None:
    made = case(ticket, link(cast.acme.customer))
    message(made, body="Host rack-17 is bad")
    message(made, body="Please look at vol-0a1b", side=Side.DESK, author="Priya Nair")
    message(made, body="The volume is being moved", shared=True)
    said = told(browse, cast.acme.lead, ticket)
    assert "The volume is being moved" in said
    assert "rack-17" not in said
    assert "vol-0a1b" not in said


def test_another_customer_and_a_colleague_who_may_not_read_the_ticket_see_nothing(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    made = case(ticket, link(cast.acme.customer))
    with acting_as(worker_context()):
        Ticket.objects.filter(pk=ticket.pk).update(is_private=True)
    address = f"/c/acme/tickets/{ticket.number}/"
    assert browse(cast.globex.lead).get(address).status_code == 404
    assert made.display_id not in text_of(browse(cast.globex.lead).get("/c/globex/"))


# --- A plan that takes no cases ------------------------------------------------------------------------
def lose_plan(customer: Customer, at: datetime) -> AwsAccount:
    account = account_of(customer)
    with acting_as(worker_context()):
        account.support_state, account.checked_at = SupportState.NOT_MET, at
        account.save(update_fields=["support_state", "checked_at"])
    return account


def test_an_account_without_the_plan_is_told_with_the_time_it_was_seen(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    account = lose_plan(cast.acme.customer, datetime(2026, 3, 2, 22, 15, tzinfo=UTC))
    said = told(browse, cast.acme.lead, ticket)
    assert (
        f"Seen 09:15 AEDT at the account {account}: its plan is below Business level. So the desk cannot open a "
        "technical case there. While this ticket waits for AWS, the time is counted as yours, and not as AWS's "
        "or ours."
    ) in said
    page = browse(cast.acme.lead).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert 'href="/c/acme/aws-accounts/">Your AWS accounts' in page
    own = browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "Your AWS accounts</a></p>" not in own, "a requester has no such page"


def hold_for_vendor(browse: Browse, cast: Cast, ticket: Ticket) -> None:
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/hold/",
        {
            "reason": "vendor",
            "version": fresh(ticket).version,
            "owner": "AWS Support",
            "note": "The volume",
            "evidence": "Case 17640291",
        },
    )
    assert answer.status_code == 302


def parties(browse: Browse, member: Member, ticket: Ticket) -> list[tuple[str, int]]:
    """Return whose time a member reads that it was."""
    answer = browse(member).get(f"/c/acme/tickets/{ticket.number}/clocks/")
    return [(str(who), seconds) for who, _length, seconds in answer.context["story"].parties]


def test_the_wait_for_a_vendor_is_the_vendors_time(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket
) -> None:
    clock.advance(minutes=10)
    hold_for_vendor(browse, cast, ticket)
    clock.advance(minutes=30)
    assert parties(browse, cast.acme.lead, ticket) == [
        ("The Trusst desk", 600),
        ("Waiting for a vendor", 1800),
    ]


def test_the_wait_is_the_customers_time_where_its_account_lacks_the_plan(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket
) -> None:
    lose_plan(cast.acme.customer, START)
    clock.advance(minutes=10)
    hold_for_vendor(browse, cast, ticket)
    clock.advance(minutes=30)
    assert parties(browse, cast.acme.lead, ticket) == [
        ("The Trusst desk", 600),
        ("Waiting for Acme Freight", 1800),
    ]


# --- Never among our promises --------------------------------------------------------------------------
def figures(browse: Browse, cast: Cast, ticket: Ticket) -> dict[str, Any]:
    """Return everything that says whether our promises were kept."""
    with acting_as(worker_context()):
        levels = levels_of(
            cast.acme.customer,
            since=START,
            until=datetime(2026, 4, 1, tzinfo=UTC),
            goals=dict.fromkeys(METRIC_NAMES, 95),
        )
        columns = ("metric", "cycle", "state", "outcome", "due_at", "breached_at", "stopped_at")
        measured = list(Measured.objects.order_by("pk").values_list(*columns))
    misses = browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/misses/").context["misses"]
    shown = browse(cast.acme.lead).get("/c/acme/service-levels/?since=2026-03-01&until=2026-03-31")
    return {
        "levels": levels,
        "clocks": measured,
        "misses": [str(miss) for miss in misses],
        "page": text_of(shown),
    }


def _work(cast: Cast, clock: Clock, ticket: Ticket) -> None:
    """Answer a ticket too late, and restore it."""
    clock.advance(minutes=90)
    sweep_due_clocks()
    with acting_as(context_of(cast.engineer)) as now:
        actions.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="Looking")
        actions.mark_restored(ticket=ticket, actor=actor_of(cast.engineer), at=now)


def test_check_25_a_vendors_clock_is_shown_as_its_own_and_in_no_figure_of_ours(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket
) -> None:
    """First reply, statuses and target in the customer's zone, labelled AWS's, absent from what we promise."""
    _work(cast, clock, ticket)
    before = figures(browse, cast, ticket)
    assert before["misses"] != []
    assert before["levels"].misses

    with acting_as(worker_context()):
        Member.objects.filter(pk=cast.acme.lead.pk).update(timezone="Australia/Perth")
    made = case(ticket, link(cast.acme.customer), target_seconds=1, opened_at=START)
    late = case(ticket, link_of_other_account(cast), target_seconds=60, opened_at=START)
    message(made)
    move(made, CaseState.WAITING_ON_US)
    move(late, CaseState.RESOLVED)
    said = panel(browse, cast.acme.lead, ticket)
    assert "Published by AWS Support a first response by 07:00 AWST" in said
    assert "First response after 1 h 30 min, 08:30 AWST" in said
    assert "AWS Support waits for an answer of the Trusst desk since 08:30 AWST" in said
    assert "AWS Support has resolved it since 08:30 AWST" in said
    assert "These times are those of AWS Support." in said

    with acting_as(worker_context()):
        Member.objects.filter(pk=cast.acme.lead.pk).update(timezone="")
    assert figures(browse, cast, ticket) == before


def link_of_other_account(cast: Cast) -> Any:
    with acting_as(worker_context()):
        other = AwsAccount.objects.create(
            customer=cast.acme.customer,
            name="acme-dev",
            account_id="222233334444",
            declared_plan="Enterprise",
        )
    return link(cast.acme.customer, other)
