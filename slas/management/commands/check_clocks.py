from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from slas import actions


class Command(BaseCommand):
    """Compare the stored clocks with a replay of the log; exit 1 when there is a difference."""

    help = "Compare the stored clocks with a replay of the log, as every night. Exit 1: some differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all", action="store_true", dest="everything", help="every ticket, not a sample"
        )

    def handle(self, *args: Any, everything: bool, **options: Any) -> None:
        checked, contradictions = actions.check_clocks(everything=everything)
        for one in contradictions:
            self.stdout.write(one.ticket)
            for line in one.found:
                self.stdout.write(f"  {line}")
        self.stdout.write(f"Tickets checked: {checked}. With differences: {len(contradictions)}.")
        if contradictions:
            sys.exit(1)
