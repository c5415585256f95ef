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
            # The path may hold a key of the question, and that a line break.
            self.stderr.write(" ".join(str(error).split()))
            sys.exit(2)

    def _run(self, stream: IO[str]) -> None:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                self.stdout.write(json.dumps(_answer(_read(line, f"line {number}"))))
                self.stdout.flush()  # whoever asks may wait for this answer before the next question


def _read(line: str, path: str) -> dict[str, Any]:
    try:
        question = json.loads(line)
    except (ValueError, RecursionError) as error:  # also numbers and nesting beyond what Python reads
        raise CalendarError(path, f"not JSON: {error}") from None
    if not isinstance(question, dict):
        raise CalendarError(path, "an object is required")
    return question


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    """Answer one question; raises CalendarError naming the path of the fault."""
    calendar = Calendar.from_dict(question)
    start = read_instant(question.get("start"), "start")
    result: int | str
    match question.get("op"):
        case "add":
            result = write_instant(calendar.add(start, _read_seconds(question.get("seconds"))))
        case "elapsed":
            result = calendar.elapsed(start, read_instant(question.get("end"), "end"))
        case other:
            raise CalendarError("op", f"{other!r} is not add or elapsed")
    return {"id": question.get("id"), "result": result}


def _read_seconds(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise CalendarError("seconds", "a whole number of at least 0 is required")
    return value
