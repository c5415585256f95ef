"""Bars that are made of parts, and how often each share of the allowed time was used; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.charts.drawing import Drawing, area, image, tag, text

_BAR, _GAP = 26, 9
_SIGN = 11


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a part of a bar is: its key, its name, its colour's class, and its pattern where it has one."""

    key: str
    name: str
    look: str
    pattern: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A bar: what it is of, its parts by key, and what is said at its end."""

    label: str
    parts: Mapping[str, float]
    end: str

    @property
    def total(self) -> float:
        return sum(self.parts.values())


def draw_stacks(
    name: str,
    *,
    title: str,
    desc: str,
    kinds: Sequence[Kind],
    rows: Sequence[Row],
    is_share: bool,
    width: int = 672,
    left: int = 60,
) -> Drawing:
    """Draw a bar for each row: all of one length with percentages in them, or as long as their numbers."""
    right = width - 78
    longest = max((row.total for row in rows), default=0) or 1
    parts = []
    for place, row in enumerate(rows):
        y = place * (_BAR + _GAP) + 4
        parts.append(text(left - 8, y + _BAR / 2 + 4, row.label, look="lb", anchor="end"))
        scale = (right - left) / ((row.total or 1) if is_share else longest)
        x: float = left
        for kind in kinds:
            value = row.parts.get(kind.key, 0)
            if value <= 0:
                continue
            wide = value * scale
            parts.append(area(name, kind.pattern, x=x, y=y, width=wide, height=_BAR, look=kind.look))
            parts.append(_number(x, y, wide, value, row.total, kind, is_share=is_share))
            x += wide
        parts.append(text(x + 8, y + _BAR / 2 + 4, row.end, look="lb"))
    height = len(rows) * (_BAR + _GAP) + 10
    used = [kind for kind in kinds if any(row.parts.get(kind.key, 0) > 0 for row in rows)]
    legend, lines = _legend(name, used, left, height, width)
    return image(
        name,
        title=title,
        desc=desc,
        width=width,
        height=height + lines * 20 + 4,
        inside="".join(parts) + legend,
        patterns=True,
    )


def _number(
    x: float, y: float, wide: float, value: float, total: float, kind: Kind, *, is_share: bool
) -> str:
    said = f"{value * 100 / total:.0f}%" if is_share else f"{value:g}"
    if wide < 9 * len(said) + 6:
        return ""  # there is no room; the table says it
    middle = x + wide / 2
    # The number stands on a plain ground, so that no pattern crosses it.
    ground = (
        tag(
            "rect",
            {
                "class": kind.look,
                "x": middle - 4 * len(said) - 3,
                "y": y + 5,
                "width": 8 * len(said) + 6,
                "height": 16,
            },
        )
        if kind.pattern
        else ""
    )
    return ground + text(middle, y + _BAR / 2 + 4, said, look=f"on-{kind.look}", anchor="middle")


def _legend(name: str, kinds: Sequence[Kind], left: int, top: float, width: int) -> tuple[str, int]:
    parts: list[str] = []
    x, line = left, 0
    for kind in kinds:
        wide = _SIGN + 14 + 7 * len(kind.name) + 12
        if x + wide > width and x > left:
            x, line = left, line + 1
        y = top + line * 20
        parts.append(area(name, kind.pattern, x=x, y=y, width=_SIGN, height=_SIGN, look=kind.look))
        parts.append(text(x + _SIGN + 5, y + 10, kind.name, look="dimt"))
        x += wide
    return "".join(parts), line + 1


def draw_histogram(
    name: str,
    *,
    title: str,
    desc: str,
    buckets: Sequence[int],
    first_over: int,
    step: int,
    marks: Sequence[tuple[float, str]],
    over_words: str,
    axis_words: str,
) -> Drawing:
    """Draw how often each share was used; from `first_over` on it was too much, which a hatch says as well.

    `marks` are shares in percent with words, such as the median.
    """
    width, height, left, right, top, bottom = 572, 194, 34, 562, 42, 150
    most = max(buckets, default=0) or 1
    wide = (right - left) / len(buckets)

    def y(value: float) -> float:
        return bottom - value / most * (bottom - top)

    parts = []
    for value in sorted({0, most // 2, most}):
        parts.append(tag("path", {"class": "grid", "d": f"M{left} {y(value):.1f}H{right}"}))
        parts.append(text(left - 6, y(value) + 4, str(value), look="dimt", anchor="end"))
    for place, value in enumerate(buckets):
        if value:
            is_over = place >= first_over
            parts.append(
                area(
                    name,
                    "rise" if is_over else "",
                    x=left + place * wide + 1,
                    y=y(value),
                    width=wide - 2,
                    height=bottom - y(value),
                    look="barbad" if is_over else "cbar",
                )
            )
    for place in range(0, len(buckets), 4):
        look = "lb" if place == first_over else "dimt"
        parts.append(text(left + place * wide, bottom + 16, f"{place * step}%", look=look, anchor="middle"))
    limit = left + first_over * wide
    parts.append(tag("path", {"class": "target", "d": f"M{limit:.1f} {top - 8}V{bottom}"}))
    parts.append(text(limit + 5, top - 6, over_words, look="lb"))
    for place, (share, words) in enumerate(marks):
        x = left + min(share / step, len(buckets)) * wide
        parts.append(tag("path", {"class": "mark", "d": f"M{x:.1f} {top - 8}V{bottom}"}))
        # The later one is said before its line, so that two that are near do not cover each other.
        anchor = "end" if place or x > (left + limit) / 2 else ""
        parts.append(text(x + (-4 if anchor else 4), 12 + 12 * place, words, look="dimt", anchor=anchor))
    parts.append(text((left + right) / 2, height - 8, axis_words, look="dimt", anchor="middle"))
    return image(
        name, title=title, desc=desc, width=width, height=height, inside="".join(parts), patterns=True
    )
