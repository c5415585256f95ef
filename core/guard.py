"""Refuse to serve with a database login that row-level security would not hold."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db import connections


def refuse_mighty_login(*, using: str = "default") -> None:
    """Raise ImproperlyConfigured for a superuser, a BYPASSRLS login, or one that owns tables."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            """
            SELECT rolname, rolsuper, rolbypassrls,
                   EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p'))
            FROM pg_roles WHERE rolname = current_user
            """
        )
        name, is_super, bypasses, owns = cursor.fetchone()
    for is_wrong, what in (
        (is_super, "is a superuser"),
        (bypasses, "bypasses row-level security"),
        (owns, "owns tables"),
    ):
        if is_wrong:
            raise ImproperlyConfigured(
                f"The database login {name} {what}, so it could read every customer. "
                "Give the application portal_login in DATABASE_URL, and portal_owner in DATABASE_OWNER_URL."
            )
