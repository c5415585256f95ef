"""Whoever works Level 1 says when single keys do something in the queue; it is kept in their browser."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.conftest import Browse


@pytest.mark.parametrize("keys", ["alt", "off"])
def test_single_keys_are_on_until_somebody_turns_them_off(cast: Cast, browse: Browse, keys: str) -> None:
    client = browse(cast.acme.coordinator)
    assert 'data-shortcuts="on"' in client.get("/c/acme/level-1/").content.decode()
    answer = client.post("/c/acme/you/keys/", {"keys": keys}, follow=True)
    assert "Your settings are saved." in answer.content.decode()
    assert f'data-shortcuts="{keys}"' in client.get("/c/acme/level-1/").content.decode()
    kept = client.cookies["single-keys"]
    assert (kept["httponly"], kept["samesite"], kept["max-age"]) == (True, "Lax", 365 * 24 * 3600)


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"keys": "never"}, "Select on, only together with Alt, or off."),
        ({}, "Select when single keys work."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    cast: Cast, browse: Browse, posted: dict[str, str], said: str
) -> None:
    client = browse(cast.acme.coordinator)
    answer = client.post("/c/acme/you/keys/", posted)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "single-keys" not in client.cookies


def test_what_a_browser_makes_up_counts_for_nothing(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.coordinator)
    client.cookies["single-keys"] = '"><b>'
    assert 'data-shortcuts="on"' in client.get("/c/acme/level-1/").content.decode()


def test_it_is_not_offered_to_whoever_does_not_work_level_1(cast: Cast, browse: Browse) -> None:
    assert "Single-key" not in browse(cast.acme.requester).get("/c/acme/you/").content.decode()
