"""Tickets are linked; a customer sees links between its own tickets that the reader may read, and no others."""

from __future__ import annotations

from core.models import EventRecord
from core.tenancy import acting_as
from tests.cast import Cast, context_of, file_ticket
from tests.conftest import Browse, Call
from tests.tickets.conftest import facts_of
from tickets.models import LinkKind, Ticket, TicketLink


def link(browse: Browse, cast: Cast, ticket: Ticket, other: Ticket, kind: LinkKind) -> int:
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/link/", {"other": other.key, "kind": kind.value}
    )
    return answer.status_code


def ends(cast: Cast) -> list[tuple[int, str, str]]:
    with acting_as(context_of(cast.engineer)):
        return list(TicketLink.objects.order_by("pk").values_list("ticket_id", "kind", "audience"))


def test_a_link_is_read_from_both_ends(cast: Cast, browse: Browse) -> None:
    one, another = file_ticket(cast.acme.requester), file_ticket(cast.acme.requester)
    assert link(browse, cast, one, another, LinkKind.DUPLICATE_OF) == 302
    assert ends(cast) == [(one.pk, "duplicate_of", "public"), (another.pk, "duplicated_by", "public")]
    page = browse(cast.engineer).get(f"/desk/tickets/{another.key}/").content.decode()
    assert "Has the duplicate" in page
    assert f"linked this: has the duplicate {one.key}" in page


def test_a_key_is_found_however_it_is_typed(cast: Cast, browse: Browse) -> None:
    one, another = file_ticket(cast.acme.requester), file_ticket(cast.acme.requester)
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{one.key}/link/", {"other": f"  {another.key.lower()} ", "kind": "related"}
    )
    assert answer.status_code == 302
    assert len(ends(cast)) == 2


def test_an_unknown_reference_is_said_beside_the_field(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/link/", {"other": "ACME-999", "kind": "related"}
    )
    assert answer.status_code == 422
    said = "There is no ticket ACME-999. Enter a reference such as ACME-128."
    assert answer.context["failed"]["link"].errors == {"other": [said]}
    assert 'value="ACME-999"' in answer.content.decode()
    assert ends(cast) == []


def test_two_tickets_have_one_link(cast: Cast, browse: Browse) -> None:
    one, another = file_ticket(cast.acme.requester), file_ticket(cast.acme.requester)
    assert link(browse, cast, one, another, LinkKind.RELATED) == 302
    assert link(browse, cast, another, one, LinkKind.DUPLICATE_OF) == 422
    assert len(ends(cast)) == 2


def test_a_ticket_is_not_linked_to_itself(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    assert link(browse, cast, ticket, ticket, LinkKind.RELATED) == 422
    assert ends(cast) == []


def test_a_major_incident_has_one_level_of_parts(cast: Cast, browse: Browse) -> None:
    top, part, below = (file_ticket(cast.acme.requester) for _ in range(3))
    assert link(browse, cast, part, top, LinkKind.CHILD) == 302
    assert link(browse, cast, below, part, LinkKind.CHILD) == 422
    assert link(browse, cast, top, below, LinkKind.CHILD) == 422
    assert len(ends(cast)) == 2


def test_removing_a_link_removes_both_ends(cast: Cast, browse: Browse) -> None:
    one, another = file_ticket(cast.acme.requester), file_ticket(cast.globex.requester)
    link(browse, cast, one, another, LinkKind.RELATED)
    answer = browse(cast.engineer).post(f"/desk/tickets/{another.key}/unlink/", {"other": one.key})
    assert answer.status_code == 302
    assert ends(cast) == []
    assert (facts_of(one)[-1], facts_of(another)[-1]) == ("unlinked", "unlinked")


def test_a_member_sees_a_link_between_tickets_that_they_may_read(cast: Cast, browse: Browse) -> None:
    mine, colleagues = file_ticket(cast.acme.requester), file_ticket(cast.acme.coordinator)
    link(browse, cast, mine, colleagues, LinkKind.DUPLICATE_OF)
    to_it = f'<a href="/c/acme/tickets/{colleagues.number}/">'
    assert to_it in browse(cast.acme.lead).get(f"/c/acme/tickets/{mine.number}/").content.decode()
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{mine.number}/").content.decode()
    assert (to_it in page, colleagues.key in page, "Linked tickets" in page) == (False, False, False)


def test_a_link_between_customers_is_the_desks_alone(cast: Cast, browse: Browse) -> None:
    ours = file_ticket(cast.acme.requester, subject="Acme is slow")
    theirs = file_ticket(cast.globex.requester, subject="Globex is slow")
    link(browse, cast, ours, theirs, LinkKind.PARENT)
    assert ends(cast) == [(ours.pk, "parent", "desk"), (theirs.pk, "child", "desk")]
    desk = browse(cast.engineer).get(f"/desk/tickets/{ours.key}/").content.decode()
    assert ("Globex is slow" in desk, "<b>Globex Power</b>" in desk) == (True, True)
    page = browse(cast.acme.lead).get(f"/c/acme/tickets/{ours.number}/").content.decode()
    for word in ("GLOB", "Globex", "Linked tickets", "major incident", "linked this"):
        assert word not in page, word


def test_the_database_hides_ends_and_facts_of_links_between_customers(cast: Cast, browse: Browse) -> None:
    ours, theirs = file_ticket(cast.acme.requester), file_ticket(cast.globex.requester)
    own = file_ticket(cast.acme.requester)
    link(browse, cast, ours, theirs, LinkKind.RELATED)
    link(browse, cast, ours, own, LinkKind.RELATED)
    with acting_as(context_of(cast.acme.lead)):
        assert sorted(TicketLink.objects.values_list("ticket_id", flat=True)) == [ours.pk, own.pk]
        assert not EventRecord.objects.filter(type="tickets.linked").exists()


def test_the_api_links_and_unlinks(cast: Cast, call: Call) -> None:
    one, another = file_ticket(cast.acme.requester), file_ticket(cast.acme.requester)
    address = f"/api/v1/c/acme/tickets/{one.number}"
    client = call(cast.engineer)
    given = {"other": another.key, "kind": "duplicate_of"}
    assert client.post(f"{address}/link/", given, format="json").status_code == 200
    assert [kind for _, kind, _ in ends(cast)] == ["duplicate_of", "duplicated_by"]
    assert client.post(f"{address}/unlink/", {"other": another.key}, format="json").status_code == 200
    assert ends(cast) == []


def test_a_member_links_nothing(cast: Cast, call: Call) -> None:
    one, another = file_ticket(cast.acme.lead), file_ticket(cast.acme.lead)
    answer = call(cast.acme.lead).post(
        f"/api/v1/c/acme/tickets/{one.number}/link/",
        {"other": another.key, "kind": "related"},
        format="json",
    )
    assert answer.status_code == 403
    assert ends(cast) == []
