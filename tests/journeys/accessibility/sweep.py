"""Every page in a real browser: what axe-core finds, what overflows, and what a keyboard cannot reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from core.tenancy import acting_as
from customers import desk_admin_actions
from customers.actions import add_aws_account, invite_member
from customers.models import (
    AwsAccount,
    DeskPerson,
    DeskRole,
    Member,
    MemberRole,
    Service,
    SupportState,
    Team,
)
from customers.portal_access import accounts_of
from escalations import actions as escalations
from escalations import hand_over_actions, rota_actions
from escalations.acknowledging_links import AckLink
from escalations.functional_models import FunctionalEscalation
from escalations.ladder import Trigger
from escalations.models import EscalationCall, HandOver
from notifications import actions as notifications
from notifications.channel_actions import add_channel
from notifications.models import Notification
from reports.actions.folding import fold
from slas import actions as slas
from slas.models import Agreement, Correction, ExclusionReason
from tests.cast import CRITICAL, HIGH, START, Cast, actor_of, context_of, file_ticket, picture
from tests.conftest import Clock
from tests.escalations.level3 import accept, escalate
from tests.escalations.policies import publish as publish_policy
from tests.escalations.policies import step, terms
from tests.escalations.rotas import document, layer, publish, put_on_call
from tests.factories import report
from tests.journeys.conftest import OpenPage
from tests.mail.letters import letter, received
from tests.reports.reviews.staging import review_stops, stage_reviews
from tests.reports.staging import planning_stops, stage_planning
from tests.slas.corrections import propose_one
from tests.teams import networks
from tests.tenancy.composing import begin_writing, keep_reply
from tests.tenancy.reading import read_on
from tests.tenancy.relating import tie
from tests.tickets.approvals import ask
from tests.vendors import factories as vendor_rows
from tests.vendors.cases.desk import offers
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import (
    CannedReply,
    Checklist,
    Kind,
    ModeChoice,
    OwnArticle,
    ResolutionCode,
    Tag,
    Ticket,
)
from tickets.ratings import RatingLink
from tickets.severity import Severity
from trusst_support.local.mail import mailbox
from vendors.actions.cases import Noted, record_by_hand
from vendors.actions.directory import add_vendor
from vendors.models import AccountLink, SupportPlan, VendorCase, VendorMessage
from vendors.states import CaseState, Finding, LinkState, SendState, Side

#: What a scheme can change: nothing but colours differs (tests/journeys/accessibility/test_the_list.py holds that).
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 390, 720, 1440)

#: WCAG 1.4.12: nothing may be lost when people widen the spacing of text.
_SPACED = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
                       word-spacing: .16em !important; } p { margin-bottom: 2em !important; }`);
document.adoptedStyleSheets = [sheet];
"""
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: A focused control wholly under something sticky cannot be seen (WCAG 2.4.11).
_HIDDEN_FOCUS = """() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height) return null;
    const points = [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]];
    const seen = points.some(([x, y]) => {
        const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
        return top && (element.contains(top) || top.contains(element));
    });
    return seen ? null : element.outerHTML.slice(0, 120);
}"""

Who = Literal[
    "nobody", "requester", "coordinator", "lead", "engineer", "desk lead", "manager", "admin", "initech"
]


RATED = "The jammed printer"


@dataclass(frozen=True)
class Stop:
    """One page of the sweep; `name` is the address's name, `then` prepares a state on it."""

    name: str
    who: Who
    url: str
    then: Literal["", "send empty", "open all"] = ""


def stage(cast: Cast, clock: Clock) -> None:
    """Put tickets of every kind on the pages: missed, due, held, restored, resolved, unstarted, uncovered."""
    acme = cast.acme
    acme.requester.user.set_password("typed once more")  # who has none cannot be asked for it again
    acme.requester.user.save(update_fields=["password"])
    missed = file_ticket(acme.requester, impact=CRITICAL, subject="Orders API down", files=[picture()])
    held = file_ticket(
        acme.coordinator, impact=HIGH, subject="VPN drops", description="| a | b |\n|---|---|\n| 1 | 2 |"
    )
    done = file_ticket(acme.requester, impact=HIGH, subject="Labels print slowly")
    file_ticket(acme.requester, to_desk=False, subject="Timesheets are old")
    file_ticket(cast.initech.requester, subject="Copier on fire")
    _work(cast, held, "hold")
    _work(cast, done, "restore")
    with acting_as(context_of(acme.lead)) as now:
        invite_member(
            customer=acme.customer,
            actor=actor_of(acme.lead),
            at=now,
            email="new@acme.example",
            name="New Person",
            role=MemberRole.REQUESTER,
        )
    with acting_as(context_of(acme.coordinator)) as now:
        tickets.post_customer_note(
            ticket=held,
            actor=actor_of(acme.coordinator),
            at=now,
            body="Our own note",
            files=[picture("own.png")],
        )
    _ask(cast, missed, held)
    _rate(cast)
    _hand_over(cast)
    with acting_as(context_of(acme.lead)) as now:
        tickets.save_report(member=acme.lead, at=now, answers=report(to="desk"))
        tickets.keep_report_files(member=acme.lead, at=now, files=[picture()])
        asked = {"subject": "Access for our accountant", "description": "She reads.", "to": "desk"}
        tickets.save_report(member=acme.lead, at=now, answers=asked, kind=Kind.REQUEST)
    read_on(cast, acme, missed)
    late = file_ticket(acme.requester, impact=CRITICAL, subject="Card reader offline")
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=late, actor=actor_of(cast.engineer), at=now, body="We look at it")
    _exclude(cast, held, is_approved=True)
    _have_cases(cast, held)
    _connect(cast)
    _exclude(cast, missed, is_approved=False)
    _approve(cast)
    clock.advance(minutes=45)
    _hold(cast, late)  # a quarter of an hour before the update is due
    slas.sweep()
    escalations.advance_due()
    notifications.deliver_due()
    propose_one(cast)
    _keep_house(cast, late)
    begin_writing(cast, acme, missed)
    with acting_as(context_of(cast.lead)) as now:
        tickets.save_draft(
            ticket=missed, actor=actor_of(cast.lead), at=now, mode=ModeChoice.REPLY, body="It was the `cache`"
        )
    tie(cast, acme, missed)
    keep_reply(cast)
    stage_planning(cast)
    stage_reviews(cast)
    fold()
    assert missed.number == 1


