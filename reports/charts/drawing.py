"""SVG as text: elements, what all charts have, and the patterns that tell areas apart without colour; pure."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

Attributes = Mapping[str, object]


class Drawing(str):
    """SVG that was escaped as it was made; templates put it in as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def tag(name: str, attributes: Attributes, *inside: str) -> str:
    """Return an element; what is inside has to be escaped already."""
    said = "".join(f' {key}="{escape(_said(value))}"' for key, value in attributes.items() if value != "")
    return f"<{name}{said}>{''.join(inside)}</{name}>" if inside else f"<{name}{said}/>"


def text(x: float, y: float, words: str, *, look: str = "", anchor: str = "") -> str:
    """Return words at a place; `anchor` is middle or end, or begins there."""
    return tag("text", {"x": x, "y": y, "text-anchor": anchor, "class": look}, escape(words))


def image(
    name: str, *, title: str, desc: str, width: float, height: float, inside: str, patterns: bool = False
) -> Drawing:
    """Return a chart: its title and description are what somebody hears who does not see it."""
    return Drawing(
        tag(
            "svg",
            {
                "class": "c",
                "viewBox": f"0 0 {_said(width)} {_said(height)}",
                "role": "img",
                "aria-labelledby": f"{name}-t {name}-d",
            },
            tag("title", {"id": f"{name}-t"}, escape(title)),
            tag("desc", {"id": f"{name}-d"}, escape(desc)),
            _patterns(name) if patterns else "",
            inside,
        )
    )


#: Each pattern as the path that repeats within six by six.
_STROKES = {"rise": "M-1 7 7 -1M-1 1 1 -1M5 7 7 5", "fall": "M-1 -1 7 7M-1 5 1 7M5 -1 7 1", "dots": "M2 3h2"}


def _patterns(name: str) -> str:
    return tag(
        "defs",
        {},
        *(
            tag(
                "pattern",
                {"id": f"{name}-{kind}", "width": 6, "height": 6, "patternUnits": "userSpaceOnUse"},
                tag("path", {"class": "pat", "d": path}),
            )
            for kind, path in _STROKES.items()
        ),
    )


def area(name: str, pattern: str, *, x: float, y: float, width: float, height: float, look: str) -> str:
    """Return a filled rectangle, with a pattern over it where it has one."""
    place: dict[str, object] = {"x": x, "y": y, "width": width, "height": height}
    filled = tag("rect", {"class": look, **place})
    return filled + (tag("rect", {"fill": f"url(#{name}-{pattern})", **place}) if pattern else "")


def _said(value: object) -> str:
    return f"{round(value, 1):g}" if isinstance(value, float) else str(value)
