from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from trusst_support import auditor


class Command(BaseCommand):
    """Look for what should have happened and has not; exit 1 when there is something."""

    help = "Audit the sweeps. --check only asks whether the auditor has found all well lately. Exit 1: no."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="look at the heartbeat, audit nothing")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if check:
            at = auditor.last_heartbeat()
            said = "never" if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"
            self.stdout.write(f"All was well last: {said}.")
            if auditor.is_silent():
                sys.exit(1)
            return
        faults = auditor.audit()
        for fault in faults:
            self.stdout.write(str(fault))
        if faults:
            sys.exit(1)
        self.stdout.write("All is well.")
