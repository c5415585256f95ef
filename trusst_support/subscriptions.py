"""Who acts on which fact: the portal's only wiring, in the order in which handlers run."""

from __future__ import annotations

from core.events import subscribe
from customers.events import MemberInvited
from escalations import handlers as escalations
from notifications import handlers as people
from slas import handlers as slas
from slas.events import (
    ExclusionApproved,
    ExclusionContested,
    ExclusionEnded,
    ExclusionKept,
    ExclusionProposed,
    ExclusionRejected,
    ExclusionRevoked,
    ExclusionWithdrawn,
    ObjectiveAtRisk,
    ObjectiveBreached,
    ObjectiveWaived,
    RestorationApproved,
    RestorationProposed,
    RestorationRejected,
)
from tickets import events as tickets
from tickets import handlers as mail

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

# Somebody says that service was back earlier than recorded: taken as said, or decided by a desk lead.
subscribe(tickets.EarlierRestorationStated, slas.settle_earlier_restoration)

# A promise is at risk or missed: people are called, until someone takes the ticket, answers, or is done.
subscribe(ObjectiveAtRisk, escalations.call_for_risk)
subscribe(ObjectiveBreached, escalations.call_for_breach)
subscribe(tickets.PublicReplyPosted, escalations.acknowledge_by_working)
subscribe(tickets.TicketAssigned, escalations.acknowledge_by_working)
subscribe(tickets.TicketResolved, escalations.finish)
subscribe(tickets.TicketReturned, escalations.finish)

# The customer's people read what happens to their tickets.
subscribe(tickets.PublicReplyPosted, mail.mail_reply)
subscribe(tickets.ServiceRestored, mail.mail_progress)
subscribe(tickets.TicketResolved, mail.mail_progress)
subscribe(tickets.TicketReturned, mail.mail_progress)
subscribe(tickets.SeverityEstablished, mail.mail_severity)
subscribe(tickets.ReviewDecided, mail.mail_review)
subscribe(tickets.ContestAnswered, mail.mail_contest)

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
