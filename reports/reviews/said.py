"""What a review says, in the words in which it is printed and shown; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from reports.reviews.figures import read_moment
from reports.reviews.misses import Misses, grouped
from reports.reviews.words import (
    BANDS,
    CHECKING,
    EXCLUSIONS,
    METHOD,
    METRICS,
    PARTIES,
    PAUSES,
    VERDICTS,
    count,
    say_counted,
    say_day,
    say_hours,
    say_length,
    say_local,
    say_month,
    say_share,
)

#: What stands above the columns of each table.
HEADS: Mapping[str, list[str]] = {
    "changes": ["Ticket", "Objective", "Row", "What is different"],
    "changed_shares": ["Objective", "Severity", "Was", "Is"],
    "exclusions": ["Ticket", "Reason", "Time", "Approved by", "Contested"],
    "pauses": ["Reason", "Clocks", "Time not counted"],
    "vendor_cases": [
        "Case",
        "Ticket",
        "Severity",
        "Opened",
        "First answer",
        "Published",
        "With the vendor",
        "Stands",
    ],
    "time": ["Severity", "Tickets", "In all", *PARTIES.values()],
    "ageing": ["Next move", *(name for _, _, name in BANDS)],
    "accounts": ["AWS account", "Plan", "Stands"],
    "carried_over": ["Ticket", "Action", "Owner", "Due", "Status"],
    "rules": ["Rule", "Version", "Clocks judged by it"],
}
#: So many misses, exclusions, vendor cases and changes are told; the files beside hold all of them.
TOLD = 300


def contents(review: Mapping[str, Any], *, state: str) -> dict[str, Any]:
    """Return everything that a review says, in words; `state` says how far it is, such as 'Draft'."""
    figures, told, zone = review["figures"], review["told"], review["zone"]
    misses = grouped(review)
    pauses, excluded_time = (
        _reasons(figures["pauses"], PAUSES),
        _reasons(figures["excluded_time"], EXCLUSIONS),
    )
    return {
        "title": f"Service review {say_month(review['month'])}: {review['customer']['name']}",
        "customer": review["customer"]["name"],
        "month": say_month(review["month"]),
        "issue": str(review["issue"]),
        "state": state,
        "is_draft": state.startswith("Draft"),
        "period": f"{say_local(read_moment(review['since']), zone)} to {say_local(read_moment(review['until']), zone)}",
        "as_of": say_local(read_moment(review["as_of"]), zone),
        "zone": zone,
        "agreement": _agreement(review["agreement"]),
        "summary": review["summary"],
        "words": [part for part in review["words"].split("\n\n") if part.strip()],
        "reviewed": _reviewed(review["reviewed"], zone),
        "attainment": [_attainment(line) for line in figures["attainment"]],
        "misses": [_miss(one, review) for one in misses[:TOLD]],
        "more_misses": sum(one.number for one in misses[TOLD:]),
        "exclusions": [_exclusion(one, zone) for one in told["exclusions"][:TOLD]],
        "more_exclusions": _more(told["exclusions"]),
        "pauses": [*pauses, *([f"Excluded: {reason}", *more] for reason, *more in excluded_time)],
        "vendor_cases": [_vendor_case(one, zone) for one in told["vendor_cases"][:TOLD]],
        "more_vendor_cases": _more(told["vendor_cases"]),
        "parties": list(PARTIES.values()),
        "time": [_time(line) for line in figures["time"]],
        "bands": [name for _, _, name in BANDS],
        "ageing": [[PARTIES[line["party"]], *map(str, line["bands"])] for line in figures["ageing"]],
        "open": count(figures["tickets"]["open"], "ticket"),
        "renewal": _renewal(review["agreement"]),
        "accounts": [[one["name"], one["plan"], one["says"]] for one in told["accounts"]],
        "carried_over": [_carried(one) for one in told["carried_over"][:TOLD]],
        "changes": _changes(review["changes"]),
        "time_rows": [
            [line["severity"] or "None", str(line["tickets"]), _whole(line), *_hours(line)]
            for line in figures["time"]
        ],
        "heads": HEADS,
        "method": list(METHOD),
        "rules": [
            [kind, one["name"], str(one["clocks"])]
            for kind, name in (("Policy", "policies"), ("Calendar", "calendars"))
            for one in figures["rules"][name]
        ],
        "checking": list(CHECKING),
    }


def _more(listed: Sequence[Any]) -> int:
    return max(0, len(listed) - TOLD)


def _agreement(agreement: Mapping[str, Any] | None) -> str:
    if agreement is None:
        return "No agreement was in force"
    return f"Agreement {agreement['number']}"


def _reviewed(reviewed: Mapping[str, Any] | None, zone: str) -> str:
    if reviewed is None:
        return ""
    return f"Reviewed by {reviewed['by']}, {say_local(read_moment(reviewed['at']), zone)}"


def _attainment(line: Mapping[str, Any]) -> dict[str, Any]:
    whole = line["judged"] + line["excluded"]
    return {
        "is_total": line["severity"] == "",
        "objective": METRICS[line["metric"]],
        "severity": line["severity"] or "All",
        "share": say_share(line["percent"], line["met"], line["judged"]),
        "percent": line["percent"],
        "goal": "none" if line["goal"] is None else f"{line['goal']}%",
        "verdict": VERDICTS[line["verdict"]],
        "is_bad": line["verdict"] == "not_attained",
        "missed": str(line["missed"]) + (f" ({line['waived']} waived)" if line["waived"] else ""),
        "excluded": str(line["excluded"]),
        "with_excluded": say_share(line["percent_with_excluded"], line["met"], whole)
        if line["excluded"]
        else "the same",
    }


def _miss(one: Misses, review: Mapping[str, Any]) -> dict[str, Any]:
    told, zone = one.told, review["zone"]
    first, last = say_local(one.first_at, zone), say_local(one.last_at, zone)
    waived = "Waived." if one.waived == one.number == 1 else f"Waived: {one.waived}." if one.waived else ""
    parts = [
        one.promise,
        f"missed {first}" if one.number == 1 else f"missed from {first} to {last}",
        one.took,
    ]
    return {
        "ticket": one.ticket,
        "subject": review["tickets"].get(one.ticket, {}).get("subject", ""),
        "what": "; ".join(part for part in parts if part) + ".",
        "waived": waived,
        "cause": told["cause"] or "Not said yet",
        "detail": told["detail"],
        "action": told["action"] or "Follows",
        "owner": told["owner"] or "Nobody yet",
        "status": told["status"] + (f", due {_day(told['due_on'])}" if told["due_on"] else ""),
    }


def _exclusion(one: Mapping[str, Any], zone: str) -> list[str]:
    ends = say_local(read_moment(one["ends_at"]), zone) if one["ends_at"] else "it goes on"
    return [
        one["ticket"],
        one["reason"],
        f"{say_local(read_moment(one['starts_at']), zone)} to {ends}",
        one["approved_by"] + (f": {one['decision']}" if one["decision"] else ""),
        one["contested"] or "no",
    ]


def _reasons(lines: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> list[list[str]]:
    return [
        [words.get(line["reason"], line["reason"]), str(line["clocks"]), say_length(line["seconds"])]
        for line in lines
    ]


def _vendor_case(one: Mapping[str, Any], zone: str) -> list[str]:
    published = "none published" if one["published"] is None else say_length(one["published"])
    if one["published"] is not None and one["in_business_hours"]:
        published += " of its business hours"
    return [
        f"{one['vendor']} {one['case']}".strip(),
        one["ticket"],
        one["severity"],
        say_local(read_moment(one["opened_at"]), zone),
        "none yet" if one["took"] is None else say_length(one["took"]),
        published,
        say_length(one["on_vendor"]),
        one["state"],
    ]


def _time(line: Mapping[str, Any]) -> dict[str, Any]:
    whole = sum(line["seconds"].values())
    return {
        "severity": line["severity"] or "None",
        "tickets": str(line["tickets"]),
        "hours": say_hours(whole),
        "parties": [
            {
                "said": say_hours(line["seconds"][party]) if line["seconds"][party] else "0",
                "share": 0.0 if whole == 0 else line["seconds"][party] / whole,
            }
            for party in PARTIES
        ],
    }


def _whole(line: Mapping[str, Any]) -> str:
    return say_hours(sum(line["seconds"].values()))


def _hours(line: Mapping[str, Any]) -> list[str]:
    return [say_hours(line["seconds"][party]) if line["seconds"][party] else "0" for party in PARTIES]


def _renewal(agreement: Mapping[str, Any] | None) -> list[list[str]]:
    if agreement is None:
        return []
    lines = [
        ["Agreement", agreement["number"]],
        ["Runs", f"{_day(agreement['starts_on'])} to {_day(agreement['ends_on'])}"],
        ["Notice by", _day(agreement["notice_on"]) if agreement["notice_on"] else "no day is agreed"],
    ]
    return [*lines, ["Renewal", agreement["renewal_note"]]] if agreement["renewal_note"] else lines


def _day(text: str) -> str:
    return say_day(date.fromisoformat(text))


def _carried(one: Mapping[str, Any]) -> list[str]:
    due = _day(one["due_on"]) if one["due_on"] else "no day is set"
    return [one["ticket"], one["action"] or "Not said yet", one["owner"] or "Nobody yet", due, one["status"]]


def _changes(changes: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if changes is None:
        return None
    lines = [
        [
            one["ticket"],
            METRICS[one["metric"]] + (f" no. {one['cycle']}" if one["cycle"] > 1 else ""),
            {"came": "Came", "went": "Went", "changed": "Changed"}[one["kind"]],
            "; ".join(_change(name, pair) for name, pair in one["fields"].items() if name in _SHOWN),
        ]
        for one in changes["rows"]
    ]
    return {
        "from_issue": str(changes["from_issue"]),
        "reason": changes["reason"],
        "rows": lines[:TOLD],
        "more": _more(lines),
        "attainment": [
            [
                METRICS[one["metric"]],
                one["severity"] or "All",
                say_share(*_counts(one["was"])),
                say_share(*_counts(one["now"])),
            ]
            for one in changes["attainment"]
        ],
    }


def _counts(line: Mapping[str, Any] | None) -> tuple[float | None, int, int]:
    return (None, 0, 0) if line is None else (line["percent"], line["met"], line["judged"])


#: What of a changed row is worth a reader's time; the rest follows from it, and is in review.json.
_SHOWN = (
    "outcome",
    "waived",
    "severity",
    "target_seconds",
    "consumed_seconds",
    "breached_at",
    "stopped_at",
    "excluded",
)
_FIELDS = {
    "target_seconds": "allowed",
    "consumed_seconds": "used",
    "breached_at": "missed at",
    "stopped_at": "stopped at",
}


def _change(name: str, pair: Sequence[Any]) -> str:
    return f"{_FIELDS.get(name, name)}: {_value(name, pair[0])} → {_value(name, pair[1])}"


def _value(name: str, value: Any) -> str:
    if value is None or value == {}:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("_seconds"):
        return say_counted(value)
    if name == "excluded":
        return say_length(sum(value.values()))
    return str(value)
