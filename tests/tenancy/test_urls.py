"""Every address × every role × two customers; an address that is not in the table fails the test.

Another customer's object is 404, a missing role 403, and each row has somebody who gets in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from customers.models import Customer, DeskPerson, Member
from slas.models import Agreement, Correction
from tests.cast import Cast, House
from tests.slas.corrections import propose_one
from tests.tenancy.composing import keep_reply
from tests.tenancy.everything import Belongings, furnish
from tickets.models import CannedReply, OwnArticle

WHO = ("nobody", "requester", "coordinator", "lead", "outsider", "engineer", "desk lead", "manager", "admin")
IN, UNKNOWN, FORBIDDEN, HIDDEN, OK, WRONG, STALE = 302, 401, 403, 404, 200, 422, 409


def row(
    nobody: int, members: int | tuple[int, int, int], outsider: int, desk: int | tuple[int, int]
) -> list[int]:
    """Spell out what each of WHO gets; desk may differ between engineers and the others."""
    inside = (members,) * 3 if isinstance(members, int) else members
    engineer, others = (desk, desk) if isinstance(desk, int) else desk
    return [nobody, *inside, outsider, engineer, others, others, others]


PAGE_OF_CUSTOMER = row(IN, OK, HIDDEN, HIDDEN)
PAGE_OF_DESK = row(IN, FORBIDDEN, FORBIDDEN, OK)
DESK_POST = row(IN, FORBIDDEN, FORBIDDEN, WRONG)
MEMBER_POST = row(IN, WRONG, HIDDEN, HIDDEN)
LEVEL_1_POST = row(IN, (FORBIDDEN, WRONG, WRONG), HIDDEN, HIDDEN)
FOLLOWING = row(IN, (FORBIDDEN, WRONG, WRONG), HIDDEN, HIDDEN)  # not for the requester
LEADS_POST = [IN, *(FORBIDDEN,) * 5, WRONG, FORBIDDEN, WRONG]  # a manager decides nothing on a ticket
REPLIES_PAGE = [IN, *(FORBIDDEN,) * 5, OK, FORBIDDEN, OK]
DECISION = row(IN, FORBIDDEN, FORBIDDEN, (FORBIDDEN, HIDDEN))  # there is nothing of that id
LEADS_PAGE = row(IN, FORBIDDEN, FORBIDDEN, (FORBIDDEN, OK))
API_READ = row(UNKNOWN, OK, HIDDEN, OK)
API_DESK = row(UNKNOWN, FORBIDDEN, HIDDEN, STALE)
API_FOLLOWING = row(UNKNOWN, (FORBIDDEN, OK, OK), HIDDEN, OK)  # no version: following changes no ticket

API_RULES = row(UNKNOWN, FORBIDDEN, FORBIDDEN, OK)
ADMINS_PAGE = [IN, *(FORBIDDEN,) * 7, OK]
ADMINS_POST = [IN, *(FORBIDDEN,) * 7, WRONG]

#: name → (method, statuses for WHO). POSTs carry too little, or a stale version, so that nothing changes.
TABLE: dict[str, tuple[str, list[int]]] = {
    "people": ("get", PAGE_OF_CUSTOMER),
    "people-revoke": ("post", row(IN, (FORBIDDEN, FORBIDDEN, HIDDEN), HIDDEN, HIDDEN)),
    "people-resend": ("post", row(IN, (FORBIDDEN, FORBIDDEN, HIDDEN), HIDDEN, HIDDEN)),
    "desk-people-resend": ("post", row(IN, FORBIDDEN, FORBIDDEN, (FORBIDDEN, HIDDEN))),
    **{
        name: ("get", row(IN, (FORBIDDEN, FORBIDDEN, HIDDEN), HIDDEN, HIDDEN))
        for name in ("colleague", "colleague-leave", "aws-account")
    },
    **{
        name: ("post", row(IN, (FORBIDDEN, FORBIDDEN, HIDDEN), HIDDEN, HIDDEN))
        for name in ("colleague-return", "aws-account-switch")
    },
    "you": ("get", PAGE_OF_CUSTOMER),
    "privacy": ("get", row(IN, (FORBIDDEN, FORBIDDEN, OK), HIDDEN, HIDDEN)),
    "you-keys": ("post", LEVEL_1_POST),
    "you-mails": ("post", row(IN, IN, HIDDEN, HIDDEN)),  # nothing selected is a choice
    "desk-mail-choices": ("post", row(IN, FORBIDDEN, FORBIDDEN, IN)),
    "you-quiet": ("post", row(IN, WRONG, HIDDEN, HIDDEN)),
    "desk-quiet": ("post", DESK_POST),
    "portal-notices": ("get", PAGE_OF_CUSTOMER),
    "desk-notices": ("get", PAGE_OF_DESK),
    "admin-messages": ("get", LEADS_PAGE),
    "admin-messages-again": ("post", row(IN, FORBIDDEN, FORBIDDEN, (FORBIDDEN, IN))),  # none was given up
    # There is no message and no channel of that number.
    "admin-message": ("get", DECISION),
    "admin-message-again": ("post", DECISION),
    "admin-channels": ("get", ADMINS_PAGE),
    **{
        f"admin-channel{name}": (method, [IN, *(FORBIDDEN,) * 7, HIDDEN])
        for name, method in (
            ("", "get"),
            ("-test", "post"),
            ("-secret", "post"),
            ("-off", "get"),
            ("-on", "post"),
            ("-replay", "post"),
        )
    },
    "aws-accounts": ("get", row(IN, (FORBIDDEN, OK, OK), HIDDEN, HIDDEN)),
    "aws-account-new": ("get", row(IN, (FORBIDDEN, FORBIDDEN, OK), HIDDEN, HIDDEN)),
    "access-log": ("get", row(IN, (FORBIDDEN, FORBIDDEN, OK), HIDDEN, HIDDEN)),
    "access-log-csv": ("get", row(IN, (FORBIDDEN, FORBIDDEN, OK), HIDDEN, HIDDEN)),
    # There is no account of that number.
    **{
        f"aws-link{name}": (method, row(IN, (FORBIDDEN, FORBIDDEN, HIDDEN), HIDDEN, HIDDEN))
        for name, method in (
            ("", "get"),
            ("-state", "get"),
            ("-begin", "post"),
            ("-role", "post"),
            ("-look", "post"),
            ("-rotate", "get"),
            ("-retire", "get"),
            ("-key", "post"),
            ("-key-revoke", "post"),
        )
    },
    **{
        f"desk-account-link{name}": (method, row(IN, FORBIDDEN, FORBIDDEN, HIDDEN))
        for name, method in (("", "get"), ("-state", "get"), ("-look", "post"))
    },
    **{
        f"desk-account-{name}": (method, [IN, *(FORBIDDEN,) * 5, HIDDEN, FORBIDDEN, HIDDEN])
        for name, method in (
            ("link-begin", "post"),
            ("link-role", "post"),
            ("link-way", "post"),
            ("link-retire", "get"),
            ("link-key", "post"),
            ("link-key-revoke", "post"),
            ("tell", "get"),
        )
    },
    "desk-account-link-rotate": ("get", [IN, *(FORBIDDEN,) * 7, HIDDEN]),
    "desk-vendor-accounts": ("get", PAGE_OF_DESK),
    "desk-vendor-directory": ("get", PAGE_OF_DESK),
    "desk-vendor-new": ("get", REPLIES_PAGE),
    "desk-vendor": ("get", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),  # there is no vendor of that name
    "desk-vendor-switch": ("post", [IN, *(FORBIDDEN,) * 5, HIDDEN, FORBIDDEN, HIDDEN]),
    **{
        f"desk-vendor-{name}": (method, [IN, *(FORBIDDEN,) * 7, HIDDEN])
        for name, method in (
            ("plan-new", "get"),
            ("plan", "get"),
            ("time", "post"),
            ("time-confirm", "post"),
        )
    },
    "desk-customers": ("get", PAGE_OF_DESK),
    "desk-people": ("get", PAGE_OF_DESK),
    "desk-people-revoke": ("post", row(IN, FORBIDDEN, FORBIDDEN, (FORBIDDEN, HIDDEN))),
    "desk-queue": ("get", PAGE_OF_DESK),
    "desk-views": ("get", PAGE_OF_DESK),
    "admin-views": ("get", PAGE_OF_DESK),
    "desk-view-save": ("post", DESK_POST),
    "desk-view": ("post", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),  # there is none of that number
    "desk-queue-live": ("get", PAGE_OF_DESK),
    "desk-palette": ("get", PAGE_OF_DESK),
    "desk-shortcuts": ("get", PAGE_OF_DESK),
    "desk-settings": ("get", PAGE_OF_DESK),
    "desk-ticket-live": ("get", PAGE_OF_DESK),
    "desk-ticket-peek": ("get", PAGE_OF_DESK),
    "desk-ticket-read": ("post", row(IN, FORBIDDEN, FORBIDDEN, IN)),  # it changes no ticket
    "desk-report": ("get", PAGE_OF_DESK),
    "desk-ticket": ("get", PAGE_OF_DESK),
    "desk-evidence": ("get", PAGE_OF_DESK),
    "desk-file": ("get", PAGE_OF_DESK),
    "desk-ticket-acknowledge": ("post", row(IN, FORBIDDEN, FORBIDDEN, IN)),
    **{
        f"desk-ticket-{name}": ("post", DESK_POST)
        for name in (
            "reply",
            "note",
            "assign",
            "take",
            "severity",
            "hold",
            "ask",
            "resume",
            "restored",
            "resolve",
            "reopen",
            "return",
            "close",
            "severity-preview",
            "team",
            "tag",
            "untag",
            "link",
            "unlink",
            "merge",
            "checklist",
            "step",
            "tick",
            "follower",
            "unfollower",
        )
    },
    # It says nothing about the ticket itself, and needs no version.
    **{f"desk-ticket-{name}": ("post", row(IN, FORBIDDEN, FORBIDDEN, IN)) for name in ("follow", "unfollow")},
    "desk-ticket-merging": ("get", row(IN, FORBIDDEN, FORBIDDEN, WRONG)),  # no other ticket is named
    "desk-ticket-major": ("get", PAGE_OF_DESK),
    "desk-ticket-misses": ("get", PAGE_OF_DESK),
    "admin-tags": ("get", REPLIES_PAGE),
    "admin-checklists": ("get", REPLIES_PAGE),
    **{
        f"admin-{name}": (method, [IN, *(FORBIDDEN,) * 5, HIDDEN, FORBIDDEN, HIDDEN])
        for name, method in (
            ("tag", "get"),
            ("tag-switch", "post"),
            ("checklist", "get"),
            ("checklist-switch", "post"),
        )
    },
    "desk-handover": ("get", PAGE_OF_DESK),
    "desk-handover-accept": ("post", row(IN, FORBIDDEN, FORBIDDEN, IN)),  # there is nothing of that id
    "desk-updates": ("get", PAGE_OF_DESK),
    "desk-update": ("post", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),  # the ticket is nobody's
    "desk-bulk": ("post", row(IN, FORBIDDEN, FORBIDDEN, IN)),  # nothing is selected
    "desk-bulk-result": ("get", row(IN, FORBIDDEN, FORBIDDEN, IN)),
    "desk-bulk-undo": ("post", row(IN, FORBIDDEN, FORBIDDEN, IN)),  # there is nothing to undo
    "admin": ("get", LEADS_PAGE),
    "admin-activity": ("get", LEADS_PAGE),
    "admin-people": ("get", LEADS_PAGE),
    "admin-person": ("get", [IN, *(FORBIDDEN,) * 7, HIDDEN]),
    "admin-person-leave": ("get", [IN, *(FORBIDDEN,) * 7, HIDDEN]),
    "admin-person-return": ("post", [IN, *(FORBIDDEN,) * 7, HIDDEN]),
    "admin-invitation-revoke": ("post", [IN, *(FORBIDDEN,) * 7, HIDDEN]),
    "admin-teams": ("get", LEADS_PAGE),
    "admin-team": ("get", [IN, *(FORBIDDEN,) * 5, HIDDEN, FORBIDDEN, HIDDEN]),
    "admin-team-switch": ("post", [IN, *(FORBIDDEN,) * 5, HIDDEN, FORBIDDEN, HIDDEN]),
    "admin-customers": ("get", LEADS_PAGE),
    "admin-customer": ("get", LEADS_PAGE),
    "admin-customer-new": ("get", ADMINS_PAGE),
    "admin-customer-leave": ("get", ADMINS_PAGE),
    "admin-customer-return": ("post", [IN, *(FORBIDDEN,) * 7, IN]),  # it is active already
    "admin-service-add": ("post", LEADS_POST),
    "admin-account-add": ("post", LEADS_POST),
    "admin-service": ("get", [IN, *(FORBIDDEN,) * 5, HIDDEN, FORBIDDEN, HIDDEN]),
    "admin-account": ("get", [IN, *(FORBIDDEN,) * 5, HIDDEN, FORBIDDEN, HIDDEN]),
    "admin-service-switch": ("post", [IN, *(FORBIDDEN,) * 5, HIDDEN, FORBIDDEN, HIDDEN]),
    "admin-account-switch": ("post", [IN, *(FORBIDDEN,) * 5, HIDDEN, FORBIDDEN, HIDDEN]),
    "admin-member": ("get", DECISION),
    "admin-member-leave": ("get", DECISION),
    "admin-member-return": ("post", DECISION),
    "desk-ticket-presence": ("post", DESK_POST),
    "desk-ticket-colleague-draft": ("get", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),  # nobody of that id
    "desk-after-reply": ("post", row(IN, FORBIDDEN, FORBIDDEN, IN)),  # it says there what is missing
    "desk-ticket-draft": ("post", row(IN, FORBIDDEN, FORBIDDEN, IN)),  # an empty text is no draft
    "desk-ticket-staged": ("post", DESK_POST),
    "desk-ticket-compose": ("post", PAGE_OF_DESK),
    "desk-replies": ("get", REPLIES_PAGE),
    "desk-reply-new": ("get", REPLIES_PAGE),
    "desk-reply": ("get", REPLIES_PAGE),
    "desk-reply-switch": ("post", LEADS_POST),
    "portal-ticket-draft": ("post", row(IN, IN, HIDDEN, HIDDEN)),
    "portal-ticket-staged": ("post", MEMBER_POST),
    "portal-ticket-compose": ("post", PAGE_OF_CUSTOMER),
    "desk-ticket-decide": ("post", LEADS_POST),
    "desk-ticket-answer": ("post", LEADS_POST),
    "desk-reports": ("get", PAGE_OF_DESK),
    "desk-reports-time": ("get", PAGE_OF_DESK),
    "desk-report-clocks": ("get", PAGE_OF_DESK),
    "desk-report-tickets": ("get", PAGE_OF_DESK),
    "desk-report-holds": ("get", LEADS_PAGE),
    "desk-report-holds-csv": ("get", LEADS_PAGE),
    "desk-exclusions": ("get", PAGE_OF_DESK),
    "desk-calendars": ("get", PAGE_OF_DESK),
    "desk-calendar": ("get", PAGE_OF_DESK),
    "desk-calendar-tester": ("get", PAGE_OF_DESK),
    "desk-correction": ("get", PAGE_OF_DESK),
    "desk-policies": ("get", PAGE_OF_DESK),
    "desk-policy": ("get", PAGE_OF_DESK),
    "desk-agreements": ("get", PAGE_OF_DESK),
    "desk-agreement": ("get", PAGE_OF_DESK),
    "desk-calendar-new": ("get", ADMINS_PAGE),
    "desk-calendar-new-version": ("get", ADMINS_PAGE),
    "desk-policy-new-version": ("get", ADMINS_PAGE),
    "desk-agreement-sign": ("get", ADMINS_PAGE),
    "desk-agreement-end": ("post", ADMINS_POST),
    "desk-agreement-renew": ("post", ADMINS_POST),
    # The administrator proposed it, and the manager was shown nothing.
    "desk-correction-approve": ("post", [IN, *(FORBIDDEN,) * 6, STALE, WRONG]),
    "desk-correction-reject": ("post", [IN, *(FORBIDDEN,) * 6, WRONG, WRONG]),
    "portal-rate": ("get", PAGE_OF_CUSTOMER),
    "desk-report-satisfaction": ("get", LEADS_PAGE),
    "desk-board": ("get", PAGE_OF_DESK),
    "desk-board-live": ("get", PAGE_OF_DESK),
    "desk-report-misses": ("get", PAGE_OF_DESK),
    "desk-report-misses-csv": ("get", PAGE_OF_DESK),
    "desk-report-clocks-csv": ("get", PAGE_OF_DESK),
    "desk-report-renewals": ("get", PAGE_OF_DESK),
    "desk-report-renewals-csv": ("get", PAGE_OF_DESK),
    "desk-dry-runs": ("get", PAGE_OF_DESK),
    # There is no miss and no dry run of that id.
    **{
        name: ("get", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN))
        for name in ("desk-report-miss", "desk-dry-run", "desk-dry-run-csv")
    },
    "desk-dry-run-cancel": ("post", row(IN, FORBIDDEN, FORBIDDEN, (FORBIDDEN, HIDDEN))),
    "desk-dry-run-policy": ("get", LEADS_PAGE),
    "desk-dry-run-calendar": ("get", LEADS_PAGE),
    "desk-report-subscription": ("get", LEADS_PAGE),
    "desk-reviews": ("get", PAGE_OF_DESK),
    "desk-review-new": ("post", row(IN, FORBIDDEN, FORBIDDEN, (FORBIDDEN, WRONG))),
    # There is no review of that number.
    **{
        f"desk-review{name}": ("get", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN))
        for name in ("", "-building", "-file")
    },
    **{
        f"desk-review-{name}": (method, DECISION)
        for name, method in (
            ("build", "post"),
            ("words", "post"),
            ("day", "post"),
            ("send", "get"),
            ("issue", "get"),
        )
    },
    "desk-review-seal": ("get", [IN, *(FORBIDDEN,) * 6, HIDDEN, FORBIDDEN]),
    "portal-reviews": ("get", row(IN, (FORBIDDEN, OK, OK), HIDDEN, HIDDEN)),
    "portal-reviews-mail": ("post", row(IN, (FORBIDDEN, FORBIDDEN, IN), HIDDEN, HIDDEN)),
    **{
        f"portal-review{name}": ("get", row(IN, (FORBIDDEN, HIDDEN, HIDDEN), HIDDEN, HIDDEN))
        for name in ("", "-file")
    },
    "portal-agreement": ("get", PAGE_OF_CUSTOMER),
    "portal-service-levels": ("get", row(IN, (FORBIDDEN, OK, OK), HIDDEN, HIDDEN)),
    "portal-service-levels-csv": ("get", row(IN, (FORBIDDEN, OK, OK), HIDDEN, HIDDEN)),
    "api-agreement": ("get", API_READ),
    "api-calendars": ("get", API_RULES),
    "api-calendar": ("get", API_RULES),
    "api-policies": ("get", API_RULES),
    "api-policy": ("get", API_RULES),
    "desk-ticket-exclusions": ("get", PAGE_OF_DESK),
    "desk-ticket-propose": ("post", DESK_POST),
    "desk-ticket-waive": ("post", row(IN, FORBIDDEN, FORBIDDEN, (FORBIDDEN, WRONG))),
    "desk-exclusion-end": ("post", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),
    "desk-exclusion-withdraw": ("post", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),
    **{f"desk-exclusion-{name}": ("post", DECISION) for name in ("approve", "reject", "keep", "revoke")},
    **{f"desk-restoration-{name}": ("post", DECISION) for name in ("approve", "reject")},
    "portal-ticket-exclusions": ("get", PAGE_OF_CUSTOMER),
    "portal-exclusion-contest": ("post", row(IN, HIDDEN, HIDDEN, HIDDEN)),
    "portal-approvals": ("get", PAGE_OF_CUSTOMER),
    "desk-approvals": ("get", PAGE_OF_DESK),
    **{
        f"portal-approval-{name}": ("post", row(IN, HIDDEN, HIDDEN, HIDDEN))
        for name in ("approve", "decline")
    },
    **{
        f"desk-approval-{name}": ("post", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN))
        for name in ("remind", "withdraw")
    },
    "api-approvals": ("get", API_READ),
    **{
        f"api-approval-{name}": ("post", row(UNKNOWN, HIDDEN, HIDDEN, HIDDEN))
        for name in ("approve", "decline", "remind", "withdraw")
    },
    "portal-tickets": ("get", PAGE_OF_CUSTOMER),
    "portal-tickets-csv": ("get", PAGE_OF_CUSTOMER),
    "portal-report": ("get", PAGE_OF_CUSTOMER),
    "portal-report-preview": ("post", PAGE_OF_CUSTOMER),
    "portal-report-check": (
        "get",
        row(IN, (422, IN, IN), HIDDEN, HIDDEN),
    ),  # only the requester has begun one
    "portal-report-discard": ("post", row(IN, IN, HIDDEN, HIDDEN)),
    "portal-report-files": ("post", row(IN, 201, HIDDEN, HIDDEN)),
    "portal-report-sent": ("get", PAGE_OF_CUSTOMER),
    "portal-ticket": ("get", PAGE_OF_CUSTOMER),
    "portal-evidence": ("get", PAGE_OF_CUSTOMER),
    "portal-clocks": ("get", PAGE_OF_CUSTOMER),
    "desk-clocks": ("get", PAGE_OF_DESK),
    "portal-file": ("get", PAGE_OF_CUSTOMER),
    "portal-ticket-reply": ("post", MEMBER_POST),
    "portal-ticket-reopen": ("post", MEMBER_POST),
    "portal-ticket-confirm": ("post", MEMBER_POST),
    "portal-ticket-confirm-restored": ("post", MEMBER_POST),
    "portal-ticket-reassess": ("post", MEMBER_POST),
    "portal-ticket-review": ("post", MEMBER_POST),
    "portal-ticket-withdraw": ("post", MEMBER_POST),
    "portal-ticket-contest": ("post", MEMBER_POST),
    "portal-ticket-note": ("post", LEVEL_1_POST),
    "portal-ticket-pass": ("get", row(IN, (FORBIDDEN, IN, IN), HIDDEN, HIDDEN)),  # the desk has this ticket
    "portal-ticket-level1-take": ("post", LEVEL_1_POST),
    "portal-ticket-level1-assign": ("post", LEVEL_1_POST),
    "portal-ticket-level1-tick": ("post", LEVEL_1_POST),
    "level-1-live": ("get", row(IN, (FORBIDDEN, OK, OK), HIDDEN, HIDDEN)),
    "level-1": ("get", row(IN, (FORBIDDEN, OK, OK), HIDDEN, HIDDEN)),
    "level-1-checklists": ("get", row(IN, (FORBIDDEN, OK, OK), HIDDEN, HIDDEN)),
    "desk-hand-overs": ("get", PAGE_OF_DESK),
    "desk-hand-over-accept": ("post", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),  # there is none of that number
    "desk-report-hand-overs": ("get", LEADS_PAGE),
    "desk-on-call": ("get", PAGE_OF_DESK),
    "desk-on-call-calendar": ("post", row(IN, FORBIDDEN, FORBIDDEN, IN)),  # it does not say what to do
    "desk-rota-new": ("get", REPLIES_PAGE),
    # There is none of that number.
    **{f"desk-rota{name}": ("get", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)) for name in ("", "-override")},
    "desk-rota-withdraw": ("get", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),
    "desk-rota-calendar": ("post", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),
    **{
        f"desk-rota-{name}": ("get", [IN, *(FORBIDDEN,) * 5, HIDDEN, FORBIDDEN, HIDDEN])
        for name in ("change", "retire")
    },
    "api-rotas": ("get", API_RULES),
    "api-rota-on-call": ("get", row(UNKNOWN, FORBIDDEN, FORBIDDEN, HIDDEN)),
    "api-rota-overrides": ("post", row(UNKNOWN, FORBIDDEN, FORBIDDEN, HIDDEN)),
    "desk-escalations": ("get", PAGE_OF_DESK),
    "desk-escalations-running": ("get", PAGE_OF_DESK),
    "desk-escalation-acknowledge": ("post", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),  # there is none
    "admin-escalation-policies": ("get", PAGE_OF_DESK),
    "admin-escalation-policy-new": ("get", REPLIES_PAGE),
    "admin-escalation-policy": ("get", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),
    **{
        f"admin-escalation-policy-{name}": ("get", [IN, *(FORBIDDEN,) * 5, HIDDEN, FORBIDDEN, HIDDEN])
        for name in ("change", "switch")
    },
    "api-escalation-policies": ("get", API_RULES),
    "api-escalation-policy": ("get", row(UNKNOWN, FORBIDDEN, FORBIDDEN, HIDDEN)),
    "api-escalations-running": ("get", API_RULES),
    "api-escalation-acknowledge": ("post", row(UNKNOWN, FORBIDDEN, FORBIDDEN, HIDDEN)),
    "desk-level-3-team": ("post", [IN, *(FORBIDDEN,) * 5, HIDDEN, FORBIDDEN, HIDDEN]),  # there is none
    "desk-ticket-escalate": ("get", PAGE_OF_DESK),
    "desk-ticket-call-manager": ("post", DESK_POST),
    "desk-ticket-escalation-accept": ("post", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),  # Level 2 has it
    "desk-ticket-escalation-back": ("post", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),
    "portal-ticket-solve": ("post", row(IN, FORBIDDEN, HIDDEN, HIDDEN)),  # the desk has this ticket
    "portal-ticket-follow": ("post", FOLLOWING),
    "portal-ticket-unfollow": ("post", FOLLOWING),
    "portal-ticket-affect": ("post", row(IN, (FORBIDDEN, IN, IN), HIDDEN, HIDDEN)),  # they are already
    "portal-ticket-unaffect": ("post", FOLLOWING),
    "api-ticket-affect": ("post", row(UNKNOWN, (FORBIDDEN, OK, OK), HIDDEN, FORBIDDEN)),
    "api-ticket-unaffect": ("post", row(UNKNOWN, (FORBIDDEN, STALE, STALE), HIDDEN, FORBIDDEN)),
    "portal-request": ("get", PAGE_OF_CUSTOMER),
    "portal-request-check": ("get", row(IN, IN, HIDDEN, HIDDEN)),  # nobody has begun one
    "portal-request-discard": ("post", row(IN, IN, HIDDEN, HIDDEN)),
    "portal-request-files": ("post", row(IN, 201, HIDDEN, HIDDEN)),
    "portal-report-alike": ("post", PAGE_OF_CUSTOMER),
    "portal-help": ("get", PAGE_OF_CUSTOMER),
    "portal-article": ("get", PAGE_OF_CUSTOMER),
    "portal-article-answer": ("post", MEMBER_POST),
    "desk-mails": ("get", PAGE_OF_DESK),
    "desk-status": ("get", PAGE_OF_DESK),
    "desk-mail": ("get", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),  # there is no mail of that id
    **{
        f"desk-mail-{name}": ("post", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN))
        for name in ("open", "note", "discard")
    },
    "desk-articles": ("get", PAGE_OF_DESK),
    "desk-article-new": ("get", PAGE_OF_DESK),
    "desk-article": ("get", PAGE_OF_DESK),
    "desk-article-state": ("post", LEADS_POST),
    "portal-ticket-privacy": ("post", MEMBER_POST),
    "api-tickets": ("get", API_READ),
    "api-ticket": ("get", API_READ),
    "api-messages": ("get", API_READ),
    **{f"api-ticket-{name}": ("post", API_DESK) for name in ("take", "resume", "restored")},
    **{
        f"api-ticket-{name}": ("post", row(UNKNOWN, FORBIDDEN, HIDDEN, 400))
        for name in (
            "assign",
            "team",
            "severity",
            "hold",
            "ask",
            "return",
            "resolve",
            "tag",
            "untag",
            "link",
            "unlink",
            "merge",
            "checklist",
            "step",
            "tick",
            "follower",
            "unfollower",
        )
    },
    **{
        f"api-ticket-{name}": ("post", [UNKNOWN, *(FORBIDDEN,) * 3, HIDDEN, FORBIDDEN, 400, FORBIDDEN, 400])
        for name in ("decide", "answer")
    },
    **{
        f"api-ticket-{name}": ("post", row(UNKNOWN, 400, HIDDEN, FORBIDDEN))
        for name in ("reassess", "review", "contest")
    },
    "api-ticket-withdraw": ("post", row(UNKNOWN, STALE, HIDDEN, FORBIDDEN)),
    "api-ticket-severity-preview": ("post", row(UNKNOWN, FORBIDDEN, HIDDEN, 400)),
    "api-ticket-reopen": ("post", row(UNKNOWN, STALE, HIDDEN, STALE)),
    "api-ticket-close": ("post", API_DESK),
    "api-ticket-pass": ("post", row(UNKNOWN, (FORBIDDEN, STALE, STALE), HIDDEN, FORBIDDEN)),
    "api-ticket-level1-take": ("post", row(UNKNOWN, (FORBIDDEN, STALE, STALE), HIDDEN, FORBIDDEN)),
    **{
        f"api-ticket-level1-{name}": ("post", row(UNKNOWN, (FORBIDDEN, 400, 400), HIDDEN, FORBIDDEN))
        for name in ("assign", "tick")
    },
    **{
        f"desk-vendor-{name}": ("get", PAGE_OF_DESK) for name in ("cases", "performance", "performance-cases")
    },
    "desk-vendor-case": ("get", row(IN, FORBIDDEN, FORBIDDEN, HIDDEN)),  # there is none of that number
    **{f"desk-ticket-vendor-{name}": ("get", PAGE_OF_DESK) for name in ("case", "adopt", "by-hand")},
    "desk-ticket-vendor": ("post", DESK_POST),
    # There is no case, nothing to send and no message of that number.
    **{
        f"desk-vendor-{name}": (method, row(IN, FORBIDDEN, FORBIDDEN, HIDDEN))
        for name, method in (
            ("case-note", "get"),
            ("case-resolve", "get"),
            ("case-give-up", "get"),
            ("share", "get"),
            ("again", "post"),
            ("edit", "post"),
        )
    },
    "api-vendor-cases": ("get", API_READ),
    "api-vendor-case": ("get", row(UNKNOWN, HIDDEN, HIDDEN, HIDDEN)),
    "api-vendor-accounts": ("get", row(UNKNOWN, (FORBIDDEN, OK, OK), HIDDEN, OK)),
    "api-hand-overs": ("get", API_READ),
    "api-ticket-hand-overs": ("get", API_READ),
    "api-ticket-escalations": ("get", row(UNKNOWN, FORBIDDEN, HIDDEN, OK)),
    "api-ticket-call-manager": ("post", row(UNKNOWN, FORBIDDEN, HIDDEN, 400)),
    "api-ticket-escalation-accept": ("post", row(UNKNOWN, FORBIDDEN, HIDDEN, HIDDEN)),  # Level 2 has it
    "api-ticket-escalation-back": ("post", row(UNKNOWN, FORBIDDEN, HIDDEN, 400)),
    "api-ticket-accept": ("post", row(UNKNOWN, FORBIDDEN, HIDDEN, STALE)),
    "api-ticket-solve": ("post", row(UNKNOWN, FORBIDDEN, HIDDEN, FORBIDDEN)),
    "api-ticket-confirm": ("post", row(UNKNOWN, STALE, HIDDEN, FORBIDDEN)),
    "api-ticket-confirm-restored": ("post", row(UNKNOWN, STALE, HIDDEN, FORBIDDEN)),
    **{
        f"api-ticket-{name}": ("get", row(UNKNOWN, FORBIDDEN, HIDDEN, OK))
        for name in ("tags", "steps", "followers")
    },
    **{f"api-ticket-{name}": ("get", API_READ) for name in ("links", "misses")},
    "api-ticket-major": ("post", row(UNKNOWN, FORBIDDEN, HIDDEN, 400)),
    "api-exclusions": ("get", API_READ),
    "api-exclusions-propose": ("post", row(UNKNOWN, FORBIDDEN, HIDDEN, 400)),
    "api-exclusions-waive": ("post", row(UNKNOWN, FORBIDDEN, HIDDEN, (FORBIDDEN, 400))),
    "api-exclusion-end": ("post", row(UNKNOWN, FORBIDDEN, HIDDEN, HIDDEN)),
    "api-exclusion-withdraw": ("post", row(UNKNOWN, FORBIDDEN, HIDDEN, HIDDEN)),
    "api-exclusion-contest": ("post", row(UNKNOWN, HIDDEN, HIDDEN, FORBIDDEN)),
    **{
        f"api-exclusion-{name}": ("post", row(UNKNOWN, FORBIDDEN, HIDDEN, (FORBIDDEN, HIDDEN)))
        for name in ("approve", "reject", "keep", "revoke")
    },
    **{
        f"api-restoration-{name}": ("post", row(UNKNOWN, FORBIDDEN, HIDDEN, (FORBIDDEN, HIDDEN)))
        for name in ("approve", "reject")
    },
    "api-ticket-follow": ("post", API_FOLLOWING),
    "api-ticket-unfollow": ("post", API_FOLLOWING),
    "api-ticket-privacy": ("post", row(UNKNOWN, 400, HIDDEN, FORBIDDEN)),
}
#: Addresses that know no customer, each with the reason.
OPEN = {
    "home": "sends everybody to where they work",
    "rate": "the signed token in the address is the permission; see tests/tickets/test_satisfaction.py",
    "acknowledge-by-mail": "the signed token in the address is the permission; see tests/escalations/test_ack_links.py",
    "on-call-feed": "the signed token in the address is the permission; see tests/escalations/test_rota_feeds.py",
    "join-desk": "the signed token in the address is the permission; see tests/customers",
    "join": "the signed token in the address is the permission; see tests/customers",
    "api-schema": "the shape of the API, the same for all",
    "api-docs": "the same, readable",
    "healthz": "whether the process answers",
    "metrics": "a word of its own is the permission; see tests/core/test_status.py",
    "readyz": "whether it can serve, and whether the auditor is heard",
    "inbound-mail": "a provider's secret is the permission; see tests/mail/test_ways_in.py",
    "inbound-vendor": "a word in the address and a key of the link are the permission; see tests/vendors/sync",
    "local-mail": "only on a local portal",
    "local-mail-send": "only on a local portal",
    "local-aws": "only on a local portal",
    "local-webhooks": "only on a local portal; what is not signed is turned away",
    "local-mail-detail": "only on a local portal",
}


def names() -> Iterator[str]:
    stack = list(get_resolver().url_patterns)
    while stack:
        pattern = stack.pop()
        if hasattr(pattern, "url_patterns"):
            stack.extend(pattern.url_patterns)
        else:
            assert pattern.name, f"{pattern.pattern} has no name"
            yield pattern.name


def test_every_address_is_in_the_table() -> None:
    ours = {name for name in names() if not name.startswith("account_")}
    assert ours == set(TABLE) | set(OPEN)


@pytest.fixture
def belongings(cast: Cast) -> Belongings:
    furnish(cast, cast.globex)
    propose_one(cast)
    keep_reply(cast)
    return furnish(cast, cast.acme)


def rules_of(customer: Customer) -> dict[str, int]:
    """Return the ids of the agreement of a customer, of what it pins, and of the correction that waits."""
    with acting_as(worker_context()):
        agreement = Agreement.objects.get(customer=customer)
        return {
            "agreement": agreement.pk,
            "calendar": agreement.business_hours_id,
            "policy": agreement.policy_id,
            "correction": Correction.objects.get().pk,
            "canned": CannedReply.objects.get().pk,
        }


def article_of(house: House) -> str:
    """Return the end of the address of a customer's own article."""
    with acting_as(worker_context()):
        return OwnArticle.objects.get(customer=house.customer).ref


