"""Everybody chooses which mails they get; what waits for one person alone is always sent."""

from __future__ import annotations

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson, Member
from escalations import actions as escalations
from notifications import preferences
from notifications.models import DeskMute, MemberMute, Notification
from notifications.topics import OF_MEMBERS, OF_THE_DESK, Topic
from tests.cast import CRITICAL, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse
from tickets import actions as tickets
from tickets.models import ResolutionCode, Ticket
from tickets.severity import Severity

MEMBERS, DESKS = "/c/acme/you/mails/", "/desk/settings/mails/"


def kinds_to(person: Member | DeskPerson) -> list[str]:
    """Return the subjects, without the reference, of what one person is mailed."""
    email = person.email if isinstance(person, Member) else person.user.email
    with acting_as(worker_context()):
        found = Notification.objects.filter(recipient_email=email).order_by("pk")
        return [one.subject.partition(" ")[2].partition(":")[0] for one in found]


def without(topic: Topic) -> list[str]:
    return [one.value for one in OF_MEMBERS if one != topic]


def live_through(cast: Cast) -> Ticket:
    """Let the desk work on a requester's ticket until it is resolved."""
    ticket = file_ticket(cast.acme.requester)
    actor = actor_of(cast.engineer)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor, at=now, body="We look at it")
        tickets.establish_severity(
            ticket=ticket, actor=actor, at=now, severity=Severity.P2, reason="More people than said"
        )
        tickets.mark_restored(ticket=ticket, actor=actor, at=now)
        tickets.resolve(ticket=ticket, actor=actor, at=now, code=ResolutionCode.FIXED)
    return ticket


ALL = {
    Topic.RECEIPT: "We have your report",
    Topic.REPLY: "Desk Engineer replied",
    Topic.SEVERITY: "P2 High",
    Topic.RESTORED: "Restored",
    Topic.RESOLVED: "Resolved",
}


def test_everything_is_mailed_until_somebody_turns_it_off(cast: Cast) -> None:
    live_through(cast)
    assert kinds_to(cast.acme.requester) == list(ALL.values())


@pytest.mark.parametrize("topic", ALL)
def test_a_topic_that_is_turned_off_is_not_mailed(cast: Cast, browse: Browse, topic: Topic) -> None:
    answer = browse(cast.acme.requester).post(MEMBERS, {"topics": without(topic)})
    assert (answer.status_code, answer["Location"]) == (302, "/c/acme/you/")
    live_through(cast)
    assert kinds_to(cast.acme.requester) == [subject for one, subject in ALL.items() if one != topic]


def test_a_colleague_who_follows_is_still_mailed(cast: Cast, browse: Browse) -> None:
    browse(cast.acme.requester).post(MEMBERS, {"topics": without(Topic.REPLY)})
    ticket = file_ticket(cast.acme.requester)
    with acting_as(context_of(cast.acme.coordinator)):
        tickets.watch(ticket=ticket, member=cast.acme.coordinator)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We look at it")
    assert kinds_to(cast.acme.requester) == ["We have your report"]
    assert kinds_to(cast.acme.coordinator) == ["Desk Engineer replied"]


def test_a_topic_is_turned_on_again(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.requester)
    client.post(MEMBERS, {"topics": []})
    with acting_as(worker_context()):
        assert MemberMute.objects.count() == len(OF_MEMBERS)
    client.post(MEMBERS, {"topics": [topic.value for topic in OF_MEMBERS]})
    with acting_as(worker_context()):
        assert MemberMute.objects.count() == 0


def test_the_page_shows_what_is_on_and_what_always_comes(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.requester)
    client.post(MEMBERS, {"topics": without(Topic.REPLY)})
    page = client.get("/c/acme/you/").content.decode()
    assert page.count('name="topics"') == len(OF_MEMBERS)
    assert page.count(" checked") == len(OF_MEMBERS) - 1
    assert "Approvals that wait for your answer" in page


def test_a_choice_is_ones_own(cast: Cast, browse: Browse) -> None:
    browse(cast.acme.requester).post(MEMBERS, {"topics": []})
    with acting_as(context_of(cast.acme.lead)):
        assert preferences.topics_of_member(cast.acme.lead) == list(OF_MEMBERS)
        assert preferences.topics_of_member(cast.acme.requester) == []


@pytest.mark.parametrize("topic", ["mention", "no topic", "invitation"])
def test_what_is_not_offered_is_refused_and_nothing_changes(cast: Cast, browse: Browse, topic: str) -> None:
    answer = browse(cast.acme.requester).post(MEMBERS, {"topics": [topic]})
    assert answer.status_code == 422
    assert "Select what is on the list." in answer.content.decode()
    with acting_as(worker_context()):
        assert MemberMute.objects.count() == 0


def test_the_desk_does_without_what_it_chooses(cast: Cast, browse: Browse) -> None:
    wanted = [topic.value for topic in OF_THE_DESK if topic != Topic.MENTION]
    assert browse(cast.lead).post(DESKS, {"topics": wanted})["Location"] == "/desk/settings/"
    ticket = file_ticket(cast.acme.requester)
    with acting_as(context_of(cast.engineer)) as now:
        assert preferences.topics_of_person(cast.lead) == [Topic(one) for one in wanted]
        tickets.post_internal_note(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, body="Look, @Desk Lead and @Desk Admin"
        )
    assert kinds_to(cast.lead) == []
    assert kinds_to(cast.admin) == ["Desk Engineer mentions you"]


def test_an_alert_is_never_turned_off(cast: Cast, browse: Browse) -> None:
    browse(cast.engineer).post(DESKS, {"topics": []})
    with acting_as(worker_context()):
        assert DeskMute.objects.count() == len(OF_THE_DESK)
    file_ticket(cast.acme.requester, impact=CRITICAL)
    escalations.advance_due()
    assert len(kinds_to(cast.engineer)) == 1


def test_who_is_mailed_is_asked_once_for_all(cast: Cast, django_assert_num_queries: object) -> None:
    with acting_as(worker_context()):
        with django_assert_num_queries(1):  # type: ignore[operator]
            found = preferences.members_who_want(Topic.REPLY, cast.acme.members)
        assert found == list(cast.acme.members)


def test_a_member_reads_times_in_a_zone_of_their_own(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.requester)
    assert client.post("/c/acme/you/", {"timezone": "Australia/Perth"})["Location"] == "/c/acme/you/"
    assert "Times are shown in Australia/Perth" in client.get("/c/acme/you/").content.decode()
    client.post("/c/acme/you/", {"timezone": ""})
    assert "Times are shown in Australia/Sydney" in client.get("/c/acme/you/").content.decode()


def test_a_zone_that_does_not_exist_is_refused(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.acme.requester).post("/c/acme/you/", {"timezone": "Mars/Olympus"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"timezone": ["Select a time zone of the list."]}
    with acting_as(worker_context()):
        assert Member.objects.get(pk=cast.acme.requester.pk).timezone == ""
