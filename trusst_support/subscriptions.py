"""Who acts on which fact: the portal's only wiring, in the order in which handlers run."""

from __future__ import annotations

from core.events import subscribe
from customers.events import MemberInvited
from escalations import handlers as escalations
from notifications import handlers as people
from slas import handlers as slas
from slas.events import ObjectiveAtRisk, ObjectiveBreached
from tickets import events as tickets
from tickets import handlers as mail

# Someone is invited: they get a link.
subscribe(MemberInvited, people.mail_invitation)

# A ticket reaches the desk: its clocks start, and a critical one calls people.
subscribe(tickets.TicketReachedDesk, slas.start_clocks)
subscribe(tickets.TicketReachedDesk, escalations.call_for_critical)

# Whatever may move a clock.
subscribe(tickets.SeverityEstablished, slas.recompute)
subscribe(tickets.PublicReplyPosted, slas.recompute)
subscribe(tickets.TicketHeld, slas.recompute)
subscribe(tickets.TicketResumed, slas.recompute)
subscribe(tickets.ServiceRestored, slas.recompute_restored)
subscribe(tickets.TicketResolved, slas.recompute)
subscribe(tickets.TicketResolved, slas.plan_closing)
subscribe(tickets.TicketReopened, slas.recompute)
subscribe(tickets.TicketReturned, slas.recompute)
subscribe(tickets.TicketClosed, slas.recompute)

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
