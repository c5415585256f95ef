"""The replay examples, asked as anyone would who holds an evidence export: manage.py slo_replay."""

from __future__ import annotations

import io
import json
import select
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

Json = dict[str, Any]

EXAMPLES = json.loads((Path(__file__).parents[1] / "data" / "replay_examples.json").read_text())
CASES = {case["id"]: case for case in EXAMPLES["cases"]}
DOCUMENT, RESULT = CASES["respond-met"]["document"], CASES["respond-met"]["expect"]
LONGEST_WAIT = 60  # seconds, for a process to start on a busy machine


class Door:
    """The command, in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.written = ""
        self.errors = ""

    def ask(self, text: str) -> int:
        """Send a text; return the exit code."""
        out, err = io.StringIO(), io.StringIO()
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        try:
            call_command("slo_replay", "-", stdout=out, stderr=err)
            code = 0
        except SystemExit as leaving:
            code = int(str(leaving.code))
        self.written, self.errors = out.getvalue(), err.getvalue()
        return code


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(monkeypatch)


# --- The examples -------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", CASES)
def test_an_example_has_its_result(door: Door, name: str) -> None:
    assert door.ask(json.dumps(CASES[name]["document"], indent=1)) == 0
    assert json.loads(door.written) == CASES[name]["expect"]


@pytest.mark.parametrize("case", EXAMPLES["invalid"], ids=lambda case: "-".join(case["names"]))
def test_an_invalid_example_is_refused_by_one_line_that_names_the_path(door: Door, case: Json) -> None:
    assert door.ask(json.dumps(case["document"])) == 2
    assert door.written == ""
    assert door.errors.count("\n") == 1
    path = door.errors.partition(": ")[0]
    assert all(name in path for name in case["names"])


def test_all_twenty_three_examples_are_there() -> None:
    assert (len(CASES), len(EXAMPLES["invalid"])) == (20, 3)


# --- The lines ----------------------------------------------------------------------------------------
def test_documents_on_lines_have_their_results_on_lines_in_their_order(door: Door) -> None:
    text = "\n".join(["", *(json.dumps(case["document"]) + "\n" for case in CASES.values())])
    assert door.ask(text) == 0
    assert [json.loads(line) for line in door.written.splitlines()] == [
        case["expect"] for case in CASES.values()
    ]


def test_a_document_over_many_lines_has_its_result_over_many_lines(door: Door) -> None:
    assert door.ask("\n" + json.dumps(DOCUMENT, indent=2)) == 0
    assert len(door.written.splitlines()) > 20
    assert json.loads(door.written) == RESULT


def test_a_file_is_read_as_standard_input_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(DOCUMENT, indent=2))
    call_command("slo_replay", str(file))
    assert json.loads(capsys.readouterr().out) == RESULT


def test_what_came_before_a_fault_is_answered(door: Door) -> None:
    line = json.dumps(DOCUMENT)
    assert door.ask(f"\n{line}\n\n{{\n{line}\n") == 2
    assert [json.loads(written) for written in door.written.splitlines()] == [RESULT]
    assert door.errors.startswith("line 4: not JSON: ")


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"as_of": ' + "9" * 5000 + "}", "[" * 100_000],
    ids=["nothing", "half an object", "a number beyond reading", "nesting beyond reading"],
)
def test_what_is_not_json_is_refused(door: Door, text: str) -> None:
    assert door.ask(text) == 2
    assert door.errors.startswith("document: not JSON: ")
    assert door.errors.count("\n") == 1


def test_a_missing_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        call_command("slo_replay", str(tmp_path / "nothing"))
    assert leaving.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_bytes_that_are_no_text_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "evidence.json"
    file.write_bytes(b"\xff\n")
    with pytest.raises(SystemExit) as leaving:
        call_command("slo_replay", str(file))
    assert leaving.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


# --- Faults -------------------------------------------------------------------------------------------
Change = Callable[[Json], object]
POLICY = "policies.managed/1"


def policy(document: Json) -> Json:
    found: Json = document["policies"]["managed/1"]
    return found


def first(document: Json) -> Json:
    found: Json = policy(document)["objectives"][0]
    return found


def fact(**more: Any) -> Change:
    """Add a fact, which becomes facts[5]."""
    given = {"id": "added", "at": "2026-11-24T01:40:00Z"} | more
    return lambda document: document["facts"].append(given)


FAULTS: dict[str, tuple[str, Change]] = {
    "another format": ("format", lambda document: document.update(format="slo-replay/2")),
    "no as_of": ("as_of", lambda document: document.pop("as_of")),
    "an as_of without an offset": ("as_of", lambda document: document.update(as_of="2026-11-24T02:00:00")),
    "an as_of beyond any calendar": ("as_of", lambda document: document.update(as_of="3000-01-01T00:00:00Z")),
    "calendars that are no object": ("calendars", lambda document: document.update(calendars=[])),
    "a calendar that is no object": (
        "calendars.always",
        lambda document: document["calendars"].update(always="24x7"),
    ),
    "a calendar's fault": (
        "calendars.always.weekly.mon[0]",
        lambda document: document["calendars"]["always"]["weekly"].update(mon=[["9:00", "17:00"]]),
    ),
    "a calendar's zone": (
        "calendars.always.timezone",
        lambda document: document["calendars"]["always"].update(timezone="Mars/Olympus"),
    ),
    "a calendar named over two lines": (
        "calendars.a b.weekly",
        lambda document: document["calendars"].update({"a\nb": {"timezone": "UTC", "weekly": {}}}),
    ),
    "policies that are no object": ("policies", lambda document: document.update(policies=None)),
    "a policy that is no object": (POLICY, lambda document: document["policies"].update({"managed/1": 1})),
    "no objectives": (f"{POLICY}.objectives", lambda document: policy(document).pop("objectives")),
    "an objective that is no object": (
        f"{POLICY}.objectives[0]",
        lambda document: policy(document)["objectives"].insert(0, "respond"),
    ),
    "an objective twice": (
        f"{POLICY}.objectives[15]",
        lambda document: policy(document)["objectives"].append(dict(first(document))),
    ),
    "an unknown metric": (
        f"{POLICY}.objectives[0].metric",
        lambda document: first(document).update(metric="x"),
    ),
    "an unknown severity": (
        f"{POLICY}.objectives[0].severity",
        lambda document: first(document).update(severity="P5"),
    ),
    "no target": (
        f"{POLICY}.objectives[0].target_seconds",
        lambda document: first(document).pop("target_seconds"),
    ),
    "a target in parts of a second": (
        f"{POLICY}.objectives[0].target_seconds",
        lambda document: first(document).update(target_seconds=1800.0),
    ),
    "a target that is a flag": (
        f"{POLICY}.objectives[0].target_seconds",
        lambda document: first(document).update(target_seconds=True),
    ),
    "an unknown calendar": (
        f"{POLICY}.objectives[0].calendar",
        lambda document: first(document).update(calendar="never"),
    ),
    "a warning past the target": (
        f"{POLICY}.objectives[0].at_risk_percent",
        lambda document: first(document).update(at_risk_percent=101),
    ),
    "no list of stops": (
        f"{POLICY}.objectives[0].stops_while",
        lambda document: first(document).update(stops_while="vendor"),
    ),
    "an unknown stop": (
        f"{POLICY}.objectives[0].stops_while[1]",
        lambda document: first(document).update(stops_while=["vendor", "lunch"]),
    ),
    "a window that is no object": (
        f"{POLICY}.reopen_window",
        lambda document: policy(document).update(reopen_window=5),
    ),
    "a window in an unknown calendar": (
        f"{POLICY}.reopen_window.calendar",
        lambda document: policy(document)["reopen_window"].update(calendar=None),
    ),
    "a window below zero": (
        f"{POLICY}.reopen_window.seconds",
        lambda document: policy(document)["reopen_window"].update(seconds=-1),
    ),
    "facts that are no list": ("facts", lambda document: document.update(facts={})),
    "no opening": ("facts", lambda document: document["facts"].pop(0)),
    "two openings": ("facts", fact(kind="opened")),
    "a fact that is no object": ("facts[5]", lambda document: document["facts"].append("closed")),
    "a fact without a name": ("facts[5].id", fact(id="", kind="closed")),
    "one name with two contents": ("facts[5].id", fact(id="f05", kind="closed")),
    "a fact without an instant": ("facts[5].at", fact(at=None, kind="closed")),
    "a fact between two seconds": ("facts[5].at", fact(at="2026-11-24T01:40:00.5Z", kind="closed")),
    "an unknown kind": ("facts[5].kind", fact(kind="exploded")),
    "a severity that is none": ("facts[5].severity", fact(kind="severity_set", severity="urgent")),
    "a policy that is not there": ("facts[5].policy", fact(kind="policy_attached", policy="managed/9")),
    "a reply by nobody": ("facts[5].by", fact(kind="public_reply")),
    "a flag that is none": ("facts[5].automatic", fact(kind="public_reply", by="desk", automatic="no")),
    "a hold without a reason": ("facts[5].reason", fact(kind="held")),
    "a plan that is no flag": ("facts[5].lacks_plan", fact(kind="held", reason="vendor", lacks_plan=1)),
    "an exclusion without a reason": ("facts[5].reason", fact(kind="excluded", reason="")),
    "a merge that inherits from its future": (
        "facts[5].inherit_start_at",
        fact(kind="merged", inherit_start_at="2026-11-24T01:40:01Z"),
    ),
    "a waiver of no metric": ("facts[5].metric", fact(kind="waived", cycle=1)),
    "a waiver of no cycle": ("facts[5].cycle", fact(kind="waived", metric="respond", cycle=0)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_refused_by_one_line_that_names_its_path(door: Door, name: str) -> None:
    path, change = FAULTS[name]
    document = deepcopy(DOCUMENT)
    change(document)
    assert door.ask(json.dumps(document)) == 2
    assert door.written == ""
    assert door.errors.startswith(f"{path}: ")
    assert door.errors.count("\n") == 1


def test_a_document_that_is_no_object_is_refused(door: Door) -> None:
    assert door.ask("[]") == 2
    assert door.errors == "document: an object is required\n"


# --- What is no fault ---------------------------------------------------------------------------------
def test_a_fact_may_come_twice_and_in_another_offset(door: Door) -> None:
    document = deepcopy(DOCUMENT)
    document["facts"].append(document["facts"][4] | {"at": "2026-11-24T12:30:00+11:00"})
    assert door.ask(json.dumps(document)) == 0
    assert json.loads(door.written) == RESULT


def test_a_target_of_null_is_no_target_and_gives_no_clock(door: Door) -> None:
    document = deepcopy(DOCUMENT)
    first(document)["target_seconds"] = None
    assert door.ask(json.dumps(document)) == 0
    assert json.loads(door.written)["clocks"] == RESULT["clocks"][1:]


# --- The process --------------------------------------------------------------------------------------
def test_the_process_answers_each_line_before_the_next_and_ends_at_a_fault() -> None:
    with subprocess.Popen(
        [sys.executable, "manage.py", "slo_replay", "-"],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            for _ in range(2):
                process.stdin.write(json.dumps(DOCUMENT) + "\n")
                process.stdin.flush()
                ready, _, _ = select.select([process.stdout], [], [], LONGEST_WAIT)
                assert ready, "no answer while the input is open"
                assert json.loads(process.stdout.readline()) == RESULT
            rest, errors = process.communicate(
                json.dumps(DOCUMENT | {"facts": []}) + "\n", timeout=LONGEST_WAIT
            )
        finally:
            process.kill()
    assert rest == ""
    assert errors == "facts: exactly one fact is the opening; there are 0\n"
    assert process.returncode == 2
