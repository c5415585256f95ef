"""A mail as the portal reads it: bounded in size and time, and without believing what it says of itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from tickets.mail.html import MOST_HTML, to_text
from tickets.mail.quoting import split

MOST_BYTES = 30 * 1024 * 1024
MOST_HEADER_BYTES = 128 * 1024
MOST_PARTS = 100
MOST_TEXT = 200_000
#: No header is read further than this.
_HEADER = 2_000
#: Only so many addresses of To and Cc are looked at.
_ADDRESSES = 100


class Unreadable(Exception):
    """A mail that is not read any further; its text says why."""


@dataclass(frozen=True, kw_only=True)
class File:
    """A part of a mail that is not its text."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a mail says. `senders` are the addresses of its From: exactly one is a sender.

    `automatic` says why a machine wrote it, or is empty; `verdicts` is what our own mail server found out
    about the sender's domain, by method (dmarc, spf, dkim); without its word it is empty.
    """

    message_id: str
    references: tuple[str, ...]
    senders: tuple[str, ...]
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    quoted: str
    files: tuple[File, ...]
    automatic: str
    verdicts: dict[str, str]

    @property
    def sender(self) -> str:
        return self.senders[0] if len(self.senders) == 1 else ""

    @property
    def is_forged(self) -> bool:
        """Whether our mail server says that the mail does not come from where it says."""
        if "dmarc" in self.verdicts:
            return self.verdicts["dmarc"] in ("fail", "permerror")
        return self.verdicts.get("spf") in ("fail", "softfail") and self.verdicts.get("dkim") != "pass"


def content_key(raw: bytes) -> str:
    """Return what tells two mails apart: a hash of what is below the headers that servers write.

    Where parts begin and end is left out, because whoever writes the same mail again makes that up anew.
    """
    digest = hashlib.sha256()
    for line in raw[_end_of_headers(raw) :].splitlines():
        if not line.startswith(b"--") and b"boundary=" not in line:
            digest.update(line + b"\n")
    return digest.hexdigest()


def _end_of_headers(raw: bytes) -> int:
    found = [at for at in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if at >= 0]
    return min(found) if found else len(raw)


def head(raw: bytes) -> Letter:
    """Read a mail's headers only; raises Unreadable."""
    end = _end_of_headers(raw)
    if end > MOST_HEADER_BYTES:
        raise Unreadable("Its headers are longer than a mail's ever are.")
    return _letter(message_from_bytes(raw[:end], policy=policy.compat32), text="", quoted="", files=())


def read(raw: bytes, *, authority: str = "") -> Letter:
    """Read a mail; raises Unreadable.

    `authority` is the name under which our own mail server writes Authentication-Results: what others
    write there proves nothing.
    """
    if len(raw) > MOST_BYTES:
        raise Unreadable(f"It is larger than {MOST_BYTES // 1024 // 1024} MB.")
    if _end_of_headers(raw) > MOST_HEADER_BYTES:
        raise Unreadable("Its headers are longer than a mail's ever are.")
    try:
        message = message_from_bytes(raw, policy=policy.compat32)
        parts = list(_parts(message))
    except RecursionError:
        raise Unreadable("Its parts are nested too deeply.") from None
    body = _body(parts)
    text, quoted = split(_text_of(body)[:MOST_TEXT]) if body is not None else ("", "")
    files = tuple(_file(part, number) for number, part in enumerate(parts, 1) if part is not body)
    return _letter(
        message,
        text=text,
        quoted=quoted,
        files=tuple(file for file in files if file is not None),
        authority=authority,
    )


def _letter(
    message: Message, *, text: str, quoted: str, files: tuple[File, ...], authority: str = ""
) -> Letter:
    senders = getaddresses([_header(message, "From")]) if len(message.get_all("From", [])) == 1 else []
    to = [
        str(value)[:_HEADER]
        for name in ("To", "Cc", "Delivered-To", "X-Original-To")
        for value in message.get_all(name, [])
    ]
    # Ids as long as ours are sometimes written as encoded words.
    references = _decoded(f"{_header(message, 'In-Reply-To')} {_header(message, 'References')}")
    return Letter(
        message_id=_header(message, "Message-ID").strip()[:250],
        references=tuple(references.split()[:50]),
        senders=tuple(address.lower() for _, address in senders if "@" in address),
        sender_name=_decoded(senders[0][0])[:150] if senders else "",
        recipients=tuple(address.lower() for _, address in getaddresses(to[:20])[:_ADDRESSES] if address),
        subject=" ".join(_decoded(_header(message, "Subject")).split())[:250],
        text=text,
        quoted=quoted,
        files=files,
        automatic=_why_automatic(message),
        verdicts=_verdicts(message, authority) if authority else {},
    )


def _header(message: Message, name: str) -> str:
    return str(message.get(name, ""))[:_HEADER].replace("\r", " ").replace("\n", " ")