def _work(cast: Cast, ticket: Ticket, end: str) -> None:
    engineer = actor_of(cast.engineer)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.take(ticket=ticket, person=cast.engineer, actor=engineer, at=now)
        tickets.post_reply(ticket=ticket, actor=engineer, at=now, body="We look at `it`.\n\n- one\n- two")
        tickets.post_internal_note(
            ticket=ticket, actor=engineer, at=now, body="Between us", files=[picture()]
        )
        if end == "restore":
            tickets.mark_restored(ticket=ticket, actor=engineer, at=now)
    if end == "hold":
        _hold(cast, ticket)


def _hold(cast: Cast, ticket: Ticket) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.hold(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            reason=HoldReason.CUSTOMER_REPLY,
            owner="Acme Coordinator",
            note="Which tunnel it is",
            evidence="https://status.example.com/8",
            review_at=now + timedelta(minutes=30),
        )


def _keep_house(cast: Cast, ticket: Ticket) -> None:
    """Let the desk have a team and an invitation, and a ticket that was handed over and not accepted."""
    team = networks(cast)
    for by in (None, cast.engineer):
        asked = file_ticket(cast.acme.requester, impact=HIGH, subject="Tunnel drops")
        escalate(asked, team, cast.lead)
        if by is not None:
            accept(asked, by)
    with acting_as(context_of(cast.admin)) as now:
        desk_admin_actions.invite_desk_person(
            actor=actor_of(cast.admin),
            at=now,
            email="new@trusst.example",
            name="New Colleague",
            role=DeskRole.ENGINEER,
            timezone="Australia/Perth",
        )
    with acting_as(context_of(cast.engineer)) as now:
        taken = tickets.take(ticket=ticket, person=cast.engineer, actor=actor_of(cast.engineer), at=now)
        tickets.hand_over(
            person=cast.engineer,
            passings=[tickets.Passing(ticket=taken, version=taken.version, person=cast.manager)],
            note="Quiet",
            actor=actor_of(cast.engineer),
            at=now,
        )


def _ask(cast: Cast, reviewed: Ticket, held: Ticket) -> None:
    """Let the customer ask for another severity, and contest a hold."""
    member = cast.acme.coordinator
    asked: dict[str, Any] = {"member": member, "actor": actor_of(member)}
    with acting_as(context_of(member)) as now:
        tickets.reassess_impact(
            ticket=reviewed, actor=actor_of(member), at=now, impact=HIGH, reason="Half of them work again"
        )
        tickets.ask_for_review(
            ticket=reviewed, **asked, at=now, severity=Severity.P2, reason="P1 is too much by now"
        )
        tickets.contest_hold(ticket=held, **asked, at=now, reason="We told you on the phone")


def _approve(cast: Cast) -> None:
    """Let the desk ask for access twice on a ticket: once it was declined, once it waits."""
    ticket = file_ticket(cast.acme.requester, impact=HIGH, subject="Scanner offline")
    declined = ask(cast, ticket)
    lead = cast.acme.lead
    with acting_as(context_of(lead)) as now:
        tickets.decline(approval=declined, member=lead, actor=actor_of(lead), at=now, reason="Not this week")
    ask(cast, ticket, touches_production=True, decider=cast.acme.coordinator)


def _hand_over(cast: Cast) -> None:
    """Let Level 1 have a checklist, hand one ticket over, and get another one back."""
    acme, member = cast.acme, cast.acme.coordinator
    with acting_as(context_of(acme.lead)):
        tickets.keep_level_1_steps(
            customer=acme.customer, service=None, steps=["Restart it", "Ask a colleague"]
        )
    for subject in ("Gate stays open", "Printer prints twice"):
        ticket = file_ticket(acme.requester, to_desk=False, subject=subject)
        with acting_as(context_of(member)) as now:
            actor = actor_of(member)
            tickets.assign_at_level_1(ticket=ticket, actor=actor, at=now, member=member)
            tickets.tick_at_level_1(ticket=ticket, actor=actor, at=now, text="Restart it", is_done=True)
            hand_over_actions.hand_over(
                ticket=ticket,
                actor=actor,
                at=now,
                checked="The fuse is fine",
                changed="New firmware",
                access_by=acme.lead,
                call_back="1800 555 014",
                evidence="Error 7",
                files=[picture("fuse.png")],
            )
    with acting_as(context_of(cast.engineer)) as now:
        tickets.return_to_customer(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, reason="Which printer is it?"
        )


def _rate(cast: Cast) -> None:
    """Let a coordinator solve a ticket of their own, and say how it went."""
    member = cast.acme.coordinator
    ticket = file_ticket(member, to_desk=False, subject=RATED)
    with acting_as(context_of(member)) as now:
        tickets.resolve(ticket=ticket, actor=actor_of(member), at=now, code=ResolutionCode.LEVEL_1)
        tickets.rate(
            ticket=ticket, member=member, actor=actor_of(member), at=now, score=4, comment="Quick enough"
        )


def _rating_path(ticket: Ticket) -> str:
    """Return the path that would be mailed."""
    link = RatingLink.of(
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        member_id=ticket.requester_id,
        at=ticket.opened_at,
    )
    return f"/rate/{link.token()}/"


def _exclude(cast: Cast, ticket: Ticket, *, is_approved: bool) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        exclusion = slas.propose_exclusion(
            ticket=ticket,
            person=cast.engineer,
            actor=actor_of(cast.engineer),
            at=now,
            reason=ExclusionReason.NETWORK,
            evidence="The site does not answer: https://status.example.com/7",
        )
        if is_approved:
            slas.approve_exclusion(
                exclusion=exclusion,
                person=cast.lead,
                actor=actor_of(cast.lead),
                at=now,
                reason="Their own line is down.",
                seen="",
            )


