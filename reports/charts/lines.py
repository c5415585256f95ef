"""Lines over months, each with its own dash and marker, and the small ones in tables; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from reports.charts.drawing import Drawing, image, tag, text

WIDTH, HEIGHT = 775, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 610, 14, 220
_APART = 15
#: From here on the axis has steps of 5.
_CLOSE = 70


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line: percentages by month, None where nothing was measured; `look` is 1 to 4."""

    name: str
    look: int
    values: Sequence[float | None]

    @property
    def last(self) -> float | None:
        return self.values[-1] if self.values else None


def axis_start(lines: Sequence[Series], goal: float | None) -> int:
    """Return where the axis begins: a step below every value, and below the goal."""
    values = [value for one in lines for value in one.values if value is not None]
    lowest = min([*values, 100 if goal is None else goal], default=100)
    step = 5 if lowest >= _CLOSE else 10
    # Below a value on a step there is one more, so that it does not lie on the axis.
    return max(0, min(90, int(-(-lowest // step) - 1) * step))


def _step(start: int) -> int:
    """Return how far apart the lines of the grid are."""
    return 2 if start == 90 else 5 if start >= _CLOSE else 10


def draw_lines(
    name: str,
    *,
    title: str,
    desc: str,
    labels: Sequence[str],
    lines: Sequence[Series],
    goal: float | None,
    goal_words: str,
    below_words: str,
    is_last_open: bool = True,
) -> Drawing:
    """Draw percentages by month from a stated start of the axis up to 100; an unfinished month is hollow."""
    start = axis_start(lines, goal)
    step = (_RIGHT - _LEFT) / max(1, len(labels) - 1)

    def x(place: int) -> float:
        return _LEFT + place * step

    def y(value: float) -> float:
        return _BOTTOM - (value - start) / (100 - start) * (_BOTTOM - _TOP)

    parts = []
    if goal is not None:
        parts.append(
            tag(
                "rect",
                {
                    "class": "below",
                    "x": _LEFT,
                    "y": y(goal),
                    "width": _RIGHT - _LEFT,
                    "height": _BOTTOM - y(goal),
                },
            )
        )
    for value in range(start, 101, _step(start)):
        parts.append(tag("path", {"class": "grid", "d": f"M{_LEFT} {y(value):.1f}H{_RIGHT}"}))
        parts.append(text(_LEFT - 8, y(value) + 4, f"{value}%", look="dimt", anchor="end"))
    for place, label in enumerate(labels):
        starred = f"{label} *" if is_last_open and place == len(labels) - 1 else label
        parts.append(text(x(place), HEIGHT - 9, starred, look="dimt", anchor="middle"))
    if goal is not None:
        parts.append(tag("path", {"class": "target", "d": f"M{_LEFT} {y(goal):.1f}H{_RIGHT}"}))
        parts.append(text(_LEFT + 6, _BOTTOM - 6, below_words, look="dimt"))
    for one in lines:
        parts += _line(one, labels, x, y, is_last_open)
    parts += _ends(lines, goal, goal_words, y)
    return image(name, title=title, desc=desc, width=WIDTH, height=HEIGHT, inside="".join(parts))


def _line(one: Series, labels: Sequence[str], x: object, y: object, is_last_open: bool) -> list[str]:
    assert callable(x)
    assert callable(y)
    parts, run = [], list[str]()
    for place, value in enumerate([*one.values, None]):
        if value is not None:
            run.append(f"{x(place):.1f},{y(value):.1f}")
            continue
        if len(run) > 1:
            parts.append(tag("polyline", {"class": f"ln l{one.look}", "points": " ".join(run)}))
        run = []
    for place, value in enumerate(one.values):
        if value is not None:
            is_open = is_last_open and place == len(one.values) - 1
            said = tag("title", {}, escape(f"{one.name}, {labels[place]}: {value:g}%"))
            parts.append(_marker(one.look, x(place), y(value), is_open, said))
    return parts


def _marker(look: int, x: float, y: float, is_hollow: bool, said: str) -> str:
    drawn = f"hollow l{look}" if is_hollow else f"p{look}"
    match look:
        case 1:
            return tag("circle", {"cx": x, "cy": y, "r": 3.6, "class": drawn}, said)
        case 2:
            return tag("rect", {"x": x - 3.5, "y": y - 3.5, "width": 7, "height": 7, "class": drawn}, said)
        case 3:
            path = f"M{x:.1f} {y - 4.8:.1f}l4.6 8.2h-9.2Z"
        case _:
            path = f"M{x:.1f} {y - 4.8:.1f}l4.8 4.8-4.8 4.8-4.8-4.8Z"
    return tag("path", {"d": path, "class": drawn}, said)


def _ends(lines: Sequence[Series], goal: float | None, goal_words: str, y: object) -> list[str]:
    """Say beside the last point what each line is; words that would touch move apart."""
    assert callable(y)
    ends = [
        (y(one.last), f"{one.name} {one.last:g}%", f"t{one.look}") for one in lines if one.last is not None
    ]
    if goal is not None:
        ends.append((y(goal), goal_words, "lb"))
    ends.sort()
    places: list[float] = []
    for at, _, _ in ends:
        places.append(max(at, places[-1] + _APART) if places else at)
    over = max(0.0, (places[-1] if places else 0) - _BOTTOM)
    return [
        text(_RIGHT + 12, place - over + 4, words, look=look)
        for place, (_, words, look) in zip(places, ends, strict=True)
    ]


def draw_spark(values: Sequence[float | None], *, goal: float | None, look: int) -> Drawing:
    """Draw a line for a cell of a table, whose number stands beside it; nobody needs to hear it."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Drawing("")
    low = min([*known, 100.0 if goal is None else goal])
    span = max(1.0, 100 - low)
    step = 104 / max(1, len(values) - 1)

    def y(value: float) -> float:
        return 26 - (value - low) / span * 22

    points = [(4 + place * step, y(value)) for place, value in enumerate(values) if value is not None]
    last_x, last_y = points[-1]
    return Drawing(
        tag(
            "svg",
            {"class": "c-sp", "viewBox": "0 0 112 30", "width": 112, "height": 30, "aria-hidden": "true"},
            "" if goal is None else tag("path", {"class": "target", "d": f"M0 {y(goal):.1f}H112"}),
            tag(
                "polyline",
                {"class": f"ln l{look}", "points": " ".join(f"{x:.1f},{at:.1f}" for x, at in points)},
            ),
            tag("circle", {"class": f"p{look}", "cx": last_x, "cy": last_y, "r": 2.6}),
        )
    )