def _decoded(value: str) -> str:
    """Return a header with its encoded words read; what cannot be read stays as it is."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    read = "".join(
        _characters(piece, charset or "ascii") if isinstance(piece, bytes) else piece
        for piece, charset in pieces
    )
    return "".join(" " if character in "\r\n\x00" else character for character in read)


def _characters(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, errors="replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", errors="replace")


def _parts(message: Message) -> Iterator[Message]:
    """Yield the parts that hold something, a mail within the mail as one of them."""
    count = 0
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        if part.is_multipart() and part.get_content_type() != "message/rfc822":
            waiting[:0] = [inner for inner in part.get_payload() if isinstance(inner, Message)]
            count += 1
        else:
            yield part
            count += 1
        if count > MOST_PARTS:
            raise Unreadable(f"It has more than {MOST_PARTS} parts.")


def _body(parts: Sequence[Message]) -> Message | None:
    """Return the part that is the mail's text: the first plain one, else the first of HTML.

    What calls itself several parts and has none is text as well.
    """
    for wanted in ("text/plain", "text/html", "multipart/mixed", "multipart/alternative"):
        for part in parts:
            if part.get_content_type() == wanted and part.get_content_disposition() != "attachment":
                return part
    return None


def _text_of(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    most = MOST_HTML if part.get_content_type() == "text/html" else MOST_TEXT
    text = _characters(content[: most * 4], part.get_content_charset() or "utf-8").replace("\x00", "")
    if part.get_content_type() == "text/html":
        return to_text(text)
    return _unflowed(text) if str(part.get_param("format", "")).lower() == "flowed" else text


def _unflowed(text: str) -> str:
    """Join the lines that a mail program broke only to keep them short (RFC 3676)."""
    joined: list[str] = []
    goes_on = False
    for typed in text.replace("\r\n", "\n").split("\n"):
        line = typed if typed.startswith(">") else typed.removeprefix(" ")
        if goes_on and joined and line.startswith(">") == joined[-1].startswith(">"):
            joined[-1] += line.lstrip("> ") if line.startswith(">") else line
        else:
            joined.append(line)
        goes_on = line.endswith(" ") and line != "-- "
    return "\n".join(joined)


def _file(part: Message, number: int) -> File | None:
    content_type = part.get_content_type()
    if content_type == "message/rfc822":
        inner = part.get_payload()
        content = (
            inner[0].as_bytes()
            if isinstance(inner, list) and inner and isinstance(inner[0], Message)
            else b""
        )
    else:
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
    name = _decoded(str(part.get_filename() or "")[:_HEADER]).strip()
    if not content or (not name and content_type.startswith("text/")):
        return None  # the other form of the text, or nothing at all
    ending = {"message/rfc822": "eml", "image/jpeg": "jpg"}.get(content_type, content_type.rpartition("/")[2])
    return File(name=name[:200] or f"part-{number}.{ending}", content_type=content_type, content=content)


_MACHINES = (
    "mailer-daemon@",
    "postmaster@",
    "no-reply@",
    "noreply@",
    "do-not-reply@",
    "donotreply@",
    "bounce",
)


def _why_automatic(message: Message) -> str:
    """Say why a machine wrote a mail: an answering machine must never talk to ours."""
    submitted = _header(message, "Auto-Submitted").split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return "It says that a program sent it (Auto-Submitted)."
    if _header(message, "Precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply"):
        return "It was sent in bulk, or by a program (Precedence)."
    for name in (
        "X-Autoreply",
        "X-Autorespond",
        "X-Auto-Response-Suppress",
        "List-Id",
        "List-Unsubscribe",
        "Feedback-ID",
    ):
        if name in message:
            return f"It is from a list or an answering program ({name})."
    if message.get_content_type() in ("multipart/report", "message/delivery-status"):
        return "It reports about the delivery of another mail."
    if _header(message, "Return-Path").strip() == "<>":
        return "It wants no answer (an empty Return-Path)."
    address = (getaddresses([_header(message, "From")]) or [("", "")])[0][1].lower()
    if address.startswith(_MACHINES):
        return "Its sender is a program."
    return ""


def _verdicts(message: Message, authority: str) -> dict[str, str]:
    """Return what our own mail server says of the sender's domain: the topmost word of its own only."""
    for value in message.get_all("Authentication-Results", [])[:20]:
        said = " ".join(str(value)[:_HEADER].split())
        name, _, rest = said.partition(";")
        if name.split()[:1] != [authority]:
            continue
        found: dict[str, str] = {}
        for clause in rest.split(";"):
            method, _, result = clause.strip().partition("=")
            if result and method.lower() in ("dmarc", "spf", "dkim"):
                verdict = result.split()[0].split("(")[0].lower()
                # Of several signatures one that holds is enough.
                if found.get(method.lower()) != "pass":
                    found[method.lower()] = verdict
        return found
    return {}