def stops(cast: Cast) -> Iterator[Stop]:
    """Return every page and the states that look different on it."""
    yield Stop("account_login", "nobody", "/accounts/login/")
    yield Stop("account_login", "nobody", "/accounts/login/", "send empty")
    yield Stop("account_reset_password", "nobody", "/accounts/password/reset/")
    yield Stop("account_reset_password_done", "nobody", "/accounts/password/reset/done/")
    yield Stop("account_change_password", "requester", "/accounts/password/change/")
    yield Stop("account_email", "requester", "/accounts/email/")
    yield Stop("account_logout", "requester", "/accounts/logout/")
    yield Stop("join", "nobody", "/join/not-a-token/")
    yield Stop("join", "nobody", _invitation())
    yield Stop("portal-tickets", "requester", "/c/acme/")
    yield Stop("portal-tickets", "coordinator", "/c/acme/?show=finished")
    yield Stop("portal-tickets", "coordinator", "/c/acme/?q=nothing")
    yield Stop("portal-tickets", "coordinator", "/c/acme/?severity=1&who=desk", "open all")
    yield Stop("privacy", "lead", "/c/acme/privacy/")
    yield Stop("portal-tickets", "initech", "/c/initech/")
    yield Stop("portal-report", "requester", "/c/acme/report/")
    yield Stop("portal-report", "coordinator", "/c/acme/report/", "send empty")
    yield Stop("portal-report", "initech", "/c/initech/report/")
    yield Stop("portal-report-check", "lead", "/c/acme/report/check/")
    yield from _reading(cast)
    yield Stop("portal-report-sent", "coordinator", "/c/acme/tickets/1/sent/")
    yield Stop("portal-report-sent", "initech", "/c/initech/tickets/1/sent/")
    yield from (
        Stop("portal-ticket", "coordinator", f"/c/acme/tickets/{n}/", "open all") for n in (1, 2, 3, 4)
    )
    yield Stop("portal-ticket", "coordinator", "/c/acme/tickets/2/", "send empty")
    yield Stop("portal-approvals", "coordinator", "/c/acme/approvals/", "open all")
    yield from _level_1(cast)
    yield Stop("portal-approvals", "requester", "/c/acme/approvals/")
    yield Stop("portal-approvals", "initech", "/c/initech/approvals/")
    yield Stop("portal-tickets", "coordinator", "/c/acme/")
    yield Stop("desk-approvals", "engineer", "/desk/approvals/")
    yield Stop("account_reauthenticate", "requester", "/accounts/reauthenticate/", "send empty")
    yield Stop("portal-clocks", "coordinator", "/c/acme/tickets/1/clocks/")
    yield Stop("portal-clocks", "coordinator", "/c/acme/tickets/1/clocks/?at=2999-01-01T00:00")
    yield Stop("desk-clocks", "engineer", "/desk/tickets/ACME-2/clocks/?at=2026-03-03T10:20")
    yield Stop("portal-ticket-exclusions", "coordinator", "/c/acme/tickets/2/exclusions/")
    yield Stop("portal-ticket-exclusions", "coordinator", "/c/acme/tickets/2/exclusions/", "send empty")
    yield Stop("desk-ticket-exclusions", "desk lead", "/desk/tickets/ACME-1/exclusions/", "open all")
    yield Stop("desk-ticket-exclusions", "engineer", "/desk/tickets/ACME-3/exclusions/", "open all")
    yield Stop("desk-exclusions", "desk lead", "/desk/exclusions/")
    yield Stop("people", "requester", "/c/acme/people/")
    yield Stop("people", "lead", "/c/acme/people/")
    yield Stop("people", "lead", "/c/acme/people/", "send empty")
    yield from _own_administration(cast)
    yield Stop("desk-queue", "engineer", "/desk/")
    yield Stop("desk-queue", "engineer", "/desk/?view=mine")
    yield Stop("desk-queue", "engineer", "/desk/?view=all&words=slow")
    yield Stop("desk-queue", "engineer", "/desk/?severity=1&severity=2&customer=acme", "open all")
    yield Stop("desk-queue", "engineer", "/desk/?severity=9&account=1")
    yield Stop("desk-views", "engineer", "/desk/views/")
    yield Stop("admin-views", "desk lead", "/desk/admin/views/", "open all")
    yield Stop("desk-shortcuts", "engineer", "/desk/shortcuts/")
    yield Stop("desk-settings", "engineer", "/desk/settings/", "open all")
    yield Stop("desk-queue", "engineer", "/desk/?q=nothing")
    yield Stop("desk-queue", "desk lead", "/desk/?view=reviews")
    yield Stop("desk-queue", "desk lead", "/desk/?view=holds")
    with acting_as(context_of(cast.engineer)):
        rated = Ticket.objects.get(subject=RATED)
    yield Stop("portal-rate", "lead", f"/c/acme/tickets/{rated.number}/rate/", "send empty")
    yield Stop("rate", "nobody", _rating_path(rated))
    yield Stop("rate", "nobody", "/rate/not-a-token/")
    yield Stop("desk-report-satisfaction", "desk lead", "/desk/reports/satisfaction/")
    yield Stop("desk-report-satisfaction", "desk lead", "/desk/reports/satisfaction/?until=2020-01-01")
    yield from (Stop(name, who, path, act) for name, who, path, act in planning_stops())
    yield from (Stop(name, who, path, act) for name, who, path, act in review_stops())
    yield Stop("desk-reports", "manager", "/desk/reports/?compare=previous")
    yield Stop("desk-reports", "manager", "/desk/reports/?customer=initech")
    yield Stop("desk-reports", "manager", "/desk/reports/?since=x")
    yield Stop("desk-reports-time", "manager", "/desk/reports/time/")
    yield Stop("desk-report-clocks", "manager", "/desk/reports/clocks/")
    yield Stop("desk-report-clocks", "manager", "/desk/reports/clocks/?until=x")
    yield Stop("desk-report-tickets", "manager", "/desk/reports/tickets/?what=open")
    yield Stop("desk-report-tickets", "manager", "/desk/reports/tickets/?what=reopened")
    yield Stop("desk-report-holds", "desk lead", "/desk/reports/holds/")
    yield Stop("desk-report-holds", "desk lead", "/desk/reports/holds/?until=2020-01-01")
    yield from (Stop("desk-ticket", "engineer", f"/desk/tickets/ACME-{n}/", "open all") for n in (1, 2, 3))
    yield from (Stop("desk-ticket", "desk lead", f"/desk/tickets/ACME-{n}/", "open all") for n in (1, 2))
    yield Stop("desk-ticket", "engineer", "/desk/tickets/INIT-1/")
    yield Stop("desk-ticket", "engineer", "/desk/tickets/ACME-1/", "send empty")
    yield Stop("desk-replies", "desk lead", "/desk/admin/replies/")
    yield Stop("desk-reply", "admin", _canned(cast), "open all")
    yield Stop("desk-reply-new", "admin", "/desk/admin/replies/new/", "send empty")
    yield Stop("desk-customers", "engineer", "/desk/customers/")
    yield Stop("desk-people", "desk lead", "/desk/customers/acme/people/")
    yield Stop("desk-report", "engineer", "/desk/customers/acme/report/")
    yield from _rules(cast)
    yield from _relations(cast)
    yield from _vendor_cases(cast)
    yield from _connections(cast)
    yield from _desk_work(cast)
    yield from _on_call(cast)
    stranger = received(letter("Stranger <stranger@evil.example>", files=(("log.txt", b"slow"),)))
    yield Stop("desk-status", "engineer", "/desk/status/")
    yield Stop("desk-mails", "engineer", "/desk/mail/")
    yield Stop("desk-mails", "engineer", "/desk/mail/?state=discarded")
    yield Stop("desk-mail", "engineer", f"/desk/mail/{stranger.pk}/", "open all")
    yield from _messages(cast)
    yield Stop("local-webhooks", "nobody", "/local/webhooks/")
    yield Stop("local-aws", "nobody", "/local/aws/")
    yield Stop("local-mail", "nobody", "/local/mail/", "open all")
    yield Stop("local-mail-detail", "nobody", f"/local/mail/{mailbox()[0].name}/")
    yield Stop("404", "requester", "/c/acme/tickets/999/")
    yield Stop("403", "requester", "/desk/")


