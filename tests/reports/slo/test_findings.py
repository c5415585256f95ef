"""A heading claims only what enough figures support, and a chart draws what it is given."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import pytest

from reports import findings
from reports.access.scopes import months_later, previous
from reports.charts import (
    Kind,
    Row,
    Series,
    draw_heat_map,
    draw_histogram,
    draw_lines,
    draw_spark,
    draw_stacks,
)
from reports.findings import Budget
from slas.tallies import Tally

NAMES = {"update": "Update", "respond": "First response"}


def kept(percent: int, of: int = 100) -> Tally:
    return Tally(met=of * percent // 100, missed=of - of * percent // 100)


@pytest.mark.parametrize(
    ("met", "missed", "goal", "left", "look"),
    [
        (403, 9, 95, "11 left", "ok"),
        (293, 12, 95, "3 left", "soon"),
        (95, 5, 95, "none left", "soon"),
        (1090, 96, 95, "37 over", "bad"),
        (18, 1, 95, "1 over", ""),
        (5, 0, None, "", ""),
        (0, 0, 95, "none left", ""),
    ],
)
def test_a_budget_is_in_words(met: int, missed: int, goal: int | None, left: str, look: str) -> None:
    budget = Budget(tally=Tally(met=met, missed=missed), goal=goal)
    assert (budget.left_words, budget.look) == (left, look)


@pytest.mark.parametrize(
    ("months", "words"),
    [
        ([98, 97, 96, 91], "Update has fallen three months running; Update below the goal in the last month"),
        ([98, 97, 97, 96], "Every goal is attained in the last month"),
        ([90, 92, 96, 94], "Update is below the goal in the last month"),
        ([95, 96, 97, 98], "Update has risen for 3 months or more; no goal is missed"),
    ],
)
def test_a_trend_needs_three_months_in_a_row(months: list[int], words: str) -> None:
    assert findings.trend(NAMES, {"update": [kept(one) for one in months]}, {"update": 95}) == words


def test_too_few_to_judge_are_not_judged() -> None:
    assert (
        findings.trend(NAMES, {"update": [kept(0, of=19)]}, {"update": 95})
        == "Too few measured in the last month to judge"
    )
    assert findings.say_tally(Tally(met=3, missed=1)) == "75.0% (3 of 4), too few to judge"
    assert findings.say_tally(Tally(met=39, missed=1)) == "97.5% (39 of 40)"
    assert findings.hours({(0, 8): 19}) == "19 missed, too few to see a pattern"
    assert findings.hours({(0, 8): 20}) == "100% of misses fall between 16:00 and 18:00"
    assert (
        findings.hours({(day, slot): 1 for day in range(7) for slot in range(12)})
        == "Misses are spread over the day"
    )


def test_an_exclusion_is_held_against_the_goal() -> None:
    tally = Tally(met=96, missed=4, excluded=5)
    said = findings.exclusions(NAMES, {"update": tally}, {"update": 95}, 5)
    assert said == "5 left out; with them Update would be 91.4%, below the goal"
    assert findings.exclusions(NAMES, {"update": tally}, {"update": 90}, 5).endswith("that is attained now")


def test_a_change_is_in_words_and_numbers() -> None:
    assert findings.say_change(kept(98), kept(96), "1 to 24 October 2026") == (
        "Up 2 points from 96.0% (96 of 100), 1 to 24 October 2026."
    )


def test_the_period_before() -> None:
    assert previous(date(2026, 11, 1), date(2026, 11, 25)) == (date(2026, 10, 1), date(2026, 10, 25))
    assert previous(date(2026, 3, 1), date(2026, 3, 31)) == (date(2026, 2, 1), date(2026, 2, 28))
    assert previous(date(2026, 7, 1), date(2026, 10, 1)) == (date(2026, 4, 1), date(2026, 7, 1))
    assert previous(date(2026, 7, 6), date(2026, 7, 13)) == (date(2026, 6, 29), date(2026, 7, 6))
    assert months_later(date(2024, 2, 29), -12) == date(2023, 2, 28)


def test_charts_are_xml_and_escape_what_they_are_given() -> None:
    evil = '<script>"&'
    lines = [Series(name=evil, look=look, values=[96.0, None, 97.5, 88.0]) for look in (1, 2, 3, 4)]
    drawings = [
        draw_lines(
            "a",
            title=evil,
            desc=evil,
            labels=[evil] * 4,
            lines=lines,
            goal=95,
            goal_words=evil,
            below_words=evil,
        ),
        draw_stacks(
            "b",
            title=evil,
            desc=evil,
            kinds=[Kind(key="x", name=evil, look="k-cust", pattern="rise")],
            rows=[Row(label=evil, parts={"x": 3}, end=evil), Row(label="", parts={}, end="")],
            is_share=True,
        ),
        draw_histogram(
            "c",
            title=evil,
            desc=evil,
            buckets=[1] * 25,
            first_over=20,
            step=5,
            marks=[(50, evil)],
            over_words=evil,
            axis_words=evil,
        ),
        draw_heat_map("d", title=evil, desc=evil, rows=[evil], columns=[evil], numbers={(0, 0): 3}),
        draw_spark([96.0, None, 97.0], goal=95, look=1),
    ]
    for one in drawings:
        root = ElementTree.fromstring(one)
        assert "<script" not in one
        assert not [element for element in root.iter() if "style" in element.attrib]


def test_what_is_not_measured_breaks_a_line() -> None:
    line = Series(name="x", look=1, values=[96.0, 97.0, None, 95.0, 96.0])
    drawn = draw_lines(
        "a",
        title="t",
        desc="d",
        labels=list("abcde"),
        lines=[line],
        goal=None,
        goal_words="",
        below_words="",
    )
    assert drawn.count("<polyline") == 2
    assert drawn.count("hollow") == 1
