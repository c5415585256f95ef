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
            # The path may hold a key of the document, and that a line break.
            self.stderr.write(" ".join(str(error).split()))
            sys.exit(2)

    def _run(self, stream: IO[str]) -> None:
        for document, indent in _documents(stream):
            self.stdout.write(json.dumps(dump(replay(parse(document))), indent=indent))
            self.stdout.flush()  # whoever asks may wait for this answer before the next document


def _documents(stream: IO[str]) -> Iterator[tuple[Any, int | None]]:
    """Read one document on each line, or one over many lines; say how its result is indented."""
    lines = enumerate(stream, start=1)
    first = next((line for _, line in lines if line.strip()), "")
    try:
        document = json.loads(first)
    except (ValueError, RecursionError):
        yield _decode(first + "".join(line for _, line in lines), "document"), 2
        return
    yield document, None
    for number, line in lines:
        if line.strip():
            yield _decode(line, f"line {number}"), None


def _decode(text: str, path: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # also numbers and nesting beyond what Python reads
        raise DocumentError(path, f"not JSON: {error}") from None
