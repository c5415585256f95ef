"""What the search box knows by itself: a ticket's reference, and an AWS account's number."""

from __future__ import annotations

import re

from django.urls import reverse

from customers.access import has_aws_account
from tickets import access

_ACCOUNT = re.compile(r"\d{4}[- ]?\d{4}[- ]?\d{4}")


def to_ticket(text: str) -> str:
    """Return the page of the ticket whose reference was typed."""
    found = access.find_by_key(text)
    return "" if found is None else reverse("desk-ticket", kwargs={"key": found.key})


def to_account(text: str) -> str:
    """Return the queue of an AWS account whose number was typed or pasted."""
    if not _ACCOUNT.fullmatch(text):
        return ""
    number = re.sub(r"[- ]", "", text)
    return f"{reverse('desk-queue')}?account={number}" if has_aws_account(number) else ""