def _messages(cast: Cast) -> Iterator[Stop]:
    """Return the pages of what people are told, of every message, and of the channels outside."""
    with acting_as(context_of(cast.admin)) as now:
        channel = add_channel(
            kind="webhook",
            name="Pager",
            address="http://127.0.0.1:9/in",
            actor=actor_of(cast.admin),
            at=now,
        )
        notifications.queue_to_channel(
            channel_id=channel.pk,
            customer_id=cast.acme.customer.pk,
            ticket_id=None,
            kind="breach",
            dedupe_key="sweep",
            subject="ACME-1 first response missed",
            body="Nobody has answered.",
            occurred_at=now,
            deliver_after=now,
            payload={"ticket": "ACME-1"},
        )
        message = Notification.objects.order_by("-pk")[0]
    yield Stop("desk-notices", "engineer", "/desk/notifications/")
    yield Stop("desk-notices", "admin", "/desk/notifications/")
    yield Stop("portal-notices", "requester", "/c/acme/notifications/")
    yield Stop("portal-notices", "initech", "/c/initech/notifications/")
    yield Stop("admin-messages", "desk lead", "/desk/admin/messages/")
    yield Stop("admin-messages", "desk lead", "/desk/admin/messages/?state=told")
    yield Stop("admin-message", "desk lead", f"/desk/admin/messages/{message.pk}/")
    yield Stop("admin-channels", "admin", "/desk/admin/channels/", "send empty")
    yield Stop("admin-channel", "admin", f"/desk/admin/channels/{channel.pk}/", "open all")
    yield Stop("admin-channel-off", "admin", f"/desk/admin/channels/{channel.pk}/off/", "send empty")


def _reading(cast: Cast) -> Iterator[Stop]:
    """Return the pages on which people ask for something, and those of articles on both sides."""
    with acting_as(context_of(cast.engineer)):
        ref = OwnArticle.objects.get().ref
    yield Stop("portal-request", "requester", "/c/acme/request/")
    yield Stop("portal-request", "initech", "/c/initech/request/", "send empty")
    yield Stop("portal-request-check", "lead", "/c/acme/request/check/")
    yield Stop("portal-help", "requester", "/c/acme/help/")
    yield Stop("portal-help", "initech", "/c/initech/help/?q=nothing")
    yield Stop("portal-article", "requester", f"/c/acme/help/{ref}/")
    yield Stop("desk-articles", "engineer", "/desk/articles/")
    yield Stop("desk-article-new", "engineer", "/desk/articles/new/", "send empty")
    yield Stop("desk-article", "desk lead", f"/desk/articles/{ref}/", "open all")
    yield Stop("desk-article", "engineer", f"/desk/articles/{ref}/")


def _level_1(cast: Cast) -> Iterator[Stop]:
    """Return the pages of Level 1, and the desk's about hand-overs."""
    with acting_as(context_of(cast.engineer)):
        waiting = Ticket.objects.at_level_1().of(cast.acme.customer)[0]
        offered = HandOver.objects.waiting()[0].ticket
    yield Stop("level-1", "coordinator", "/c/acme/level-1/")
    yield Stop("level-1", "initech", "/c/initech/level-1/?group=new")
    yield Stop("level-1-checklists", "coordinator", "/c/acme/level-1/checklists/")
    yield Stop("level-1-checklists", "lead", "/c/acme/level-1/checklists/")
    yield Stop("portal-ticket", "coordinator", f"/c/acme/tickets/{waiting.number}/", "open all")
    yield Stop("portal-ticket-pass", "coordinator", f"/c/acme/tickets/{waiting.number}/pass/", "open all")
    yield Stop("portal-ticket-pass", "coordinator", f"/c/acme/tickets/{waiting.number}/pass/", "send empty")
    yield Stop("portal-ticket", "requester", f"/c/acme/tickets/{offered.number}/", "open all")
    yield Stop("desk-ticket", "engineer", f"/desk/tickets/ACME-{offered.number}/", "open all")
    yield Stop("desk-hand-overs", "engineer", "/desk/hand-overs/")
    yield Stop("desk-escalations", "engineer", "/desk/escalations/")
    yield Stop("desk-escalations", "engineer", "/desk/escalations/?team=0")
    with acting_as(context_of(cast.engineer)):
        with_level_3 = FunctionalEscalation.objects.open().with_people()[0].ticket.key
    yield Stop("desk-ticket", "engineer", f"/desk/tickets/{with_level_3}/", "open all")
    yield Stop("desk-ticket-escalate", "engineer", f"/desk/tickets/{with_level_3}/escalate/", "open all")
    yield Stop(
        "desk-ticket-escalate", "engineer", f"/desk/tickets/ACME-{offered.number}/escalate/", "send empty"
    )
    yield Stop("desk-report-hand-overs", "desk lead", "/desk/reports/hand-overs/")
    yield Stop("desk-report-hand-overs", "desk lead", "/desk/reports/hand-overs/?since=x")


