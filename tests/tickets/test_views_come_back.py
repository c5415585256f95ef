"""A saved view that was deleted by mistake comes back, for a while, as it was."""

from __future__ import annotations

from typing import Any

from django.test import Client

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson
from tests.cast import Cast, context_of
from tests.conftest import Browse, Clock
from tickets import actions
from tickets.models import SavedView


def keep(person: DeskPerson, name: str = "Worst", *, shared: bool = False) -> SavedView:
    with acting_as(context_of(person)) as now:
        return actions.save_view(person=person, at=now, name=name, filters={"severity": ["1"]}, shared=shared)


def do(client: Client, view: SavedView, what: str, **more: str) -> Any:
    return client.post(f"/desk/views/{view.pk}/", {"do": what, **more}, follow=True)


def listed(client: Client) -> list[str]:
    return [view.name for view, _, _ in client.get("/desk/views/").context["rows"]]


def offered(client: Client) -> list[str]:
    """Return the views that the page offers to bring back."""
    return [view.name for view in client.get("/desk/views/").context["deleted"]]


def test_a_deleted_view_is_offered_for_ten_minutes_and_comes_back_in_its_place(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    client = browse(cast.engineer)
    first, second = keep(cast.engineer), keep(cast.engineer, "Second")
    page = do(client, first, "delete").content.decode()
    assert "“Worst” is deleted. The tickets in it are not touched." in page
    assert 'value="restore">Undo' in page
    assert "Worst" not in client.get("/desk/").content.decode()
    assert listed(client) == [second.name]
    clock.advance(minutes=9)
    back = do(client, first, "restore").content.decode()
    assert "“Worst” is back." in back
    assert listed(client) == ["Worst", "Second"]
    assert offered(client) == []
    with acting_as(worker_context()):
        assert SavedView.objects.get(pk=first.pk).filters == {"severity": ["1"]}


def test_after_a_while_it_is_gone_and_the_next_deletion_clears_it_away(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    client = browse(cast.engineer)
    first, second = keep(cast.engineer), keep(cast.engineer, "Second")
    do(client, first, "delete")
    clock.advance(minutes=10, seconds=1)
    assert offered(client) == []
    assert client.post(f"/desk/views/{first.pk}/", {"do": "restore"}).status_code == 404
    do(client, second, "delete")
    with acting_as(worker_context()):
        assert [view.name for view in SavedView.objects.all()] == ["Second"]


def test_its_name_is_free_meanwhile_and_a_view_of_the_name_keeps_the_old_one_away(
    cast: Cast, browse: Browse
) -> None:
    client = browse(cast.engineer)
    view = keep(cast.engineer)
    do(client, view, "delete")
    keep(cast.engineer)
    answer = client.post(f"/desk/views/{view.pk}/", {"do": "restore"})
    assert answer.status_code == 422
    assert "There is a view of this name already." in answer.content.decode()
    assert offered(client) == ["Worst"]


def test_a_deleted_view_is_changed_by_nobody_and_anothers_is_not_brought_back(
    cast: Cast, browse: Browse
) -> None:
    own, shared = keep(cast.engineer), keep(cast.lead, "Shared", shared=True)
    engineer, lead, admin = (browse(one) for one in (cast.engineer, cast.lead, cast.admin))
    do(engineer, own, "delete")
    do(lead, shared, "delete")
    assert engineer.post(f"/desk/views/{own.pk}/", {"name": "Other"}).status_code == 404
    assert lead.post(f"/desk/views/{own.pk}/", {"do": "restore"}).status_code == 404
    assert engineer.post(f"/desk/views/{shared.pk}/", {"do": "restore"}).status_code == 404
    assert (offered(engineer), offered(lead), offered(admin)) == (["Worst"], ["Shared"], ["Shared"])
    do(admin, shared, "restore")
    assert "Shared" in listed(engineer)


def test_there_is_an_end_to_views_that_come_back_as_well(cast: Cast, browse: Browse) -> None:
    client = browse(cast.engineer)
    view = keep(cast.engineer)
    do(client, view, "delete")
    for number in range(12):
        keep(cast.engineer, f"No. {number}")
    answer = client.post(f"/desk/views/{view.pk}/", {"do": "restore"})
    assert (answer.status_code, "There are 12 views already." in answer.content.decode()) == (422, True)
