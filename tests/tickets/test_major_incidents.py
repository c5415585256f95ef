"""One update about a major incident reaches each customer as a reply of its own."""

from __future__ import annotations

import pytest

from core.tenancy import acting_as
from slas.models import Clock
from tests.cast import Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse
from tests.tickets.conftest import everything_about, facts_of
from tickets import actions
from tickets.models import LinkKind, Message, Ticket


@pytest.fixture
def storm(cast: Cast) -> tuple[Ticket, Ticket, Ticket]:
    """A major incident of Acme over a ticket of Globex and one of Initech."""
    top = file_ticket(cast.acme.requester, subject="Region is slow")
    parts = file_ticket(cast.globex.requester), file_ticket(cast.initech.requester)
    with acting_as(context_of(cast.engineer)) as now:
        for part in parts:
            actions.link_tickets(
                ticket=top, actor=actor_of(cast.engineer), at=now, other=part, kind=LinkKind.PARENT
            )
    return top, *parts


def bodies(cast: Cast, ticket: Ticket) -> list[str]:
    with acting_as(context_of(cast.engineer)):
        return list(Message.objects.filter(ticket=ticket, author_kind="desk").values_list("body", flat=True))


def send(browse: Browse, cast: Cast, storm: tuple[Ticket, ...], body: str, step: str = "send") -> object:
    return browse(cast.engineer).post(
        f"/desk/tickets/{storm[0].key}/major/",
        {"body": body, "parts": [ticket.key for ticket in storm], "step": step},
    )


def test_each_customer_gets_its_own_words(
    cast: Cast, browse: Browse, storm: tuple[Ticket, Ticket, Ticket]
) -> None:
    send(browse, cast, storm, "{{customer}}: we work on {{key}}.")
    assert [bodies(cast, ticket) for ticket in storm] == [
        [f"Acme Freight: we work on {storm[0].key}."],
        [f"Globex Power: we work on {storm[1].key}."],
        [f"Initech Paper: we work on {storm[2].key}."],
    ]
    assert facts_of(storm[0])[-1] == "major_update_sent"


def test_it_counts_for_each_tickets_clocks(
    cast: Cast, browse: Browse, storm: tuple[Ticket, Ticket, Ticket]
) -> None:
    send(browse, cast, storm, "We work on it.")
    with acting_as(context_of(cast.engineer)):
        met = list(
            Clock.objects.filter(metric="respond", outcome="met")
            .order_by("ticket_id")
            .values_list("ticket_id", flat=True)
        )
    assert met == [storm[0].pk, storm[1].pk]  # the third has no agreement


def test_it_is_shown_first_and_nothing_is_sent(
    cast: Cast, browse: Browse, storm: tuple[Ticket, Ticket, Ticket]
) -> None:
    before = [everything_about(ticket) for ticket in storm]
    answer = send(browse, cast, storm, "Hello {{first_name}}.", step="look")
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert "Globex Power, to Globex Requester" in page
    assert "Hello Globex." in page
    assert "Send to 3 customer tickets" in page
    assert [everything_about(ticket) for ticket in storm] == before


def test_no_customer_is_named_to_another(
    cast: Cast, browse: Browse, storm: tuple[Ticket, Ticket, Ticket]
) -> None:
    answer = send(browse, cast, storm, "Globex Power is hit as well.")
    outcomes = answer.context["outcomes"]  # type: ignore[attr-defined]
    assert [(one.key, one.reason) for one in outcomes] == [
        (storm[0].key, "The text names Globex Power, which Acme Freight must not read of."),
        (storm[1].key, ""),
        (storm[2].key, "The text names Globex Power, which Initech Paper must not read of."),
    ]
    assert [len(bodies(cast, ticket)) for ticket in storm] == [0, 1, 0]


def test_one_that_is_refused_stops_no_other(
    cast: Cast, browse: Browse, storm: tuple[Ticket, Ticket, Ticket]
) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        by = actor_of(cast.engineer)
        actions.resolve(ticket=storm[1], actor=by, at=now, code="fixed")
        actions.close(ticket=storm[1], actor=by, at=now)
    page = browse(cast.engineer).get(f"/desk/tickets/{storm[0].key}/major/").content.decode()
    assert f"Not on the list, because they are closed: {storm[1].key}." in page
    with acting_as(context_of(cast.engineer)) as now:
        outcomes = actions.update_parts(
            ticket=storm[0],
            actor=actor_of(cast.engineer),
            at=now,
            parts=storm,
            text_for=lambda part: "We work on it.",
        )
    assert [one.is_done for one in outcomes] == [True, False, True]
    assert [len(bodies(cast, ticket)) for ticket in storm] == [1, 0, 1]


def test_a_variable_without_a_value_is_left_for_nobody_to_read(
    cast: Cast, browse: Browse, storm: tuple[Ticket, Ticket, Ticket]
) -> None:
    answer = send(browse, cast, storm, "Due {{restore_due}}.")
    outcomes = answer.context["outcomes"]  # type: ignore[attr-defined]
    assert [one.is_done for one in outcomes] == [True, True, False]
    assert bodies(cast, storm[2]) == []


def test_a_customers_page_shows_nothing_of_the_incident(
    cast: Cast, browse: Browse, storm: tuple[Ticket, Ticket, Ticket]
) -> None:
    send(browse, cast, storm, "We work on it.")
    page = browse(cast.globex.lead).get(f"/c/globex/tickets/{storm[1].number}/").content.decode()
    for word in ("ACME", "Acme", "INIT", "Initech", "major incident"):
        assert word not in page, word
