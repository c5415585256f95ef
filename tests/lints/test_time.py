"""The time is the database's: no code asks the clock of the process, which may be wrong."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.lints.tree import modules

#: Calls that read a process's clock. `time.monotonic` only measures how long something took.
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("timezone", "now"),
    ("time", "time"),
}
#: What runs before there is a database, or beside it.
EXEMPT = Path("trusst_support/local")


def clocks_read_in(tree: ast.AST) -> list[int]:
    """Return the lines that ask the process what time it is."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if (name, node.func.attr) in CLOCKS:
                found.append(node.lineno)
    return found


def test_no_code_reads_the_clock_of_its_process() -> None:
    found = [
        f"{path}:{line}: take the time from core.now.database_now at the door, and pass it in"
        for path, tree in modules()
        if EXEMPT not in path.parents
        for line in clocks_read_in(tree)
    ]
    assert found == []


def test_a_clock_that_is_read_would_be_found() -> None:
    assert clocks_read_in(ast.parse("at = datetime.now(UTC)\nat = datetime.datetime.now()")) == [1, 2]
    assert clocks_read_in(ast.parse("at = timezone.now()\nday = date.today()\ns = time.time()")) == [1, 2, 3]
    assert clocks_read_in(ast.parse("began = time.monotonic()\nat = database_now()")) == []
