from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandParser

from slas.clock import replay
from slas.documents import DocumentError, dump, parse


class Command(BaseCommand):
    """Compute the clocks of replay documents; needs no database."""

    help = "Print the clocks of a replay document, or of one document per line (- reads standard input)."
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
        except (DocumentError, OSError, UnicodeDecodeError) as error:
            self.stderr.write(str(error))
            sys.exit(2)

    def _run(self, stream: IO[str]) -> None:
        for document, is_line in _documents(stream):
            result = dump(replay(parse(document)))
            self.stdout.write(json.dumps(result) if is_line else json.dumps(result, indent=2))
            self.stdout.flush()


def _documents(stream: IO[str]) -> Iterator[tuple[Any, bool]]:
    """Read one document over many lines, or one document on each line."""
    first = stream.readline()
    while first and not first.strip():
        first = stream.readline()
    try:
        document = json.loads(first)
    except json.JSONDecodeError:
        yield _decode(first + stream.read(), "document"), False
        return
    yield document, True
    for number, line in enumerate(stream, start=2):
        if line.strip():
            yield _decode(line, f"line {number}"), True


def _decode(text: str, path: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DocumentError(path, f"not JSON: {error.msg} at character {error.pos}") from None