def _on_call(cast: Cast) -> Iterator[Stop]:
    """Return the pages about who of the desk is on call: one rota with a gap and an override, one retired."""
    rota = publish(cast, document(layer(cast.engineer.pk, cast.lead.pk, off_dates=["2026-03-05"])))
    override = put_on_call(cast, rota, cast.lead, ends_at=START + timedelta(days=1))
    old = publish(cast, document(layer(cast.lead.pk)), name="Old rota")
    with acting_as(context_of(cast.lead)) as now:
        rota_actions.retire_rota(rota=old, actor=actor_of(cast.lead), at=now)
        rota_actions.renew_feed(person=cast.engineer, rota=rota, at=now)
    yield Stop("desk-on-call", "engineer", "/desk/on-call/", "open all")
    yield Stop("desk-rota", "engineer", f"/desk/on-call/{rota.pk}/")
    yield Stop("desk-rota", "desk lead", f"/desk/on-call/{old.pk}/")
    yield Stop("desk-rota-override", "engineer", f"/desk/on-call/{rota.pk}/override/", "send empty")
    yield Stop("desk-rota-withdraw", "desk lead", f"/desk/on-call/overrides/{override}/withdraw/")
    yield Stop("desk-rota-new", "admin", "/desk/on-call/new/", "send empty")
    yield Stop("desk-rota-change", "desk lead", f"/desk/on-call/{rota.pk}/change/")
    yield Stop("desk-rota-retire", "desk lead", f"/desk/on-call/{rota.pk}/retire/")
    yield from _policies(cast)


def _policies(cast: Cast) -> Iterator[Stop]:
    """Return the pages about who is called: one policy of two versions, and a ladder that runs."""
    ours = publish_policy(cast, Trigger.CRITICAL_ARRIVED, terms(step(0), customer=cast.acme.customer.pk))
    publish_policy(cast, Trigger.CRITICAL_ARRIVED, terms(step(0), step(9), ack=15), policy=ours)
    file_ticket(cast.globex.requester, impact=CRITICAL, subject="Nobody looks at this")
    escalations.advance_due()
    with acting_as(context_of(cast.engineer)):
        call = EscalationCall.objects.filter(escalation__ticket__subject="Nobody looks at this")[0]
    link = AckLink(
        escalation_id=call.escalation_id, person_id=call.person_id, rung=0, called_at=call.called_at
    )
    policies = "/desk/admin/escalation-policies/"
    asked = f"trigger=critical_arrived&customer={cast.acme.customer.pk}&severity=1&metric=&at="
    yield Stop("admin-escalation-policies", "engineer", f"{policies}?{asked}")
    yield Stop("admin-escalation-policies", "desk lead", f"{policies}?trigger=mars")
    yield Stop("admin-escalation-policy", "desk lead", f"{policies}{ours.pk}/")
    yield Stop("admin-escalation-policy-new", "admin", f"{policies}new/?trigger=at_risk", "send empty")
    yield Stop("admin-escalation-policy-change", "desk lead", f"{policies}{ours.pk}/change/")
    yield Stop("admin-escalation-policy-switch", "desk lead", f"{policies}{ours.pk}/switch/")
    yield Stop("desk-escalations-running", "engineer", "/desk/escalations/running/", "open all")
    yield Stop("acknowledge-by-mail", "nobody", f"/ack/{link.token()}/")
    yield Stop("acknowledge-by-mail", "nobody", "/ack/not-a-token/")


def _canned(cast: Cast) -> str:
    """Return the path of the canned reply."""
    with acting_as(context_of(cast.engineer)):
        return f"/desk/admin/replies/{CannedReply.objects.get().pk}/"


def _own_administration(cast: Cast) -> Iterator[Stop]:
    """Return the pages on which a customer looks after itself."""
    with acting_as(context_of(cast.acme.lead)):
        account = accounts_of(cast.acme.lead)[0]
    colleague = f"/c/acme/people/{cast.acme.requester.pk}/"
    yield Stop("aws-accounts", "coordinator", "/c/acme/aws-accounts/")
    yield Stop("aws-accounts", "lead", "/c/acme/aws-accounts/")
    yield Stop("aws-account-new", "lead", "/c/acme/aws-accounts/new/", "send empty")
    yield Stop("aws-account", "lead", f"/c/acme/aws-accounts/{account.pk}/")
    yield Stop("colleague", "lead", colleague)
    yield Stop("colleague-leave", "lead", f"{colleague}leave/", "send empty")
    yield Stop("access-log", "lead", "/c/acme/access-log/")
    yield Stop("access-log", "lead", "/c/acme/access-log/?ticket=999")
    yield Stop("access-log", "lead", "/c/acme/access-log/?day=soon")
    yield Stop("you", "requester", "/c/acme/you/")
    yield Stop("you", "coordinator", "/c/acme/you/")


