"""The verbs of a ticket. Every one takes keyword-only arguments, an explicit actor and instant, locks the
row, asks the lifecycle, writes, and publishes what happened, all in one transaction."""

from tickets.actions.conversation import post_customer_note, post_internal_note, post_reply
from tickets.actions.deadlines import set_closing, set_next_deadline
from tickets.actions.flow import (
    close,
    hold,
    mark_restored,
    pass_to_desk,
    reopen,
    resolve,
    resume,
    return_to_customer,
)
from tickets.actions.locking import StaleTicket, lock
from tickets.actions.opening import open_ticket
from tickets.actions.ownership import assign, take, unwatch, watch
from tickets.actions.severity import establish_severity

__all__ = [
    "StaleTicket",
    "assign",
    "close",
    "establish_severity",
    "hold",
    "lock",
    "mark_restored",
    "open_ticket",
    "pass_to_desk",
    "post_customer_note",
    "post_internal_note",
    "post_reply",
    "reopen",
    "resolve",
    "resume",
    "return_to_customer",
    "set_closing",
    "set_next_deadline",
    "take",
    "unwatch",
    "watch",
]
