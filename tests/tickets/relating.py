"""What each verb that ties a ticket to something needs: the other thing, and what its form says."""

from __future__ import annotations

from typing import Any

from core.tenancy import acting_as
from tests.cast import Cast, actor_of, context_of, file_ticket
from tickets import actions
from tickets.models import LinkKind, Ticket


def prepare(cast: Cast, ticket: Ticket, name: str) -> dict[str, Any]:
    """Make what a verb needs to change something, and return what its form is filled with."""
    by = actor_of(cast.engineer)
    other = file_ticket(cast.acme.requester) if name in ("link", "unlink", "merge") else ticket
    with acting_as(context_of(cast.engineer)) as now:
        common: dict[str, Any] = {"ticket": ticket, "actor": by, "at": now}
        match name:
            case "tag" | "untag":
                tag = actions.add_tag(actor=by, at=now, name="network")
                if name == "untag":
                    actions.tag_ticket(**common, tag=tag)
                return {"tag": tag.pk}
            case "unlink":
                actions.link_tickets(**common, other=other, kind=LinkKind.RELATED)
                return {"other": other.key}
            case "checklist":
                checklist = actions.add_checklist(actor=by, at=now, name="By hand", steps=["Call them"])
                return {"checklist": checklist.pk}
            case "tick":
                return {"item": actions.add_step(**common, text="Ring").pk, "done": "yes"}
            case "unfollower":
                actions.add_follower(**common, member=cast.acme.lead)
                return {"member": cast.acme.lead.pk}
            case "unfollow":
                actions.follow(ticket=ticket, person=cast.engineer)
    typed: dict[str, dict[str, Any]] = {
        "link": {"other": other.key, "kind": "related"},
        "merge": {"into": other.key},
        "step": {"text": "Ring the carrier"},
        "follower": {"member": cast.acme.lead.pk},
    }
    return typed.get(name, {})
