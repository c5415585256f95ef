"""People of the desk follow tickets, and let the customer's people follow."""

from __future__ import annotations

from core.tenancy import acting_as
from notifications.models import Notification
from tests.cast import Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Call
from tests.tickets.conftest import everything_about, facts_of
from tickets import actions
from tickets.models import DeskFollower, Ticket, Watcher


def told(cast: Cast, ticket: Ticket, kind: str) -> list[str]:
    with acting_as(context_of(cast.engineer)):
        return list(
            Notification.objects.filter(ticket_id=ticket.pk, kind=kind)
            .order_by("recipient_name")
            .values_list("recipient_name", flat=True)
        )


def test_whoever_follows_is_told_of_internal_notes(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    for person in (cast.lead, cast.engineer):
        browse(person).post(f"/desk/tickets/{ticket.key}/follow/")
    with acting_as(context_of(cast.engineer)) as now:
        actions.post_internal_note(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, body="The disk is full"
        )
    assert told(cast, ticket, "followed") == ["Desk Lead"]


def test_whoever_is_named_as_well_is_told_once(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    browse(cast.lead).post(f"/desk/tickets/{ticket.key}/follow/")
    with acting_as(context_of(cast.engineer)) as now:
        actions.post_internal_note(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, body="@Desk Lead, look at this"
        )
    assert (told(cast, ticket, "followed"), told(cast, ticket, "mention")) == ([], ["Desk Lead"])


def test_following_ends(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    client = browse(cast.engineer)
    client.post(f"/desk/tickets/{ticket.key}/follow/")
    assert "Stop following" in client.get(f"/desk/tickets/{ticket.key}/").content.decode()
    client.post(f"/desk/tickets/{ticket.key}/unfollow/")
    assert "Stop following" not in client.get(f"/desk/tickets/{ticket.key}/").content.decode()
    with acting_as(context_of(cast.engineer)):
        assert not DeskFollower.objects.exists()


def test_the_queue_has_a_view_of_what_one_follows(cast: Cast, browse: Browse) -> None:
    followed, _ = file_ticket(cast.acme.requester), file_ticket(cast.globex.requester)
    browse(cast.engineer).post(f"/desk/tickets/{followed.key}/follow/")
    page = browse(cast.engineer).get("/desk/?view=followed")
    rows = [ticket.key for group in page.context["groups"] for ticket in group.rows]
    assert rows == [followed.key]


def test_the_desk_lets_a_member_follow_who_may_then_read_it(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.coordinator)
    reader = browse(cast.acme.requester)
    assert reader.get(f"/c/acme/tickets/{ticket.number}/").status_code == 404
    address = f"/desk/tickets/{ticket.key}"
    browse(cast.engineer).post(f"{address}/follower/", {"member": cast.acme.requester.pk})
    assert reader.get(f"/c/acme/tickets/{ticket.number}/").status_code == 200
    page = browse(cast.engineer).get(f"{address}/").content.decode()
    assert "lets Acme Requester follow this" in page
    browse(cast.engineer).post(f"{address}/unfollower/", {"member": cast.acme.requester.pk})
    assert reader.get(f"/c/acme/tickets/{ticket.number}/").status_code == 404
    assert facts_of(ticket)[-2:] == ["follower_added", "follower_removed"]


def test_another_customers_member_cannot_be_made_to_follow(cast: Cast, browse: Browse, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester)
    before = everything_about(ticket)
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/follower/", {"member": cast.globex.lead.pk}
    )
    assert answer.status_code == 422
    assert answer.context["failed"]["follower"].errors == {"member": ["Select one of the customer's people."]}
    refused = call(cast.engineer).post(
        f"/api/v1/c/acme/tickets/{ticket.number}/follower/",
        {"member": cast.globex.lead.email},
        format="json",
    )
    assert refused.status_code == 400
    assert everything_about(ticket) == before
    with acting_as(context_of(cast.engineer)):
        assert not Watcher.objects.exists()
