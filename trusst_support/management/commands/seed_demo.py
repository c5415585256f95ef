from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.now import database_now
from customers.models import User
from trusst_support.demo.play import password_file, play


class Command(BaseCommand):
    help = "Load the demonstration into an empty database: six customers, their people and their tickets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there are users already"
        )

    def handle(self, *args: Any, if_empty: bool, **options: Any) -> None:
        if User.objects.exists():
            if if_empty:
                return
            raise CommandError("There are users already. The demonstration only goes into an empty database.")
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        path = password_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(password)
        count = play(now=database_now(), password=password)
        self.stdout.write(f"Demonstration loaded: {count} tickets.")
