"""What figures say, in words: a heading only claims what enough of them support; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slas.tallies import ENOUGH, Tally, verdict_of

#: A two-hour slot stands out when at least this share of the misses fell into it, in percent.
STANDS_OUT = 25
#: So many months in a row make a movement.
RUNNING = 3
#: How many misses less than this leave little room, as a share of the limit.
LITTLE = 4
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")


def spell(number: int) -> str:
    """Return a small number as a word."""
    return _WORDS[number] if 0 <= number < len(_WORDS) else str(number)


def join(names: Sequence[str]) -> str:
    """Return names as one phrase."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def say_tally(tally: Tally) -> str:
    """Return a share with what it is of, and whether that is too few to judge."""
    if tally.percent is None:
        return "nothing measured"
    said = f"{tally.percent:.1f}% ({tally.met:,} of {tally.judged:,})"
    return said if tally.is_enough else f"{said}, too few to judge"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How many more may be missed before a goal is not attained."""

    tally: Tally
    goal: int | None

    @property
    def limit(self) -> int | None:
        """The most that may be missed of what was judged so far."""
        return None if self.goal is None else self.tally.judged * (100 - self.goal) // 100

    @property
    def left(self) -> int | None:
        return None if self.limit is None else self.limit - self.tally.missed

    @property
    def look(self) -> str:
        """ok, soon where little room is left, bad where the goal is not attained; '' where nothing can be said."""
        if not self.tally.judged or self.limit is None or self.left is None:
            return ""
        if self.left < 0:
            return "bad" if self.tally.is_enough else ""
        if not self.tally.is_enough:
            return ""
        return "soon" if self.left * LITTLE <= self.limit else "ok"

    @property
    def verdict(self) -> str:
        """What stands beside the figure."""
        match verdict_of(self.tally, self.goal), self.look:
            case "none", _:
                return "Nothing measured"
            case "", _:
                return "No goal agreed"
            case _ if not self.tally.is_enough:
                return "Too few to judge"
            case "attained", "soon":
                return f"Little room to {self.goal}%"
            case "attained", _:
                return f"At or above {self.goal}%"
            case _:
                return f"Below {self.goal}%"

    @property
    def left_words(self) -> str:
        """The budget in words: '3 left', 'none left' or '2 over'."""
        if self.left is None:
            return ""
        if self.left < 0:
            return f"{-self.left} over"
        return f"{self.left} left" if self.left else "none left"


def say_change(now: Tally, before: Tally, when: str) -> str:
    """Compare two figures in words and numbers; where one of them is too few, only say what it was."""
    if before.percent is None or now.percent is None:
        return f"{when}: {say_tally(before)}."
    if not (now.is_enough and before.is_enough):
        return f"{when}: {say_tally(before)}."
    points = round(now.percent - before.percent, 1)
    if not points:
        return f"Unchanged from {say_tally(before)}, {when}."
    return f"{'Up' if points > 0 else 'Down'} {abs(points):g} points from {say_tally(before)}, {when}."


def trend(names: Mapping[str, str], months: Mapping[str, Sequence[Tally]], goals: Mapping[str, int]) -> str:
    """Say which objectives fell or rose for months in a row, else which are below their goals now."""
    falling = [names[key] for key in months if _runs(months[key], -1) >= RUNNING]
    judged = [key for key in months if months[key] and months[key][-1].is_enough]
    below = [names[key] for key in judged if verdict_of(months[key][-1], goals.get(key)) == "not_attained"]
    if falling:
        length = spell(min(_runs(months[key], -1) for key in months if names[key] in falling))
        rest = f"; {join(below)} below the goal in the last month" if below else ""
        return f"{join(falling)} {_has(falling)} fallen {length} months running{rest}"
    if not judged:
        return "Too few measured in the last month to judge"
    if below:
        return f"{join(below)} {'is' if len(below) == 1 else 'are'} below the goal in the last month"
    rising = [names[key] for key in months if _runs(months[key], 1) >= RUNNING]
    if rising:
        return f"{join(rising)} {_has(rising)} risen for {RUNNING} months or more; no goal is missed"
    with_goals = [key for key in judged if key in goals]
    if len(with_goals) < len([key for key in months if key in goals]):
        return f"{join([names[key] for key in with_goals]) or 'Nothing'} at or above the goal; the rest is too few to judge"
    return "Every goal is attained in the last month" if with_goals else "No goal is agreed"


def _has(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"


def _runs(tallies: Sequence[Tally], direction: int) -> int:
    """Return for how many months in a row, the last one included, the share moved in a direction."""
    length = 0
    for after, before in zip(reversed(tallies), list(reversed(tallies))[1:], strict=False):
        if not (after.is_enough and before.is_enough) or after.percent is None or before.percent is None:
            break
        if (after.percent - before.percent) * direction <= 0:
            break
        length += 1
    return length


def hours(numbers: Mapping[tuple[int, int], int]) -> str:
    """Say whether misses fall into one part of the day."""
    total = sum(numbers.values())
    if not total:
        return "Nothing was missed"
    if total < ENOUGH:
        return f"{total} missed, too few to see a pattern"
    slots = [sum(number for (_, at), number in numbers.items() if at == slot) for slot in range(12)]
    most = max(range(12), key=lambda slot: slots[slot])
    share = slots[most] * 100 // total
    if share >= STANDS_OUT:
        return f"{share}% of misses fall between {most * 2:02}:00 and {most * 2 + 2:02}:00"
    return "Misses are spread over the day"


def customers(below: Sequence[str], judged: int) -> str:
    """Say who is below a goal, the worst first."""
    if not judged:
        return "No customer has enough measured to judge"
    if not below:
        return "No customer is below a goal" if judged > 1 else "The customer is below no goal"
    named = join(list(below[:2])) if len(below) <= 2 else f"{below[0]}, {below[1]} and {len(below) - 2} more"
    return f"{named} {'is' if len(below) == 1 else 'are'} below a goal"


def percentile(buckets: Sequence[int], share: int, step: int) -> int | None:
    """Return the share of the allowed time within which so many percent were done, to a whole step."""
    total = sum(buckets)
    if not total:
        return None
    needed, seen = total * share / 100, 0
    for place, number in enumerate(buckets):
        seen += number
        if seen >= needed:
            return (place + 1) * step
    return len(buckets) * step


def used(name: str, buckets: Sequence[int], step: int, first_over: int) -> str:
    """Say how close to the limit an objective runs."""
    total, over = sum(buckets), sum(buckets[first_over:])
    if not total:
        return f"{name}: nothing measured"
    if total < ENOUGH:
        return f"{name}: {total} measured, too few to judge"
    median = percentile(buckets, 50, step)
    if median is not None and median <= first_over * step:
        return f"{name}: half are done within {median}% of the time allowed"
    return f"{name}: {over} of {total} took longer than allowed"


def time(names: Mapping[str, str], rows: Mapping[str, Mapping[str, int]]) -> str:
    """Say whose time it mostly was, over all rows; whoever has most is named."""
    sums = {party: sum(row.get(party, 0) for row in rows.values()) for party in names}
    total = sum(sums.values())
    if not total:
        return "No ticket ended in this period"
    most = max(sums, key=lambda party: sums[party])
    desk = sums.get("desk", 0) * 100 // total
    if most == "desk":
        return f"{names['desk']} had {desk}% of the time"
    return f"{names[most]} had {sums[most] * 100 // total}% of the time, {_inside(names['desk'])} {desk}%"


def _inside(name: str) -> str:
    return name[:1].lower() + name[1:]


def exclusions(
    names: Mapping[str, str], tallies: Mapping[str, Tally], goals: Mapping[str, int], spans: int
) -> str:
    """Say how many were left out, of so many excluded spans of time, and whether a goal would be missed with them."""
    number = sum(tally.excluded for tally in tallies.values())
    if not number:
        if spans:
            return f"No objective was left out; {spans} excluded span{'' if spans == 1 else 's'} of time only stopped clocks"
        return "Nothing was left out"
    changed = [
        f"{names[key]} would be {tally.percent_with_excluded:.1f}%"
        for key, tally in tallies.items()
        if tally.excluded
        and tally.is_enough
        and key in goals
        and verdict_of(tally, goals[key]) == "attained"
        and tally.percent_with_excluded is not None
        and tally.percent_with_excluded < goals[key]
    ]
    if changed:
        return f"{number} left out; with them {join(changed)}, below the goal"
    return f"{number} left out; with them no goal would be missed that is attained now"


def ageing(old: int, elsewhere: int, total: int) -> str:
    """Say how many tickets are older than a week, and how many of those others have to move."""
    if not total:
        return "No ticket is open"
    if not old:
        return "No open ticket is older than a week"
    said = f"{old} ticket{'' if old == 1 else 's'} older than a week"
    if not elsewhere:
        return f"{said}; the next move is ours"
    return f"{said}; {'the next move is' if old == elsewhere == 1 else f'in {elsewhere} the next move is'} not ours"


def misses(causes: Sequence[tuple[str, int]], unsaid: int) -> str:
    """Say how many were missed, and the largest cause where one is known of most."""
    total = sum(number for _, number in causes) + unsaid
    if not total:
        return "Nothing was missed"
    said = f"{total} missed"
    if causes and causes[0][1] > unsaid:
        return f"{said}; the largest cause: {causes[0][0][:1].lower()}{causes[0][0][1:]}"
    return f"{said}; {unsaid} without a cause yet"
