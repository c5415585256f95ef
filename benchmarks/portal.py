"""A portal of its own for the benchmarks that need a database, in a directory that is thrown away.

`python -m benchmarks.portal MODULE ARGUMENTS…` starts a durable database with the portal's tables and calls
the module's `main(arguments)`; it is a process of its own, as Django reads its settings once.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connections

from trusst_support.local.embedded import Services

_ROOT = Path(__file__).resolve().parent.parent


def ask(module: str, *arguments: str) -> str:
    """Run a module inside a portal of its own and return what it prints."""
    command = [sys.executable, "-m", "benchmarks.portal", module, *arguments]
    return subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def main(module: str, arguments: list[str]) -> None:
    place = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    place.chmod(0o711)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "trusst_support.settings",
        "LOG_LEVEL": "WARNING",
        "PORTAL_DATA_DIR": str(place),
        "PORTAL_LOCAL": "1",
    }
    services = Services(place)
    try:
        services.start(valkey=False)
        services.ensure_database()
        django.setup()
        call_command("migrate", database="owner", verbosity=0)
        importlib.import_module(module).main(arguments)
    finally:
        connections.close_all()
        services.stop()
        for one in (services.cluster, services.run, place):
            shutil.rmtree(one, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
