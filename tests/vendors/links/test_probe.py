"""What a look at an account's plan shows, and what follows: for the clocks, the people, and the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from customers.models import AwsAccount, SupportState
from slas.clock import replay
from slas.documents import dump, parse
from slas.facts import ticket_document
from slas.ledger import Party
from tests.cast import START, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Clock
from tests.vendors.factories import case
from tests.vendors.fake import FakeAws
from tests.vendors.links.setting_up import account, connect, desk_page_of, facts, link_of, looks, mails
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket
from vendors.access.links import options_of
from vendors.actions import coverage, links, looking
from vendors.models import PlanObservation, VendorCase
from vendors.states import Finding, LinkState


def look(cast: Cast, clock: Clock) -> None:
    """Ask for a look at Acme's account, a minute later, and let it be made."""
    clock.advance(minutes=1)
    with acting_as(context_of(cast.engineer)) as now:
        links.ask_look(link=link_of(cast.acme), actor=actor_of(cast.engineer), at=now)
    looking.look_due()


def held(cast: Cast, *, with_account: bool = True, reason: HoldReason = HoldReason.VENDOR) -> Ticket:
    """File a ticket about Acme's account and put it on hold."""
    more: dict[str, Any] = {"aws_account": account(cast.acme)} if with_account else {}
    ticket = file_ticket(cast.acme.requester, **more)
    hold(cast, ticket, reason)
    return ticket


def hold(cast: Cast, ticket: Ticket, reason: HoldReason = HoldReason.VENDOR) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.hold(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            reason=reason,
            owner="AWS Support",
            note="The volume",
            evidence="case 17",
        )


def holds(ticket: Ticket) -> list[tuple[bool, bool]]:
    """Return, of each hold of a ticket, whether it lacks the plan and whether it is one that goes on."""
    with acting_as(worker_context()):
        found = EventRecord.objects.filter(ticket_id=ticket.pk, type="tickets.held").order_by("seq")
        return [(one.payload["lacks_plan"], one.payload["goes_on"]) for one in found]


# --- Check 5: the four answers ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("plan", "finding", "state", "seen", "severities"),
    [
        ("Business", Finding.MET, LinkState.OK, SupportState.MET, 4),
        ("Business Support+", Finding.MET, LinkState.OK, SupportState.MET, 5),
        ("Basic", Finding.NOT_MET, LinkState.NO_PLAN, SupportState.NOT_MET, 0),
    ],
)
def test_check_5_the_answers_of_a_probe(
    cast: Cast,
    browse: Browse,
    aws: FakeAws,
    plan: str,
    finding: Finding,
    state: LinkState,
    seen: SupportState,
    severities: int,
) -> None:
    link = connect(cast.acme, browse, aws, plan)
    [row] = looks(link)
    assert (row.finding, row.changed, len(row.severities)) == (finding, True, severities)
    assert link.standing is state
    assert (account(cast.acme).support_state, account(cast.acme).checked_at) == (seen, START)
    assert row.evidence == ("SubscriptionRequiredException" if not severities else ", ".join(row.severities))
    assert len(options_of(link).severities) == severities  # those that the account itself offers


@pytest.mark.parametrize(
    ("operation", "code", "status", "state"),
    [
        ("DescribeSeverityLevels", "AccessDeniedException", 400, LinkState.DENIED),
        ("AssumeRole", "AccessDenied", 403, LinkState.DENIED),
        ("DescribeSeverityLevels", "InternalServerError", 500, LinkState.UNREACHABLE),
    ],
)
def test_check_5_what_tells_nothing_is_unknown_and_never_not_met(
    cast: Cast,
    browse: Browse,
    aws: FakeAws,
    clock: Clock,
    operation: str,
    code: str,
    status: int,
    state: LinkState,
) -> None:
    link = connect(cast.acme, browse, aws)
    aws.fail(operation, code, times=9, status=status)
    look(cast, clock)
    last = looks(link)[-1]
    assert (last.finding, last.changed) == (Finding.UNKNOWN, False)
    assert link_of(cast.acme).standing is state
    kept = account(cast.acme)
    assert (kept.support_state, kept.checked_at) == (SupportState.MET, START)  # as seen last, with its age
    page = browse(cast.engineer).get(desk_page_of(cast.acme)).content.decode()
    assert "The plan takes cases" in page


