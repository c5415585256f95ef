"""A heat map with its numbers; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.charts.drawing import Drawing, image, tag, text

_SHADES = 4
_WIDE, _HIGH, _LEFT, _TOP = 33, 28, 40, 24


def draw_heat_map(
    name: str,
    *,
    title: str,
    desc: str,
    rows: Sequence[str],
    columns: Sequence[str],
    numbers: Mapping[tuple[int, int], int],
) -> Drawing:
    """Draw a number in each cell, a darker one for more, with the sums of rows and columns."""
    most = max(numbers.values(), default=0) or 1
    parts = [
        text(_LEFT + (place + 0.5) * _WIDE, 15, label, look="dimt", anchor="middle")
        for place, label in enumerate(columns)
    ]
    end = _LEFT + len(columns) * _WIDE
    for row, label in enumerate(rows):
        y = _TOP + row * _HIGH
        parts.append(text(_LEFT - 6, y + 18, label, look="dimt", anchor="end"))
        for column in range(len(columns)):
            number = numbers.get((row, column), 0)
            shade = 0 if not number else max(1, -(-number * _SHADES // most))
            x = _LEFT + column * _WIDE
            parts.append(
                tag("rect", {"class": f"h{shade}", "x": x + 1, "y": y + 1, "width": 31, "height": 26})
            )
            if number:
                parts.append(text(x + 16.5, y + 18, str(number), look=f"ht{shade}", anchor="middle"))
        total = sum(numbers.get((row, column), 0) for column in range(len(columns)))
        parts.append(text(end + 30, y + 18, str(total), look="lb", anchor="end"))
    y = _TOP + len(rows) * _HIGH + 16
    for column in range(len(columns)):
        total = sum(numbers.get((row, column), 0) for row in range(len(rows)))
        parts.append(text(_LEFT + (column + 0.5) * _WIDE, y, str(total), look="lb", anchor="middle"))
    parts.append(text(end + 30, y, str(sum(numbers.values())), look="lb", anchor="end"))
    return image(name, title=title, desc=desc, width=end + 36, height=y + 8, inside="".join(parts))
