"""Files that are chosen before a message is sent wait for it, for their owner alone and for a day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from core.tenancy import acting_as
from customers.models import DeskPerson, Member
from tests.cast import Cast, context_of, file_ticket, picture
from tests.conftest import Browse, Clock
from tests.tickets.conftest import everything_about
from tickets.models import Attachment, StagedFile, Ticket
from tickets.tasks import sweep_staged_files


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester)


def address(ticket: Ticket, person: Member | DeskPerson, end: str) -> str:
    if isinstance(person, DeskPerson):
        return f"/desk/tickets/{ticket.key}/{end}"
    return f"/c/{person.customer.slug}/tickets/{ticket.number}/{end}"


def choose(browse: Browse, who: Member | DeskPerson, ticket: Ticket, *files: Any, mode: str = "reply") -> Any:
    return browse(who).post(address(ticket, who, f"{mode}/files/"), {"files": list(files)})


def waiting(who: Member | DeskPerson) -> dict[str, str]:
    """Return the tokens of the files that wait on a person's side, by name."""
    with acting_as(context_of(who)):
        return dict(StagedFile.objects.order_by("pk").values_list("name", "token"))


def attached(who: Member | DeskPerson) -> list[tuple[str, str, str]]:
    with acting_as(context_of(who)):
        return list(Attachment.objects.order_by("pk").values_list("name", "audience", "uploaded_by"))


def on_disk() -> int:
    root = Path(settings.PORTAL_FILES_ROOT)
    return sum(1 for path in root.rglob("*") if path.is_file())


