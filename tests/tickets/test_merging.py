"""A duplicate ends in another ticket of its customer: clocks, followers and both timelines."""

from __future__ import annotations

from core.tenancy import acting_as
from notifications.models import Notification
from slas.models import Clock
from tests.cast import Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Call
from tests.conftest import Clock as Now
from tests.tickets.conftest import everything_about, facts_of
from tickets import actions
from tickets.models import DeskFollower, Ticket, Watcher


def clocks(cast: Cast, ticket: Ticket) -> dict[str, tuple[str, str, object]]:
    with acting_as(context_of(cast.engineer)):
        return {
            clock.metric: (clock.state, clock.outcome, clock.due_at)
            for clock in Clock.objects.filter(ticket=ticket)
        }


def merge(browse: Browse, cast: Cast, source: Ticket, target: Ticket, **more: object) -> int:
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{source.key}/merge/",
        {"into": target.key, "version": fresh(source).version, **more},
    )
    return answer.status_code


def test_the_duplicate_ends_and_names_where_it_goes_on(cast: Cast, browse: Browse, clock: Now) -> None:
    target = file_ticket(cast.acme.requester)
    source = file_ticket(cast.acme.coordinator)
    clock.advance(minutes=5)
    assert merge(browse, cast, source, target) == 302
    ended = fresh(source)
    assert (ended.status, ended.resolution_code, ended.merged_into_id, ended.closed_at) == (
        "closed",
        "merged",
        target.pk,
        clock.now,
    )
    assert (facts_of(source)[-1], facts_of(target)[-1]) == ("merged", "took_over")
    page = browse(cast.engineer).get(f"/desk/tickets/{source.key}/").content.decode()
    assert f"merged this into {target.key}, where it goes on" in page
    page = browse(cast.engineer).get(f"/desk/tickets/{target.key}/").content.decode()
    assert f"merged {source.key} into this" in page


def test_its_clocks_are_cancelled_and_the_targets_stay(cast: Cast, browse: Browse, clock: Now) -> None:
    target = file_ticket(cast.acme.requester)
    before = clocks(cast, target)
    source = file_ticket(cast.acme.requester)
    clock.advance(minutes=5)
    merge(browse, cast, source, target)
    assert {outcome for _, outcome, _ in clocks(cast, source).values()} == {"cancelled"}
    assert clocks(cast, target) == before


def test_the_targets_clocks_count_from_the_earlier_start_when_asked(
    cast: Cast, browse: Browse, clock: Now
) -> None:
    source = file_ticket(cast.acme.requester)
    was_due = clocks(cast, source)["respond"][2]
    clock.advance(minutes=30)
    target = file_ticket(cast.acme.requester)
    assert clocks(cast, target)["respond"][2] != was_due
    assert merge(browse, cast, source, target, inherit="on") == 302
    assert clocks(cast, target)["respond"] == ("running", "pending", was_due)


def test_nothing_is_inherited_from_a_later_ticket(cast: Cast, browse: Browse, clock: Now) -> None:
    target = file_ticket(cast.acme.requester)
    clock.advance(minutes=30)
    source = file_ticket(cast.acme.requester)
    before = everything_about(source), everything_about(target)
    assert merge(browse, cast, source, target, inherit="on") == 422
    assert (everything_about(source), everything_about(target)) == before


def test_whoever_heard_of_it_hears_of_the_target(cast: Cast, browse: Browse) -> None:
    target = file_ticket(cast.acme.requester)
    source = file_ticket(cast.acme.coordinator)
    with acting_as(context_of(cast.acme.lead)):
        actions.watch(ticket=source, member=cast.acme.lead)
    browse(cast.lead).post(f"/desk/tickets/{source.key}/follow/")
    merge(browse, cast, source, target)
    with acting_as(context_of(cast.engineer)):
        members = set(Watcher.objects.filter(ticket=target).values_list("member_id", flat=True))
        people = list(DeskFollower.objects.filter(ticket=target).values_list("person_id", flat=True))
        told = set(
            Notification.objects.filter(ticket_id=source.pk, kind="ticket").values_list(
                "recipient_name", flat=True
            )
        )
    assert members == {cast.acme.coordinator.pk, cast.acme.lead.pk}
    assert people == [cast.lead.pk]
    assert told == {"Acme Coordinator", "Acme Lead"}