def address(name: str, of: Belongings) -> str:
    everything: dict[str, Any] = {
        "customer": of.house.customer.slug,
        "number": of.ticket.number,
        "key": of.ticket.key,
        "token": of.file.token,
        "mode": "reply",
        "slug": "no-vendor",
        "kind": "pdf",
        "key_id": 1,
        "message": 1,
        "pk": of.invitation.pk + 1000,
        "article": article_of(of.house),
        **rules_of(of.house.customer),
    }
    [(_, params)] = get_resolver().reverse_dict.getlist(name)[0][0]
    return reverse(name, kwargs={param: everything[param] for param in params})


def visitors(cast: Cast) -> dict[str, Client]:
    people: dict[str, Member | DeskPerson] = {
        "requester": cast.acme.requester,
        "coordinator": cast.acme.coordinator,
        "lead": cast.acme.lead,
        "outsider": cast.globex.lead,
        "engineer": cast.engineer,
        "desk lead": cast.lead,
        "manager": cast.manager,
        "admin": cast.admin,
    }
    found = {"nobody": Client()}
    for name, person in people.items():
        found[name] = Client()
        found[name].force_login(person.user)
    return found


def test_each_role_gets_exactly_what_it_should(cast: Cast, belongings: Belongings) -> None:
    wrong = []
    with acting_as(worker_context()):
        facts = EventRecord.objects.exclude(type="escalations.alert_acknowledged").count()
    clients = visitors(cast)
    for name, (method, expected) in TABLE.items():
        url = address(name, belongings)
        posted: dict[str, Any] = {}
        if name.startswith("api-") and method == "post":
            posted = {"data": {"version": 999_999}, "content_type": "application/json"}
        for who, status in zip(WHO, expected, strict=True):
            answer = getattr(clients[who], method)(url, **posted)
            if answer.status_code != status:
                wrong.append(f"{name} {who}: {answer.status_code}, not {status}")
            if status in (FORBIDDEN, HIDDEN):
                assert belongings.ticket.subject not in answer.content.decode(), (name, who)
            if answer.streaming:
                b"".join(answer.streaming_content)  # a browser reads the file to its end
    assert wrong == []
    with acting_as(worker_context()):
        assert EventRecord.objects.exclude(type="escalations.alert_acknowledged").count() == facts


def test_no_page_of_one_customer_names_anything_of_another(cast: Cast, belongings: Belongings) -> None:
    client = visitors(cast)["outsider"]
    for url in (
        "/c/globex/",
        "/c/globex/?show=finished",
        "/c/globex/people/",
        "/c/globex/?q=ACME-1",
        "/c/globex/?q=down",
    ):
        page = client.get(url).content.decode()
        assert "ACME" not in page.replace("?q=ACME-1", "").replace('value="ACME-1"', "").replace(
            "“ACME-1”", ""
        ), url
        assert "acme" not in page, url


def test_a_change_is_never_made_by_a_get(cast: Cast, belongings: Belongings) -> None:
    clients = visitors(cast)
    answers = {
        name: clients["engineer" if "desk" in name or "api" in name else "coordinator"]
        .get(address(name, belongings))
        .status_code
        for name, (method, _) in TABLE.items()
        if method == "post"
    }
    assert answers == dict.fromkeys(answers, 405)
    assert answers
