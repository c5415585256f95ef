"""Before a report is sent its answers are shown again; nothing that was typed or chosen is lost on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.tenancy import acting_as, worker_context
from notifications.models import Notification
from tests.cast import Cast, context_of, picture
from tests.conftest import Browse, Clock
from tests.factories import report
from tests.portal import send_report
from tickets.models import Attachment, ReportDraft, ReportFile, Ticket
from tickets.tasks import sweep_staged_files

ADDRESS = "/c/acme/report/"
CHECK = "/c/acme/report/check/"


def filed() -> list[Ticket]:
    with acting_as(worker_context()):
        return list(Ticket.objects.with_people().order_by("pk"))


def kept(cast: Cast) -> tuple[int, list[str]]:
    """Return how many drafts Acme's people have, and the names of their waiting files."""
    with acting_as(context_of(cast.acme.requester)):
        return ReportDraft.objects.count(), [file.name for file in ReportFile.objects.all()]


def test_nothing_is_filed_before_the_answers_were_checked(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.requester)
    answer = client.post(ADDRESS, report())
    assert (answer.status_code, answer["Location"], filed()) == (302, CHECK, [])
    page = client.get(CHECK)
    shown = {question: said for question, said, _ in page.context["answers"]}
    assert shown == {
        "What is wrong, in one line": "Orders do not go out",
        "Where does it happen?": "Production",
        "Can people work?": "Work goes on with trouble",
        "Is there a way around it that you can live with?": "Yes, for now",
        "Who is affected?": "A site or a team",
        "Is there a security risk?": "None that we know of",
        "When did it start?": "Not said",
        "Which service?": "I do not know",
        "Which AWS account?": "I do not know",
        "What have you seen?": "The **queue** grows since 9.",
        "Keep it private": "No",
        "Who should see it first?": "Acme Freight's Level 1",
    }
    assert page.context["severity"].name == "P3"
    sent = client.post(CHECK)
    assert (sent.status_code, sent["Location"]) == (302, "/c/acme/tickets/1/sent/")
    assert [ticket.subject for ticket in filed()] == ["Orders do not go out"]
    assert kept(cast) == (0, [])


def test_what_proposes_p1_is_sent_without_that_step(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.acme.requester).post(ADDRESS, report(work="stopped", workaround="no"))
    assert answer["Location"] == "/c/acme/tickets/1/sent/"
    assert [ticket.severity for ticket in filed()] == [1]
    assert kept(cast) == (0, [])


def test_answers_are_there_again_when_somebody_comes_back(cast: Cast, browse: Browse, clock: Clock) -> None:
    browse(cast.acme.requester).post(ADDRESS, report(started_at="2026-03-03T09:30"))
    clock.advance(hours=5)
    page = browse(cast.acme.requester).get(ADDRESS)
    assert "You began this" in page.content.decode()
    assert page.context["form"]["subject"].value() == "Orders do not go out"
    assert page.context["form"]["started_at"].value() == "2026-03-03T09:30"
    assert "checked" in str(page.context["form"]["work"])
    assert "You began this" not in browse(cast.acme.coordinator).get(ADDRESS).content.decode()


def test_files_survive_an_error_elsewhere_and_go_with_the_report(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.requester)
    answer = client.post(ADDRESS, report(subject="", files=[picture("one.png")]))
    assert answer.status_code == 422
    assert "one.png" in answer.content.decode()
    assert kept(cast) == (1, ["one.png"])
    client.post(ADDRESS, report(files=[picture("two.png")]))
    assert "one.png" in client.get(CHECK).content.decode()
    client.post(CHECK)
    with acting_as(worker_context()):
        assert [file.name for file in Attachment.objects.all()] == ["one.png", "two.png"]
    assert kept(cast) == (0, [])


def test_a_file_is_taken_off_again(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.requester)
    client.post(ADDRESS, report(files=[picture("one.png"), picture("two.png")]))
    with acting_as(context_of(cast.acme.requester)):
        token = ReportFile.objects.get(name="one.png").token
    client.post(ADDRESS, report(remove=token))
    assert kept(cast) == (1, ["two.png"])


def test_files_are_kept_as_soon_as_they_are_chosen(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.requester)
    answer = client.post(f"{ADDRESS}files/", {"files": [picture("one.png")]})
    assert answer.status_code == 201
    assert "one.png" in answer.content.decode()
    refused = client.post(f"{ADDRESS}files/", {"files": [SimpleUploadedFile("run.exe", b"MZ")]})
    assert refused.status_code == 422
    assert "run.exe is of a kind we do not take." in refused.content.decode()
    assert kept(cast) == (0, ["one.png"])
    with acting_as(context_of(cast.acme.requester)):
        token = ReportFile.objects.get().token
    assert browse(cast.acme.coordinator).post(f"{ADDRESS}files/", {"remove": token}).status_code == 204
    assert kept(cast) == (0, ["one.png"])  # it is not theirs
    assert client.post(f"{ADDRESS}files/", {"remove": token}).status_code == 204
    assert kept(cast) == (0, [])


def test_a_second_press_files_nothing_twice(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.requester)
    client.post(ADDRESS, report())
    client.post(CHECK)
    again = client.post(CHECK, follow=True)
    assert "This report was sent already" in again.content.decode()
    assert len(filed()) == 1
    assert client.get(CHECK)["Location"] == ADDRESS


def test_answers_are_thrown_away_on_demand(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.requester)
    client.post(ADDRESS, report(files=[picture()]))
    assert client.post(f"{ADDRESS}discard/").status_code == 302
    assert kept(cast) == (0, [])
    assert client.get(ADDRESS).context["form"]["subject"].value() is None


def test_what_nobody_sends_for_a_week_is_thrown_away(cast: Cast, browse: Browse, clock: Clock) -> None:
    browse(cast.acme.requester).post(ADDRESS, report(files=[picture("one.png")]))
    clock.advance(days=7, seconds=-1)
    assert sweep_staged_files() == 0
    assert kept(cast) == (1, ["one.png"])
    clock.advance(seconds=1)
    assert sweep_staged_files() == 2
    assert kept(cast) == (0, [])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Acme Freight's Level 1 has it and looks first."),
        ({"work": "stopped", "workaround": "no"}, "The Trusst desk has it."),
    ],
)
def test_the_confirmation_says_who_has_it(
    cast: Cast, browse: Browse, changes: dict[str, Any], said: str
) -> None:
    client = browse(cast.acme.requester)
    page = client.get(send_report(client, report(**changes))["Location"]).content.decode()
    assert "ACME-1" in page
    assert said in page


def test_the_confirmation_names_the_time_by_which_the_desk_answers(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.requester)
    where = send_report(client, report(work="stopped", workaround="no"))["Location"]
    assert "You hear from an engineer by <b>" in client.get(where).content.decode()


def test_who_reported_gets_a_receipt_by_mail(cast: Cast, browse: Browse, clock: Clock) -> None:
    send_report(browse(cast.acme.requester), report())
    with acting_as(worker_context()):
        [mail] = Notification.objects.filter(kind="receipt")
    assert (mail.recipient_email, mail.subject) == (
        cast.acme.requester.email,
        "ACME-1 We have your report: Orders do not go out",
    )
    assert mail.deliver_after - clock.now == timedelta(0)
