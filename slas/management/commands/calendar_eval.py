from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandParser

from slas.calendar import Calendar, CalendarError, read_instant
from slas.documents import write_instant


class Command(BaseCommand):
    """Answer questions about calendars, one per line; needs no database."""

    help = "Answer calendar questions (add, elapsed), one JSON object per line (- reads standard input)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a file, or - for standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["file"] == "-":
                self._run(sys.stdin)
            else:
                with Path(options["file"]).open(encoding="utf-8") as stream:
                    self._run(stream)
        except (CalendarError, OSError, UnicodeDecodeError) as error:
            self.stderr.write(str(error))
            sys.exit(2)

    def _run(self, stream: IO[str]) -> None:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                self.stdout.write(json.dumps(_answer(line, number)))
                self.stdout.flush()


def _answer(line: str, number: int) -> dict[str, Any]:
    """Answer one question; raises CalendarError naming the path of the fault."""
    try:
        question = json.loads(line)
    except json.JSONDecodeError as error:
        raise CalendarError(f"line {number}", f"not JSON: {error.msg}") from None
    if not isinstance(question, dict):
        raise CalendarError(f"line {number}", "an object is required")
    calendar = Calendar.from_dict(question)
    start = read_instant(question.get("start"), "start")
    match question.get("op"):
        case "add":
            seconds = question.get("seconds")
            if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 0:
                raise CalendarError("seconds", "a whole number of at least 0 is required")
            return {"id": question.get("id"), "result": write_instant(calendar.add(start, seconds))}
        case "elapsed":
            end = read_instant(question.get("end"), "end")
            return {"id": question.get("id"), "result": calendar.elapsed(start, end)}
        case other:
            raise CalendarError("op", f"{other!r} is not add or elapsed")