def test_what_tells_nothing_is_looked_at_again_within_the_hour(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link = connect(cast.acme, browse, aws)
    aws.fail("DescribeSeverityLevels", "AccessDeniedException")
    look(cast, clock)
    clock.advance(minutes=59)
    assert looking.look_due() == 0
    clock.advance(minutes=1)
    assert looking.look_due() == 1
    assert [row.finding for row in looks(link)] == ["met", "unknown", "met"]
    assert link_of(cast.acme).standing is LinkState.OK
    assert [row.changed for row in looks(link)] == [True, False, False]


def test_looks_are_kept_for_ever(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    link = connect(cast.acme, browse, aws)
    rows = PlanObservation.objects.filter(link=link)
    ends: list[Callable[[], object]] = [lambda: rows.update(finding="not_met"), rows.delete]
    for end in ends:
        with (
            acting_as(worker_context()),
            pytest.raises(ProgrammingError, match="denied"),
            transaction.atomic(),
        ):
            end()
    assert [row.finding for row in looks(link)] == ["met"]


# --- Check 6: a plan that is too low ------------------------------------------------------------------------
def test_check_6_not_met_shows_notifies_and_writes_down(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link = connect(cast.acme, browse, aws)
    ticket = held(cast)
    others = [held(cast, with_account=False), held(cast, reason=HoldReason.CUSTOMER_REPLY)]
    aws.set_plan(link.account_number, "Basic")
    clock.advance(hours=2)
    look(cast, clock)
    seen_at = clock.now

    # It shows, on both sides.
    words = ("Vendor objective not committed:", "without Business-level support", "observed")
    desk = browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/").content.decode()
    theirs = browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    for page in (desk, theirs):
        assert all(word in page for word in words)
        assert "from now on the wait for AWS counts as the customer&#x27;s time" in page
    unrelated = browse(cast.engineer).get(f"/desk/tickets/{others[0].key}/").content.decode()
    assert words[0] not in unrelated

    # The leads are told, once.
    [mail] = mails("aws_plan")
    assert (mail.recipient_name, mail.ticket_id) == ("Acme Lead", None)
    assert ticket.key in mail.body
    assert "SubscriptionRequiredException" in mail.body
    assert "Business Support+" in mail.body

    # It is on the log, and the wait is the customer's from that instant on.
    assert [one["finding"] for one in facts(cast.acme, "plan_observed")] == ["met", "not_met"]
    assert len(facts(cast.acme, "plan_notice")) == 1
    assert holds(ticket) == [(False, False), (True, True)]
    assert [holds(other) for other in others] == [[(False, False)], [(False, False)]]
    clock.advance(hours=1)
    spent = ledger_of(ticket, clock)
    assert spent[Party.VENDOR] == (seen_at - START).total_seconds()
    assert spent[Party.CUSTOMER] == 3600
    assert spent[Party.DESK] == 0
    now = fresh(ticket)
    assert (now.hold_reason, now.hold_owner, now.held_at) == ("vendor", "AWS Support", START)

    # Looking again tells nobody anything new.
    look(cast, clock)
    assert (len(mails("aws_plan")), len(holds(ticket))) == (1, 2)
    assert coverage.notify_due() == 1
    assert len(mails("aws_plan")) == 1


def ledger_of(ticket: Ticket, clock: Clock) -> dict[Party, int]:
    """Return whose time a ticket's was, by the replay of its own document."""
    with acting_as(worker_context()):
        document = ticket_document(fresh(ticket), as_of=clock.now)
    return {Party(name): seconds for name, seconds in dump(replay(parse(document)))["ledger"].items()}


@pytest.mark.parametrize(
    ("operation", "code", "status"),
    [
        ("DescribeSeverityLevels", "AccessDeniedException", 400),
        ("DescribeSeverityLevels", "InternalServerError", 500),
        ("DescribeSeverityLevels", "ThrottlingException", 400),
    ],
)
def test_check_6_unknown_does_none_of_it_and_alerts_the_desk_alone(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock, operation: str, code: str, status: int
) -> None:
    connect(cast.acme, browse, aws)
    ticket = held(cast)
    aws.fail(operation, code, times=9, status=status)
    look(cast, clock)
    assert holds(ticket) == [(False, False)]
    assert mails("aws_plan") == []
    assert len(facts(cast.acme, "plan_observed")) == 1
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "Vendor objective not committed" not in page
    told = {mail.recipient_name for mail in mails("vendor")}
    if code == "ThrottlingException":  # it passes by itself
        assert told == set()
        return
    assert told == {"Desk Lead", "Desk Admin"}
    aws.fail(operation, code, times=9, status=status)
    look(cast, clock)
    assert len(mails("vendor")) == 2  # once each


# --- Check 7: a plan that comes back ------------------------------------------------------------------------
def test_check_7_a_regained_plan_restores_commitment_for_new_cases_only(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link = connect(cast.acme, browse, aws)
    old = held(cast)
    opened = case(old, link)
    aws.set_plan(link.account_number, "Basic")
    look(cast, clock)
    with acting_as(worker_context()):
        assert VendorCase.objects.get(pk=opened.pk).lacked_plan_at == clock.now
    clock.advance(hours=1)
    aws.set_plan(link.account_number, "Business Support+")
    look(cast, clock)
    assert account(cast.acme).support_state == SupportState.MET
    assert link_of(cast.acme).standing is LinkState.OK

    # The hold that runs stays as it is, and so does a later one of the old case.
    assert holds(old) == [(False, False), (True, True)]
    with acting_as(context_of(cast.engineer)) as now:
        tickets.resume(ticket=old, actor=actor_of(cast.engineer), at=now)
    clock.advance(minutes=5)
    hold(cast, old)
    assert holds(old)[-1] == (True, False)

    # A new ticket is committed to again.
    new = held(cast)
    assert holds(new) == [(False, False)]
    page = browse(cast.engineer).get(f"/desk/tickets/{new.key}/").content.decode()
    assert "Vendor objective not committed" not in page


# --- What an account offers ---------------------------------------------------------------------------------
def test_what_an_account_offers_is_kept_for_a_day(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link = connect(cast.acme, browse, aws, "Business")
    offered = options_of(link)
    assert [one.code for one in offered.severities] == ["low", "normal", "high", "urgent"]
    assert offered.services
    assert offered.services[0].categories
    assert link.options_at == START
    aws.set_plan(link.account_number, "Enterprise")
    clock.advance(hours=1)
    with acting_as(worker_context()) as now:
        links.look_again(customer_id=link.customer_id, account_id=account(cast.acme).pk, at=now)
    looking.look_due()
    assert link_of(cast.acme).options_at == START  # nobody asked, and it is fresh
    look(cast, clock)
    assert [one.code for one in options_of(link_of(cast.acme)).severities][-1] == "critical"


def test_a_state_that_a_poll_found_is_kept_and_looked_at(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link = connect(cast.acme, browse, aws)
    aws.set_plan(link.account_number, "Developer")
    clock.advance(minutes=3)
    with acting_as(worker_context()) as now:
        links.set_state(link=link, at=now, state=LinkState.NO_PLAN, evidence="SubscriptionRequiredException")
    assert account(cast.acme).support_state == SupportState.MET  # a poll is no look
    assert looking.look_due() == 1
    assert account(cast.acme).support_state == SupportState.NOT_MET


def test_a_member_writes_no_support_state(cast: Cast) -> None:
    with acting_as(context_of(cast.acme.lead)), pytest.raises(Exception, match="permission denied"):
        AwsAccount.objects.filter(pk=account(cast.acme).pk).update(support_state="met")


def test_a_look_that_a_person_asks_for_proves_the_role_anew(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link = connect(cast.acme, browse, aws)
    aws.trust(link.account_number, "")
    clock.advance(days=2)
    looking.look_due()  # the daily one leaves no refused calls in the customer's trail
    assert link_of(cast.acme).standing is LinkState.OK
    look(cast, clock)
    assert (link_of(cast.acme).standing, link_of(cast.acme).refusal) == (LinkState.UNVERIFIED, "unsafe")
    assert {mail.recipient_name for mail in mails("vendor")} == {"Desk Lead", "Desk Admin"}


def test_a_role_that_was_opened_wide_after_being_refused_is_not_used(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link = connect(cast.acme, browse, aws)
    aws.fail("AssumeRole", "AccessDenied", times=9, status=403)
    look(cast, clock)
    assert link_of(cast.acme).standing is LinkState.DENIED
    aws.world.faults.clear()
    aws.trust(link.account_number, "")
    clock.advance(hours=1)
    looking.look_due()
    now = link_of(cast.acme)
    assert (now.standing, now.refusal, now.verified_at, now.next_poll_at) == (
        LinkState.UNVERIFIED,
        "unsafe",
        None,
        None,
    )
    assert now.state_since == START + timedelta(hours=1, minutes=1)
