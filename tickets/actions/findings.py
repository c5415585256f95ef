from __future__ import annotations

from datetime import datetime

from core.events import publish
from core.tenancy import Actor
from tickets.events import FindingsStated
from tickets.models import Findings, Ticket


def state_findings(
    ticket: Ticket, *, actor: Actor, at: datetime, cause: str = "", workaround: str = "", fix: str = ""
) -> None:
    """Keep what was found and done on a locked ticket; what is left empty stays as it was said before."""
    said = {
        name: line
        for name, text in (("cause", cause), ("workaround", workaround), ("fix", fix))
        if (line := text.strip()[:500])
    }
    known = Findings.objects.filter(customer_id=ticket.customer_id, ticket=ticket).first()
    if not said or (known and all(getattr(known, name) == line for name, line in said.items())):
        return
    found = known or Findings(customer_id=ticket.customer_id, ticket=ticket)
    for name, line in said.items():
        setattr(found, name, line)
    found.stated_at, found.stated_by_name = at, actor.name
    found.save()
    publish(FindingsStated(at=at, customer_id=ticket.customer_id, ticket_id=ticket.pk, actor=actor))
