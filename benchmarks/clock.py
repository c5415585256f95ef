"""What it costs to replay a typical ticket: thirty facts, four metrics."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter_ns
from typing import Any

from slas.clock import Replay, replay
from slas.documents import ReplayDocument, parse

REPLAYS = 500
START = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)  # Tuesday, 09:00 in Sydney
HOUR = 3600
HALF_HOUR = timedelta(minutes=30)
WEEK = ("mon", "tue", "wed", "thu", "fri")
TARGETS = {"respond": 4 * HOUR, "update": 8 * HOUR, "restore": 24 * HOUR, "resolve": 40 * HOUR}

#: What happens to it, half an hour apart: answers, holds, a change of severity, an exclusion, a reopening.
BEGUN: list[dict[str, Any]] = [
    {"kind": "opened"},
    {"kind": "severity_set", "severity": "P3"},
    {"kind": "policy_attached", "policy": "managed"},
    {"kind": "reached_desk"},
]
ROUND: list[dict[str, Any]] = [
    {"kind": "public_reply", "by": "desk"},
    {"kind": "held", "reason": "customer_reply"},
    {"kind": "public_reply", "by": "customer"},
    {"kind": "resumed"},
    {"kind": "internal_note"},
]
REST: list[dict[str, Any]] = [
    {"kind": "severity_set", "severity": "P2"},
    {"kind": "excluded", "reason": "customer_network"},
    {"kind": "included"},
    {"kind": "held", "reason": "vendor"},
    {"kind": "resumed"},
    {"kind": "restored"},
    {"kind": "resolved"},
    {"kind": "reopened"},
    {"kind": "public_reply", "by": "desk"},
    {"kind": "restored"},
    {"kind": "resolved"},
]


def figures() -> list[tuple[str, str]]:
    """Return the cost of reading the document and of replaying it."""
    document = _document()
    parsed = parse(document)
    replay(parsed)  # builds the calendars' indexes, which a process does once
    return [
        (f"clock: read {len(document['facts'])} facts, median", _cost(lambda: parse(document))),
        (f"clock: replay {len(document['facts'])} facts, median", _cost(lambda: replay(parsed))),
    ]


def _document() -> dict[str, Any]:
    happenings = [*BEGUN, *ROUND * 3, *REST]
    return {
        "format": "slo-replay/1",
        "as_of": (START + HALF_HOUR * 2 * len(happenings)).isoformat(),
        "calendars": {
            "always": {
                "timezone": "Australia/Sydney",
                "weekly": {day: [["00:00", "24:00"]] for day in (*WEEK, "sat", "sun")},
            },
            "business": {
                "timezone": "Australia/Sydney",
                "weekly": {day: [["09:00", "17:00"]] for day in WEEK},
                "holidays": ["2026-04-03", "2026-04-06"],
            },
        },
        "policies": {
            "managed": {
                "reopen_window": {"calendar": "business", "seconds": 40 * HOUR},
                "objectives": [
                    {"metric": metric, "severity": severity, "target_seconds": target, "calendar": calendar}
                    for severity, calendar in (("P2", "always"), ("P3", "business"))
                    for metric, target in TARGETS.items()
                ],
            }
        },
        "facts": [
            {"id": f"f{number:02}", "at": (START + HALF_HOUR * max(0, number - 3)).isoformat()} | happening
            for number, happening in enumerate(happenings)
        ],
    }


def _cost(question: Callable[[], ReplayDocument | Replay]) -> str:
    spent = []
    for _ in range(REPLAYS):
        before = perf_counter_ns()
        question()
        spent.append(perf_counter_ns() - before)
    return f"{median(spent) / 1e6:.2f} ms"
