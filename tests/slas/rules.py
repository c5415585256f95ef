"""The rules' pages as an administrator and a manager use them."""

from __future__ import annotations

import html
import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from core.tenancy import acting_as, worker_context
from slas.models import CalendarVersion

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def newest(name: str = "business", region: str = "NSW") -> CalendarVersion:
    """Return the newest version of a calendar."""
    with acting_as(worker_context()):
        return CalendarVersion.objects.of_family(name, region)[0]


def typed(version: CalendarVersion, **changes: Any) -> dict[str, Any]:
    """Return what the form of a next version holds, with some fields typed over."""
    draft = version.draft
    return {
        **{day: ", ".join("-".join(shift) for shift in draft.weekly[day]) for day in DAYS},
        "holidays": "\n".join(f"{day} {name}" for day, name in draft.holidays.items()),
        "overrides": "",
        "timezone": "",
        "country": draft.country,
        "subdivision": draft.subdivision,
        "source": draft.source,
        "effective_at": "",
        "note": "The state declared a day of mourning",
        "base": version.version,
        "previewed": "",
        **changes,
    }


def with_day(
    version: CalendarVersion, day: str, name: str = "Day of mourning", **more: Any
) -> dict[str, Any]:
    """Return the form with one closed date more."""
    form = typed(version, **more)
    return form | {"holidays": f"{form['holidays']}\n{day} {name}"}


def previewed(answer: Any) -> str:
    """Return the fingerprint that a preview page carries."""
    found = re.search(r'name="previewed" value="([0-9a-f]{64})"', answer.content.decode())
    assert found is not None
    return found[1]


def address(version: CalendarVersion) -> str:
    return f"/desk/rules/calendars/{version.pk}/new/"


def preview(client: Client, version: CalendarVersion, form: dict[str, Any]) -> Any:
    return client.post(address(version), form | {"step": "preview"})


def confirm(client: Client, version: CalendarVersion, form: dict[str, Any]) -> Any:
    """Look at what a form does, then confirm it."""
    looked = preview(client, version, form)
    assert looked.status_code == 200, text_of(looked)
    return client.post(address(version), form | {"step": "confirm", "previewed": previewed(looked)})


def text_of(answer: HttpResponse | Any) -> str:
    """Return the words of a page, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())
