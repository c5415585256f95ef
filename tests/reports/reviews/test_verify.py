"""Whoever has a sealed review can check it with nothing else, and no change of it goes unnoticed."""

from __future__ import annotations

import copy
import json
import os
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from reports.reviews import bundle, verify
from reports.reviews.bundle import Link, Sealed
from reports.reviews.figures import differences
from tests.reports.reviews.months import many, review

AT = "2026-04-03T01:00:00Z"


def sealed(
    number: int = 6,
    *,
    history: tuple[Link, ...] = (),
    change: Callable[[dict[str, Any], dict[str, Any]], None] | None = None,
    **changes: Any,
) -> Sealed:
    """Seal a made-up month; `change` forges its figures or its documents before they are sealed."""
    documents = many(number)
    made = review(documents, **{"words": "As it was.", **changes})
    if change is not None:
        change(made, documents)
    return bundle.seal(
        made,
        documents=documents,
        pdf=b"%PDF-1.7 of another test",
        history=history,
        sealed_at=AT,
        sealed_by="Ruth",
    )


def faults(content: bytes) -> list[str]:
    return list(verify.check("x", content).faults)


def test_a_sealed_month_is_as_it_was_sealed() -> None:
    made = sealed(40)
    checked = verify.check("march.zip", made.bundle)
    assert checked.faults == []
    assert checked.tickets == 40
    assert made.link.seal in checked.said


def test_a_month_without_a_ticket_can_be_sealed_and_checked() -> None:
    assert faults(sealed(0).bundle) == []


def test_equal_months_are_equal_files() -> None:
    assert sealed().bundle == sealed().bundle


def test_one_changed_byte_anywhere_is_noticed() -> None:
    content = sealed(2).bundle
    draw = random.Random(5)
    ends = [*range(60), *range(len(content) - 120, len(content))]  # headers and the directory's end
    for place in [*ends, *draw.sample(range(len(content)), 400)]:
        changed = bytearray(content)
        changed[place] ^= 1 << draw.randrange(8)
        assert faults(bytes(changed)), place


@pytest.mark.parametrize("more", [b"\0", b"PK", b"a note"])
def test_what_is_added_is_noticed(more: bytes) -> None:
    content = sealed(2).bundle
    assert faults(content + more)
    assert faults(more + content)


def test_what_is_cut_off_is_noticed() -> None:
    content = sealed(2).bundle
    for length in (0, 1, 22, 100, len(content) // 2, len(content) - 1):
        assert faults(content[:length])


def test_a_compressed_or_doubled_file_is_noticed() -> None:
    files = bundle.unpack(sealed(2).bundle)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    assert "compressed" in faults(out.getvalue())[0]


def test_each_changed_missing_and_added_file_is_named() -> None:
    files = bundle.unpack(sealed(2).bundle)
    for name in files:
        if name == bundle.MANIFEST:
            continue
        assert f"{name} is missing" in " ".join(
            faults(bundle.pack({k: v for k, v in files.items() if k != name}))
        )
        changed = faults(bundle.pack(files | {name: files[name] + b" "}))
        assert f"{name} is not what was sealed" in changed
    assert "extra.txt was not sealed" in faults(bundle.pack(files | {"extra.txt": b"x"}))


# --- Who forges a figure and seals it anew, with every digest right, is found by computing it --------------
def _attain(made: dict[str, Any], documents: dict[str, Any]) -> None:
    made["figures"]["attainment"][0]["met"] += 1


def _row(made: dict[str, Any], documents: dict[str, Any]) -> None:
    row = made["figures"]["rows"][0]
    row["outcome"] = "met" if row["outcome"] == "missed" else "missed"


def _leave_out(made: dict[str, Any], documents: dict[str, Any]) -> None:
    del made["figures"]["rows"][0]


def _add(made: dict[str, Any], documents: dict[str, Any]) -> None:
    made["figures"]["rows"].append({**made["figures"]["rows"][-1], "cycle": 99})


def _say(made: dict[str, Any], documents: dict[str, Any]) -> None:
    made["summary"][0] = made["summary"][0].replace("judged", "kept")


def _time(made: dict[str, Any], documents: dict[str, Any]) -> None:
    made["figures"]["time"][0]["seconds"]["desk"] -= 60


def _age(made: dict[str, Any], documents: dict[str, Any]) -> None:
    made["figures"]["tickets"]["open"] += 1


def _fact(made: dict[str, Any], documents: dict[str, Any]) -> None:
    ticket = made["figures"]["rows"][0]["ticket"]
    documents[ticket]["facts"] = [
        fact for fact in documents[ticket]["facts"] if fact["kind"] not in ("public_reply", "restored")
    ]


def _drop_ticket(made: dict[str, Any], documents: dict[str, Any]) -> None:
    del documents[made["figures"]["rows"][0]["ticket"]]


def _spoil(made: dict[str, Any], documents: dict[str, Any]) -> None:
    next(iter(documents.values()))["facts"][0]["kind"] = "invented"


def _unsay(made: dict[str, Any], documents: dict[str, Any]) -> None:
    made["told"]["misses"] = made["told"]["misses"][1:]


def _goal(made: dict[str, Any], documents: dict[str, Any]) -> None:
    made["goals"] = {**made["goals"], "respond": 1}


def _month(made: dict[str, Any], documents: dict[str, Any]) -> None:
    made["until"] = "2026-04-30T14:00:00Z"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_attain, "attainment, line 1, is"),
        (_row, "outcome is"),
        (_leave_out, "is left out"),
        (_add, "99 does not follow from the facts"),
        (_say, "the summary does not say what the figures say"),
        (_time, "time, line 1, is"),
        (_age, "tickets is"),
        (_fact, "and the facts come to"),
        (_drop_ticket, "the tickets of the review are not those"),
        (_spoil, "'invented' is not one of"),
        (_unsay, "the misses that are explained are not the misses of the rows"),
        (_goal, "attainment, line 1, is"),
        (_month, "does not count the whole month"),
    ],
)
def test_a_forged_figure_is_found_although_every_digest_is_right(
    change: Callable[[dict[str, Any], dict[str, Any]], None], said: str
) -> None:
    found = faults(sealed(40, change=change).bundle)
    assert any(said in fault for fault in found), found
    assert not any("is not what was sealed" in fault or "seal" in fault.split(":")[0] for fault in found)


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, {"format": "service-review/1"}])
def test_a_review_of_another_form_is_refused_in_a_line(value: Any) -> None:
    files = bundle.unpack(sealed(2).bundle)
    found = faults(bundle.pack(files | {bundle.REVIEW: bundle.canonical(value)}))
    assert found
    assert all("\n" not in fault for fault in found)


