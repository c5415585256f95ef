from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.tenancy import SYSTEM, acting_as, worker_context
from customers import actions
from customers.models import DeskRole


class Command(BaseCommand):
    """Give a person a place on the desk; they set their password by "Forgot your password?"."""

    help = "Give a person a place on the desk. They choose a password through the sign-in page's reset link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument("--role", choices=DeskRole.values, default=DeskRole.ENGINEER)
        parser.add_argument("--timezone", default="Australia/Sydney")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                user = actions.find_user(options["email"]) or actions.create_user(
                    email=options["email"], password=None
                )
                with acting_as(worker_context()) as now:
                    actions.add_desk_person(
                        user=user,
                        name=options["name"],
                        role=options["role"],
                        timezone=options["timezone"],
                        actor=SYSTEM,
                        at=now,
                    )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        self.stdout.write(f"{options['name']} is on the desk as {options['role']}.")
