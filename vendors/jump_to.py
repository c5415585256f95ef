"""What the search box knows of vendors' cases: either id of one leads to its ticket."""

from __future__ import annotations

import re

from django.urls import reverse

from vendors.access.pages import find_by_case_id

#: An id such as case-123456789012-muen-2026-0a1b, a number as people read it out, or the address of either.
_CASE = re.compile(r"case-[a-z0-9-]{8,110}")
_NUMBER = re.compile(r"\d[\d ]{6,30}\d")
_ADDRESS = re.compile(r"https://\S*?(?:displayId|caseId)=(?P<id>[A-Za-z0-9-]+)\S*")


def to_vendor_case(text: str) -> str:
    """Return the page of the ticket whose case was pasted."""
    address = _ADDRESS.fullmatch(text)
    asked = address["id"] if address else text
    if not (_CASE.fullmatch(asked) or _NUMBER.fullmatch(asked)):
        return ""
    found = find_by_case_id(asked.replace(" ", ""))
    return "" if found is None else reverse("desk-ticket", kwargs={"key": found.ticket.key})
