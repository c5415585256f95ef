"""What the desk of the demonstration writes with: its canned replies, and a text that somebody has begun."""

from __future__ import annotations

from datetime import datetime

from core.tenancy import acting_as
from customers import access
from customers.models import DeskPerson
from tickets import actions as tickets
from tickets.models import ModeChoice, Ticket

REPLIES = (
    (
        "First answer",
        ModeChoice.REPLY,
        (
            "Hello {{first_name}},\n\nI have {{key}} and am working on it as {{severity}}. You will hear from me "
            "by {{update_due}}.\n\n{{my_name}}"
        ),
    ),
    (
        "No news yet",
        ModeChoice.REPLY,
        (
            "Hello {{first_name}},\n\nnothing has changed since my last update: we are still on it. "
            "Service is to be back by {{restore_due}}; the next news come by {{update_due}}.\n\n{{my_name}}"
        ),
    ),
    (
        "Ask for logs",
        ModeChoice.REPLY,
        (
            "Hello {{first_name}},\n\nplease send us the log of the last hour:\n\n"
            "```\naws logs tail <group> --since 1h > last-hour.log\n```\n\n{{my_name}}"
        ),
    ),
    (
        "Hand-over",
        ModeChoice.NOTE,
        "**State of {{key}}**\n\n- Known:\n- Tried:\n- Next step, and who:\n- Next update due {{update_due}}",
    ),
)


def keep_replies(admin: DeskPerson) -> None:
    """Let an administrator add the canned replies."""
    with acting_as(access.desk_context(admin)) as at:
        for name, mode, body in REPLIES:
            tickets.add_canned_reply(actor=access.desk_actor(admin), at=at, name=name, body=body, mode=mode)


def begin_reply(engineer: DeskPerson, ticket: Ticket, *, body: str) -> datetime:
    """Let an engineer begin a reply and not send it; return when."""
    with acting_as(access.desk_context(engineer)) as at:
        tickets.save_draft(
            ticket=ticket, actor=access.desk_actor(engineer), at=at, mode=ModeChoice.REPLY, body=body
        )
    return at
