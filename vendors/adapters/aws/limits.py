"""How long and how many AWS takes, and how a text is marked to be known again.

AWS gives messages no id and cases no token of ours, and replaces what looks like a secret, so that a stored text is
not the text that was sent. What we send is known again by its last line, `Ref: <mark>`, and a case by the tag in
front of its subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vendors.adapters.base import Draft, Invalid, SentFile

LONGEST_BODY = 8000
LONGEST_SUBJECT = 250
MOST_COPIED = 10
MOST_FILES = 3
LARGEST_FILE = 5 * 1024 * 1024

_MARK = re.compile(r"^Ref: (\S{1,80})\s*\Z", re.MULTILINE)
_TAG = re.compile(r"^\[([^\]\s]{1,40})\]")


def tagged(reference: str, subject: str) -> str:
    """Return a subject that begins with the ticket's key, cut to what AWS shows."""
    tag = f"[{reference}]"
    words = " ".join(subject.split())
    if not words.startswith(tag):
        words = f"{tag} {words}"
    return words[:LONGEST_SUBJECT].rstrip()


def tag_of(subject: str) -> str:
    """Return the key in front of a subject; empty without one."""
    found = _TAG.match(subject)
    return found.group(1) if found else ""


def marked(text: str, mark: str) -> str:
    """Return a text that ends with its mark; one that does already is left as it is."""
    if mark_of(text) == mark:
        return text
    return f"{text.rstrip()}\n\nRef: {mark}"


def mark_of(body: str) -> str:
    """Return the mark of a body that we sent; empty for any other, also one that quotes ours further up."""
    found = _MARK.search(body)
    return found[1] if found else ""


def check_draft(draft: Draft, body: str) -> None:
    """Raise Invalid for what AWS would refuse, before anything is sent: its library checks no maximum."""
    if not draft.subject.strip():
        raise Invalid("Give the case a subject.", code="NoSubject", field="subject")
    if not draft.severity:
        raise Invalid("Choose a severity.", code="NoSeverity", field="severity")
    check_body(body)
    if len(draft.copied) > MOST_COPIED:
        raise Invalid(
            f"AWS sends copies to at most {MOST_COPIED} addresses; these are {len(draft.copied)}.",
            code="TooManyCopied",
            field="copied",
        )
    check_files(draft.files)


def check_body(body: str) -> None:
    """Raise Invalid for a message that AWS would refuse for its length."""
    if not body.strip():
        raise Invalid("Write what AWS should read.", code="NoBody", field="body")
    if len(body) > LONGEST_BODY:
        raise Invalid(
            f"AWS takes {LONGEST_BODY:,} characters in one message; these are {len(body):,}.",
            code="TooLong",
            field="body",
        )


def check_files(files: Sequence[SentFile]) -> None:
    """Raise Invalid for files that one message cannot carry."""
    if len(files) > MOST_FILES:
        raise Invalid(
            f"One message carries at most {MOST_FILES} files; these are {len(files)}.",
            code="TooManyFiles",
            field="files",
        )
    for file in files:
        if len(file.content) > LARGEST_FILE:
            raise Invalid(
                f"AWS takes files of up to {LARGEST_FILE // 1024 // 1024} MB; {file.name} is larger.",
                code="FileTooLarge",
                field="files",
            )
