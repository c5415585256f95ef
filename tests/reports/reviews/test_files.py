"""The files of a review: rows for spreadsheets, sentences, and a PDF that can be sent and read by everybody."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from reports.reviews.figures import read_moment
from reports.reviews.pdf import render
from reports.reviews.said import contents
from reports.reviews.sheets import rows_xlsx
from reports.reviews.summary import sentences
from reports.reviews.tables import HEADER, rows_csv
from tests.reports.reviews.months import AS_OF, GOALS, SINCE, many, review, ticket

_NS = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1"]


def rows(made: dict[str, object]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(rows_csv(made).decode(), newline="")))


def named(subject: str) -> dict[str, object]:
    made = review({"ACME-1": ticket(SINCE)})
    made["tickets"] = {"ACME-1": {"subject": subject, "service": subject, "kind": "incident"}}
    return made


def test_a_row_has_both_times_and_the_minutes_of_each_pause() -> None:
    held = ticket(
        datetime.fromisoformat("2026-03-03T00:00:00+00:00"),
        more=((15, "held", {"reason": "customer_reply"}), (30.5, "resumed", {})),
    )
    found = {row["Objective"]: row for row in rows(review({"ACME-1": held}))}
    row = found["Restoration"]
    assert row["Started (UTC)"] == "2026-03-03T00:00:00Z"
    assert row["Started (local)"] == "2026-03-03 11:00:00 AEDT"
    assert row["Paused: customer_reply (minutes)"] == "15.5"
    assert (row["Allowed (minutes)"], row["Used (minutes)"], row["Outcome"]) == ("480", "44.5", "Met")
    assert (row["Missed (UTC)"], row["Missed (local)"]) == ("", "")


def test_the_repeated_hour_is_told_apart_by_its_zone() -> None:
    at = datetime.fromisoformat(
        "2026-04-04T15:50:00+00:00"
    )  # 02:50 in Sydney, ten minutes before it is 02:00 again
    made = review(
        {"ACME-1": ticket(at, as_of=datetime.fromisoformat("2026-05-02T00:00:00+00:00"))},
        month="2026-04",
        since="2026-03-31T13:00:00Z",
        until="2026-04-30T14:00:00Z",
        as_of="2026-05-02T00:00:00Z",
    )
    row = rows(made)[0]
    assert row["Started (local)"] == "2026-04-05 02:50:00 AEDT"
    assert row["Stopped (local)"] == "2026-04-05 02:00:00 AEST"


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_the_csv_is_a_formula(formula: str) -> None:
    row = rows(named(formula))[0]
    assert row["Subject"] == f"'{formula}"
    assert row["Service"] == f"'{formula}"


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_the_workbook_is_a_formula(formula: str) -> None:
    content = rows_xlsx(named(formula), title="Rows", made_at=AS_OF)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        looks = ElementTree.fromstring(book.read("xl/styles.xml")).findall("s:cellXfs/s:xf", _NS)
        strings = [
            "".join(one.itertext())
            for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).findall("s:si", _NS)
        ]
    assert sheet.findall(".//s:f", _NS) == []
    cells = {cell.get("r"): cell for cell in sheet.findall(".//s:c", _NS)}
    subject = cells["B2"]
    assert subject.get("t") == "s"
    # Whoever edits the cell does not make a formula of it either.
    assert looks[int(subject.get("s") or 0)].get("quotePrefix") == "1"
    value = subject.find("s:v", _NS)
    assert value is not None
    assert strings[int(value.text or "")].replace("_x000D_", "\r") == formula
    minutes = cells["J2"]
    assert minutes.get("t") in (None, "n")


def test_both_tables_have_the_same_rows() -> None:
    made = review(many(10))
    content = rows_xlsx(made, title="Rows", made_at=AS_OF)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert len(sheet.findall(".//s:row", _NS)) == 1 + len(rows(made)) == 1 + len(made["figures"]["rows"])
    assert rows_xlsx(made, title="Rows", made_at=AS_OF) == content


def test_a_month_without_rows_is_a_table_without_rows() -> None:
    made = review({})
    assert rows_csv(made).decode() == ",".join(HEADER) + "\r\n"
    assert rows_xlsx(made, title="Rows", made_at=AS_OF)


# --- Sentences ------------------------------------------------------------------------------------------
def test_the_summary_of_format_1_reads_word_for_word() -> None:
    """A sealed review is checked against these words: another wording is another format."""
    made = review(many(60))
    assert made["summary"] == [
        "In March 2026 1,347 promises to Acme Freight were judged: 1,337 kept and 10 missed.",
        "First response: 98% (49 of 50), the goal of 95% is reached; update: 99.6% (1253 of 1258), the goal of 95% is reached; restoration: 89.7% (35 of 39), the goal of 95% is not reached.",
        "14 promises were excluded: over all objectives 99.2% (1337 of 1347) were kept, and 98.2% (1337 of 1361) if every excluded one had been missed.",
        "The 46 tickets of the desk that ended took 330 h in all, mostly: the Trusst desk 49%, after service was restored 34%, excluded 6%.",
        "50 tickets were opened and 46 ended; 6 were open at the end, the oldest since 20 February 2026.",
    ]


def test_an_empty_month_is_said_in_five_sentences_too() -> None:
    assert review({})["summary"] == [
        "In March 2026 no promise to Acme Freight was judged.",
        "There is no share to set against a goal.",
        "No promise was excluded, so the shares are the same with exclusions and without.",
        "No ticket of the desk ended in the month, so there is no time to share out.",
        "No ticket was opened and none ended; none was open at the end.",
    ]


def test_small_numbers_are_said_as_one_would() -> None:
    made = review(
        {"ACME-1": ticket(SINCE, answered=90, more=((200, "waived", {"metric": "respond", "cycle": 1}),))},
        goals={},
    )
    assert made["summary"][0] == (
        "In March 2026 2 promises to Acme Freight were judged: 1 kept and 1 missed, of which 1 was waived."
    )
    assert made["summary"][1] == "First response: 0% (0 of 1); restoration: 100% (1 of 1)."
    few = review({"ACME-1": ticket(SINCE, answered=90)}, goals=GOALS)
    assert few["summary"][1].startswith("First response: 0% (0 of 1), too few to judge against 95%; ")
    assert sentences(few) == few["summary"]


# --- PDF ------------------------------------------------------------------------------------------------
def text_of(content: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def test_the_pdf_is_tagged_and_says_what_it_is() -> None:
    made = review(many(40), words="A busy month.\n\nWe say so.")
    content = render(made, state="Sealed by Ruth Okoye")
    reader = PdfReader(io.BytesIO(content))
    root: Any = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Service review March 2026: Acme Freight"
    assert str(root["/Lang"]).lower() == "en-au"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    kinds = _kinds(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/LI", "/P"} <= set(kinds)
    text = text_of(content)
    for said in (
        *made["summary"],
        "A busy month.",
        "We say so.",
        "Were the promises kept?",
        "How to check this",
    ):
        assert re.sub(r"\s+", "", said) in re.sub(r"[\s\u00ad-]+", "", text) or said in text, said


def _kinds(node: object, depth: int = 0) -> list[str]:
    node = node.get_object() if hasattr(node, "get_object") else node
    found: list[str] = []
    if isinstance(node, dict):
        if "/S" in node:
            found.append(str(node["/S"]))
        if "/K" in node and depth < 40:
            found += _kinds(node["/K"], depth + 1)
    elif isinstance(node, list):
        for child in node:
            found += _kinds(child, depth + 1)
    return found


def test_equal_reviews_are_equal_pdfs() -> None:
    made = review(many(5))
    assert render(made, state="Draft") == render(made, state="Draft")


def test_a_draft_says_so() -> None:
    made = review(many(5))
    assert "not checked, and not for sending" in text_of(render(made, state="Draft"))
    assert "not for sending" not in text_of(render(made, state="Sealed by Ruth Okoye"))


@pytest.mark.parametrize("number", [0, 1, 150])
def test_months_of_every_size_are_set(number: int) -> None:
    content = render(review(many(number)), state="Draft")
    assert len(PdfReader(io.BytesIO(content)).pages) >= 2


@pytest.mark.parametrize(
    "name",
    [
        "中文公司",
        "Crème Brûlée & Söhne",
        "😀 emoji",
        "مؤسسة",
        "שלום",
        "a\u0000b\u0007c",
        "e\u0301",
        "#let x = 1 $a$ *b* <c>",
        "x" * 120,
    ],
)
def test_any_name_can_be_printed(name: str) -> None:
    """Typst's fonts lack some characters, and its markup is not for names to write."""
    made = review(many(3), customer={"name": name, "key": "ACME"}, words=f"{name}\n\n{name}")
    for one in made["tickets"].values():
        one["subject"] = name
    text = text_of(render(made, state="Draft"))
    if name.startswith("#let"):
        assert "#let x = 1 $a$ *b* <c>" in text
    if name.startswith("Crème"):
        assert "Crème Brûlée & Söhne" in text


def test_what_was_said_once_of_many_misses_is_printed_once() -> None:
    quiet = ticket(SINCE, answered=10, restored=None, resolved=2000)
    told = contents(review({"ACME-1": quiet}), state="Draft")["misses"]
    assert [one["what"].partition(";")[0] for one in told] == [
        "Update, 16 times (nos. 1 to 16), P2",
        "Restoration, P2",
    ]


def test_instants_that_are_none_are_refused() -> None:
    for text in ("2026-3-1T00:00:00Z", "2026-03-01 00:00:00", "2026-03-01T00:00:00+00:00"):
        with pytest.raises(ValueError, match="2026"):
            read_moment(text)
