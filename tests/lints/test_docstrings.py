"""A docstring opens with one plain sentence; what other floors call has one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.lints.tree import modules

#: Modules whose functions are called from other modules as verbs, look-ups and rules.
TALKING = {"access", "actions", "handlers", "api", "views", "verbs"}
_Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def documented(tree: ast.Module) -> Iterator[tuple[ast.Module | _Named, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | _Named):
            text = ast.get_docstring(node)
            if text is not None:
                yield node, text


def opening(text: str) -> str:
    """Return a docstring's first paragraph on one line."""
    return " ".join(text.split("\n\n", 1)[0].split())


def test_every_docstring_opens_with_a_sentence() -> None:
    found = [
        f"{path}:{getattr(node, 'lineno', 1)}: end the first sentence with a full stop: {opening(text)[:60]}"
        for path, tree in modules()
        for node, text in documented(tree)
        if not opening(text).endswith((".", "?"))
    ]
    assert found == []


def undocumented(path: Path, tree: ast.Module) -> list[str]:
    """Return the public classes of a module, and its public functions of more than two statements, that say nothing."""
    talks = bool(TALKING & set(path.with_suffix("").parts))
    return [
        f"{path}:{node.lineno}: say in a sentence what {node.name} is or does"
        for node in tree.body
        if isinstance(node, _Named)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
        and (isinstance(node, ast.ClassDef) or (talks and len(node.body) > 2))
    ]


def test_what_is_public_says_what_it_is() -> None:
    exempt = {"apps", "urls", "api_urls", "commands"}  # a command says it in `help`
    found = [
        one
        for path, tree in modules()
        if not exempt & set(path.with_suffix("").parts)
        for one in undocumented(path, tree)
    ]
    assert found == []


def test_a_silent_action_would_be_found() -> None:
    tree = ast.parse("def act():\n    a = 1\n    b = 2\n    return a + b\nclass Thing:\n    pass")
    assert len(undocumented(Path("tickets/actions/flow.py"), tree)) == 2