def test_a_chosen_file_goes_with_the_message(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    answer = choose(browse, cast.engineer, ticket, picture("graph.png"))
    assert answer.status_code == 201
    token = waiting(cast.engineer)["graph.png"]
    assert f'value="{token}" checked' in answer.content.decode()
    sent = browse(cast.engineer).post(
        address(ticket, cast.engineer, "reply/"),
        {"body": "Look", "staged": [token], "files": [picture("b.png")]},
    )
    assert sent.status_code == 302
    assert attached(cast.acme.requester) == [
        ("graph.png", "public", "Desk Engineer"),
        ("b.png", "public", "Desk Engineer"),
    ]
    assert (waiting(cast.engineer), on_disk()) == ({}, 2)
    page = browse(cast.acme.requester).get(address(ticket, cast.acme.requester, ""))
    [file] = [
        one for entry in page.context["entries"] for one in entry.attachments if one.name == "graph.png"
    ]
    got = browse(cast.acme.requester).get(f"/c/acme/files/{file.token}/")
    assert b"".join(got.streaming_content)[:4] == b"\x89PNG"  # type: ignore[attr-defined]


def test_files_survive_a_form_that_comes_back(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    for who in (cast.engineer, cast.acme.requester):
        answer = browse(who).post(
            address(ticket, who, "reply/"), {"body": "", "files": [picture(), picture("b.png")]}
        )
        assert answer.status_code == 422
        tokens = waiting(who)
        assert list(tokens) == ["screen.png", "b.png"]
        page = answer.content.decode()
        assert all(f'value="{token}" checked' in page for token in tokens.values())
        again = {"body": "Here", "staged": list(tokens.values())}
        assert browse(who).post(address(ticket, who, "reply/"), again).status_code == 302
    assert [name for name, *_ in attached(cast.engineer)] == ["screen.png", "b.png"] * 2


def test_what_was_left_out_is_thrown_away_when_the_rest_is_sent(
    cast: Cast, browse: Browse, ticket: Ticket, django_capture_on_commit_callbacks: Any
) -> None:
    choose(browse, cast.engineer, ticket, picture("a.png"), picture("b.png"))
    tokens = waiting(cast.engineer)
    with django_capture_on_commit_callbacks(execute=True):
        browse(cast.engineer).post(
            address(ticket, cast.engineer, "reply/"), {"body": "Look", "staged": [tokens["b.png"]]}
        )
    assert [name for name, *_ in attached(cast.engineer)] == ["b.png"]
    assert (waiting(cast.engineer), on_disk()) == ({}, 1)


def test_one_left_out_stays_left_out_when_the_form_comes_back(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    choose(browse, cast.engineer, ticket, picture("a.png"), picture("b.png"))
    tokens = waiting(cast.engineer)
    answer = browse(cast.engineer).post(
        address(ticket, cast.engineer, "reply/"), {"body": "", "staged": [tokens["b.png"]]}
    )
    page = answer.content.decode()
    assert f'value="{tokens["b.png"]}" checked' in page
    assert f'value="{tokens["a.png"]}">' in page


@pytest.mark.parametrize("who", ["a colleague", "the customer"])
def test_nobody_sends_anothers_file(cast: Cast, browse: Browse, ticket: Ticket, who: str) -> None:
    choose(browse, cast.engineer, ticket, picture("secret.png"))
    token = waiting(cast.engineer)["secret.png"]
    thief: Member | DeskPerson = cast.lead if who == "a colleague" else cast.acme.lead
    before = everything_about(ticket)
    answer = browse(thief).post(address(ticket, thief, "reply/"), {"body": "Mine", "staged": [token]})
    assert answer.status_code == 422
    assert answer.context["failed"]["reply"].errors == {
        "files": ["A file that you chose is no longer here. Choose it again."]
    }
    assert everything_about(ticket) == before
    assert token not in browse(thief).get(address(ticket, thief, "")).content.decode()
    browse(thief).post(address(ticket, thief, "reply/files/"), {"remove": token})
    assert list(waiting(cast.engineer)) == ["secret.png"]


def test_its_owner_removes_it(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    choose(browse, cast.engineer, ticket, picture())
    token = waiting(cast.engineer)["screen.png"]
    answer = browse(cast.engineer).post(address(ticket, cast.engineer, "reply/files/"), {"remove": token})
    assert answer.status_code == 204
    assert waiting(cast.engineer) == {}


def test_a_file_that_is_not_taken_is_refused_by_name(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    answer = choose(browse, cast.engineer, ticket, SimpleUploadedFile("run.exe", b"MZ"))
    assert answer.status_code == 422
    assert answer.content.decode().startswith("run.exe is of a kind we do not take.")
    assert (waiting(cast.engineer), on_disk()) == ({}, 0)


def test_ten_fit_on_one_message_however_they_come(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    choose(browse, cast.engineer, ticket, *(picture(f"{n}.png") for n in range(10)))
    assert choose(browse, cast.engineer, ticket, picture("more.png")).status_code == 422
    tokens = waiting(cast.engineer)
    assert len(tokens) == 10
    answer = browse(cast.engineer).post(
        address(ticket, cast.engineer, "reply/"),
        {"body": "All", "staged": list(tokens.values()), "files": [picture("eleventh.png")]},
    )
    assert answer.status_code == 422
    assert answer.context["failed"]["reply"].errors == {"files": ["At most 10 files fit on one message."]}
    assert attached(cast.engineer) == []


def test_each_mode_has_its_own(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    choose(browse, cast.engineer, ticket, picture("ours.png"), mode="note")
    token = waiting(cast.engineer)["ours.png"]
    page = browse(cast.engineer).get(address(ticket, cast.engineer, "")).content.decode()
    reply, _, note = page.partition('data-composer="note"')
    assert (token in reply, token in note) == (False, True)


@pytest.mark.parametrize(("hours", "seconds", "left"), [(23, 3599, 1), (24, 0, 0)])
def test_it_is_swept_after_a_day(
    cast: Cast,
    browse: Browse,
    clock: Clock,
    ticket: Ticket,
    django_capture_on_commit_callbacks: Any,
    hours: int,
    seconds: int,
    left: int,
) -> None:
    choose(browse, cast.engineer, ticket, picture("ours.png"))
    choose(browse, cast.acme.requester, ticket, picture("theirs.png"))
    clock.advance(hours=hours, seconds=seconds)
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_staged_files() == 2 - 2 * left
    assert len(waiting(cast.engineer)) == len(waiting(cast.acme.requester)) == left
    assert on_disk() == 2 * left


def test_one_that_expired_is_not_sent(cast: Cast, browse: Browse, clock: Clock, ticket: Ticket) -> None:
    choose(browse, cast.engineer, ticket, picture())
    token = waiting(cast.engineer)["screen.png"]
    clock.advance(hours=24)
    answer = browse(cast.engineer).post(
        address(ticket, cast.engineer, "reply/"), {"body": "Look", "staged": [token]}
    )
    assert answer.status_code == 422
    assert attached(cast.engineer) == []