def _relations(cast: Cast) -> Iterator[Stop]:
    """What ties tickets to words, to each other and to steps, and why promises were missed."""
    with acting_as(context_of(cast.admin)):
        tag, checklist = Tag.objects.get(), Checklist.objects.get()
    yield Stop("admin-tags", "desk lead", "/desk/admin/tags/", "send empty")
    yield Stop("admin-tag", "admin", f"/desk/admin/tags/{tag.pk}/", "open all")
    yield Stop("admin-checklists", "desk lead", "/desk/admin/checklists/", "send empty")
    yield Stop("admin-checklist", "admin", f"/desk/admin/checklists/{checklist.pk}/")
    yield Stop("desk-ticket-merging", "engineer", "/desk/tickets/ACME-2/merging/?into=ACME-1")
    yield Stop("desk-ticket-merging", "engineer", "/desk/tickets/ACME-1/merging/")
    yield Stop("desk-ticket-major", "engineer", "/desk/tickets/ACME-1/major/", "send empty")
    yield Stop("desk-ticket-misses", "engineer", "/desk/tickets/ACME-1/misses/", "send empty")
    yield Stop("desk-ticket-colleague-draft", "engineer", f"/desk/tickets/ACME-1/drafts/{cast.lead.pk}/")


def _vendor_cases(cast: Cast) -> Iterator[Stop]:
    """Return the pages of what vendors work on, and of how long they took."""
    with acting_as(context_of(cast.engineer)):
        cases = list(VendorCase.objects.order_by("pk"))
    yield Stop("desk-vendor-cases", "engineer", "/desk/vendors/")
    yield Stop("desk-vendor-cases", "manager", "/desk/vendors/?state=nonsense")
    yield Stop("desk-vendor-cases", "engineer", "/desk/vendors/?q=nothing")
    for case in cases:
        yield Stop("desk-vendor-case", "engineer", f"/desk/vendors/cases/{case.pk}/", "open all")
    yield Stop("desk-vendor-performance", "engineer", "/desk/vendors/performance/", "open all")
    yield Stop("desk-vendor-performance", "engineer", "/desk/vendors/performance/?since=x")
    yield Stop(
        "desk-vendor-performance", "engineer", "/desk/vendors/performance/?since=2020-01-01&until=2020-01-02"
    )
    group = "vendor=aws&plan=Business+Support%2B&severity=urgent"
    yield Stop("desk-vendor-performance-cases", "engineer", f"/desk/vendors/performance/cases/?{group}")
    yield Stop("desk-vendor-performance-cases", "engineer", "/desk/vendors/performance/cases/?vendor=none")
    yield Stop("portal-ticket", "lead", "/c/acme/tickets/2/")
    yield from _case_forms(cast)


def _case_forms(cast: Cast) -> Iterator[Stop]:
    """Return the pages on which a case is opened, followed, written down, resolved, given up, and shared."""
    with acting_as(context_of(cast.engineer)) as now:
        ticket = VendorCase.objects.select_related("ticket__customer").order_by("pk")[0].ticket
        over = AccountLink.objects.filter(customer=cast.acme.customer).order_by("pk")[0]
        AccountLink.objects.filter(pk=over.pk).update(options=offers())
        said = VendorMessage.objects.filter(shared=None, side=Side.VENDOR).order_by("pk")[0]
        by_hand = record_by_hand(
            ticket=ticket,
            vendor=over.vendor,
            link=None,
            actor=actor_of(cast.engineer),
            at=now,
            noted=Noted(number="TEL 4711", subject="", said="The volume is stuck", heard="We look"),
        )
        unmade = VendorCase.objects.filter(external_id="").order_by("pk")[0]
    case, page = "/desk/vendors/cases", f"/desk/tickets/{ticket.key}/vendor-case/"
    yield Stop("desk-ticket", "engineer", f"/desk/tickets/{ticket.key}/", "open all")
    yield Stop("desk-ticket-vendor-case", "engineer", page)
    yield Stop("desk-ticket-vendor-case", "engineer", f"{page}?link={over.pk}")
    yield Stop("desk-ticket-vendor-adopt", "engineer", f"{page}adopt/?link={over.pk}", "send empty")
    yield Stop("desk-ticket-vendor-by-hand", "engineer", f"{page}by-hand/", "send empty")
    yield Stop("desk-vendor-case-note", "engineer", f"{case}/{by_hand.pk}/note/")
    yield Stop("desk-vendor-case-resolve", "engineer", f"{case}/{by_hand.pk}/resolve/")
    yield Stop("desk-vendor-case-give-up", "engineer", f"{case}/{unmade.pk}/give-up/", "send empty")
    yield Stop("desk-vendor-share", "engineer", f"/desk/vendors/messages/{said.pk}/share/")


def _connect(cast: Cast) -> None:
    """Let further accounts be connected as far as people get: begun, looked at, refused, without the plan, retired."""
    columns: dict[str, dict[str, Any]] = {
        "begun": {"state": LinkState.UNVERIFIED.value, "role_arn": "", "verified_at": None},
        "looked-at": {"state": LinkState.UNVERIFIED.value, "verify_asked_at": START, "verified_at": None},
        "unsafe": {"state": LinkState.UNVERIFIED.value, "refusal": "unsafe", "verified_at": None},
        "no-plan": {"state": LinkState.NO_PLAN.value, "state_evidence": "SubscriptionRequiredException"},
        "by-hand": {"is_manual": True, "channel": "partner"},
        "retired": {"state": LinkState.RETIRED.value, "retired_at": START, "retired_by": "Acme Lead"},
    }
    for number, (name, changes) in enumerate(columns.items()):
        with acting_as(context_of(cast.engineer)) as now:
            account = add_aws_account(
                customer=cast.acme.customer,
                name=name,
                account_id=f"{300000000000 + number}",
                declared_plan="Business",
                support_state=SupportState.NOT_MET if name == "no-plan" else SupportState.MET,
                at=now,
            )
        over = vendor_rows.link(cast.acme.customer, account, external_id=f"external-{name}", **changes)
        vendor_rows.observe(over, Finding.NOT_MET if name == "no-plan" else Finding.MET)
    with acting_as(context_of(cast.lead)) as now:
        add_vendor(actor=actor_of(cast.lead), at=now, name="Megaport", contact="noc@megaport.example")


