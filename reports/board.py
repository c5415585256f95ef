"""The live board: what is at risk or missed, where the desk's tickets stand, who is on call, and whether work goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from django.urls import reverse

from customers.models import DeskPerson
from escalations.ladder import Trigger
from escalations.models import Escalation
from escalations.rota_access import OnShift, on_shift
from slas.access import firing
from tickets.access import count_each, missed
from tickets.counting import say_count
from tickets.models import HoldChoice, Ticket, TicketQuerySet
from tickets.queues import VIEWS

#: How far ahead the board looks, in hours.
AHEAD = (1, 4, 24)
#: So many of the tickets that are due next are named.
NAMED = 12


@dataclass(frozen=True, kw_only=True)
class Number:
    """One number of the board, with the list that it counts."""

    name: str
    label: str
    said: str
    url: str
    look: str = ""

    @property
    def is_none(self) -> bool:
        return self.said == "0"


@dataclass(frozen=True, kw_only=True)
class Health:
    """Whether background work goes on; `since` is when it was last seen to."""

    label: str
    is_well: bool
    since: datetime | None


#: Returns how the workers are, for whoever shows the board.
Doctor = Callable[[datetime], Sequence[Health]]
_doctors: list[Doctor] = []


def health_comes_from(doctor: Doctor) -> None:
    """Let a higher floor say how the workers are."""
    _doctors.append(doctor)


@dataclass(frozen=True, kw_only=True)
class Board:
    """Everything that the board shows at an instant."""

    now: datetime
    due: Sequence[Number]
    standing: Sequence[Number]
    paused: Sequence[Number]
    tickets: Sequence[Ticket]
    on_call: Sequence[OnShift]
    health: Sequence[Health]
    late: int

    @property
    def is_well(self) -> bool:
        return all(one.is_well for one in self.health)

    @property
    def digest(self) -> str:
        """Return a short value that changes whenever the board would look different."""
        said = (
            [(one.name, one.said) for one in (*self.due, *self.standing, *self.paused)],
            [
                (one.pk, one.version, one.next_due_at, one.next_due_at <= self.now)
                for one in self.tickets
                if one.next_due_at
            ],
            [(one.rota_id, one.name) for one in self.on_call],
            [(one.label, one.is_well) for one in self.health],
        )
        return f"{crc32(repr(said).encode()):08x}"


def board(person: DeskPerson, now: datetime) -> Board:
    """Return the board as it stands, in a few statements whatever the number of tickets."""
    queue = reverse("desk-queue")
    mine = Ticket.objects.with_desk().open()
    within = {hours: mine.due_after(now).due_by(now + timedelta(hours=hours)) for hours in AHEAD}
    paused = {choice.value: mine.filter(hold_reason=choice.value) for choice in HoldChoice}
    waiting = Escalation.objects.running().filter(trigger=Trigger.BREACHED)
    counts = count_each(
        {f"due-{hours}": found for hours, found in within.items()}
        | {f"paused-{reason}": found for reason, found in paused.items()}
        | {
            "missed": missed(now),
            "unacknowledged": waiting,
            "p1": mine.of_severity(1),
            "vendor": VIEWS["vendor"].narrow(mine, person, now),
            "unassigned": mine.unassigned(),
        }
    )
    said = {name: say_count(number) for name, number in counts.items()}

    def number(name: str, label: str, query: str, look: str = "") -> Number:
        shown = look if counts[name] else ""
        return Number(name=name, label=label, said=said[name], url=f"{queue}?{query}", look=shown)

    return Board(
        now=now,
        due=[
            number("missed", "Missed now", "view=due", "bad"),
            Number(
                name="unacknowledged",
                label="Misses that nobody has acknowledged",
                said=said["unacknowledged"],
                url=reverse("desk-escalations-running"),
                look="bad" if counts["unacknowledged"] else "",
            ),
            *(
                number(
                    f"due-{hours}",
                    "Due within 1 hour" if hours == 1 else f"Due within {hours} hours",
                    "view=due",
                    "soon" if hours == 1 else "",
                )
                for hours in AHEAD
            ),
        ],
        standing=[
            number("p1", "P1 critical", "view=due&severity=1"),
            number("unassigned", "Unassigned", "view=unassigned"),
            number("vendor", "With AWS or another vendor", "view=vendor"),
        ],
        paused=[
            number(f"paused-{choice.value}", str(choice.label), f"view=due&hold={choice.value}")
            for choice in HoldChoice
        ],
        tickets=_due_next(mine, now),
        on_call=on_shift(now),
        health=[_clocks(now), *(one for doctor in _doctors for one in doctor(now))],
        late=counts["missed"],
    )


def _due_next(mine: TicketQuerySet, now: datetime) -> list[Ticket]:
    """Return the tickets that are missed or due within a day, the next deadline first."""
    found = mine.due_by(now + timedelta(hours=max(AHEAD))).with_row()
    return list(found.for_queue()[:NAMED])


def _clocks(now: datetime) -> Health:
    found = firing(now)
    return Health(label="Clocks are looked at", is_well=not found.is_late, since=found.checked_at)
