"""The rows of a review as a table, in the same words for CSV and for spreadsheets; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.tables import write_csv
from reports.reviews.figures import read_moment
from reports.reviews.words import METRICS, OUTCOMES

_PAUSES = (
    "customer_reply",
    "customer_access",
    "vendor",
    "agreed_wait",
    "restored",
    "resolved",
    "no_objective",
)
_MOMENTS = (
    ("Started", "started_at"),
    ("Due", "due_at"),
    ("Stopped", "stopped_at"),
    ("Missed", "breached_at"),
    ("Verdict", "decided_at"),
)
HEADER: tuple[str, ...] = (
    "Ticket",
    "Subject",
    "Service",
    "Objective",
    "Number",
    "Severity",
    "Outcome",
    "Waived",
    "Excluded",
    "Allowed (minutes)",
    "Used (minutes)",
    *(f"{name} ({zone})" for name, _ in _MOMENTS for zone in ("UTC", "local")),
    *(f"Paused: {reason} (minutes)" for reason in _PAUSES),
    "Paused: other (minutes)",
    "Excluded time (minutes)",
    "Policy",
    "Calendar",
)
Cell = str | int | float


def table_of(review: Mapping[str, Any]) -> list[list[Cell]]:
    """Return a line for each objective row of a review; minutes have two decimals, and nothing is an empty cell."""
    zone = ZoneInfo(review["zone"])
    return [_cells(row, review["tickets"].get(row["ticket"], {}), zone) for row in review["figures"]["rows"]]


def _cells(row: Mapping[str, Any], ticket: Mapping[str, Any], zone: ZoneInfo) -> list[Cell]:
    paused: Mapping[str, int] = row["paused"]
    others = sum(seconds for reason, seconds in paused.items() if reason not in _PAUSES)
    return [
        row["ticket"],
        ticket.get("subject", ""),
        ticket.get("service", ""),
        METRICS[row["metric"]],
        row["cycle"],
        row["severity"],
        OUTCOMES[row["outcome"]],
        "yes" if row["waived"] else "no",
        "yes" if row["outcome"] == "excluded" else "no",
        "" if row["target_seconds"] is None else minutes(row["target_seconds"]),
        minutes(row["consumed_seconds"]),
        *(cell for _, name in _MOMENTS for cell in _moment(row[name], zone)),
        *(minutes(paused.get(reason, 0)) for reason in _PAUSES),
        minutes(others),
        minutes(sum(row["excluded"].values())),
        row["policy"],
        row["calendar"],
    ]


def minutes(seconds: int) -> int | float:
    """Return seconds as minutes, a whole number where it is one."""
    return seconds // 60 if seconds % 60 == 0 else round(seconds / 60, 2)


def _moment(text: str | None, zone: ZoneInfo) -> tuple[str, str]:
    if text is None:
        return "", ""
    local: datetime = read_moment(text).astimezone(zone)
    return text, f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()}"


def rows_csv(review: Mapping[str, Any]) -> bytes:
    """Return the rows as CSV; a text that a spreadsheet would run gets an apostrophe before it."""
    return write_csv(HEADER, table_of(review)).encode()
