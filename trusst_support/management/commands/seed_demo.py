from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.now import database_now
from customers.models import User
from trusst_support.demo.play import password_file, play
from trusst_support.places import LOADING


class Command(BaseCommand):
    help = "Load the demonstration into an empty database: six customers, their people and their tickets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there are users already"
        )

    def handle(self, *args: Any, if_empty: bool, **options: Any) -> None:
        loading = settings.DATA_DIR / LOADING
        if loading.exists():
            raise CommandError(
                "Loading the demonstration was interrupted, so this database has half of it. "
                f"Empty the database, delete {loading} and start again."
            )
        if User.objects.exists():
            if if_empty:
                return
            raise CommandError("There are users already. The demonstration only goes into an empty database.")
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        loading.parent.mkdir(parents=True, exist_ok=True)
        loading.touch()
        count = play(now=database_now(), password=password)
        path = password_file()
        path.touch(mode=0o600)
        path.write_text(password)
        loading.unlink()
        self.stdout.write(f"Demonstration loaded: {count} tickets.")
