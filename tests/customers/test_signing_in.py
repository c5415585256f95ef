"""People sign in with an e-mail address and a password."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from customers.models import Member
from tests.cast import Cast

ADDRESS = "/accounts/login/"
PASSWORD = "a boat upon the river"


@pytest.fixture
def ann(cast: Cast) -> Member:
    """Return a requester of Acme who has chosen a password."""
    cast.acme.requester.user.set_password(PASSWORD)
    cast.acme.requester.user.save()
    return cast.acme.requester


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post(ADDRESS, {"login": email, "password": password})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def errors(answer: Any) -> Sequence[str]:
    found: Sequence[str] = answer.context["form"].non_field_errors()
    return list(found)


def test_the_right_password_leads_home(ann: Member, client: Client) -> None:
    answer = sign_in(client, ann.email)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_signed_in(client)


def test_the_address_is_the_same_in_capitals(ann: Member, client: Client) -> None:
    sign_in(client, ann.email.upper())
    assert is_signed_in(client)


def test_a_wrong_password_and_an_unknown_address_get_the_same_words(ann: Member, client: Client) -> None:
    wrong = sign_in(client, ann.email, "a boat upon the ocean")
    unknown = sign_in(client, "nobody@acme.example")
    assert errors(wrong) == errors(unknown)
    assert len(errors(wrong)) == 1
    assert wrong.status_code == unknown.status_code == 200
    assert not is_signed_in(client)


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(ann: Member, client: Client) -> None:
    for number in range(5):
        wrong = sign_in(client, ann.email, f"a wrong password {number}")
    answer = sign_in(client, ann.email)
    assert not is_signed_in(client)
    assert errors(answer) != errors(wrong)


def test_guessing_at_one_address_does_not_lock_another_out(ann: Member, client: Client) -> None:
    for number in range(5):
        sign_in(client, "victim@acme.example", f"a wrong password {number}")
    sign_in(client, ann.email)
    assert is_signed_in(client)


def test_an_address_that_was_never_verified_does_not_get_in(ann: Member, client: Client) -> None:
    EmailAddress.objects.filter(user=ann.user).update(verified=False)
    answer = sign_in(client, ann.email)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    assert not is_signed_in(client)


def test_a_user_who_was_switched_off_does_not_get_in(ann: Member, client: Client) -> None:
    ann.user.is_active = False
    ann.user.save(update_fields=["is_active"])
    sign_in(client, ann.email)
    assert not is_signed_in(client)


def test_the_session_gets_a_new_id_at_sign_in(ann: Member, client: Client) -> None:
    session = client.session
    session["planted"] = "by someone else"
    session.save()
    before = session.session_key
    sign_in(client, ann.email)
    assert is_signed_in(client)
    assert client.session.session_key != before


def test_after_sign_in_people_are_back_where_they_were_going(ann: Member, client: Client) -> None:
    answer = client.post(f"{ADDRESS}?next=/c/acme/report/", {"login": ann.email, "password": PASSWORD})
    assert answer["Location"] == "/c/acme/report/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_sign_in_never_leads_to_another_site(ann: Member, client: Client, target: str) -> None:
    answer = client.post(ADDRESS, {"login": ann.email, "password": PASSWORD, "next": target})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_signing_out_takes_a_post_and_ends_the_session(ann: Member, client: Client) -> None:
    sign_in(client, ann.email)
    assert client.get("/accounts/logout/").status_code == 200
    assert is_signed_in(client)
    client.post("/accounts/logout/")
    assert not is_signed_in(client)
    assert client.get("/c/acme/")["Location"] == "/accounts/login/?next=/c/acme/"


def test_a_new_password_ends_the_sessions_of_other_browsers(ann: Member, client: Client) -> None:
    other = Client()
    for browser in (client, other):
        sign_in(browser, ann.email)
    client.post(
        "/accounts/password/change/",
        {
            "oldpassword": PASSWORD,
            "password1": "another boat upon it",
            "password2": "another boat upon it",
        },
    )
    assert other.get("/c/acme/").status_code == 302
    sign_in(other, ann.email, "another boat upon it")
    assert other.get("/c/acme/").status_code == 200


def test_nobody_signs_up_without_an_invitation(cast: Cast, client: Client) -> None:
    answer = client.post("/accounts/signup/", {"email": "eve@evil.example", "password1": PASSWORD})
    assert answer.status_code == 200
    assert not is_signed_in(client)
    assert not EmailAddress.objects.filter(email="eve@evil.example").exists()
    assert sign_in(client, "eve@evil.example").status_code == 200
