"""Keys with which an account tells of changes: shown once, kept as a hash, two valid while one is replaced."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from core.tenancy import acting_as, worker_context
from tests.cast import START, Cast, House
from tests.conftest import Browse, Clock
from tests.vendors.fake import FakeAws
from tests.vendors.links.setting_up import begin, connect, desk_page_of, facts, link_of, page_of
from vendors import pushing
from vendors.access.links import valid_keys
from vendors.models import AccountLink, PushKey


def make(browse: Browse, house: House) -> str:
    """Make a key as the customer's lead and return it as the page shows it."""
    page = browse(house.lead).post(page_of(house, "key/")).content.decode()
    [word] = re.findall(r'id="new-key" value="([^"]+)"', page)
    return str(word)


def valid(link: AccountLink, clock: Clock) -> list[str]:
    with acting_as(worker_context()):
        return [key.digest for key in valid_keys(link, clock.now)]


def test_a_key_is_shown_once_and_only_its_hash_is_kept(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    link = connect(cast.acme, browse, aws)
    word = make(browse, cast.acme)
    assert len(word) >= 43
    with acting_as(worker_context()):
        [key] = PushKey.objects.filter(link=link)
    assert key.digest == pushing.digest_of(word)
    assert word not in str(vars(key))
    later = browse(cast.acme.lead).get(page_of(cast.acme)).content.decode()
    assert word not in later
    assert "Key of Acme Lead" in later
    assert facts(cast.acme, "push_key_made") == [{"link_id": link.pk, "account_number": link.account_number}]


def test_two_keys_are_valid_for_a_day_and_then_one(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link = connect(cast.acme, browse, aws)
    first = pushing.digest_of(make(browse, cast.acme))
    clock.advance(hours=1)
    second = pushing.digest_of(make(browse, cast.acme))
    assert valid(link, clock) == [second, first]
    clock.advance(hours=24, seconds=-1)
    assert valid(link, clock) == [second, first]
    clock.advance(seconds=1)
    assert valid(link, clock) == [second]


def test_a_third_key_ends_the_first_at_once(cast: Cast, browse: Browse, aws: FakeAws, clock: Clock) -> None:
    link = connect(cast.acme, browse, aws)
    made = []
    for _ in range(3):
        made.append(pushing.digest_of(make(browse, cast.acme)))
        clock.advance(minutes=1)
    assert valid(link, clock) == [made[2], made[1]]
    clock.advance(hours=24)
    assert valid(link, clock) == [made[2]]


def test_a_revoked_key_no_longer_works(cast: Cast, browse: Browse, aws: FakeAws, clock: Clock) -> None:
    link = connect(cast.acme, browse, aws)
    make(browse, cast.acme)
    with acting_as(worker_context()):
        [key] = PushKey.objects.filter(link=link)
    client = browse(cast.acme.lead)
    client.post(page_of(cast.acme, f"keys/{key.pk}/revoke/"))
    assert valid(link, clock) == []
    assert client.post(page_of(cast.acme, f"keys/{key.pk}/revoke/")).status_code == 404
    assert [one["kind"] for one in facts(cast.acme, "link_changed")] == ["role", "push_key_revoked"]


@pytest.mark.parametrize("who", ["desk", "other"])
def test_another_customers_key_is_not_found(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock, who: str
) -> None:
    link = connect(cast.acme, browse, aws)
    connect(cast.globex, browse, aws)
    make(browse, cast.acme)
    with acting_as(worker_context()):
        [key] = PushKey.objects.filter(link=link)
    address = (
        desk_page_of(cast.globex, f"keys/{key.pk}/revoke/")
        if who == "desk"
        else page_of(cast.globex, f"keys/{key.pk}/revoke/")
    )
    person = cast.lead if who == "desk" else cast.globex.lead
    assert browse(person).post(address).status_code == 404
    assert len(valid(link, clock)) == 1


def test_the_rule_names_the_address_of_this_link_alone(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    link = connect(cast.acme, browse, aws)
    page = browse(cast.acme.lead).get(page_of(cast.acme)).content.decode()
    [token] = re.findall(r"/inbound/vendors/([^/]+)/", page)
    assert pushing.link_id_in(token) == link.pk
    assert pushing.link_id_in(f"{link.pk + 1}.{token.partition('.')[2]}") is None
    assert pushing.KEY_HEADER in page


def test_a_retired_link_gets_no_key(cast: Cast, browse: Browse) -> None:
    link = begin(cast.acme, browse)
    browse(cast.acme.lead).post(page_of(cast.acme, "retire/"), {"version": link.version})
    page = browse(cast.acme.lead).post(page_of(cast.acme, "key/"), follow=True).content.decode()
    assert "This connection is retired." in page
    assert link_of(cast.acme).created_at == START < START + timedelta(days=1)
