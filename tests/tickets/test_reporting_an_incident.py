"""A member reports an incident in the browser."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.tenancy import acting_as, worker_context
from tests.cast import Cast, picture
from tests.conftest import Browse
from tests.factories import report
from tests.portal import send_report
from tickets.models import Attachment, Message, Ticket

ADDRESS = "/c/acme/report/"


def tickets() -> list[Ticket]:
    with acting_as(worker_context()):
        return list(Ticket.objects.with_people().order_by("pk"))


def test_a_report_becomes_a_ticket_with_the_customers_own_number(cast: Cast, browse: Browse) -> None:
    for expected in (1, 2):
        answer = send_report(browse(cast.acme.requester), report())
        assert answer.status_code == 302
        assert answer["Location"] == f"/c/acme/tickets/{expected}/sent/"
    send_report(browse(cast.globex.requester), report(), customer="globex")
    assert [ticket.key for ticket in tickets()] == ["ACME-1", "ACME-2", "GLOB-1"]


@pytest.mark.parametrize(
    ("changes", "severity"),
    [
        ({"work": "stopped", "workaround": "no"}, 1),
        ({"work": "stopped", "workaround": "yes"}, 2),
        ({"work": "degraded", "workaround": "no"}, 2),
        ({"work": "degraded", "workaround": "yes"}, 3),
        ({"work": "nuisance"}, 3),
        ({"work": "unaffected"}, 4),
        ({"work": "unaffected", "security": "moderate"}, 3),
        ({"work": "unaffected", "security": "high"}, 2),
        ({"work": "unaffected", "security": "critical"}, 1),
        ({"environment": "non_production", "work": "stopped"}, 3),
        ({"environment": "non_production", "work": "degraded"}, 4),
    ],
)
def test_the_answers_propose_the_severity(
    cast: Cast, browse: Browse, changes: dict[str, str], severity: int
) -> None:
    send_report(browse(cast.acme.requester), report(**changes))
    assert [ticket.severity for ticket in tickets()] == [severity]
    assert [ticket.proposed_severity for ticket in tickets()] == [severity]


def test_a_critical_report_goes_straight_to_the_desk(cast: Cast, browse: Browse) -> None:
    send_report(browse(cast.acme.requester), report(work="stopped", workaround="no"))
    assert [ticket.level for ticket in tickets()] == [2]


def test_any_other_report_waits_for_level_1(cast: Cast, browse: Browse) -> None:
    send_report(browse(cast.acme.requester), report())
    assert [ticket.level for ticket in tickets()] == [1]


def test_a_requester_cannot_send_past_level_1_by_hand(cast: Cast, browse: Browse) -> None:
    answer = send_report(browse(cast.acme.requester), report(to="desk"))
    assert answer.status_code == 422
    assert tickets() == []


def test_a_coordinator_may_send_to_the_desk(cast: Cast, browse: Browse) -> None:
    send_report(browse(cast.acme.coordinator), report(to="desk"))
    assert [ticket.level for ticket in tickets()] == [2]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("subject", "Enter a short summary of what is wrong."),
        ("environment", "Select where it happens."),
        ("work", "Select whether people can work."),
        ("affected", "Select who is affected."),
        ("description", "Describe what you have seen."),
        ("workaround", "Select whether there is a way around it."),
    ],
)
def test_a_missing_answer_is_named_beside_its_field_and_the_rest_is_kept(
    cast: Cast, browse: Browse, field: str, message: str
) -> None:
    given = report(subject="Kept subject", description="Kept description")
    del given[field]
    answer = send_report(browse(cast.acme.requester), given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: Report an incident - Trusst Support</title>" in page
    assert page.count(message) == 2  # in the summary and beside the field
    assert f'id="id_{field}-error"' in page
    if field != "subject":
        assert 'value="Kept subject"' in page
    if field != "description":
        assert "Kept description" in page
    assert tickets() == []


def test_a_start_in_the_future_is_refused_beside_its_field(cast: Cast, browse: Browse) -> None:
    answer = send_report(browse(cast.acme.requester), report(started_at="2026-03-03T10:01"))
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"started_at": ["This time is in the future."]}
    assert tickets() == []


def test_the_start_is_read_in_the_members_zone(cast: Cast, browse: Browse) -> None:
    send_report(browse(cast.acme.requester), report(started_at="2026-03-03T09:30"))
    assert [f"{ticket.started_at:%Y-%m-%dT%H:%MZ}" for ticket in tickets()] == ["2026-03-02T22:30Z"]


def test_another_customers_service_cannot_be_named(cast: Cast, browse: Browse) -> None:
    with acting_as(worker_context()):
        theirs = cast.globex.customer.services.get()
    answer = send_report(browse(cast.acme.requester), report(service=theirs.pk))
    assert answer.status_code == 422
    assert "service" in answer.context["form"].errors
    assert tickets() == []


def test_files_are_kept_with_the_report(cast: Cast, browse: Browse) -> None:
    send_report(browse(cast.acme.requester), report(files=[picture(), picture("two.png")]))
    with acting_as(worker_context()):
        names = list(Attachment.objects.values_list("name", flat=True))
    assert names == ["screen.png", "two.png"]


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (SimpleUploadedFile("run.exe", b"MZ"), "run.exe is of a kind we do not take"),
        (SimpleUploadedFile("page.html", b"<script>"), "page.html is of a kind we do not take"),
        (SimpleUploadedFile("picture.png", b"MZ" + b"\x00" * 300), "does not contain what its name says"),
        (SimpleUploadedFile("notes.txt", b"a\x00b"), "does not contain what its name says"),
        (SimpleUploadedFile("empty.txt", b""), "empty.txt is empty"),
    ],
)
def test_a_forbidden_file_is_refused_and_nothing_is_saved(
    cast: Cast, browse: Browse, file: SimpleUploadedFile, reason: str
) -> None:
    file.seek(0)
    answer = send_report(browse(cast.acme.requester), report(files=[file]))
    assert answer.status_code == 422
    assert any(reason in error for error in answer.context["form"].errors["files"])
    assert tickets() == []
    with acting_as(worker_context()):
        assert (Message.objects.count(), Attachment.objects.count()) == (0, 0)


def test_an_oversized_file_is_refused(cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.files.MAX_BYTES", 1000)
    file = SimpleUploadedFile("long.txt", b"x" * 1001)
    answer = send_report(browse(cast.acme.requester), report(files=[file]))
    assert answer.status_code == 422
    assert "long.txt is larger than" in answer.context["form"].errors["files"][0]
    assert tickets() == []


def test_too_many_files_are_refused(cast: Cast, browse: Browse) -> None:
    files = [picture(f"{number}.png") for number in range(11)]
    answer = send_report(browse(cast.acme.requester), report(files=files))
    assert answer.context["form"].errors["files"] == ["At most 10 files fit on one message."]
    assert tickets() == []


def test_the_preview_says_what_would_be_promised(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.acme.requester).post(
        "/c/acme/report/preview/", {"environment": "production", "work": "stopped", "workaround": "no"}
    )
    page = answer.content.decode()
    assert "P1 Critical" in page
    assert "replies within" in page
    assert "10:30 AEDT" in page


def test_without_an_agreement_everyone_is_told_before_sending(cast: Cast, browse: Browse) -> None:
    page = browse(cast.initech.requester).get("/c/initech/report/").content.decode()
    assert "Initech Paper has no managed service agreement in force" in page


def test_a_report_from_a_session_that_expired_goes_to_sign_in_and_back_to_the_form(cast: Cast) -> None:
    from django.test import Client  # noqa: PLC0415 - a browser without a session

    answer = Client().post(ADDRESS, report(), headers={"referer": "http://testserver/c/acme/report/"})
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/c/acme/report/"
    assert tickets() == []
