"""Check sealed reviews: `python -m reports.reviews.verify FILE…`, or `manage.py verify_review FILE…`; pure.

It reads no settings and asks no database. Each fault is one line; without one, the answer is one line a file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from reports.reviews import bundle
from reports.reviews.figures import bounds_of, differences, figures_of, period_of, read_one, ticket_order
from reports.reviews.summary import sentences
from reports.reviews.tables import rows_csv
from slas.documents import DocumentError

_USAGE = "usage: verify_review FILE [FILE …]  (an earlier review beside a later one: the chain between them as well)"
#: What reading a file of another form than ours runs into.
_ODD = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    IndexError,
    OverflowError,
    RecursionError,
    LookupError,
)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One file: what is wrong with it, and what it says it is."""

    name: str
    faults: Sequence[str]
    link: bundle.Link | None = None
    history: Sequence[bundle.Link] = ()
    review: Mapping[str, Any] | None = None
    tickets: int = 0
    files: int = 0

    @property
    def said(self) -> str:
        """What is true of a file without a fault."""
        assert self.link is not None
        assert self.review is not None
        rows = len(self.review["figures"]["rows"])
        return (
            f"{self.name}: {self.link.said} is as it was sealed."
            f" Files: {self.files}. Tickets replayed: {self.tickets}. Rows: {rows}."
            f" Reviews in the chain: {len(self.history) + 1}. Seal: {self.link.seal}"
        )


def check(name: str, content: bytes) -> Checked:
    """Check one archive: its bytes, its manifest, its chain, and every figure."""
    try:
        files = bundle.unpack(content)
    except bundle.BundleError as error:
        return Checked(name=name, faults=[str(error)])
    faults: list[str] = []
    link = _collect(faults, lambda: _manifest(files))
    history = _collect(faults, lambda: _chain(files, link)) or ()
    review = _collect(faults, lambda: _review(files, link))
    replayed = _collect(faults, lambda: _figures(files, review)) if review is not None else None
    return Checked(
        name=name,
        faults=faults,
        link=link,
        history=history,
        review=review,
        tickets=replayed or 0,
        files=len(files),
    )


class _Faults(Exception):
    """What is wrong with a part, with what could be read of it all the same."""

    def __init__(self, faults: Sequence[str], read: Any = None) -> None:
        super().__init__(*faults)
        self.faults = faults
        self.read = read


def _collect(faults: list[str], read: Callable[[], Any]) -> Any:
    """Read a part, and note what is wrong with it."""
    try:
        return read()
    except _Faults as found:
        faults.extend(found.faults)
        return found.read
    except bundle.BundleError as error:
        faults.append(str(error))
    except _ODD as error:
        faults.append(
            f"a part cannot be read: {type(error).__name__} {' '.join(str(error).split())}".rstrip()
        )
    return None


def _load(files: Mapping[str, bytes], name: str, form: str | None = None) -> Any:
    """Read a JSON file that is written as all of ours are."""
    if name not in files:
        raise _Faults([f"{name} is missing"])
    try:
        value = json.loads(files[name])
    except (ValueError, RecursionError) as error:
        raise _Faults([f"{name} is not JSON: {' '.join(str(error).split())}"]) from None
    if bundle.canonical(value) != files[name]:
        raise _Faults([f"{name} is not written as it was sealed"])
    if form is not None and (not isinstance(value, dict) or value.get("format") != form):
        raise _Faults([f'{name} is not of the form "{form}"'])
    return value


def _manifest(files: Mapping[str, bytes]) -> bundle.Link:
    """Compare every file with its digest, and the list of digests with the seal."""
    manifest = _load(files, bundle.MANIFEST, bundle.MANIFEST_FORMAT)
    link, seal = bundle.read_link(manifest["link"])
    listed, found = manifest["files"], bundle.inventory(files)
    faults = list(_compare(listed, found))
    if listed != found and not faults:
        faults.append(f"{bundle.MANIFEST} lists the files otherwise than they are")
    if bundle.digest(bundle.canonical(listed)) != link.content:
        faults.append(f"{bundle.MANIFEST}: the list of files is not the sealed one")
    if link.seal != seal:
        faults.append(f"{bundle.MANIFEST}: the seal does not fit what it seals")
    if faults:
        raise _Faults(faults, link)
    return link


