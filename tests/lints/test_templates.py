"""What the content security policy would refuse at run time is refused here, and every form has its secret."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lints.tree import ROOT, apps

FORM = re.compile(r"<form\b(?P<tag>[^>]*)>(?P<body>.*?)</form>", re.DOTALL | re.IGNORECASE)
POSTS = re.compile(r"""method\s*=\s*["']?post""", re.IGNORECASE)

#: An inclusion tag gets only the value.
SECRET = re.compile(r"{% csrf_token %}|name=\"csrfmiddlewaretoken\" value=\"{{ csrf_token }}\"")


def templates() -> dict[str, str]:
    folders = [ROOT / "templates", *(ROOT / app / "templates" for app in apps())]
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for folder in folders
        for path in sorted(Path(folder).rglob("*.html"))
    }


def forms_without_secret(html: str) -> list[str]:
    return [
        match["tag"].strip()
        for match in FORM.finditer(html)
        if POSTS.search(match["tag"]) and not SECRET.search(match["body"])
    ]


def styles(html: str) -> list[str]:
    return re.findall(r"<style\b|\sstyle\s*=", html, re.IGNORECASE)


def inline_scripts(html: str) -> list[str]:
    return [
        tag
        for tag in re.findall(r"<script\b[^>]*>", html, re.IGNORECASE)
        if not re.search(r"\ssrc\s*=", tag) and 'type="application/json"' not in tag
    ]


def handlers(html: str) -> list[str]:
    """Return attributes that would run a script: onclick and its like, and hx-on."""
    return re.findall(r"""\s(?:on[a-z]+|hx-on[:a-z-]*)\s*=\s*["']""", html, re.IGNORECASE)


def addresses(html: str) -> list[str]:
    """Return what is loaded or linked from another site."""
    return re.findall(
        r"""(?:https?:)?//[a-z0-9][^\s"'<>]*""", re.sub(r"{%.*?%}|{{.*?}}", "", html), re.IGNORECASE
    )


def script_links(html: str) -> list[str]:
    return re.findall(r"javascript:|data:text", html, re.IGNORECASE)


RULES: dict[str, tuple[Callable[[str], list[str]], str]] = {
    "a form that posts without {% csrf_token %}": (
        forms_without_secret,
        '<form method="post"><p>x</p></form>',
    ),
    "a style outside the style sheet": (styles, '<p style="color: red">x</p>'),
    "a script in the page": (inline_scripts, "<script>alert(1)</script>"),
    "an attribute that runs a script": (handlers, '<a onclick="x()">x</a>'),
    "an address of another site": (addresses, '<script src="https://cdn.example/x.js"></script>'),
    "a link that runs a script": (script_links, '<a href="javascript:x()">x</a>'),
}


@pytest.mark.parametrize("name", RULES)
def test_no_template_has(name: str) -> None:
    find, _ = RULES[name]
    assert [f"{path}: {name}: {one}" for path, html in templates().items() for one in find(html)] == []


@pytest.mark.parametrize("name", RULES)
def test_it_would_be_found(name: str) -> None:
    find, bad = RULES[name]
    assert find(bad)


def test_the_templates_are_found() -> None:
    found = templates()
    assert {"templates/portal/report.html", "templates/desk/ticket.html"} <= set(found)
    assert sum(len(FORM.findall(html)) for html in found.values()) > 10


def test_no_template_switches_escaping_off() -> None:
    found = [
        f"{path}: {one}"
        for path, html in templates().items()
        for one in re.findall(r"{%\s*autoescape off|\|\s*safe\b|\|\s*safeseq\b", html)
    ]
    assert found == [], "mark text as safe where it is made, beside the sanitiser"
