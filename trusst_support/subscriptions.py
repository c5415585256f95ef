"""Who acts on which fact: the portal's only wiring, in the order in which handlers run."""

from __future__ import annotations

from anymail.signals import inbound

from core.events import subscribe
from customers.events import AwsAccountDeclared, MemberInvited
from customers.plans import plans_come_from
from escalations import functional_handlers as level_3
from escalations import hand_over_handlers as hand_overs
from escalations import handlers as escalations
from escalations.functional_access import waiting as level_3_waiting
from escalations.hand_over_access import waiting_of_desk as hand_overs_waiting
from notifications import handlers as people
from notifications.access import unread_of
from reports import handlers as reports
from reports.board import health_comes_from
from slas import handlers as slas
from slas import miss_handlers as misses
from slas.access import due_times_of
from slas.actions import check_misses_explained
from slas.events import (
    ExclusionApproved,
    ExclusionContested,
    ExclusionEnded,
    ExclusionKept,
    ExclusionProposed,
    ExclusionRejected,
    ExclusionRevoked,
    ExclusionWithdrawn,
    MissesExplained,
    ObjectiveAtRisk,
    ObjectiveBreached,
    ObjectiveWaived,
    RestorationApproved,
    RestorationProposed,
    RestorationRejected,
)
from slas.exclusion_access import decisions_waiting
from slas.looked import looks_tell
from slas.stops import stopped_by
from tickets import approval_handlers as approvals
from tickets import events as tickets
from tickets import handlers as mail
from tickets import mailbox
from tickets import relation_handlers as relations
from tickets.counting import rail_asks
from tickets.ends import ends_ask
from tickets.jump import jump_asks
from tickets.jump_to import to_account, to_ticket
from tickets.promises import due_times_come_from
from tickets.stops import stops_come_from
from tickets.vendor_cases import vendor_cases_come_from
from tickets.vendor_time import vendor_time_asks
from tickets.vendor_writing import writing_comes_from
from trusst_support.auditor import health_of_workers
from vendors import events as vendors
from vendors import handlers as vendor_cases
from vendors import plan_handlers as vendor_plans
from vendors.access import pages as vendor_pages
from vendors.access.coverage import has_case_without_plan
from vendors.access.directory import aws_terms
from vendors.forms.cases import reply_form
from vendors.jump_to import to_vendor_case

# Someone is invited: they get a link.
subscribe(MemberInvited, people.mail_invitation)

# A ticket reaches the desk: its clocks start, and a critical one calls people.
subscribe(tickets.TicketReachedDesk, slas.start_clocks)
subscribe(tickets.TicketReachedDesk, escalations.call_for_critical)
subscribe(tickets.SeverityEstablished, escalations.call_for_raised)

# Whatever may move a clock.
subscribe(tickets.ImpactReassessed, slas.recompute)
subscribe(tickets.SeverityEstablished, slas.recompute)
subscribe(tickets.PublicReplyPosted, slas.recompute)
subscribe(tickets.TicketHeld, slas.recompute)
subscribe(tickets.TicketResumed, slas.recompute)
subscribe(tickets.ServiceRestored, slas.recompute_restored)
subscribe(tickets.RestorationBackdated, slas.recompute_restored)
subscribe(ExclusionEnded, slas.recompute)
subscribe(ExclusionApproved, slas.recompute)
subscribe(ExclusionRevoked, slas.recompute)
subscribe(ObjectiveWaived, slas.recompute)
subscribe(tickets.TicketResolved, slas.recompute)
subscribe(tickets.TicketResolved, slas.plan_closing)
subscribe(tickets.TicketReopened, slas.recompute)
subscribe(tickets.TicketReturned, slas.recompute)
subscribe(tickets.TicketClosed, slas.recompute)
subscribe(tickets.TicketMerged, slas.recompute)
subscribe(tickets.TicketTookOver, slas.recompute)

# Somebody says that service was back earlier than recorded: taken as said, or decided by a desk lead.
subscribe(tickets.EarlierRestorationStated, slas.settle_earlier_restoration)

# A promise is at risk or missed: people are called, until someone takes the ticket, answers, or is done.
subscribe(ObjectiveAtRisk, escalations.call_for_risk)
subscribe(ObjectiveBreached, escalations.call_for_breach)
subscribe(tickets.PublicReplyPosted, escalations.acknowledge_by_working)
subscribe(tickets.TicketAssigned, escalations.acknowledge_by_working)
subscribe(tickets.TicketResolved, escalations.finish)
subscribe(tickets.TicketReturned, escalations.finish)
subscribe(tickets.TicketMerged, escalations.finish)

# A ticket reaches the desk with a hand-over or without; the desk accepts it by working, or gives it back.
subscribe(tickets.TicketReachedDesk, hand_overs.note_straight)
subscribe(tickets.PublicReplyPosted, hand_overs.accept_by_working)
subscribe(tickets.TicketAssigned, hand_overs.accept_by_working)
subscribe(tickets.TicketHeld, hand_overs.accept_by_working)
subscribe(tickets.ServiceRestored, hand_overs.accept_by_working)
subscribe(tickets.TicketResolved, hand_overs.accept_by_working)
subscribe(tickets.TicketClosed, hand_overs.accept_by_working)
subscribe(tickets.TicketMerged, hand_overs.accept_by_working)
subscribe(tickets.TicketReturned, hand_overs.note_return)

