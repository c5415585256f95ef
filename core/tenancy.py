"""Who is acting, and for which customer: the context that row-level security reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import connections, transaction

from core.now import database_now


class ActorKind(StrEnum):
    """The kinds of party that can cause a fact."""

    MEMBER = "member"
    DESK = "desk"
    SYSTEM = "system"
    VENDOR = "vendor"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The party that causes a change; `name` is what pages show for it."""

    kind: ActorKind
    id: int | None
    name: str

    @property
    def is_desk(self) -> bool:
        return self.kind == ActorKind.DESK

    @property
    def is_member(self) -> bool:
        return self.kind == ActorKind.MEMBER


SYSTEM = Actor(kind=ActorKind.SYSTEM, id=None, name="Trusst Support")


class Role(StrEnum):
    """The database roles that the application's login may put on."""

    MEMBER = "portal_member"
    DESK = "portal_desk"


@dataclass(frozen=True, kw_only=True)
class Context:
    """A database role, the customer it may see, and the person behind it."""

    role: Role
    customer_id: int | None
    actor: Actor

    def __post_init__(self) -> None:
        if self.role is Role.MEMBER and self.customer_id is None:
            raise ValueError("a member's context needs its customer")


#: The role, the customer and, for what is a member's alone, the member.
_Setting = tuple[str, str, str]
_NOBODY: _Setting = ("none", "", "")
_current: ContextVar[dict[str, _Setting]] = ContextVar("tenancy")


def _put_on(using: str, setting: _Setting) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, true), set_config('app.customer', %s, true),"
            " set_config('app.member', %s, true)",
            setting,
        )


@contextmanager
def acting_as(context: Context, *, using: str = "default") -> Iterator[datetime]:
    """Open a transaction in which the database shows only what the context may see; yields its now.

    The previous role and customer are put back on the way out, because a released savepoint
    keeps what was set locally inside it. A rollback puts them back by itself.
    """
    before = _current.get({})
    previous = before.get(using, _NOBODY)
    customer = "" if context.customer_id is None else str(context.customer_id)
    member = str(context.actor.id) if context.actor.is_member and context.actor.id is not None else ""
    setting = (context.role.value, customer, member)
    with transaction.atomic(using=using):
        _put_on(using, setting)
        token = _current.set({**before, using: setting})
        try:
            yield database_now(using=using)
        finally:
            _current.reset(token)
            if not connections[using].needs_rollback and connections[using].connection is not None:
                _restore(using, previous)


def _restore(using: str, previous: _Setting) -> None:
    """Put the previous setting back, unless the transaction is already failing and will roll it back."""
    connection = connections[using]
    raw = connection.connection
    if raw is not None and raw.info.transaction_status != _INERROR:
        _put_on(using, previous)


_INERROR = 3  # psycopg2.extensions.TRANSACTION_STATUS_INERROR


def is_acting(*, using: str = "default") -> bool:
    """Tell whether somebody's context is open; an error page is made when it has closed."""
    return using in _current.get({})


def worker_context() -> Context:
    """Return the context of background work: the desk's view, acting as the portal itself."""
    return Context(role=Role.DESK, customer_id=None, actor=SYSTEM)


@contextmanager
def signed_in_as(user_id: int, *, using: str = "default") -> Iterator[None]:
    """Let the bare login read the signed-in user's own memberships, and nothing else, for a moment."""
    with transaction.atomic(using=using):
        _set_user(using, str(user_id))
        yield
        _set_user(using, "")


def _set_user(using: str, value: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config('app.user', %s, true)", [value])
