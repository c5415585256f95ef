"""Misses over all tickets: what is overdue comes first, who owns what follows, and who is told when it is late."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError

from core.tenancy import acting_as, worker_context
from notifications.models import Notification
from reports.models import MissAction, MissStep
from reports.tasks import follow_misses
from slas import actions as slas
from slas.models import MissCause, MissExplanation
from tests.cast import CRITICAL, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Clock
from tests.slas.rules import text_of
from tests.slas.test_promises_targets import reply, utc
from tickets.models import Ticket

LIST = "/desk/reports/misses/"


@pytest.fixture
def late(cast: Cast, clock: Clock) -> Ticket:
    """A critical ticket that was answered ten minutes too late, on a Tuesday at 10:40 in Sydney."""
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=40)
    slas.sweep()
    reply(cast, ticket)
    follow_misses()
    return fresh(ticket)


def entries() -> list[MissAction]:
    with acting_as(worker_context()):
        return list(MissAction.objects.select_related("owner").order_by("pk"))


def address() -> str:
    return f"{LIST}{entries()[0].pk}/"


def typed(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "cause": "staffing",
        "detail": "Two were ill",
        "action": "A third is on call",
        "owner": cast.engineer.pk,
        "due_on": "2026-03-20",
        "status": "in_progress",
        "note": "",
        "version": 1,
    } | changes


def told() -> list[tuple[str, str]]:
    with acting_as(worker_context()):
        found = Notification.objects.filter(kind="miss").order_by("pk")
        return list(found.values_list("recipient_name", "subject"))


def test_each_miss_is_followed_once(cast: Cast, late: Ticket) -> None:
    [entry] = entries()
    assert (entry.metric, entry.cycle, entry.severity, entry.status) == ("respond", 1, 1, "open")
    assert entry.missed_at == utc("2026-03-02T23:30:00")
    assert entry.cause_due_at == utc("2026-03-04T23:30:00")  # two business days: Thursday 10:30 in Sydney
    follow_misses()
    assert entries() == [entry]


def test_a_waived_miss_is_not_listed(cast: Cast, browse: Browse, late: Ticket) -> None:
    assert "ACME-1" in text_of(browse(cast.manager).get(LIST))
    with acting_as(context_of(cast.lead)) as now:
        slas.waive_objective(
            ticket=late, metric="respond", cycle=1, actor=actor_of(cast.lead), at=now, reason="Agreed"
        )
    assert "No misses in this period" in text_of(browse(cast.manager).get(LIST))
    assert browse(cast.manager).get(address()).status_code == 404


def test_a_manager_says_why_and_who_does_what_by_when(cast: Cast, browse: Browse, late: Ticket) -> None:
    answer = browse(cast.manager).post(address(), typed(cast))
    assert answer.status_code == 302
    [entry] = entries()
    assert (entry.status, entry.owner, str(entry.due_on)) == ("in_progress", cast.engineer, "2026-03-20")
    with acting_as(worker_context()):
        said = MissExplanation.objects.get()
    assert (said.cause, said.action, said.explained_by_name) == (
        "staffing",
        "A third is on call",
        "Desk Manager",
    )
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{late.number}/").content.decode()
    assert "What we do: A third is on call" in page
    shown = text_of(browse(cast.manager).get(LIST))
    assert "Nobody was free in time 1 1 of 1" in shown
    assert "A third is on call Desk Engineer 20 Mar 2026 In progress" in shown


def test_the_owner_reports_how_far_it_is_and_each_step_stays(
    cast: Cast, browse: Browse, clock: Clock, late: Ticket
) -> None:
    assert browse(cast.engineer).post(address(), typed(cast)).status_code == 403
    browse(cast.manager).post(address(), typed(cast))
    clock.advance(hours=1)
    done = typed(cast, status="done", note="The rota has a third", version=2)
    assert browse(cast.engineer).post(address(), done).status_code == 302
    with acting_as(worker_context()):
        steps = list(MissStep.objects.values_list("by_name", "status", "note"))
    assert steps == [("Desk Manager", "in_progress", ""), ("Desk Engineer", "done", "The rota has a third")]
    page = text_of(browse(cast.engineer).get(address()))
    assert "Done , Desk Engineer, " in page
    assert "The rota has a third" in page
    with acting_as(worker_context()), pytest.raises(DatabaseError):
        MissStep.objects.update(note="Never happened")


def test_what_was_said_on_the_ticket_stands_here(cast: Cast, browse: Browse, late: Ticket) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        slas.explain_misses(
            ticket=late,
            actor=actor_of(cast.engineer),
            at=now,
            misses=["respond:1"],
            cause=MissCause.TOOLS,
            detail="The pager was mute",
            action="It rings",
        )
    form = browse(cast.manager).get(address()).context["form"]
    assert (form["cause"].value(), form["action"].value()) == ("tools", "It rings")
    # Saving it unchanged says nothing anew: its author stays.
    kept = typed(cast, cause="tools", detail="The pager was mute", action="It rings")
    browse(cast.manager).post(address(), kept)
    with acting_as(worker_context()):
        assert MissExplanation.objects.get().explained_by_name == "Desk Engineer"


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"cause": ""}, "cause", "Select a cause."),
        ({"detail": " "}, "detail", "Say what happened: the customer reads it."),
        ({"action": ""}, "status", "Say the cause and the action first, or leave it open."),
        ({"owner": ""}, "owner", "Select who owns the action."),
        ({"due_on": ""}, "due_on", "Enter by when it is done."),
        ({"due_on": "soon"}, "due_on", "Enter a day, for example 2026-12-24."),
        ({"status": "carried_over"}, "note", "Say why it is carried over."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    cast: Cast, browse: Browse, late: Ticket, changes: dict[str, str], field: str, said: str
) -> None:
    answer = browse(cast.manager).post(address(), typed(cast, **changes))
    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [said]}
    assert entries()[0].status == "open"
    with acting_as(worker_context()):
        assert not MissStep.objects.exists()
        assert not MissExplanation.objects.exists()


def test_who_looked_at_an_older_state_is_told(cast: Cast, browse: Browse, late: Ticket) -> None:
    browse(cast.manager).post(address(), typed(cast))
    answer = browse(cast.lead).post(address(), typed(cast, status="done"))
    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile." in text_of(answer)
    assert entries()[0].status == "in_progress"


def test_a_late_cause_is_first_and_told_once(cast: Cast, browse: Browse, clock: Clock, late: Ticket) -> None:
    clock.set(utc("2026-03-04T23:30:00"))
    newer = file_ticket(cast.globex.requester, impact=CRITICAL)
    follow_misses()
    assert told() == []  # due at this very instant, not overdue
    clock.advance(minutes=31)
    slas.sweep()
    follow_misses()
    assert told() == [("Desk Manager", "ACME-1 Cause and action of a miss are overdue")]
    follow_misses()
    assert len(told()) == 1
    page = browse(cast.engineer).get(LIST)
    assert next(entry.ticket.key for entry, _ in page.context["rows"]) == "ACME-1"
    assert newer.key in {entry.ticket.key for entry, _ in page.context["rows"]}
    assert "Overdue since" in text_of(page)
    assert [
        one.ticket.key for one, _ in browse(cast.engineer).get(f"{LIST}?status=overdue").context["rows"]
    ] == ["ACME-1"]


def test_a_late_action_is_told_to_its_owner_and_managers_once_for_each_date(
    cast: Cast, browse: Browse, clock: Clock, late: Ticket
) -> None:
    browse(cast.manager).post(address(), typed(cast, due_on="2026-03-05"))
    clock.set(utc("2026-03-05T23:59:00"))
    follow_misses()
    assert told() == []
    clock.advance(minutes=1)
    follow_misses()
    follow_misses()
    both = [("Desk Engineer", "ACME-1 An action is overdue"), ("Desk Manager", "ACME-1 An action is overdue")]
    assert sorted(told()) == both
    browse(cast.manager).post(address(), typed(cast, due_on="2026-03-06", version=2))
    clock.advance(days=1)
    follow_misses()
    assert sorted(told()) == sorted([*both, *both])
    browse(cast.manager).post(address(), typed(cast, status="done", due_on="2026-03-06", version=3))
    clock.advance(days=9)
    follow_misses()
    assert len(told()) == 4


def test_the_list_is_narrowed(cast: Cast, browse: Browse, late: Ticket) -> None:
    browse(cast.manager).post(address(), typed(cast))
    client = browse(cast.engineer)

    def number(**query: str) -> int:
        answer = client.get(LIST, query)
        assert answer.status_code == 200
        return len(answer.context["rows"])

    assert number() == 1
    assert (number(customer="acme"), number(customer="globex")) == (1, 0)
    assert (number(cause="staffing"), number(cause="none")) == (1, 0)
    assert (number(owner=str(cast.engineer.pk)), number(owner=str(cast.lead.pk))) == (1, 0)
    assert (number(status="in_progress"), number(status="done"), number(status="not_done")) == (1, 0, 1)
    assert number(since="2026-01-01", until="2026-03-02") == 0
    wrong = client.get(LIST, {"until": "2020-01-01"})
    assert wrong.status_code == 422
    assert "Choose a day that is not before the first one." in text_of(wrong)


def test_the_list_goes_to_a_spreadsheet_that_runs_nothing(cast: Cast, browse: Browse, late: Ticket) -> None:
    browse(cast.manager).post(address(), typed(cast, detail="=HYPERLINK(1)", action="@SUM(A1)"))
    answer = browse(cast.engineer).get(f"{LIST}csv/?customer=acme")
    line = answer.content.decode().splitlines()[1]
    assert line == (
        "ACME-1,Acme Freight,First response,P1,2026-03-02T23:30:00Z,2026-03-03 10:30 AEDT,"
        "Nobody was free in time,'=HYPERLINK(1),'@SUM(A1),Desk Engineer,2026-03-20,In progress,"
        "2026-03-04T23:30:00Z,no,no"
    )
    assert browse(cast.engineer).get(f"{LIST}csv/?since=x").status_code == 422


def test_a_customer_sees_nothing_of_it(cast: Cast, browse: Browse, late: Ticket) -> None:
    assert browse(cast.acme.lead).get(LIST).status_code == 403
    assert browse(cast.acme.lead).get(address()).status_code == 403


def test_a_page_asks_as_often_for_many_misses_as_for_one(
    cast: Cast, browse: Browse, clock: Clock, late: Ticket, django_assert_max_num_queries: Any
) -> None:
    client = browse(cast.manager)

    def asked() -> int:
        with django_assert_max_num_queries(200) as seen:
            client.get(LIST)
        return len(seen)

    before = asked()
    for _ in range(3):
        file_ticket(cast.globex.requester, impact=CRITICAL)
    clock.advance(minutes=31)
    slas.sweep()
    follow_misses()
    assert asked() == before
