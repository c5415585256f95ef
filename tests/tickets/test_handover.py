"""At the end of a shift everything that is owed gets a new owner, in one act, and the next shift accepts it."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from notifications.models import Notification
from tests.cast import CRITICAL, LOW, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Clock
from tests.teams import networks
from tests.tickets.conftest import everything_about, facts_of
from tickets import actions
from tickets.models import Handover, HandoverLine, Message, Ticket

PAGE = "/desk/handover/"


@pytest.fixture
def mine(cast: Cast) -> list[Ticket]:
    """Two tickets of the engineer that are due today: one of Acme, one of Globex."""
    return [own(cast, file_ticket(house.coordinator, impact=CRITICAL)) for house in (cast.acme, cast.globex)]


def own(cast: Cast, ticket: Ticket) -> Ticket:
    with acting_as(context_of(cast.engineer)) as now:
        actions.take(ticket=ticket, person=cast.engineer, actor=actor_of(cast.engineer), at=now)
    return fresh(ticket)


def typed(tickets: list[Ticket], **more: Any) -> dict[str, Any]:
    return {f"version-{ticket.pk}": fresh(ticket).version for ticket in tickets} | more


def notes(ticket: Ticket) -> list[str]:
    with acting_as(worker_context()):
        return list(Message.objects.filter(ticket=ticket, audience="desk").values_list("body", flat=True))


def records() -> tuple[int, int]:
    with acting_as(worker_context()):
        return Handover.objects.count(), HandoverLine.objects.count()


def mails() -> list[Notification]:
    with acting_as(worker_context()):
        return list(Notification.objects.filter(kind="handover").order_by("pk"))


def test_all_go_to_one_colleague_who_gets_one_message(cast: Cast, browse: Browse, mine: list[Ticket]) -> None:
    ours, theirs = mine
    answer = browse(cast.engineer).post(
        PAGE,
        typed(
            mine, everyone=f"p{cast.lead.pk}", note="Quiet night.", **{f"note-{ours.pk}": "Call Ben at 9."}
        ),
    )
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert [fresh(ticket).assignee for ticket in mine] == [cast.lead, cast.lead]
    assert notes(ours) == ["Handed over to Desk Lead. Quiet night. Call Ben at 9."]
    assert notes(theirs) == ["Handed over to Desk Lead. Quiet night."]
    assert facts_of(ours)[-2:] == ["assigned", "internal_note"]
    [mail] = mails()
    assert (mail.recipient_email, mail.audience) == ("lead@trusst.example", "desk")
    assert mail.subject == "Desk Engineer hands over 2 tickets to you"
    assert "- ACME-1 Shop is slow, due " in mail.body
    assert ": Call Ben at 9." in mail.body
    assert "- GLOB-1 Shop is slow, due " in mail.body


def test_each_ticket_may_go_to_somebody_else_and_one_may_stay(
    cast: Cast, browse: Browse, mine: list[Ticket]
) -> None:
    third = own(cast, file_ticket(cast.acme.coordinator, impact=CRITICAL))
    tickets = [*mine, third]
    to = [f"p{cast.lead.pk}", f"p{cast.manager.pk}", "keep"]
    browse(cast.engineer).post(
        PAGE, typed(tickets, **{f"to-{one.pk}": who for one, who in zip(tickets, to, strict=True)})
    )
    assert [fresh(one).assignee for one in tickets] == [cast.lead, cast.manager, cast.engineer]
    assert records() == (1, 2)
    assert len(mails()) == 2


def test_a_promise_without_a_new_owner_is_refused_beside_the_ticket(
    cast: Cast, browse: Browse, mine: list[Ticket]
) -> None:
    ours, theirs = mine
    before = [everything_about(ticket) for ticket in mine]
    answer = browse(cast.engineer).post(
        PAGE, typed(mine, note="Quiet.", **{f"to-{ours.pk}": f"p{cast.lead.pk}"})
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        f"to-{theirs.pk}": ["GLOB-1 has a promise due. Select a new owner, or keep it."]
    }
    assert "Quiet." in answer.content.decode()
    assert [everything_about(ticket) for ticket in mine] == before
    assert (records(), mails()) == ((0, 0), [])


def test_a_team_gets_a_ticket_through_its_lead(cast: Cast, browse: Browse, mine: list[Ticket]) -> None:
    team = networks(cast)
    browse(cast.engineer).post(PAGE, typed(mine, everyone=f"t{team.pk}"))
    assert [(fresh(one).team_id, fresh(one).assignee) for one in mine] == [(team.pk, cast.lead)] * 2


def test_a_team_without_a_lead_keeps_no_promise(cast: Cast, browse: Browse, mine: list[Ticket]) -> None:
    team = networks(cast)
    browse(cast.admin).post(f"/desk/admin/teams/{team.pk}/", {"name": "Networks", "lead": ""})
    before = [everything_about(ticket) for ticket in mine]
    answer = browse(cast.engineer).post(PAGE, typed(mine, everyone=f"t{team.pk}"))
    assert answer.status_code == 422
    assert answer.context["form"].errors[f"to-{mine[0].pk}"] == [
        "ACME-1: Networks has no lead, so nobody would keep this promise. Select a person, or keep it."
    ]
    assert [everything_about(ticket) for ticket in mine] == before


def test_a_ticket_that_changed_since_stops_the_whole_handover(
    cast: Cast, browse: Browse, mine: list[Ticket]
) -> None:
    posted = typed(mine, everyone=f"p{cast.lead.pk}", note="Quiet.")
    browse(cast.manager).post(
        f"/desk/tickets/{mine[0].key}/severity/",
        {"version": mine[0].version, "severity": 2, "reason": "Half works"},
    )
    before = [everything_about(ticket) for ticket in mine]
    client = browse(cast.engineer)
    answer = client.post(PAGE, posted)
    assert answer.status_code == 409
    assert answer.context["form"].errors[f"to-{mine[0].pk}"] == ["ACME-1: It changed since you looked."]
    assert [everything_about(ticket) for ticket in mine] == before
    assert records() == (0, 0)
    again = client.post(PAGE, typed(mine, everyone=f"p{cast.lead.pk}"))
    assert again.status_code == 302


def test_the_next_shift_sees_what_it_got_and_accepts_it(
    cast: Cast, browse: Browse, clock: Clock, mine: list[Ticket]
) -> None:
    giver, receiver = browse(cast.engineer), browse(cast.lead)
    giver.post(PAGE, typed(mine, everyone=f"p{cast.lead.pk}"))
    clock.advance(minutes=2)
    page = receiver.get(PAGE)
    assert "Handed over to you by Desk Engineer at" in page.content.decode()
    [lines] = page.context["waiting"]
    assert [line.ticket.key for line in lines] == ["ACME-1", "GLOB-1"]
    receiver.post(f"{PAGE}{lines[0].handover_id}/accept/")
    assert receiver.get(PAGE).context["waiting"] == []
    [given] = giver.get(PAGE).context["given"]
    assert [line.accepted_at for line in given] == [clock.now, clock.now]


def test_nobody_accepts_what_another_was_handed(cast: Cast, browse: Browse, mine: list[Ticket]) -> None:
    browse(cast.engineer).post(PAGE, typed(mine, everyone=f"p{cast.lead.pk}"))
    with acting_as(worker_context()):
        pk = Handover.objects.get().pk
    browse(cast.manager).post(f"{PAGE}{pk}/accept/")
    with acting_as(worker_context()):
        assert set(HandoverLine.objects.values_list("accepted_at", flat=True)) == {None}


def test_the_page_lists_what_is_due_within_a_day_and_everything_when_asked(
    cast: Cast, browse: Browse, mine: list[Ticket]
) -> None:
    later = own(cast, file_ticket(cast.initech.coordinator, impact=LOW))
    client = browse(cast.engineer)
    assert client.get(PAGE).context["tickets"] == mine
    assert client.get(f"{PAGE}?show=all").context["tickets"] == [*mine, later]


def test_nothing_chosen_is_nothing_handed_over(cast: Cast, browse: Browse) -> None:
    later = own(cast, file_ticket(cast.initech.coordinator, impact=LOW))
    answer = browse(cast.engineer).post(PAGE, typed([later], show="all"))
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["Choose a new owner for at least one ticket."]
    assert records() == (0, 0)


# --- My next updates ---------------------------------------------------------------------------------
def test_an_update_is_sent_from_the_list(cast: Cast, browse: Browse, mine: list[Ticket]) -> None:
    client = browse(cast.engineer)
    page = client.get("/desk/updates/")
    assert [ticket.key for ticket, *_ in page.context["rows"]] == ["ACME-1", "GLOB-1"]
    answer = client.post("/desk/updates/ACME-1/", {"body": "The database is back."})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/updates/")
    assert facts_of(mine[0])[-1] == "public_reply"


def test_what_cannot_be_sent_stays_in_its_box(cast: Cast, browse: Browse, mine: list[Ticket]) -> None:
    before = everything_about(mine[0])
    answer = browse(cast.engineer).post("/desk/updates/ACME-1/", {"body": "Hello {{first_name}}"})
    assert answer.status_code == 422
    assert b"Hello {{first_name}}</textarea>" in answer.content
    assert everything_about(mine[0]) == before


def test_a_ticket_of_somebody_else_is_not_on_the_list(cast: Cast, browse: Browse, mine: list[Ticket]) -> None:
    before = everything_about(mine[0])
    assert browse(cast.lead).post("/desk/updates/ACME-1/", {"body": "Hi"}).status_code == 404
    assert everything_about(mine[0]) == before
