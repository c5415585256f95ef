"""What README.md and docs/ say is so: variables, commands, packages, files."""

from __future__ import annotations

import os
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from tests.runner.starting import ROOT
from tests.runner.test_settings import PRODUCTION

README = (ROOT / "README.md").read_text()
DEPENDENCIES = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text()
PAPERS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


class Recording(dict[str, str]):
    """An environment that remembers which names were asked for."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.asked: set[str] = set()

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


def asked_for(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> set[str]:
    environment = Recording(given)
    monkeypatch.setattr("environ.Env.ENVIRON", environment)
    runpy.run_path(str(ROOT / "trusst_support" / "settings.py"))
    return environment.asked


def configuration() -> dict[str, bool]:
    """Return the variables of README's table, and whether production requires them."""
    section = README.split("## Configuration")[1].split("\n## ")[0]
    return {
        name: cell.strip() == "yes" for name, cell in re.findall(r"^\| `(\w+)` \|([^|]+)\|", section, re.M)
    }


def test_the_table_names_every_variable_that_the_settings_read_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = asked_for(monkeypatch, {}) | asked_for(monkeypatch, PRODUCTION)
    assert set(configuration()) == read


def test_the_table_says_what_production_requires() -> None:
    assert {name for name, is_required in configuration().items() if is_required} == set(PRODUCTION)


def test_every_other_variable_that_is_read_is_named() -> None:
    read = set()
    for folder in ("trusst_support", "tests", "core"):
        for path in (ROOT / folder).rglob("*.py"):
            read |= set(
                re.findall(
                    r"os\.environ(?:\.get\(|\[|\.setdefault\()\"(PORTAL_\w+|CHROMIUM)\"", path.read_text()
                )
            )
    assert {name for name in read if f"`{name}`" not in README} == set()


def test_every_command_of_make_is_described_and_exists() -> None:
    makefile = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.M))
    table = README.split("## Development")[1]
    assert set(re.findall(r"^\| `make ([a-z-]+)` \|", table, re.M)) == makefile - {"help"}


def test_every_command_of_django_that_is_named_exists() -> None:
    ours = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    named = {name for paper in PAPERS for name in re.findall(r"manage\.py (\w+)", paper.read_text())}
    assert named - ours == {"migrate"}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_links_lead_to_files_of_this_tree(paper: Path) -> None:
    text = re.sub(r"!\[[^]]*\]\([^)]*\)", "", paper.read_text())  # pictures are taken, and come and go
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (paper.parent / link).exists()] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_named_source_files_exist(paper: Path) -> None:
    folders = "|".join(
        path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")
    )
    named = re.findall(rf"`((?:{folders})/[\w./]+)`", paper.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


def chosen(name: str) -> set[str]:
    """Return the packages that a .in file names, without versions and extras."""
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    return {re.split(r"[=\[~]", line)[0] for line in lines if line and not line.startswith(("#", "-"))}


def test_every_package_has_its_reason() -> None:
    explained = set(re.findall(r"^\| ([\w-]+) \| \w", DEPENDENCIES, re.M)) - {"Package"}
    assert explained == chosen("runtime.in") | chosen("dev.in")


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_packages_are_pinned_with_hashes_and_from_no_index(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert len(blocks) > 30
    for block in blocks:
        assert re.match(r"[\w-]+(\[[\w,-]+\])?==\S+", block)
        assert "--hash=sha256:" in block
    assert "://" not in text
    assert "--index" not in text
    pinned = {re.split(r"[=\[]", block)[0].lower() for block in blocks}
    assert {package.lower() for package in chosen(f"{name}.in")} <= pinned


def test_what_runs_in_production_is_pinned_the_same_for_development() -> None:
    runtime, dev = (
        set(re.findall(r"^([\w-]+==\S+)", (ROOT / "requirements" / f"{name}.txt").read_text(), re.M))
        for name in ("runtime", "dev")
    )
    assert runtime - dev == set()


def test_no_paper_names_a_path_of_somebodys_machine() -> None:
    for paper in PAPERS:
        assert not re.search(r"/(work|home|root)/", paper.read_text()), paper


def test_the_licence_is_the_one_that_the_project_declares() -> None:
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text()
    licence = (ROOT / "LICENSE").read_text()
    assert "Apache License\n                           Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_the_environment_of_the_tests_is_local() -> None:
    assert os.environ["PORTAL_LOCAL"] == "1"
