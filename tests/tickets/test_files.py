"""Files: which are taken, under what name, where they are kept, and how they are handed out."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.tenancy import acting_as, worker_context
from tests.cast import PNG, Cast, context_of, file_ticket, picture
from tests.conftest import Browse
from tests.tickets.conftest import everything_about
from tickets import files
from tickets.models import Attachment, StagedFile, Ticket

PDF, GZIP = b"%PDF-1.7\n" + b"x" * 64, b"\x1f\x8b\x08\x00" + b"\x00" * 64


def zipped(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, "x" * 100)
    return content.getvalue()


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester)


def send(browse: Browse, cast: Cast, ticket: Ticket, *uploads: SimpleUploadedFile) -> Any:
    return browse(cast.acme.requester).post(
        f"/c/acme/tickets/{ticket.number}/reply/", {"body": "See", "files": list(uploads)}
    )


def kept() -> list[Attachment]:
    with acting_as(worker_context()):
        return list(Attachment.objects.order_by("pk"))


def on_disk() -> list[Path]:
    return [path for path in Path(settings.PORTAL_FILES_ROOT).rglob("*") if path.is_file()]


# --- Names --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("screen.png", "screen.png"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\ann\\screen.png", "screen.png"),
        ("/etc/screen.png", "screen.png"),
        (".htaccess", "htaccess"),
        ("\u200b.htaccess", "htaccess"),
        ("...\u200b..bashrc.txt", "bashrc.txt"),
        ("scr\u200been\ufeff.png", "screen.png"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("a\x00b\nc\x7f.txt", "abc.txt"),
        ('<b>"quoted"|?*.txt', "bquoted.txt"),
        ("ｓｃｒｅｅｎ．ｐｎｇ", "screen.png"),
        ("..／..／x.txt", "x.txt"),
        ("  spaced .txt ", "spaced .txt"),
        ("Zürich 東京.pdf", "Zürich 東京.pdf"),
        ("no ending", "no ending"),
        ("", ""),
        ("/", ""),
    ],
)
def test_a_name_is_cleaned(given: str, shown: str) -> None:
    assert files.clean_name(given) == shown


def test_a_long_name_keeps_its_ending() -> None:
    assert files.clean_name("x" * 300 + ".png") == "x" * 116 + ".png"
    assert len(files.clean_name("x" * 300)) == 120


def test_a_cleaned_name_is_clean() -> None:
    for name in ("\u200b.htaccess", "...a.txt", "a\\..\\.b.txt", "x" * 300 + ".png"):
        once = files.clean_name(name)
        assert files.clean_name(once) == once


# --- Kinds --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", PNG, "image/png"),
        ("a.PNG", PNG, "image/png"),
        ("a.pdf", PDF, "application/pdf"),
        ("a.log", b"09:00 error \xe2\x82\xac\n", "text/plain"),
        ("a.csv", b"=1+1,2\n", "text/csv"),
        ("a.json", b"{}", "application/json"),
        ("a.gz", GZIP, "application/gzip"),
        ("a.zip", zipped("a.txt"), "application/zip"),
        ("a.tar.gz", GZIP, "application/gzip"),
    ],
)
def test_a_kind_on_the_list_is_taken(
    cast: Cast, browse: Browse, ticket: Ticket, name: str, content: bytes, kind: str
) -> None:
    assert send(browse, cast, ticket, SimpleUploadedFile(name, content)).status_code == 302
    [attachment] = kept()
    assert (attachment.name, attachment.size, attachment.content_type) == (name, len(content), kind)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.html", b"<p>"),
        ("a.svg", b"<svg onload=alert(1)>"),
        ("a.js", b"alert(1)"),
        ("a.png.exe", PNG),
        ("a.png.html", PNG),
        ("a.exe.png", b"MZ" + b"\x00" * 300),
        ("a.svg.png", b"<svg onload=alert(1)>"),
        ("a.pdf", PNG),
        ("a.png", PDF),
        ("a.jpg", PNG),
        ("a.txt", PNG),
        ("a.txt", b"a\x00b"),
        ("a.docx", b"PK no zip"),
        ("a.png\u200b", b"MZ"),
        ("a.png.", PNG),
        ("png", PNG),
        (".png", PNG),
    ],
)
def test_any_other_is_refused_and_nothing_is_saved(
    cast: Cast, browse: Browse, ticket: Ticket, name: str, content: bytes
) -> None:
    before = everything_about(ticket)
    answer = send(browse, cast, ticket, SimpleUploadedFile(name, content))
    assert answer.status_code == 422
    assert set(answer.context["failed"]["reply"].errors) == {"files"}
    assert everything_about(ticket) == before
    assert on_disk() == []


def test_one_bad_file_among_good_ones_sends_none_and_keeps_the_good(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    before = everything_about(ticket)
    answer = send(browse, cast, ticket, picture(), SimpleUploadedFile("run.exe", b"MZ"), picture("b.png"))
    assert answer.status_code == 422
    assert everything_about(ticket) == before
    with acting_as(context_of(cast.acme.requester)):
        waiting = dict(StagedFile.objects.values_list("name", "stored_name"))
    assert list(waiting) == ["screen.png", "b.png"]
    assert {path.name for path in on_disk()} == {stored.rpartition("/")[2] for stored in waiting.values()}


@pytest.mark.parametrize(("size", "status"), [(1000, 302), (1001, 422)])
def test_the_largest_size_is_exact(
    cast: Cast, browse: Browse, ticket: Ticket, monkeypatch: pytest.MonkeyPatch, size: int, status: int
) -> None:
    monkeypatch.setattr("tickets.files.MAX_BYTES", 1000)
    answer = send(browse, cast, ticket, SimpleUploadedFile("a.txt", b"x" * size))
    assert answer.status_code == status
    assert len(kept()) == (1 if status == 302 else 0)


@pytest.mark.parametrize(("count", "status"), [(10, 302), (11, 422)])
def test_the_largest_number_is_exact(
    cast: Cast, browse: Browse, ticket: Ticket, count: int, status: int
) -> None:
    answer = send(browse, cast, ticket, *(picture(f"{number}.png") for number in range(count)))
    assert answer.status_code == status
    assert len(kept()) == (count if status == 302 else 0)


# --- Where they are kept ------------------------------------------------------------------------------
def test_a_file_is_kept_private_and_under_a_name_of_our_own(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    send(browse, cast, ticket, picture("screen.png"))
    [attachment] = kept()
    [path] = on_disk()
    assert path.read_bytes() == PNG
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "screen" not in str(path)
    assert attachment.stored_name == str(path.relative_to(settings.PORTAL_FILES_ROOT))
    assert attachment.token not in str(path)


def test_a_large_upload_is_kept_private_as_well(
    cast: Cast, browse: Browse, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "FILE_UPLOAD_MAX_MEMORY_SIZE", 100)  # goes by a temporary file
    send(browse, cast, ticket, SimpleUploadedFile("long.txt", b"x" * 5000))
    [path] = on_disk()
    assert path.read_bytes() == b"x" * 5000
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_file_twice_is_two_files(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    send(browse, cast, ticket, picture(), picture())
    first, second = kept()
    assert first.token != second.token
    assert len(first.token) == 32
    assert len(on_disk()) == 2


# --- How they are handed out --------------------------------------------------------------------------
def address(attachment: Attachment, slug: str = "acme") -> str:
    return f"/c/{slug}/files/{attachment.token}/"


def fetch(client: Client, url: str) -> Any:
    """Fetch an address and read the answer to its end, as a browser does."""
    answer: Any = client.get(url)
    return answer, b"".join(answer.streaming_content) if answer.streaming else b""


def status(client: Client, url: str) -> int:
    return int(fetch(client, url)[0].status_code)


def test_a_download_is_never_shown_or_run(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    send(browse, cast, ticket, picture("Zürich.png"))
    [attachment] = kept()
    for person, url in (
        (cast.acme.requester, address(attachment)),
        (cast.engineer, f"/desk/files/{attachment.token}/"),
    ):
        answer, content = fetch(browse(person), url)
        assert content == PNG
        assert {name: answer[name] for name in _EXPECTED} == _EXPECTED


_EXPECTED = {
    "Content-Type": "image/png",
    "Content-Disposition": "attachment; filename*=utf-8''Z%C3%BCrich.png",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store, max-age=0, no-cache, must-revalidate",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def test_another_customers_file_is_not_found(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    send(browse, cast, ticket, picture())
    [attachment] = kept()
    client = browse(cast.globex.lead)
    assert status(client, address(attachment, "globex")) == 404
    assert status(client, address(attachment, "acme")) == 404


def test_a_colleague_without_a_part_in_the_ticket_does_not_find_its_file(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.lead, files=[picture()])
    [attachment] = kept()
    assert status(browse(cast.acme.requester), address(attachment)) == 404
    assert status(browse(cast.acme.coordinator), address(attachment)) == 200


def test_a_file_of_the_other_sides_notes_is_not_found(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/note/", {"body": "A", "files": [picture()]})
    browse(cast.acme.lead).post(f"/c/acme/tickets/{ticket.number}/note/", {"body": "B", "files": [picture()]})
    with acting_as(worker_context()):
        desks = Attachment.objects.get(audience="desk")
    with acting_as(context_of(cast.acme.lead)):
        ours = Attachment.objects.get(audience="customer")
    assert status(browse(cast.acme.lead), address(desks)) == 404
    assert status(browse(cast.engineer), f"/desk/files/{ours.token}/") == 404
    assert status(browse(cast.acme.lead), address(ours)) == 200
    assert status(browse(cast.engineer), f"/desk/files/{desks.token}/") == 200


@pytest.mark.parametrize("token", ["nothing", "%00", "..%2F..%2Fetc%2Fpasswd", "x" * 5000])
def test_a_made_up_address_is_not_found(cast: Cast, browse: Browse, token: str) -> None:
    assert status(browse(cast.acme.lead), f"/c/acme/files/{token}/") == 404
    assert status(browse(cast.engineer), f"/desk/files/{token}/") == 404


def test_a_file_that_is_missing_on_disk_is_not_found(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    send(browse, cast, ticket, picture())
    [attachment] = kept()
    on_disk()[0].unlink()
    assert status(browse(cast.acme.requester), address(attachment)) == 404


def test_a_stranger_signs_in_first(cast: Cast, browse: Browse, ticket: Ticket, client: Any) -> None:
    send(browse, cast, ticket, picture())
    answer = client.get(address(kept()[0]))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=/c/acme/files/")
