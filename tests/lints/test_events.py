"""Every fact is acted on, or is listed here as one that nobody acts on: forgetting to wire it is noticed."""

from __future__ import annotations

import importlib
import pkgutil

from core import events as core_events
from core.events import Event
from tests.lints.tree import apps

#: Facts that are kept for the log, the timeline and the evidence alone.
NOBODY_ACTS_ON = {
    "vendors.link_added": "the log; the account's page shows it",
    "vendors.link_changed": "the log; the account's page shows it",
    "vendors.link_rotated": "the log; the link is unverified by the action itself",
    "vendors.push_key_made": "the log",
    "vendors.plan_notice": "the log; the leads were told by the action itself",
    "vendors.plan_observed": "the holds and the notice are the action's own; it moves no clock by itself",
    "customers.colleague_changed": "the log",
    "customers.created": "the log",
    "customers.invitation_revoked": "the log",
    "customers.member_joined": "the log",
    "customers.privacy_changed": "what people may read is asked each time",
    "escalations.acknowledged": "the log; the ladder was stopped by the action itself",
    "escalations.acknowledgement_lapsed": "the log; the ladder was started again by the action itself",
    "escalations.accepted_by_level_3": "the escalation itself says so; it moves no clock",
    "escalations.back_at_level_2": "the escalation itself says so; it moves no clock",
    "escalations.hand_over_accepted": "the hand-over itself says so; it moves no clock",
    "escalations.hand_over_offered": "that the ticket reached the desk, published after it, is acted on",
    "escalations.manager_called": "the ladder was started by the action itself",
    "escalations.step_taken": "the log; the alert was queued by the action itself",
    "escalations.to_level_3": "the team was told by the action itself; it moves no clock",
    "notifications.sent_again": "the log; the message is queued by the action itself",
    "slas.agreement_ended": "tickets that reach the desk from then on find no term",
    "slas.calendar_changed": "the clocks are replayed by the action that applies the change",
    "slas.agreement_attached": "the clocks are replayed by the handler that attached it",
    "slas.exclusion_began": "the approval, published after it, replays the clocks",
    "slas.verdict_corrected": "the clocks were replayed by what corrected them",
    "slas.agreement_signed": "tickets that reach the desk from then on look it up",
    "reports.review_marked": "the log; the review itself says so",
    "reports.review_sealed": "the log; the seal itself says so",
    "reports.review_sent": "the leads were mailed by the action itself",
    "reports.review_issue_begun": "the log; its build was asked for by the action itself",
    "tickets.vendor_message": "the message stands in the conversation; the vendors' own facts are acted on",
    "vendors.case_asked": "a row waits for the sweep that opens it; it moves no clock",
    "vendors.case_failed": "whoever asked was told by the action itself",
    "vendors.message_shared": "the reply beside it is mailed; it moves no clock",
    "vendors.case_missing": "the owner was told by the action itself; it moves no clock",
    "tickets.approval_declined": "the reply beside it is mailed; a mark lets a sweep tell the desk",
    "tickets.approval_given": "the reply beside it is mailed; a mark lets a sweep tell the desk",
    "tickets.checklist_put": "the ticket shows the steps; it moves no clock",
    "tickets.draft_taken_over": "the author reads it on the ticket's page; it moves no clock",
    "tickets.restoration_confirmed": "the ticket shows it, live, to the desk; it moves no clock",
    "tickets.findings_stated": "the ticket shows the words; it moves no clock",
    "tickets.follower_added": "whoever follows hears of what comes next",
    "tickets.member_affected": "it stands on the ticket, and whoever is affected follows it from then on",
    "tickets.member_not_affected": "it stands on the ticket; they still follow it",
    "tickets.article_answered": "the article's page counts the answers",
    "tickets.follower_removed": "the log",
    "tickets.level_changed": "the pages show the level; it moves no clock",
    "tickets.linked": "both tickets show the link; it moves no clock",
    "tickets.major_update_sent": "the log; each ticket has its own reply, which is acted on",
    "tickets.step_added": "the ticket shows the steps; it moves no clock",
    "tickets.step_marked": "the ticket shows the steps; it moves no clock",
    "tickets.tagged": "the ticket and the queue show the tag; it moves no clock",
    "tickets.unlinked": "both tickets show it; it moves no clock",
    "tickets.untagged": "the ticket and the queue show it; it moves no clock",
    "tickets.attachment_added": "the file shows beside its message",
    "tickets.aws_account_named": "the ticket has it; a hold that begins later reads it",
    "tickets.level_1_assigned": "the pages show who works on it; it moves no clock",
    "tickets.contact_changed": "the pages show the contact; it moves no clock",
    "tickets.customer_note": "only the customer's own people read it; it moves no clock",
    "tickets.hold_contested": "a mark on the ticket lets a sweep tell the leads; it moves no clock",
    "tickets.given_to_team": "the queue and the ticket show the team; it moves no clock",
    "tickets.privacy_changed": "who may read it is asked each time; it moves no clock",
    "tickets.satisfaction_given": "managers read the answers; it moves no clock",
    "tickets.review_asked": "a mark on the ticket lets a sweep tell the leads; it moves no clock",
    "tickets.review_withdrawn": "the log; whoever asked knows",
}


def types() -> dict[str, type[Event]]:
    """Return every event type that the apps define."""
    for app in apps():
        module = importlib.import_module(app)
        if any(one.name == "events" for one in pkgutil.iter_modules(module.__path__)):
            importlib.import_module(f"{app}.events")
    return {
        name: kind for name, kind in core_events._types.items() if kind.__module__.split(".")[0] in apps()
    }


def acted_on() -> set[str]:
    importlib.import_module("trusst_support.subscriptions")
    return {
        kind.type_name
        for kind, handlers in core_events._handlers.items()
        if any(handler.__module__.split(".")[0] in apps() for handler in handlers)
    }


def test_every_fact_is_acted_on_or_listed() -> None:
    unheard = set(types()) - acted_on()
    assert unheard - set(NOBODY_ACTS_ON) == set(), (
        "wire it in trusst_support/subscriptions.py, or say here why nobody acts on it"
    )
    assert set(NOBODY_ACTS_ON) - unheard == set(), "somebody acts on it now: take it off the list"


def test_the_types_are_found() -> None:
    assert {"tickets.reached_desk", "slas.objective_breached", "customers.member_joined"} <= set(types())
    assert "tickets.reached_desk" in acted_on()


def test_a_fact_is_named_after_the_app_that_publishes_it() -> None:
    wrong = [
        name for name, kind in types().items() if name.partition(".")[0] != kind.__module__.split(".")[0]
    ]
    assert wrong == []
