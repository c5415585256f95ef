"""Without Chromium the tests in a browser are left out aloud; where nothing may be left out, that is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runner.starting import ROOT, environment

pytestmark = pytest.mark.long
JOURNEY = "tests/journeys/test_a_p1_left_alone.py"
REASON = "Chromium is not installed: journeys in a browser were left out"


def run_journey(tmp_path: Path, **more: str) -> tuple[int, str]:
    """Run one journey where no Chromium is found; return pytest's status and what it said."""
    without = {
        name: value for name, value in environment(tmp_path).items() if name not in ("CHROMIUM", "PATH")
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", JOURNEY, "-q", "-p", "no:cacheprovider"],
        cwd=ROOT,
        env=without | {"PATH": str(tmp_path)} | more,
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout


def test_a_skip_says_why(tmp_path: Path) -> None:
    status, said = run_journey(tmp_path)
    assert status == pytest.ExitCode.OK
    assert REASON in said
    assert "SKIPPED" in said


def test_a_skip_is_a_failure_where_everything_is_meant_to_be_there(tmp_path: Path) -> None:
    status, said = run_journey(tmp_path, PORTAL_NO_SKIPS="1")
    assert status == pytest.ExitCode.TESTS_FAILED
    assert REASON in said


def test_a_missing_browser_fails_where_one_is_required(tmp_path: Path) -> None:
    status, said = run_journey(tmp_path, PORTAL_REQUIRE_BROWSER="1")
    assert status == pytest.ExitCode.TESTS_FAILED
    assert "Chromium is not installed; set CHROMIUM or install Debian's package" in said


def test_the_full_check_requires_the_browser_and_forbids_skips() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text().splitlines()
    assert lines[-4:] == [
        "export PORTAL_REQUIRE_BROWSER=1 PORTAL_NO_SKIPS=1",
        "make test",
        "make test-long",
        "make faults",
    ]
    assert "set -euo pipefail" in lines
