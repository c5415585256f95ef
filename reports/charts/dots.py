"""A dot for the median, a bar to the ninetieth, and a line where it should have ended; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts.drawing import Drawing, image, tag, text

_HIGH = 42


@dataclass(frozen=True, kw_only=True)
class Span:
    """One line: seconds, and what is said of them; `target` is None where there is none."""

    label: str
    note: str
    median: float
    ninetieth: float
    target: float | None
    said: str

    @property
    def is_late(self) -> bool:
        return self.target is not None and self.ninetieth > self.target


def draw_spans(name: str, *, title: str, desc: str, spans: Sequence[Span], late_words: str) -> Drawing:
    """Draw each line on its own scale, which ends at what is longest in it: lengths differ a hundredfold."""
    width, left, right = 760, 220, 530
    parts = []
    for place, one in enumerate(spans):
        y = place * _HIGH + 22
        end = max(one.ninetieth, one.target or 0) * 1.1 or 1
        x_median, x_end = (left + value / end * (right - left) for value in (one.median, one.ninetieth))
        parts.append(text(left - 12, y - 1, one.label, look="lb", anchor="end"))
        parts.append(text(left - 12, y + 13, one.note, look="dimt", anchor="end"))
        parts.append(tag("path", {"class": "track", "d": f"M{left} {y}H{right}"}))
        look = "bl-bad" if one.is_late else "bl-ok"
        parts.append(tag("path", {"class": f"bl {look}", "d": f"M{x_median:.1f} {y}H{x_end:.1f}"}))
        if one.target is not None:
            x = left + one.target / end * (right - left)
            parts.append(tag("path", {"class": "target", "d": f"M{x:.1f} {y - 11}V{y + 11}"}))
        parts.append(tag("circle", {"class": "bl-dot", "cx": x_median, "cy": y, "r": 5}))
        parts.append(text(right + 12, y - 1, one.said))
        if one.is_late:
            parts.append(text(right + 12, y + 13, late_words, look="badt"))
    return image(
        name, title=title, desc=desc, width=width, height=len(spans) * _HIGH + 8, inside="".join(parts)
    )
