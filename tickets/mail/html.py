"""The text of a mail that came as HTML only."""

from __future__ import annotations

from html.parser import HTMLParser

import nh3

#: More than this of a mail's HTML is not looked at.
MOST_HTML = 500_000
#: Cleaning takes time by the square of how deeply elements are nested, so only so many are looked at.
MOST_TAGS = 8_000
_DEEPEST_QUOTE = 10
#: Blocks with an empty line around them; the others only begin a line.
_PARTED = {"p", "ul", "ol", "table", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
_BLOCKS = {"div", "li", "tr", *_PARTED}
_KEPT = {"a", "br", *_BLOCKS}


def to_text(html: str) -> str:
    """Return the words of a mail's HTML: blocks as lines, quotes with a `>`, links with their address.

    It is cleaned first, so that what is parsed here is well formed and nothing of scripts or styles is left.
    """
    clean = nh3.clean(
        _bounded(html),
        tags=_KEPT,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    writer = _Writer()
    writer.feed(clean)
    writer.close()
    return writer.text()


def _bounded(html: str) -> str:
    """Return the beginning of a mail's HTML that is looked at."""
    at = -1
    for _ in range(MOST_TAGS):
        at = html.find("<", at + 1, MOST_HTML)
        if at < 0:
            return html[:MOST_HTML]
    return html[:at]


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = [""]
        self._depth = 0
        self._links: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._lines.append("")
        elif tag in _BLOCKS:
            self._break(parted=tag in _PARTED)
        if tag == "blockquote":
            self._depth = min(self._depth + 1, _DEEPEST_QUOTE)
        if tag == "li":
            self._lines[-1] = "- "
        if tag == "a":
            self._links.append((dict(attrs).get("href") or "", self._lines[-1]))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._break(parted=tag in _PARTED)
        if tag == "blockquote":
            self._depth = max(0, self._depth - 1)
        if tag == "a" and self._links:
            address, before = self._links.pop()
            said = self._lines[-1].removeprefix(before).strip()
            if address and address not in (said, f"mailto:{said}", f"{said}/"):
                self._lines[-1] += f" ({address})"

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if not words:
            words = " " if data and self._lines[-1].strip() else ""
        else:
            words = f"{' ' * data[0].isspace()}{words}{' ' * data[-1].isspace()}"
        if words and not self._lines[-1]:
            self._lines[-1] = ">" * self._depth + " " * bool(self._depth)
            words = words.lstrip()
        self._lines[-1] += words

    def _break(self, *, parted: bool) -> None:
        if self._lines[-1].strip():
            self._lines.append("")
        if parted and len(self._lines) > 1 and self._lines[-2].strip():
            self._lines.append("")

    def text(self) -> str:
        """Return what was read, with at most one empty line between two others."""
        kept: list[str] = []
        for line in (each.rstrip() for each in self._lines):
            if line or (kept and kept[-1]):
                kept.append(line)
        return "\n".join(kept).strip()