def _connections(cast: Cast) -> Iterator[Stop]:
    """Return the pages on which accounts are connected, those of the directory, and the list of accounts."""
    with acting_as(context_of(cast.engineer)):
        accounts = list(AwsAccount.objects.filter(customer=cast.acme.customer).order_by("pk"))
        plan = SupportPlan.objects.get(vendor__slug="aws", name="Business")
    for account in accounts:
        yield Stop("aws-link", "lead", f"/c/acme/aws-accounts/{account.pk}/connect/", "open all")
        yield Stop("desk-account-link", "admin", f"/desk/vendors/accounts/acme/{account.pk}/", "open all")
    first = accounts[0].pk
    yield Stop("desk-account-link", "engineer", f"/desk/vendors/accounts/acme/{first}/")
    yield Stop("aws-link-rotate", "lead", f"/c/acme/aws-accounts/{first}/connect/rotate/")
    yield Stop("aws-link-retire", "lead", f"/c/acme/aws-accounts/{first}/connect/retire/")
    yield Stop("desk-account-link-rotate", "admin", f"/desk/vendors/accounts/acme/{first}/rotate/")
    yield Stop("desk-account-link-retire", "admin", f"/desk/vendors/accounts/acme/{first}/retire/")
    for account in (accounts[0], next(one for one in accounts if one.lacks_plan)):
        yield Stop("desk-account-tell", "desk lead", f"/desk/vendors/accounts/acme/{account.pk}/tell/")
    yield Stop("desk-vendor-accounts", "engineer", "/desk/vendors/accounts/")
    yield Stop("desk-vendor-accounts", "engineer", "/desk/vendors/accounts/?show=unreachable")
    yield Stop("desk-vendor-directory", "desk lead", "/desk/vendors/directory/")
    yield Stop("desk-vendor-new", "desk lead", "/desk/vendors/directory/new/")
    yield Stop("desk-vendor-new", "desk lead", "/desk/vendors/directory/new/", "send empty")
    yield Stop("desk-vendor", "admin", "/desk/vendors/directory/aws/", "open all")
    yield Stop("desk-vendor", "engineer", "/desk/vendors/directory/megaport/")
    yield Stop("desk-vendor-plan-new", "admin", "/desk/vendors/directory/megaport/plans/new/", "send empty")
    yield Stop("desk-vendor-plan", "admin", f"/desk/vendors/directory/aws/plans/{plan.pk}/")


def _have_cases(cast: Cast, ticket: Ticket) -> None:
    """Let a vendor have cases for a ticket: one that waits for us, one that is over, one that was not sent."""
    over = vendor_rows.link(cast.acme.customer)
    vendor_rows.observe(over)
    asks = vendor_rows.case(ticket, over, extra={"moodOfEngineer": "fine"})
    vendor_rows.message(asks, is_automatic=True)
    vendor_rows.message(asks, shared=True)
    vendor_rows.message(asks, side=Side.DESK, author="Desk Engineer", body="The volume is vol-1.")
    vendor_rows.move(asks, CaseState.WAITING_ON_US)
    vendor_rows.outgoing(asks, state=SendState.REFUSED, error="The text is too long.", error_code="Invalid")
    done = vendor_rows.case(ticket, over, opened_at=START - timedelta(hours=3))
    vendor_rows.move(done, CaseState.RESOLVED)
    vendor_rows.case(ticket, over, external_id="", display_id="", opened_at=None, raw_status="")


def _rules(cast: Cast) -> Iterator[Stop]:
    """Return the pages about calendars, policies and agreements."""
    with acting_as(context_of(cast.engineer)):
        agreement = Agreement.objects.get(customer=cast.acme.customer)
        correction = Correction.objects.get()
    calendar = f"/desk/rules/calendars/{agreement.business_hours_id}/"
    policy = f"/desk/rules/policies/{agreement.policy_id}/"
    yield Stop("portal-agreement", "requester", "/c/acme/agreement/")
    yield Stop("portal-agreement", "initech", "/c/initech/agreement/")
    yield Stop("portal-service-levels", "coordinator", "/c/acme/service-levels/")
    yield Stop("portal-service-levels", "coordinator", "/c/acme/service-levels/?since=x")
    yield Stop(
        "portal-service-levels", "coordinator", "/c/acme/service-levels/?since=2020-01-01&until=2020-01-02"
    )
    yield Stop("desk-calendars", "engineer", "/desk/rules/")
    yield Stop("desk-calendar", "engineer", calendar, "open all")
    yield Stop("desk-calendar-new", "admin", "/desk/rules/calendars/new/", "send empty")
    yield Stop("desk-calendar-new-version", "admin", f"{calendar}new/")
    yield Stop("desk-calendar-new-version", "admin", f"{calendar}new/", "send empty")
    asked = "length=1+business+day&start=2026-04-02T16:00&zone=Australia/Sydney"
    yield Stop("desk-calendar-tester", "engineer", f"{calendar}try/?{asked}")
    yield Stop("desk-calendar-tester", "engineer", f"{calendar}try/?length=soon&zone=Mars&start=")
    yield Stop("desk-correction", "manager", f"/desk/rules/corrections/{correction.pk}/", "open all")
    yield Stop("desk-policies", "engineer", "/desk/rules/policies/")
    yield Stop("desk-policy", "engineer", policy)
    yield Stop("desk-policy-new-version", "admin", f"{policy}new/", "send empty")
    yield Stop("desk-agreements", "engineer", "/desk/rules/agreements/")
    yield Stop("desk-agreement", "admin", f"/desk/rules/agreements/{agreement.pk}/", "open all")
    yield Stop("desk-agreement-sign", "admin", "/desk/rules/agreements/sign/", "send empty")


