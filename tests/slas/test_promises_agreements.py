"""Which agreement measures a ticket: the one of the day on which it reached the desk."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest

from core.models import EventRecord
from core.problems import Refused
from core.tenancy import SYSTEM, acting_as, worker_context
from customers.models import Customer
from slas import actions
from slas.models import Agreement, PolicyVersion
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, HIGH, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Clock
from tests.core.two_connections import at_once, backend, wait_until_blocked
from tests.explaining import explain
from tests.slas.checks import assert_cache_is_true
from tests.slas.test_promises_targets import clocks, utc
from tickets import actions as tickets
from tickets.models import Ticket
from tickets.severity import Severity

two_connections = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])


def sign(customer: Customer, number: str, starts_on: date, ends_on: date) -> Agreement:
    with acting_as(worker_context()) as now:
        return actions.sign_agreement(
            customer=customer, number=number, starts_on=starts_on, ends_on=ends_on, actor=SYSTEM, at=now
        )


def signed(customer: Customer) -> list[str]:
    with acting_as(worker_context()):
        return list(
            Agreement.objects.filter(customer=customer).order_by("starts_on").values_list("number", flat=True)
        )


def attached(ticket: Ticket) -> list[str]:
    """Return the number of each agreement that was attached to a ticket, in order."""
    with acting_as(worker_context()):
        records = EventRecord.objects.filter(ticket_id=ticket.pk, type="slas.agreement_attached")
        return [record.payload["agreement_number"] for record in records.order_by("seq")]


def faster_policy() -> PolicyVersion:
    """Publish version 2 of the policy, with ten minutes to respond and an hour to reopen."""
    with acting_as(worker_context()):
        first = PolicyVersion.objects.get(name="Managed service", version=1)
        objectives = [
            one | {"target_seconds": 600} if one["metric"] == "respond" else one
            for one in first.document["objectives"]
        ]
        return PolicyVersion.objects.create(
            name="Managed service",
            version=2,
            document={
                "objectives": objectives,
                "reopen_window": {"calendar": "business", "seconds": 3600},
            },
        )


# --- Edges of the term -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("moment", "is_covered"),
    [
        ("2026-03-03T12:59:59", False),  # 23:59:59 in Sydney on the evening before
        ("2026-03-03T13:00:00", True),
        ("2026-04-30T13:59:59", True),  # 23:59:59 in Sydney on the last day, after daylight saving
        ("2026-04-30T14:00:00", False),
    ],
)
def test_a_term_begins_and_ends_at_the_customers_midnight(
    cast: Cast, clock: Clock, moment: str, is_covered: bool
) -> None:
    sign(cast.initech.customer, "MS-INIT", date(2026, 3, 4), date(2026, 4, 30))
    clock.set(utc(moment))
    ticket = file_ticket(cast.initech.requester, impact=CRITICAL)
    assert fresh(ticket).has_cover is is_covered
    assert attached(ticket) == (["MS-INIT"] if is_covered else [])
    assert bool(clocks(ticket)) is is_covered


def test_what_counts_is_the_day_it_reached_the_desk_not_the_day_it_was_filed(
    cast: Cast, clock: Clock
) -> None:
    sign(cast.initech.customer, "MS-INIT", date(2026, 3, 4), date(2026, 4, 30))
    ticket = file_ticket(cast.initech.requester, impact=HIGH, to_desk=False)
    passed_at = clock.set(utc("2026-03-04T00:00:00"))
    with acting_as(context_of(cast.initech.coordinator)) as now:
        tickets.pass_to_desk(ticket=ticket, actor=actor_of(cast.initech.coordinator), at=now)
    assert attached(ticket) == ["MS-INIT"]
    assert clocks(ticket)["respond"].started_at == passed_at


def test_an_agreement_signed_later_measures_no_ticket_that_was_there_before(cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(cast.initech.requester, impact=CRITICAL)
    sign(cast.initech.customer, "MS-INIT", date(2026, 1, 1), date(2026, 12, 31))
    clock.advance(hours=1)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We are on it.")
    assert clocks(ticket) == {}
    assert fresh(ticket).has_cover is False


# --- Renewal -----------------------------------------------------------------------------------------
def test_a_renewal_with_a_new_policy_measures_only_later_tickets(cast: Cast, clock: Clock) -> None:
    faster_policy()
    sign(cast.acme.customer, "MS-ACME-2027", date(2027, 1, 1), date(2027, 12, 31))
    clock.set(utc("2026-12-31T12:50:00"))  # 23:50 in Sydney on New Year's Eve
    old = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.set(utc("2026-12-31T13:00:00"))
    new = file_ticket(cast.acme.requester, impact=CRITICAL)
    assert (attached(old), attached(new)) == (["MS-ACME"], ["MS-ACME-2027"])
    assert [clocks(ticket)["respond"].target_seconds for ticket in (old, new)] == [1800, 600]
    clock.set(utc("2026-12-31T13:05:00"))
    with acting_as(context_of(cast.engineer)) as now:
        tickets.establish_severity(
            ticket=old, actor=actor_of(cast.engineer), at=now, severity=Severity.P2, reason="Looked closer"
        )
    assert clocks(old)["respond"].target_seconds == 3600  # of the policy it was attached with
    assert_cache_is_true(old)


def test_an_agreement_that_ends_goes_on_measuring_what_it_began(cast: Cast, clock: Clock) -> None:
    clock.set(utc("2026-12-31T12:50:00"))
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.set(utc("2027-01-05T00:00:00"))
    sweep_due_clocks()
    assert clocks(ticket)["respond"].breached_at == utc("2026-12-31T13:20:00")
    late = file_ticket(cast.acme.requester, impact=CRITICAL)
    assert clocks(late) == {}


def closes_at(cast: Cast, ticket: Ticket) -> datetime | None:
    explain(cast, ticket)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.resolve(ticket=ticket, actor=actor_of(cast.engineer), at=now, code="fixed")
    return fresh(ticket).closes_at


def test_a_ticket_stays_open_to_reopening_for_its_own_agreements_window(cast: Cast, clock: Clock) -> None:
    faster_policy()
    sign(cast.acme.customer, "MS-ACME-2027", date(2027, 1, 1), date(2027, 12, 31))
    clock.set(utc("2026-12-31T12:50:00"))
    old = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.set(utc("2027-01-03T22:00:00"))  # Monday 09:00 in Sydney, under the new agreement
    new = file_ticket(cast.acme.requester, impact=CRITICAL)
    second = timedelta(seconds=1)
    assert closes_at(cast, old) == utc("2027-01-08T06:00:00") + second  # five business days, as it was
    assert closes_at(cast, new) == utc("2027-01-03T23:00:00") + second  # one business hour


def test_without_an_agreement_the_seeded_window_holds(cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(cast.initech.requester, impact=HIGH)
    assert closes_at(cast, ticket) == utc("2026-03-09T23:00:00") + timedelta(seconds=1)


# --- Signing -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [
        (date(2026, 6, 1), date(2026, 6, 1), "ends_on"),
        (date(2026, 6, 2), date(2026, 6, 1), "ends_on"),
        (date(2026, 12, 31), date(2027, 12, 30), "starts_on"),  # shares one day
        (date(2025, 1, 1), date(2026, 1, 1), "starts_on"),
        (date(2025, 1, 1), date(2027, 12, 31), "starts_on"),
        (date(2026, 5, 1), date(2026, 5, 2), "starts_on"),
    ],
)
def test_a_term_that_cannot_be_is_refused(cast: Cast, starts_on: date, ends_on: date, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        sign(cast.acme.customer, "MS-OTHER", starts_on, ends_on)
    assert refusal.value.field == field
    assert signed(cast.acme.customer) == ["MS-ACME"]


def test_a_term_may_begin_on_the_day_after_another(cast: Cast) -> None:
    sign(cast.acme.customer, "MS-ACME-2027", date(2027, 1, 1), date(2027, 12, 31))
    sign(cast.acme.customer, "MS-ACME-2025", date(2025, 1, 1), date(2025, 12, 31))
    assert signed(cast.acme.customer) == ["MS-ACME-2025", "MS-ACME", "MS-ACME-2027"]


def test_a_number_names_one_agreement_of_a_customer(cast: Cast) -> None:
    with pytest.raises(Refused, match="has this number") as refusal:
        sign(cast.acme.customer, "MS-ACME", date(2027, 1, 1), date(2027, 12, 31))
    assert refusal.value.field == "number"
    sign(cast.initech.customer, "MS-ACME", date(2027, 1, 1), date(2027, 12, 31))
    assert signed(cast.acme.customer) == ["MS-ACME"]
    assert signed(cast.initech.customer) == ["MS-ACME"]


@two_connections
def test_of_two_terms_signed_at_once_the_second_is_refused(real_cast: Cast) -> None:
    initech = real_cast.initech.customer
    wrote = threading.Event()

    def first() -> None:
        with acting_as(worker_context()):
            sign(initech, "FIRST", date(2026, 1, 1), date(2026, 12, 31))
            wrote.set()
            wait_until_blocked(backend())

    def second() -> None:
        assert wrote.wait(20)
        sign(initech, "SECOND", date(2026, 6, 1), date(2027, 5, 31))

    [refusal] = at_once(first, second)
    assert isinstance(refusal, Refused)
    assert signed(initech) == ["FIRST"]
