from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.problems import Refused
from core.tenancy import SYSTEM, acting_as, worker_context
from notifications import actions
from notifications.models import Notification


class Command(BaseCommand):
    """Show the messages that did not arrive, or send one again."""

    help = "List the messages that were given up or are late. --send-again puts a given-up one back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--send-again", type=int, metavar="NUMBER", help="the number from the list")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as(worker_context()) as now:
            if options["send_again"] is not None:
                try:
                    actions.send_again(notification_id=options["send_again"], actor=SYSTEM, at=now)
                except Refused as refusal:
                    raise CommandError(refusal.reason) from None
                self.stdout.write("It is in the outbox again.")
                return
            for state, rows in (
                ("given up", Notification.objects.dead()),
                ("late", Notification.objects.stuck_by(now)),
            ):
                for row in rows.order_by("pk"):
                    self.stdout.write(
                        f"{row.pk}\t{state}\t{row.failures} failures\t{row.last_error or '-'}\t{row}"
                    )
