from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.reviews import verify


class Command(BaseCommand):
    """Check sealed reviews; needs no database, and manage.py runs it without reading any settings."""

    help = "Compute every figure of sealed reviews again and compare them with their seals. Exit 1: a fault."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", help="sealed reviews, as downloaded")

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        if code := verify.run(files, sys.stdout, sys.stderr):
            sys.exit(code)
