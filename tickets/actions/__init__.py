"""The verbs of a ticket. Every one takes keyword-only arguments, an explicit actor and instant, locks the
row, asks the lifecycle, writes, and publishes what happened, all in one transaction."""

from tickets.actions.conversation import post_customer_note, post_internal_note, post_reply
from tickets.actions.deadlines import Deadline, set_closing, set_next_deadlines
from tickets.actions.flow import (
    backdate_restoration,
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
from tickets.actions.reviews import (
    answer_contest,
    ask_for_review,
    contest_hold,
    decide_review,
    tell_leads,
    withdraw_review,
)
from tickets.actions.severity import establish_severity, reassess_impact

__all__ = [
    "Deadline",
    "StaleTicket",
    "answer_contest",
    "ask_for_review",
    "assign",
    "backdate_restoration",
    "close",
    "contest_hold",
    "decide_review",
    "establish_severity",
    "hold",
    "lock",
    "mark_restored",
    "open_ticket",
    "pass_to_desk",
    "post_customer_note",
    "post_internal_note",
    "post_reply",
    "reassess_impact",
    "reopen",
    "resolve",
    "resume",
    "return_to_customer",
    "set_closing",
    "set_next_deadlines",
    "take",
    "tell_leads",
    "unwatch",
    "watch",
    "withdraw_review",
]
