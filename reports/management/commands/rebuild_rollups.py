from __future__ import annotations

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.actions.rebuilding import customers_to_rebuild, rebuild


class Command(BaseCommand):
    """Make the sums behind the managers' figures anew; an interrupted run goes on where it was."""

    help = (
        "Count every ticket again and make the sums behind the managers' figures anew. Pages show the old "
        "sums meanwhile. Run again after an interruption: it goes on where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customer", metavar="KEY", help="one customer only, such as ACME")

    def handle(self, *args: Any, customer: str | None, **options: Any) -> None:
        found = customers_to_rebuild(customer)
        if customer is not None and not found:
            raise CommandError(f"There is no customer {customer}.")
        began, tickets = monotonic(), 0
        for place, one in enumerate(found, start=1):
            done = 0
            for done, whole in rebuild(customer=one):
                self.stdout.write(f"{one.key}: {done:,} of {whole:,} tickets")
                self.stdout.flush()
            tickets += done
            self.stdout.write(f"{one.key}: done, {place} of {len(found)} customers")
        self.stdout.write(f"{tickets:,} tickets in {monotonic() - began:.0f} s.")
