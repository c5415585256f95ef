"""`make bench` runs every benchmark and prints each figure with its unit."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.run import MODULES
from tests.runner.starting import ROOT, environment


@pytest.mark.long
def test_every_benchmark_prints_its_figures(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.run"],
        cwd=ROOT,
        env=environment(tmp_path),
        check=True,
        capture_output=True,
        text=True,
    )
    title, _, *rows = done.stdout.splitlines()
    assert title.startswith("Python 3.")
    assert [row for row in rows if not re.search(r"  +[\d.,]+( \S+)*$", row)] == []
    # The peers are measured where they are installed, which the tests' environment leaves out.
    titles = tuple(name.split(".")[1].replace("_", " ") for name in MODULES if name != "benchmarks.peers")
    assert [title for title in titles if not any(row.startswith(title) for row in rows)] == []
    assert [row for row in rows if not row.startswith((*titles, "peers"))] == []


def test_every_module_with_figures_is_run() -> None:
    with_figures = {
        f"benchmarks.{path.stem}"
        for path in (ROOT / "benchmarks").glob("*.py")
        if re.search(r"^def figures\(", path.read_text(), re.M)
    }
    assert with_figures == set(MODULES)
