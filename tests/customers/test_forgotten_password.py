"""People who forgot their password, or never had one, choose one by a link in a message."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from customers.models import User
from tests.cast import Cast
from trusst_support.local.mail import Mail, mailbox

ADDRESS = "/accounts/password/reset/"
NEW = "seven quiet mornings"


def ask(client: Client, email: str) -> None:
    answer = client.post(ADDRESS, {"email": email})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/done/")


def link_in(mail: Mail) -> str:
    found = re.search(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", mail.body)
    assert found is not None
    return found[1]


def choose(client: Client, link: str, password: str = NEW) -> None:
    page = client.get(link)
    assert page.status_code == 302, "the link's secret moves into the session, out of the address"
    client.post(page["Location"], {"password1": password, "password2": password})


def signs_in(email: str, password: str) -> bool:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": password})
    return "_auth_user_id" in client.session


def test_the_mailed_link_sets_a_password(cast: Cast, client: Client) -> None:
    email = cast.acme.lead.email
    ask(client, email)
    [mail] = mailbox()
    assert mail.to == email
    choose(client, link_in(mail))
    assert signs_in(email, NEW)


def test_the_link_works_once(cast: Cast, client: Client) -> None:
    email = cast.acme.lead.email
    ask(client, email)
    link = link_in(mailbox()[0])
    choose(client, link)
    again = Client().get(link)
    assert again.status_code == 200
    assert again.context["token_fail"] is True
    assert signs_in(email, NEW)


def test_a_link_with_one_changed_character_sets_nothing(cast: Cast, client: Client) -> None:
    email = cast.acme.lead.email
    ask(client, email)
    link = link_in(mailbox()[0])
    flipped = link[:-2] + ("a" if link[-2] != "a" else "b") + "/"
    answer = client.get(flipped)
    assert answer.context["token_fail"] is True
    assert not User.objects.get(email=email).has_usable_password()


def test_a_known_and_an_unknown_address_get_the_same_answer(cast: Cast) -> None:
    known, unknown = Client(), Client()
    ask(known, cast.acme.lead.email)
    ask(unknown, "stranger@elsewhere.example")
    done = "/accounts/password/reset/done/"
    pages = [
        re.sub(r'nonce="[^"]*"|value="[^"]*"', "", client.get(done).content.decode())
        for client in (known, unknown)
    ]
    assert pages[0] == pages[1]


def test_an_unknown_address_gets_no_link(cast: Cast, client: Client) -> None:
    ask(client, "stranger@elsewhere.example")
    assert not any("/password/reset/key/" in mail.body for mail in mailbox())


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "password_too_short"),
        ("passwordpassword1"[:11], "password_too_short"),
        ("123456789012345", "password_entirely_numeric"),
        ("motherfucker", "password_too_common"),
    ],
)
def test_a_weak_password_is_refused(cast: Cast, client: Client, password: str, code: str) -> None:
    email = cast.acme.lead.email
    ask(client, email)
    page = client.get(link_in(mailbox()[0]))
    answer = client.post(page["Location"], {"password1": password, "password2": password})
    codes = {error.code for errors in answer.context["form"].errors.as_data().values() for error in errors}
    assert code in codes
    assert not User.objects.get(email=email).has_usable_password()


def test_a_password_of_128_characters_and_spaces_is_kept_whole(cast: Cast, client: Client) -> None:
    email, long = cast.acme.lead.email, "a river and " * 10 + "a boat."
    ask(client, email)
    choose(client, link_in(mailbox()[0]), long)
    assert signs_in(email, long)
    assert not signs_in(email, long[:-1])
