"""A door gets its objects from `access`, never from a manager: there, the look-up is the permission check."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.lints.tree import apps, modules

DOORS = {"views", "api", "forms", "serializers", "templatetags", "urls", "api_urls", "verbs"}


def is_door(path: Path) -> bool:
    """Tell whether a module is a door, such as tickets/views.py, slas/rule_views.py or tickets/templatetags/…"""
    app, *rooms = path.with_suffix("").parts
    return app in apps() and bool(rooms) and (rooms[0] in DOORS or rooms[0].rpartition("_")[2] in DOORS)


def managers_in(tree: ast.AST) -> list[int]:
    """Return the lines that reach for a manager."""
    names = {"objects", "_default_manager", "_base_manager"}
    return [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in names)
        or (isinstance(node, ast.Name) and node.id in {"get_object_or_404", "get_list_or_404"})
    ]


def test_no_door_reaches_for_a_manager() -> None:
    found = [
        f"{path}:{line}: take the object from the app's access.py: its look-up is the permission check"
        for path, tree in modules()
        if is_door(path)
        for line in managers_in(tree)
    ]
    assert found == []


def test_the_doors_are_found() -> None:
    doors = {str(path) for path, _ in modules() if is_door(path)}
    assert {
        "customers/views.py",
        "customers/forms.py",
        "tickets/views.py",
        "tickets/api.py",
        "tickets/forms.py",
        "tickets/serializers.py",
        "tickets/templatetags/tickets_ui.py",
        "slas/views.py",
        "slas/rule_views.py",
    } <= doors
    assert not doors & {"tickets/access.py", "tickets/actions/flow.py", "tickets/handlers.py"}


def test_a_manager_in_a_door_would_be_found() -> None:
    assert managers_in(ast.parse("def view(request):\n    return Ticket.objects.get(pk=1)")) == [2]
    assert managers_in(ast.parse("get_object_or_404(Ticket, pk=1)")) == [1]
    assert managers_in(ast.parse("self.tickets().open()")) == []
