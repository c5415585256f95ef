"""The portal does not serve with a database login that row-level security would not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from core.guard import refuse_mighty_login

pytestmark = pytest.mark.django_db(databases=["default", "ledger", "owner"])

LogIn = Callable[[str], str]


@pytest.fixture
def log_in() -> Iterator[LogIn]:
    """Return a function that opens a connection as another login and returns its alias."""
    opened: list[str] = []

    def as_login(user: str) -> str:
        alias = f"as_{user}"
        wrapper = connections["default"].copy(alias)
        wrapper.settings_dict = wrapper.settings_dict | {"USER": user}
        connections[alias] = wrapper
        opened.append(alias)
        return alias

    yield as_login
    for alias in opened:
        connections[alias].close()
        del connections[alias]


def test_the_applications_login_is_let_through() -> None:
    refuse_mighty_login()


def test_a_superuser_is_refused(log_in: LogIn) -> None:
    with pytest.raises(ImproperlyConfigured, match="postgres is a superuser"):
        refuse_mighty_login(using=log_in("postgres"))


def test_a_login_that_bypasses_row_security_is_refused(log_in: LogIn) -> None:
    with pytest.raises(ImproperlyConfigured, match="portal_backup bypasses row-level security"):
        refuse_mighty_login(using=log_in("portal_backup"))


def test_a_login_that_owns_tables_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="portal_owner owns tables") as refusal:
        refuse_mighty_login(using="owner")
    assert "portal_login in DATABASE_URL" in str(refusal.value)