def _compare(listed: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    sealed = {one["name"]: one["sha256"] for one in listed}
    present = {one["name"]: one["sha256"] for one in found}
    for name in sorted(sealed.keys() | present.keys()):
        if name not in present:
            yield f"{name} is missing"
        elif name not in sealed:
            yield f"{name} was not sealed"
        elif sealed[name] != present[name]:
            yield f"{name} is not what was sealed"


def _chain(files: Mapping[str, bytes], link: bundle.Link | None) -> Sequence[bundle.Link]:
    """Compute every seal of the chain again, and see that each names the one before."""
    value = _load(files, bundle.CHAIN, bundle.CHAIN_FORMAT)
    history: list[bundle.Link] = []
    faults = []
    for item in value["links"]:
        one, seal = bundle.read_link(item)
        if one.seal != seal:
            faults.append(f"chain: the seal of {one.said} does not fit what it seals")
        if one.previous != (history[-1].seal if history else ""):
            faults.append(f"chain: {one.said} does not name the review before it")
        history.append(one)
    if link is not None and link.previous != (history[-1].seal if history else ""):
        faults.append("chain: this review does not name the last one of its chain")
    if link is not None and any(one.customer != link.customer for one in history):
        faults.append("chain: a review of another customer is in it")
    if faults:
        raise _Faults(faults, history)
    return history


def _review(files: Mapping[str, bytes], link: bundle.Link | None) -> Mapping[str, Any]:
    """Read the review, and compare it with what the seal says of it."""
    review: Mapping[str, Any] = _load(files, bundle.REVIEW, bundle.REVIEW_FORMAT)
    faults = []
    if link is not None and _name_of(review) != (link.customer, link.month, link.issue):
        faults.append(f"{bundle.REVIEW} is of another customer, month or issue than its seal")
    period = period_of(review)
    if bounds_of(review["month"], review["zone"]) != (period.since, period.until):
        faults.append(
            f"{bundle.REVIEW} does not count the whole month, from midnight to midnight of its zone"
        )
    if bundle.PDF not in files:
        faults.append(f"{bundle.PDF} is missing")
    if bundle.readme(review) != files.get(bundle.README):
        faults.append(f"{bundle.README} does not fit the review")
    if faults:
        raise _Faults(faults, review)
    return review


def _name_of(review: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return review["customer"]["key"], review["month"], review["issue"]


def _figures(files: Mapping[str, bytes], review: Mapping[str, Any]) -> int:
    """Replay every ticket, compute every figure, and compare; return how many tickets there are."""
    period = period_of(review)
    names = sorted(name for name in files if name.startswith(bundle.TICKETS))
    tickets = []
    faults = []
    for name in names:
        ticket = name.removeprefix(bundle.TICKETS).removesuffix(".json")
        document = _load(files, name)
        try:
            one = read_one(ticket, document)
        except DocumentError as error:
            faults.append(f"{name}: {' '.join(str(error).split())}")
            continue
        if one.document.as_of != period.as_of:
            faults.append(f"{name} is of another instant than the review")
        tickets.append(one)
    if set(review["tickets"]) != {one.ticket for one in tickets} and not faults:
        faults.append("the tickets of the review are not those whose facts lie beside it")
    tickets.sort(key=lambda one: ticket_order(one.ticket))
    computed = figures_of(tickets, period, review["goals"])
    faults += _differ(review["figures"], computed)
    if sentences(dict(review) | {"figures": computed}) != review["summary"]:
        faults.append("the summary does not say what the figures say")
    if rows_csv(dict(review) | {"figures": computed}) != files.get(bundle.ROWS):
        faults.append(f"{bundle.ROWS} does not hold the rows")
    faults += _unsaid(review, computed)
    if faults:
        raise _Faults(faults, len(tickets))
    return len(tickets)


def _differ(said: Mapping[str, Any], computed: Mapping[str, Any]) -> Iterator[str]:
    """Yield each figure that is not what the tickets' facts come to."""
    for name in sorted(said.keys() | computed.keys()):
        if said.get(name) == computed.get(name):
            continue
        if name == "rows":
            yield from _rows_differ(said.get(name) or (), computed[name])
        elif isinstance(computed.get(name), list) and isinstance(said.get(name), list):
            yield from _lines_differ(name, said[name], computed[name])
        else:
            yield f"{name} is {_short(said.get(name))}, and the facts come to {_short(computed.get(name))}"


def _rows_differ(said: Sequence[Mapping[str, Any]], computed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    found = differences(computed, said)
    for one in found:
        what = f"row {one['ticket']} {one['metric']} {one['cycle']}"
        if one["kind"] == "went":
            yield f"{what} is left out"
        elif one["kind"] == "came":
            yield f"{what} does not follow from the facts"
        else:
            for name, (right, wrong) in one["fields"].items():
                yield f"{what}: {name} is {_short(wrong)}, and the facts come to {_short(right)}"
    if not found:
        yield "the rows are in another order"


def _lines_differ(name: str, said: Sequence[Any], computed: Sequence[Any]) -> Iterator[str]:
    for place in range(max(len(said), len(computed))):
        pair = [lines[place] if place < len(lines) else None for lines in (said, computed)]
        if pair[0] != pair[1]:
            yield f"{name}, line {place + 1}, is {_short(pair[0])}, and the facts come to {_short(pair[1])}"


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else f"{text[:200]}…"


def _unsaid(review: Mapping[str, Any], computed: Mapping[str, Any]) -> Iterator[str]:
    """See that what people wrote of misses is about these misses, and about all of them."""
    told = [(one["ticket"], one["metric"], one["cycle"]) for one in review["told"]["misses"]]
    missed = [
        (row["ticket"], row["metric"], row["cycle"]) for row in computed["rows"] if row["outcome"] == "missed"
    ]
    if sorted(told) != sorted(missed):
        yield "the misses that are explained are not the misses of the rows"


# --- Several reviews ----------------------------------------------------------------------------------
def check_together(checked: Sequence[Checked]) -> list[str]:
    """Return what does not fit between reviews of a customer: their chains, and what an issue says of the one before."""
    sound = [one for one in checked if one.link is not None and one.review is not None]
    faults: list[str] = []
    for place, one in enumerate(sound):
        for other in sound[place + 1 :]:
            if one.link is None or other.link is None or one.link.customer != other.link.customer:
                continue
            earlier, later = sorted((one, other), key=lambda checked: len(checked.history))
            if len(earlier.history) < len(later.history):
                faults += _between(earlier, later)
            elif earlier.link != later.link:
                faults.append(f"{earlier.name} and {later.name} stand at the same place of the chain")
    return faults


def _between(earlier: Checked, later: Checked) -> Iterator[str]:
    assert earlier.link is not None
    assert later.link is not None
    assert earlier.review is not None
    assert later.review is not None
    if later.history[len(earlier.history)] != earlier.link:
        yield f"{later.name}: its chain does not hold {earlier.name}"
    changes = later.review["changes"]
    if (
        changes is not None
        and earlier.link.month == later.link.month
        and changes["from_issue"] == earlier.link.issue
        and changes["rows"] != differences(earlier.review["figures"]["rows"], later.review["figures"]["rows"])
    ):
        yield f"{later.name}: its list of changes is not what differs from {earlier.name}"


# --- The command --------------------------------------------------------------------------------------
def run(paths: Iterable[str], out: TextIO, err: TextIO) -> int:
    """Check files; write a line for each fault, or for each sound file, and return 0 or 1."""
    checked = []
    for path in paths:
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            checked.append(Checked(name=path, faults=[error.strerror or type(error).__name__]))
            continue
        checked.append(check(path, content))
    if not checked:
        err.write(f"{_USAGE}\n")
        return 1
    faults = [f"{one.name}: {fault}" for one in checked for fault in one.faults]
    try:
        faults += check_together(checked)
    except _ODD as error:
        faults.append(f"the reviews cannot be compared: {type(error).__name__}")
    for fault in faults:
        err.write(f"{fault}\n")
    for one in checked:
        if not faults:
            out.write(f"{one.said}\n")
    return 1 if faults else 0


def main(arguments: Sequence[str]) -> int:
    """Run the command of a shell."""
    if arguments and arguments[0] in ("-h", "--help"):
        sys.stdout.write(f"{_USAGE}\n")
        return 0
    return run(arguments, sys.stdout, sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