def _desk_work(cast: Cast) -> Iterator[Stop]:
    """Return the pages of the desk's administration, of its handover, and of its next updates."""
    with acting_as(context_of(cast.admin)):
        team = Team.objects.get()
        service = Service.objects.filter(customer=cast.acme.customer)[0]
        account = AwsAccount.objects.filter(customer=cast.acme.customer)[0]
    acme = "/desk/admin/customers/acme/"
    yield Stop("admin", "desk lead", "/desk/admin/")
    yield Stop("admin-people", "desk lead", "/desk/admin/people/")
    yield Stop("admin-people", "admin", "/desk/admin/people/", "send empty")
    yield Stop("admin-person", "admin", f"/desk/admin/people/{cast.engineer.pk}/")
    yield Stop("admin-person-leave", "admin", f"/desk/admin/people/{cast.manager.pk}/leave/", "send empty")
    yield Stop("admin-teams", "manager", "/desk/admin/teams/")
    yield Stop("admin-teams", "admin", "/desk/admin/teams/", "send empty")
    yield Stop("admin-team", "desk lead", f"/desk/admin/teams/{team.pk}/")
    yield Stop("admin-customers", "admin", "/desk/admin/customers/")
    yield Stop("admin-customer-new", "admin", "/desk/admin/customers/new/", "send empty")
    yield Stop("admin-customer", "manager", acme)
    yield Stop("admin-customer", "admin", acme, "open all")
    yield Stop("admin-customer-leave", "admin", f"{acme}leave/")
    yield Stop("admin-service", "admin", f"{acme}services/{service.pk}/")
    yield Stop("admin-account", "admin", f"{acme}accounts/{account.pk}/")
    yield Stop("admin-member", "desk lead", f"{acme}people/{cast.acme.requester.pk}/")
    yield Stop(
        "admin-member-leave", "desk lead", f"{acme}people/{cast.acme.requester.pk}/leave/", "send empty"
    )
    yield Stop("admin-activity", "manager", "/desk/admin/activity/")
    yield Stop("join-desk", "nobody", "/join-desk/not-a-token/")
    yield Stop("desk-handover", "engineer", "/desk/handover/?show=all")
    yield Stop("desk-handover", "manager", "/desk/handover/")
    yield Stop("desk-updates", "engineer", "/desk/updates/")
    yield Stop("desk-updates", "desk lead", "/desk/updates/")


def _invitation() -> str:
    """Return the path of the invitation that was mailed."""
    [mail] = [mail for mail in mailbox() if "invites you" in mail.subject]
    return urlsplit(next(word for word in mail.body.split() if "/join/" in word)).path


def people(cast: Cast) -> dict[str, Member | DeskPerson | None]:
    """Return who looks at the pages."""
    return {
        "nobody": None,
        "requester": cast.acme.requester,
        "coordinator": cast.acme.coordinator,
        "lead": cast.acme.lead,
        "initech": cast.initech.lead,
        "engineer": cast.engineer,
        "desk lead": cast.lead,
        "manager": cast.manager,
        "admin": cast.admin,
    }


def faults_of(cast: Cast, open_page: OpenPage, scheme: Literal["light", "dark"]) -> list[str]:
    """Visit every page in every state and return what is wrong, each with the page's name.

    In the dark only colours are looked at, in both widths: everything else is the same page.
    """
    found: list[str] = []
    only = TAGS if scheme == "light" else COLOURS
    visitors = people(cast)
    pages: dict[str, Page] = {}
    for stop in stops(cast):
        if stop.who not in pages:
            pages[stop.who] = open_page(
                visitors[stop.who], color_scheme=scheme, viewport={"width": 1440, "height": 1000}
            )
        page = pages[stop.who]
        page.set_viewport_size({"width": 1440, "height": 1000})
        page.goto(stop.url)
        place = f"{stop.url} {stop.then} {scheme}".replace("  ", " ")
        try:
            _prepare(page, stop)
        except (
            AssertionError,
            PlaywrightError,
        ) as error:  # a fault like any other: it hides no page after it
            found.append(f"{place}: {str(error).splitlines()[0]}")
            continue
        found += [f"{place} 1440: {fault}" for fault in axe_faults(page, only)]
        if scheme == "light":
            found += [f"{place}: {fault}" for fault in layout_faults(page)]
        page.set_viewport_size({"width": 390, "height": 844})
        found += [f"{place} 390: {fault}" for fault in axe_faults(page, only)]
    return found


def _prepare(page: Page, stop: Stop) -> None:
    if stop.then == "open all":
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.name = ''; d.open = true; })")
    elif stop.then == "send empty":
        page.locator("main form .btn.go:visible").last.click()
        page.wait_for_load_state()
        assert page.title().startswith("Error:"), f"{stop.url}: {page.title()}"
        assert page.evaluate("document.activeElement.id") == "esum"
        links = page.locator("#esum a").evaluate_all("links => links.map((link) => link.hash.slice(1))")
        for target in links:
            assert page.locator(f"[id='{target}']").count() == 1, f"{stop.url}: nothing is called {target}"


def axe_faults(page: Page, only: Sequence[str] | dict[str, Any] = TAGS) -> list[str]:
    """Return what axe-core finds on the page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe_source())
    result: dict[str, Any] = page.evaluate(
        "(only) => axe.run(document, {runOnly: only, resultTypes: ['violations']})",
        only,
    )
    return [
        f"{violation['id']} {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
        for violation in result["violations"]
        for node in violation["nodes"][:3]
    ]


def _axe_source() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.submodule_search_locations
    return (Path(next(iter(spec.submodule_search_locations))) / "axe.min.js").read_text()


def layout_faults(page: Page) -> list[str]:
    """Return where the page overflows, and which control is hidden when it has the focus."""
    faults = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 1000})
        if (extra := page.evaluate(_OVERFLOW)) > 0:
            faults.append(f"overflows by {extra} at {width}")
        hidden = _walk(page) if width == 1440 else []
        faults += [f"focus is hidden on {element}" for element in hidden]
    page.evaluate(_SPACED)
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 1000})
        if (extra := page.evaluate(_OVERFLOW)) > 0:
            faults.append(f"overflows by {extra} at {width} with text spacing")
    page.evaluate("document.adoptedStyleSheets = []")
    return faults


def _walk(page: Page) -> list[str]:
    """Press Tab through the page and return the controls that are hidden when they have the focus."""
    page.evaluate("window.scrollTo(0, 0); document.activeElement.blur()")
    count: int = page.evaluate(
        "document.querySelectorAll('a, button, input, select, textarea, summary').length"
    )
    hidden = []
    for _ in range(min(count, 80)):
        page.keyboard.press("Tab")
        if (element := page.evaluate(_HIDDEN_FOCUS)) is not None:
            hidden.append(element)
    return hidden
