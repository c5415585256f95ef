"""The examples, many from other products' bug reports, asked as anyone would: manage.py calendar_eval."""

from __future__ import annotations

import io
import json
import select
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.slas.oracle import Oracle

EXAMPLES = json.loads((Path(__file__).parents[1] / "data" / "business_time_examples.json").read_text())[
    "examples"
]
#: A minute, asked half a minute before closing time on the eve of a holiday.
QUESTION = {
    "id": 7,
    "timezone": "Australia/Sydney",
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": ["2026-03-04"],
    "op": "add",
    "start": "2026-03-03T16:59:30+11:00",
    "seconds": 60,
}
ANSWER = {"id": 7, "result": "2026-03-04T22:00:30Z"}
LONGEST_WAIT = 60  # seconds, for a process to start on a busy machine


class Door:
    """The command, in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.answers: list[Any] = []
        self.errors = ""

    def ask(self, *lines: str) -> int:
        """Send lines; return the exit code."""
        out, err = io.StringIO(), io.StringIO()
        self._monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        try:
            call_command("calendar_eval", "-", stdout=out, stderr=err)
            code = 0
        except SystemExit as leaving:
            code = int(str(leaving.code))
        self.answers = [json.loads(line) for line in out.getvalue().splitlines()]
        self.errors = err.getvalue()
        return code


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(monkeypatch)


def question(**changes: Any) -> str:
    return json.dumps(QUESTION | changes)


# --- The examples -------------------------------------------------------------------------------------
def expected(example: dict[str, Any]) -> Any:
    """Return the answer as the command writes it."""
    if example["op"] == "elapsed":
        return example["expect"]
    return f"{datetime.fromisoformat(example['expect']).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_an_example_has_its_answer(door: Door, example: dict[str, Any]) -> None:
    asked = {key: value for key, value in example.items() if key != "expect"}
    assert door.ask(json.dumps(asked)) == 0
    assert door.answers == [{"id": example["id"], "result": expected(example)}]


def is_short(example: dict[str, Any]) -> bool:
    end = example["end"] if example["op"] == "elapsed" else example["expect"]
    length = datetime.fromisoformat(end) - datetime.fromisoformat(example["start"])
    return length < timedelta(days=40)


@pytest.mark.parametrize(
    "example", [example for example in EXAMPLES if is_short(example)], ids=lambda example: example["id"]
)
def test_the_oracle_of_the_other_tests_agrees_with_an_example(example: dict[str, Any]) -> None:
    oracle, start = Oracle(example), datetime.fromisoformat(example["start"])
    if example["op"] == "elapsed":
        assert oracle.elapsed(start, datetime.fromisoformat(example["end"])) == example["expect"]
    else:
        assert oracle.add(start, example["seconds"]) == datetime.fromisoformat(example["expect"])


# --- The lines ----------------------------------------------------------------------------------------
def test_questions_are_answered_in_their_order_and_blank_lines_skipped(door: Door) -> None:
    assert door.ask(question(id="one"), "", question(id="two", seconds=0)) == 0
    assert door.answers == [
        {"id": "one", "result": "2026-03-04T22:00:30Z"},
        {"id": "two", "result": "2026-03-03T05:59:30Z"},
    ]


def test_a_file_is_read_as_standard_input_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "questions"
    file.write_text(question())
    call_command("calendar_eval", str(file))
    assert json.loads(capsys.readouterr().out) == ANSWER


def test_what_came_before_a_fault_is_answered(door: Door) -> None:
    assert door.ask(question(), question(op="sub"), question()) == 2
    assert door.answers == [ANSWER]
    assert door.errors == "op: 'sub' is not add or elapsed\n"


FAULTS = [
    ("not JSON", "line 1", "{"),
    ("a number beyond reading", "line 1", '{"seconds": ' + "9" * 5000 + "}"),
    ("nesting beyond reading", "line 1", "[" * 100_000),
    ("not an object", "line 1", "[]"),
    ("no zone", "timezone", question(timezone=None)),
    ("an unknown zone", "timezone", question(timezone="Australia/Nowhere")),
    ("a path for a zone", "timezone", question(timezone="../../etc/passwd")),
    ("a folder for a zone", "timezone", question(timezone="Australia")),
    ("no week", "weekly", question(weekly=None)),
    ("a week that never opens", "weekly", question(weekly={"mon": []})),
    ("a day that does not exist", "weekly.monday", question(weekly={"monday": []})),
    ("a day of two lines", "weekly.mon day", question(weekly={"mon\nday": []})),
    ("shifts that are no list", "weekly.mon", question(weekly={"mon": "09:00"})),
    ("half a shift", "weekly.mon[0]", question(weekly={"mon": [["09:00"]]})),
    (
        "a label without a zero",
        "weekly.mon[1]",
        question(weekly={"mon": [["08:00", "09:00"], ["9:30", "17:00"]]}),
    ),
    ("a label past the day", "weekly.mon[0]", question(weekly={"mon": [["09:00", "24:01"]]})),
    ("a minute that does not exist", "weekly.mon[0]", question(weekly={"mon": [["09:60", "12:00"]]})),
    ("digits of another script", "weekly.mon[0]", question(weekly={"mon": [["0٩:00", "12:00"]]})),
    ("a shift that starts at 24:00", "weekly.mon[0]", question(weekly={"mon": [["24:00", "08:00"]]})),
    ("holidays that are no list", "holidays", question(holidays="2026-12-25")),
    ("a date that does not exist", "holidays[1]", question(holidays=["2026-12-25", "2026-02-29"])),
    ("a date in another spelling", "holidays[0]", question(holidays=["20261225"])),
    ("overrides that are no object", "overrides", question(overrides=[])),
    ("an override without a date", "overrides.friday", question(overrides={"friday": []})),
    ("a label in an override", "overrides.2026-12-24[0]", question(overrides={"2026-12-24": [["9", "12"]]})),
    ("a closure without an end", "closures[0]", question(closures=[["2026-03-03T00:00:00Z"]])),
    (
        "a closure without an offset",
        "closures[0]",
        question(closures=[["2026-03-03T00:00:00", "2026-03-04T00:00:00"]]),
    ),
    ("a closure that ends as it starts", "closures[0]", question(closures=[["2026-03-03T00:00:00Z"] * 2])),
    ("no start", "start", question(start=None)),
    ("a start without an offset", "start", question(start="2026-03-03T09:00:00")),
    ("a start between two seconds", "start", question(start="2026-03-03T09:00:00.5Z")),
    ("a start before the first year", "start", question(start="0001-01-01T00:00:00+10:00")),
    ("a start before any zone", "start", question(start="1849-12-31T23:59:59Z")),
    ("a start too far away", "start", question(start="3000-01-01T00:00:00Z")),
    ("no end", "end", question(op="elapsed")),
    ("an end too far away", "end", question(op="elapsed", end="9999-12-31T23:59:59-10:00")),
    ("seconds below zero", "seconds", question(seconds=-1)),
    ("seconds in parts", "seconds", question(seconds=1.5)),
    ("seconds that are a flag", "seconds", question(seconds=True)),
    ("seconds that never come", "seconds", question(seconds=10**18)),
    ("no operation", "op", question(op=None)),
]


@pytest.mark.parametrize(
    ("path", "line"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS]
)
def test_a_faulty_question_is_refused_by_one_line_that_names_the_path(
    door: Door, path: str, line: str
) -> None:
    assert door.ask(line) == 2
    assert door.answers == []
    assert door.errors.startswith(f"{path}: ")
    assert door.errors.count("\n") == 1


def test_a_missing_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        call_command("calendar_eval", str(tmp_path / "nothing"))
    assert leaving.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_bytes_that_are_no_text_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "questions"
    file.write_bytes(b"\xff\n")
    with pytest.raises(SystemExit) as leaving:
        call_command("calendar_eval", str(file))
    assert leaving.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


# --- The process --------------------------------------------------------------------------------------
def test_the_process_answers_each_line_before_the_next_and_ends_at_a_fault() -> None:
    with subprocess.Popen(
        [sys.executable, "manage.py", "calendar_eval", "-"],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(question() + "\n")
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], LONGEST_WAIT)
            assert ready, "no answer while the input is open"
            assert json.loads(process.stdout.readline()) == ANSWER
            rest, errors = process.communicate(question(holidays=["soon"]) + "\n", timeout=LONGEST_WAIT)
        finally:
            process.kill()
    assert rest == ""
    assert errors == "holidays[0]: 'soon' is not a date such as 2026-12-25\n"
    assert process.returncode == 2
