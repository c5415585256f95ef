"""The portal's own source, as the lints read it."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def floors() -> list[set[str]]:
    """Return the apps of each floor, the lowest first, from the contract that import-linter holds."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [layers] = [one["layers"] for one in contracts if one["name"] == "A floor imports the floors below it"]
    return [{name.strip() for name in layer.split("|")} for layer in reversed(layers)]


def apps() -> list[str]:
    """Return every app, the lowest floor first."""
    return [app for floor in floors() for app in sorted(floor)]


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """Yield every module of the apps with its syntax tree; migrations are history, not style."""
    for app in apps():
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT), ast.parse(path.read_text())
