"""Both sides have begun to write on a ticket, and somebody has it open."""

from __future__ import annotations

from core.tenancy import acting_as
from tests.cast import Cast, House, actor_of, context_of, picture
from tickets import actions as tickets
from tickets.models import CannedReply, ModeChoice, PresenceState, Ticket


def begin_writing(cast: Cast, house: House, ticket: Ticket) -> None:
    """Leave a draft and a chosen file of each side, a note that names somebody, and a sign of life."""
    for person in (house.coordinator, cast.engineer):
        with acting_as(context_of(person)) as now:
            tickets.save_draft(
                ticket=ticket, actor=actor_of(person), at=now, mode=ModeChoice.NOTE, body="Half a thought"
            )
            tickets.stage_files(
                ticket=ticket,
                actor=actor_of(person),
                at=now,
                mode=ModeChoice.NOTE,
                files=[picture("chosen.png")],
            )
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_internal_note(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, body="@Desk Lead, look at this"
        )
        tickets.show_up(ticket=ticket, person=cast.engineer, at=now, state=PresenceState.VIEWING)
        tickets.mark_read(ticket=ticket, person=cast.engineer, at=now)


def keep_reply(cast: Cast) -> CannedReply:
    """Let the administrator write one canned reply."""
    with acting_as(context_of(cast.admin)) as now:
        return tickets.add_canned_reply(
            actor=actor_of(cast.admin),
            at=now,
            name="Ask for logs",
            body="Hello {{first_name}}, please send the log. {{my_name}}",
            mode=ModeChoice.REPLY,
        )
