"""Markdown to HTML that is safe to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tickets.mentioning import pattern

_TAGS = {
    "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_parser = MarkdownIt("js-default", {"linkify": False, "breaks": True})
_parser.disable("image")


def _mark_mentions(state: Any) -> None:
    """Put marks around the names that the text mentions."""
    names = state.env.get("mentions")
    if not names:
        return
    wanted = pattern(names)
    for block in state.tokens:
        if block.children:
            block.children = list(_with_marks(block.children, wanted))


def _with_marks(tokens: Sequence[Token], wanted: Any) -> Iterator[Token]:
    links = 0
    for token in tokens:
        links += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type != "text" or links:
            yield token
            continue
        at = 0
        for match in wanted.finditer(token.content):
            yield Token("text", "", 0, content=token.content[at : match.start()])
            yield Token("mark_open", "mark", 1)
            yield Token("text", "", 0, content=match[0])
            yield Token("mark_close", "mark", -1)
            at = match.end()
        yield Token("text", "", 0, content=token.content[at:])


_parser.core.ruler.push("mentions", _mark_mentions)


def render(text: str, mentions: Sequence[str] = ()) -> SafeString:
    """Render Markdown without raw HTML, pictures from elsewhere, or links that run something.

    `mentions` are names with their @, as they were typed, which are marked outside code and links.
    """
    html = _parser.render(text, {"mentions": [name.removeprefix("@") for name in mentions]})
    for level, replacement in (("h1", "h3"), ("h2", "h4")):
        html = html.replace(f"<{level}>", f"<{replacement}>").replace(f"</{level}>", f"</{replacement}>")
    clean = nh3.clean(
        html,
        tags=_TAGS | {"mark"} if mentions else _TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - this is the sanitiser's output
