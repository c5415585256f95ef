"""The desk finds tickets by words of its own list, which customers do not see."""

from __future__ import annotations

import pytest

from core.models import DeskRecord
from core.tenancy import acting_as
from tests.cast import Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Call
from tests.tickets.conftest import facts_of
from tickets import actions
from tickets.models import Tag, Ticket, TicketTag


@pytest.fixture
def network(cast: Cast) -> Tag:
    with acting_as(context_of(cast.lead)) as now:
        return actions.add_tag(actor=actor_of(cast.lead), at=now, name="Network")


def tags_on(cast: Cast, ticket: Ticket) -> list[str]:
    with acting_as(context_of(cast.engineer)):
        return list(TicketTag.objects.filter(ticket=ticket).values_list("tag__name", flat=True))


def test_an_engineer_adds_a_tag_and_the_timeline_says_who(cast: Cast, browse: Browse, network: Tag) -> None:
    ticket = file_ticket(cast.acme.requester)
    client = browse(cast.engineer)
    answer = client.post(f"/desk/tickets/{ticket.key}/tag/", {"tag": network.pk})
    assert answer.status_code == 302
    assert tags_on(cast, ticket) == ["network"]
    page = client.get(f"/desk/tickets/{ticket.key}/").content.decode()
    assert "added the tag “network”" in page
    assert f'name="tag" value="{network.pk}"' in page


def test_adding_a_tag_twice_says_it_once(cast: Cast, browse: Browse, network: Tag) -> None:
    ticket = file_ticket(cast.acme.requester)
    for _ in range(2):
        browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/tag/", {"tag": network.pk})
    assert facts_of(ticket).count("tagged") == 1


def test_a_removed_tag_is_gone_and_the_log_keeps_both(cast: Cast, browse: Browse, network: Tag) -> None:
    ticket = file_ticket(cast.acme.requester)
    for verb in ("tag", "untag"):
        browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/{verb}/", {"tag": network.pk})
    assert tags_on(cast, ticket) == []
    assert facts_of(ticket)[-2:] == ["tagged", "untagged"]


def test_the_api_tags_by_name(cast: Cast, call: Call, network: Tag) -> None:
    ticket = file_ticket(cast.acme.requester)
    address = f"/api/v1/c/acme/tickets/{ticket.number}"
    assert call(cast.engineer).post(f"{address}/tag/", {"tag": "network"}, format="json").status_code == 200
    assert tags_on(cast, ticket) == ["network"]
    assert call(cast.engineer).post(f"{address}/untag/", {"tag": "network"}, format="json").status_code == 200
    assert tags_on(cast, ticket) == []


def test_a_member_neither_tags_nor_sees_tags(cast: Cast, browse: Browse, call: Call, network: Tag) -> None:
    ticket = file_ticket(cast.acme.requester)
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/tag/", {"tag": network.pk})
    before = facts_of(ticket)
    answer = call(cast.acme.lead).post(
        f"/api/v1/c/acme/tickets/{ticket.number}/untag/", {"tag": "network"}, format="json"
    )
    assert answer.status_code == 403
    assert tags_on(cast, ticket) == ["network"]
    assert facts_of(ticket) == before
    page = browse(cast.acme.lead).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "network" not in page


def test_a_withdrawn_tag_is_refused_beside_the_field(cast: Cast, browse: Browse, network: Tag) -> None:
    ticket = file_ticket(cast.acme.requester)
    browse(cast.lead).post(f"/desk/admin/tags/{network.pk}/switch/", {"active": "no"})
    answer = browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/tag/", {"tag": network.pk})
    assert answer.status_code == 422
    assert answer.context["failed"]["tag"].errors == {"tag": ["Select a tag of the list."]}
    assert tags_on(cast, ticket) == []


def test_a_lead_renames_a_tag_wherever_it_is(cast: Cast, browse: Browse, network: Tag) -> None:
    ticket = file_ticket(cast.acme.requester)
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/tag/", {"tag": network.pk})
    answer = browse(cast.lead).post(f"/desk/admin/tags/{network.pk}/", {"name": "  Lines "})
    assert answer.status_code == 302
    assert tags_on(cast, ticket) == ["lines"]


def test_a_name_that_is_taken_is_refused_in_words(cast: Cast, browse: Browse, network: Tag) -> None:
    answer = browse(cast.lead).post("/desk/admin/tags/", {"name": "NETWORK"})
    assert answer.status_code == 422
    said = "There is a tag of this name. Enter another one, or merge the two."
    assert answer.context["form"].errors == {"name": [said]}
    with acting_as(context_of(cast.lead)):
        assert list(Tag.objects.values_list("name", flat=True)) == ["network"]


def test_merging_two_tags_leaves_each_ticket_one(cast: Cast, browse: Browse, network: Tag) -> None:
    with acting_as(context_of(cast.lead)) as now:
        lines = actions.add_tag(actor=actor_of(cast.lead), at=now, name="lines")
    both, one = file_ticket(cast.acme.requester), file_ticket(cast.globex.requester)
    for ticket, tag in ((both, network), (both, lines), (one, lines)):
        browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/tag/", {"tag": tag.pk})
    answer = browse(cast.lead).post(f"/desk/admin/tags/{lines.pk}/", {"into": network.pk})
    assert answer.status_code == 302
    assert (tags_on(cast, both), tags_on(cast, one)) == (["network"], ["network"])
    with acting_as(context_of(cast.lead)):
        assert list(Tag.objects.active().values_list("name", flat=True)) == ["network"]
        last = DeskRecord.objects.filter(type="tickets.tag_changed").latest("pk")
    assert last.payload == {"tag_id": lines.pk, "tag": "lines", "kind": "merged into “network”"}


def test_an_engineer_does_not_keep_the_list(cast: Cast, browse: Browse, network: Tag) -> None:
    assert browse(cast.engineer).post("/desk/admin/tags/", {"name": "mine"}).status_code == 403
    with acting_as(context_of(cast.lead)):
        assert list(Tag.objects.values_list("name", flat=True)) == ["network"]