def test_every_part_of_a_review_may_be_odd_without_bringing_the_check_down() -> None:
    documents = many(3)
    made = review(documents)
    for name in made:
        for odd in (None, 5, "odd", [], {}, [None], {"rows": 3}):
            forged = copy.deepcopy(made) | {name: odd}
            try:
                one = bundle.seal(
                    forged, documents=documents, pdf=b"", history=(), sealed_at=AT, sealed_by="Ruth"
                )
            except (KeyError, TypeError, ValueError, AttributeError):
                continue
            verify.check("x", one.bundle)


# --- The chain ------------------------------------------------------------------------------------------
def test_a_chain_is_followed_from_one_review_to_the_next() -> None:
    first = sealed(3)
    second = sealed(4, history=(first.link,), issue=2)
    third = sealed(5, history=(first.link, second.link), issue=3)
    checked = [
        verify.check(name, one.bundle) for name, one in zip("123", (first, second, third), strict=True)
    ]
    assert [one.faults for one in checked] == [[], [], []]
    assert verify.check_together(checked) == []


def test_an_exchanged_review_breaks_every_later_one() -> None:
    first, other = sealed(3), sealed(3, words="In other words")
    second = sealed(4, history=(first.link,), issue=2)
    checked = [verify.check(name, one.bundle) for name, one in (("other", other), ("second", second))]
    assert verify.check_together(checked) == ["second: its chain does not hold other"]
    forks = [verify.check(name, one.bundle) for name, one in (("a", first), ("b", other))]
    assert verify.check_together(forks) == ["a and b stand at the same place of the chain"]


def test_a_broken_link_is_found() -> None:
    first = sealed(3)
    second = sealed(4, history=(first.link,), issue=2)
    files = bundle.unpack(second.bundle)
    chain = json.loads(files[bundle.CHAIN])
    chain["links"][0]["sealed_by"] = "Somebody"
    found = faults(bundle.pack(files | {bundle.CHAIN: bundle.canonical(chain)}))
    assert "chain: the seal of ACME 2026-03 issue 1 does not fit what it seals" in found
    assert faults(bundle.pack(files | {bundle.CHAIN: bundle.canonical({**chain, "links": []})}))


def test_the_list_of_changes_is_compared_with_the_issue_before() -> None:
    first = sealed(3)
    rows = json.loads(bundle.unpack(first.bundle)[bundle.REVIEW])["figures"]["rows"]
    now = review(many(4))["figures"]["rows"]
    for listed, said in (
        (differences(rows, now), []),
        ([], ["2: its list of changes is not what differs from 1"]),
    ):
        second = sealed(
            4,
            history=(first.link,),
            issue=2,
            changes={"from_issue": 1, "reason": "A late ticket.", "rows": listed, "attainment": []},
        )
        checked = [verify.check(name, one.bundle) for name, one in (("1", first), ("2", second))]
        assert verify.check_together(checked) == said


# --- The command ----------------------------------------------------------------------------------------
def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as somebody would who has the source and a Python, and no settings of a portal."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "PORTAL"))}
    return subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "verify_review", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=clean | environment,
    )


def test_the_command_needs_no_settings_and_answers_soon(tmp_path: Path) -> None:
    file = tmp_path / "march.zip"
    file.write_bytes(sealed().bundle)
    began = time.monotonic()
    # A production that lacks most of its settings would start nothing else.
    done = run(str(file), DATABASE_URL="postgres://nobody@nowhere/none")
    took = time.monotonic() - began
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{file}: ACME 2026-03 issue 1 is as it was sealed.")
    assert took < 5  # a start of Django alone takes half of that on a quiet machine


def test_the_command_says_each_fault_in_a_line(tmp_path: Path) -> None:
    file, other = tmp_path / "march.zip", tmp_path / "none.zip"
    content = bytearray(sealed().bundle)
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    done = run(str(file), str(other))
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert lines
    assert all(line.startswith((f"{file}: ", f"{other}: ")) for line in lines)
    assert f"{other}: No such file or directory" in lines


def test_the_command_without_a_file_says_how_it_is_used() -> None:
    done = run()
    assert (done.returncode, done.stdout) == (1, "")
    assert "FILE" in done.stderr


def test_nothing_that_checks_a_review_loads_django() -> None:
    script = "import sys; from reports.reviews import verify; print([m for m in sys.modules if m.split('.')[0] in ('django', 'celery', 'typst')])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=settings.BASE_DIR
    )
    assert done.stdout.strip() == "[]"