def test_another_customers_ticket_is_no_target(cast: Cast, browse: Browse) -> None:
    source, target = file_ticket(cast.acme.requester), file_ticket(cast.globex.requester)
    before = everything_about(source), everything_about(target)
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{source.key}/merge/", {"into": target.key, "version": source.version}
    )
    assert answer.status_code == 422
    assert answer.context["failed"]["merge"].errors == {
        "into": [
            f"{target.key} is another customer's. Link the two instead: only tickets of one customer are merged."
        ]
    }
    assert (everything_about(source), everything_about(target)) == before


def test_a_ticket_that_has_ended_is_no_target(cast: Cast, browse: Browse) -> None:
    source, target = file_ticket(cast.acme.requester), file_ticket(cast.acme.requester)
    with acting_as(context_of(cast.engineer)) as now:
        actions.resolve(ticket=target, actor=actor_of(cast.engineer), at=now, code="fixed")
    before = everything_about(source)
    assert merge(browse, cast, source, target) == 422
    assert everything_about(source) == before


def test_a_ticket_that_changed_meanwhile_is_not_merged(cast: Cast, browse: Browse) -> None:
    source, target = file_ticket(cast.acme.requester), file_ticket(cast.acme.requester)
    before = everything_about(source)
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{source.key}/merge/", {"into": target.key, "version": source.version - 1}
    )
    assert answer.status_code == 409
    assert everything_about(source) == before


def test_it_is_asked_first_with_who_is_told_and_what_moves(cast: Cast, browse: Browse, clock: Now) -> None:
    source = file_ticket(cast.acme.coordinator)
    clock.advance(minutes=30)
    target = file_ticket(cast.acme.requester)
    answer = browse(cast.engineer).get(f"/desk/tickets/{source.key}/merging/?into={target.key}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f"Merge {source.key} into {target.key}" in page
    assert "Acme Coordinator will be told" in page
    assert "Respond due moves from" in page
    assert fresh(source).status == "new"


def test_the_question_says_what_is_wrong_with_a_reference(cast: Cast, browse: Browse) -> None:
    source = file_ticket(cast.acme.requester)
    answer = browse(cast.engineer).get(f"/desk/tickets/{source.key}/merging/?into=ACME-77")
    assert answer.status_code == 422
    assert "There is no ticket ACME-77." in answer.content.decode()


def test_the_customer_is_led_to_where_it_goes_on(cast: Cast, browse: Browse) -> None:
    target, source = file_ticket(cast.acme.coordinator), file_ticket(cast.acme.requester)
    merge(browse, cast, source, target)
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{source.number}/").content.decode()
    assert f'This goes on in <a href="/c/acme/tickets/{target.number}/">' in page
    assert browse(cast.acme.requester).get(f"/c/acme/tickets/{target.number}/").status_code == 200


def test_the_api_merges(cast: Cast, call: Call) -> None:
    target, source = file_ticket(cast.acme.requester), file_ticket(cast.acme.requester)
    answer = call(cast.engineer).post(
        f"/api/v1/c/acme/tickets/{source.number}/merge/", {"into": target.key}, format="json"
    )
    assert (answer.status_code, answer.json()["status"], answer.json()["resolution_code"]) == (
        200,
        "closed",
        "merged",
    )


def test_a_member_does_not_merge(cast: Cast, call: Call) -> None:
    target, source = file_ticket(cast.acme.lead), file_ticket(cast.acme.lead)
    before = everything_about(source)
    answer = call(cast.acme.lead).post(
        f"/api/v1/c/acme/tickets/{source.number}/merge/", {"into": target.key}, format="json"
    )
    assert answer.status_code == 403
    assert everything_about(source) == before
