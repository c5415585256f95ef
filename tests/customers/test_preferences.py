"""Somebody of the desk sets for themselves when single keys work, and in which zone they read times."""

from __future__ import annotations

import pytest

from core.tenancy import acting_as
from customers.models import DeskPerson, Shortcuts
from tests.cast import Cast, context_of
from tests.conftest import Browse


def stored(person: DeskPerson) -> tuple[str, str]:
    with acting_as(context_of(person)):
        found = DeskPerson.objects.get(pk=person.pk)
    return found.shortcuts, found.timezone


def test_single_keys_are_on_until_somebody_turns_them_off(cast: Cast, browse: Browse) -> None:
    client = browse(cast.engineer)
    assert 'data-shortcuts="on"' in client.get("/desk/").content.decode()
    answer = client.post("/desk/settings/", {"shortcuts": "off", "timezone": "Australia/Perth"}, follow=True)
    assert "Your settings are saved." in answer.content.decode()
    assert stored(cast.engineer) == (Shortcuts.OFF, "Australia/Perth")
    assert 'data-shortcuts="off"' in client.get("/desk/").content.decode()


def test_nobody_elses_settings_change(cast: Cast, browse: Browse) -> None:
    browse(cast.engineer).post("/desk/settings/", {"shortcuts": "alt", "timezone": "UTC"})
    assert stored(cast.engineer) == (Shortcuts.ALT, "UTC")
    assert stored(cast.lead) == (Shortcuts.ON, "Australia/Sydney")


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"shortcuts": "never", "timezone": "UTC"}, "Select on, only together with Alt, or off."),
        ({"timezone": "UTC"}, "Select when single keys work."),
        ({"shortcuts": "off", "timezone": "Mars/Olympus"}, "Select a time zone of the list."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    cast: Cast, browse: Browse, posted: dict[str, str], said: str
) -> None:
    answer = browse(cast.engineer).post("/desk/settings/", posted)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert stored(cast.engineer) == (Shortcuts.ON, "Australia/Sydney")


def test_a_member_of_a_customer_has_no_desk_settings(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.acme.lead).post("/desk/settings/", {"shortcuts": "off", "timezone": "UTC"})
    assert answer.status_code == 403
    assert stored(cast.engineer) == (Shortcuts.ON, "Australia/Sydney")
