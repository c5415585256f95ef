"""What people do in the customer's portal in more than one step."""

from __future__ import annotations

from typing import Any

from django.test import Client


def send_report(client: Client, answers: dict[str, Any], *, customer: str = "acme") -> Any:
    """Answer the report's questions and, where they are shown again to be checked, send them."""
    answer = client.post(f"/c/{customer}/report/", answers)
    check = f"/c/{customer}/report/check/"
    return client.post(check) if answer.status_code == 302 and answer["Location"] == check else answer