# Level 3 has a ticket until it comes back or ends; whoever becomes its owner keeps the customer updated.
subscribe(tickets.TicketAssigned, level_3.follow_owner)
subscribe(tickets.TicketResolved, level_3.end)
subscribe(tickets.TicketReturned, level_3.end)
subscribe(tickets.TicketMerged, level_3.end)

# The customer's people read what happens to their tickets.
subscribe(tickets.TicketOpened, mail.mail_receipt)
subscribe(tickets.PublicReplyPosted, mail.mail_reply)
subscribe(tickets.ServiceRestored, mail.mail_progress)
subscribe(tickets.TicketResolved, mail.mail_progress)
subscribe(tickets.TicketReturned, mail.mail_progress)
subscribe(tickets.TicketMerged, mail.mail_progress)
subscribe(tickets.TicketClosed, mail.ask_satisfaction)
subscribe(tickets.SeverityEstablished, mail.mail_severity)
subscribe(tickets.ReviewDecided, mail.mail_review)
subscribe(tickets.ContestAnswered, mail.mail_contest)

# The desk asks for access or an approval: whoever decides is told, and nothing waits on a finished ticket.
stops_come_from(stopped_by)
subscribe(tickets.ApprovalAsked, approvals.ask_deciders)
subscribe(tickets.ApprovalReminded, approvals.remind_deciders)
subscribe(tickets.ApprovalWithdrawn, approvals.call_off)
subscribe(tickets.ApprovalExpired, approvals.call_off)
subscribe(tickets.TicketResolved, approvals.drop_request)
subscribe(tickets.TicketReturned, approvals.drop_request)
subscribe(tickets.TicketClosed, approvals.drop_request)
subscribe(tickets.TicketMerged, approvals.drop_request)

# A colleague is named in a note: they are told. So are those of the desk who follow the ticket.
subscribe(tickets.InternalNotePosted, mail.mail_mentions)
subscribe(tickets.InternalNotePosted, relations.mail_desk_followers)

# Both sides hear of exclusions, earlier restorations and waivers.
subscribe(ExclusionProposed, slas.tell_of_exclusion)
subscribe(ExclusionApproved, slas.tell_of_exclusion)
subscribe(ExclusionRejected, slas.tell_of_exclusion)
subscribe(ExclusionWithdrawn, slas.tell_of_exclusion)
subscribe(ExclusionContested, slas.tell_of_exclusion)
subscribe(ExclusionKept, slas.tell_of_exclusion)
subscribe(ExclusionRevoked, slas.tell_of_exclusion)
subscribe(RestorationProposed, slas.tell_of_restoration)
subscribe(RestorationApproved, slas.tell_of_restoration)
subscribe(RestorationRejected, slas.tell_of_restoration)
subscribe(ObjectiveWaived, slas.tell_of_waiver)

# A ticket comes, or its clocks were looked at, as after whatever happens to it: it is counted again in the managers'
# figures. A sweep's batch is told of at once, so that a breach costs no statement more.
subscribe(tickets.TicketOpened, reports.count_opened)
looks_tell(reports.count_looked_at)

# A missed promise is explained: the customer's leads read why, and what is done about it.
subscribe(MissesExplained, misses.mail_explanation)

# Which plans serve from when until when is the desk's to say. A customer names another one: the account is looked
# at. A case keeps what it was opened with, also when a ticket waits for it once more.
plans_come_from(aws_terms)
subscribe(AwsAccountDeclared, vendor_plans.look_after_declaration)
vendor_time_asks(has_case_without_plan)

# An account can be asked, or something was sent: its cases are looked at soon.
subscribe(vendors.LinkStateChanged, vendor_cases.begin_looking)
subscribe(vendors.VendorCaseOpened, vendor_cases.look_for_an_answer)
subscribe(vendors.VendorTold, vendor_cases.look_for_an_answer)

# A vendor writes, waits for us, or ends a case: those of the desk whom it concerns are told, and people are called.
subscribe(vendors.VendorReplied, vendor_cases.tell_of_reply)
subscribe(vendors.VendorCaseMoved, vendor_cases.tell_of_move)
subscribe(vendors.VendorWaits, escalations.call_for_vendor)
subscribe(vendors.VendorTold, escalations.finish_for_vendor)
subscribe(vendors.VendorWaitsNoLonger, escalations.finish_for_vendor)

# The composer names the promises that a reply keeps.
due_times_come_from(due_times_of)

# The search box: what it knows goes there at once. Whoever knows more, such as a vendor's cases, adds itself.
jump_asks(to_ticket)
jump_asks(to_account)
jump_asks(to_vendor_case)

# What waits on higher floors is counted beside the queue.
rail_asks("hand_overs", lambda person, now: [hand_overs_waiting()])
rail_asks("level_3", lambda person, now: [level_3_waiting()])
rail_asks("decisions", lambda person, now: decisions_waiting())
rail_asks("vendor_cases", lambda person, now: [vendor_pages.waiting_on_us()])
rail_asks("unread", lambda person, now: [unread_of(person)])

# The composer writes to a vendor on a ticket that has a case.
writing_comes_from(reply_form)

# The queue shows what vendors work on, and whose move it is.
vendor_cases_come_from(vendor_pages.running_ticket_ids, vendor_pages.moves_on)

# The desk says why a promise was missed before it resolves or closes a ticket.
ends_ask(check_misses_explained)

# The board shows whether beat and the workers are heard.
health_comes_from(health_of_workers)

# A provider's webhook brings a mail: it is stored, and read by a sweep. (The provider's library tells by a signal.)
inbound.connect(mailbox.take_from_provider, dispatch_uid="mail comes in")
