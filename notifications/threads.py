"""The address that answers to a mail are sent to, and what ties the mails of one thread together.

A thread is a signed word that whoever queues a mail made, such as of a ticket. It stands in the mail's reply
address, in its Message-ID and in its References: mail programs keep at least one of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings


def takes_answers() -> bool:
    """Whether mail comes in at all."""
    return bool(settings.MAIL_IN_ADDRESS)


def reply_address(thread: str) -> str:
    """Return the address at which an answer arrives in its thread."""
    name, _, domain = settings.MAIL_IN_ADDRESS.partition("@")
    return f"{name}+{thread}@{domain}"


def reference(thread: str) -> str:
    """Return the id that every mail of a thread refers to."""
    return f"<{thread}@{settings.MAIL_IN_ADDRESS.rpartition('@')[2]}>"


def threads_of_addresses(addresses: Iterable[str]) -> list[str]:
    """Return the threads that reply addresses of ours name, in small letters, whether or not they exist."""
    name, _, domain = settings.MAIL_IN_ADDRESS.lower().partition("@")
    found = []
    for address in addresses:
        local, _, at = address.lower().rpartition("@")
        if at == domain and local.startswith(f"{name}+"):
            found.append(local.removeprefix(f"{name}+"))
    return found


def threads_of_references(references: Iterable[str]) -> list[str]:
    """Return the threads that ids of mails of ours name, the latest last."""
    domain = settings.MAIL_IN_ADDRESS.lower().rpartition("@")[2]
    found = []
    for one in references:
        local, _, at = one.strip("<>").lower().rpartition("@")
        if at == domain:
            # A mail's own id has its key before the thread.
            found.append(local.partition("+")[2] or local)
    return found
