"""Made-up months as documents: no database, so that files, seals and pages of many shapes cost nothing."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from reports.reviews import bundle
from reports.reviews.figures import figures_of, period_of, read
from reports.reviews.summary import sentences

SINCE = datetime(2026, 2, 28, 13, 0, tzinfo=UTC)  # 1 March in Sydney
UNTIL = datetime(2026, 3, 31, 13, 0, tzinfo=UTC)
AS_OF = datetime(2026, 4, 2, 22, 0, tzinfo=UTC)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = {"timezone": "Australia/Sydney", "weekly": {day: [["00:00", "24:00"]] for day in _DAYS}}
BUSINESS = {"timezone": "Australia/Sydney", "weekly": {day: [["09:00", "17:00"]] for day in _DAYS[:5]}}
_TARGETS = {
    "P1": (1800, 3600, 14400, "always"),
    "P2": (3600, 7200, 28800, "always"),
    "P3": (14400, 28800, 86400, "business"),
    "P4": (28800, 144000, None, "business"),
}
GOALS = {"respond": 95, "update": 95, "restore": 95, "resolve": 95}
POLICY = {
    "reopen_window": {"calendar": "business", "seconds": 144000},
    "objectives": [
        {"metric": metric, "severity": severity, "target_seconds": target, "calendar": targets[3]}
        for severity, targets in _TARGETS.items()
        for metric, target in zip(("respond", "update", "restore"), targets[:3], strict=True)
        if target
    ],
}


def iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def document(*facts: tuple[datetime, str, Mapping[str, Any]], as_of: datetime = AS_OF) -> dict[str, Any]:
    """Return a document of facts, each an instant, a kind and what else belongs to it."""
    return {
        "format": "slo-replay/1",
        "as_of": iso(as_of),
        "calendars": {"always": ALWAYS, "business": BUSINESS},
        "policies": {"Managed service v1": POLICY},
        "facts": [
            {"id": f"e{number:05d}", "at": iso(at), "kind": kind, **more}
            for number, (at, kind, more) in enumerate(facts, start=1)
        ],
    }


def ticket(
    opened_at: datetime,
    *,
    severity: str = "P2",
    answered: float | None = 10,
    restored: float | None = 60,
    resolved: float | None = 90,
    more: tuple[tuple[float, str, Mapping[str, Any]], ...] = (),
    as_of: datetime = AS_OF,
) -> dict[str, Any]:
    """Return a ticket that was answered, restored and resolved so many minutes after it reached the desk."""

    def after(minutes: float) -> datetime:
        return opened_at + timedelta(minutes=minutes)

    facts: list[tuple[datetime, str, Mapping[str, Any]]] = [
        (opened_at, "opened", {}),
        (opened_at, "severity_set", {"severity": severity}),
        (opened_at, "policy_attached", {"policy": "Managed service v1"}),
        (opened_at, "reached_desk", {}),
    ]
    if answered is not None:
        facts.append((after(answered), "public_reply", {"by": "desk"}))
    for minutes, kind, fields in more:
        facts.append((after(minutes), kind, fields))
    if restored is not None:
        facts.append((after(restored), "restored", {}))
    if resolved is not None:
        facts.append((after(resolved), "resolved", {}))
    return document(*facts, as_of=as_of)


def many(number: int, *, seed: int = 1) -> dict[str, Any]:
    """Return tickets of every kind over the month and its edges, the same for the same seed."""
    draw = random.Random(seed)
    found = {}
    for one in range(1, number + 1):
        opened_at = SINCE + timedelta(minutes=draw.randrange(-9 * 1440, 32 * 1440))
        severity = draw.choice(("P1", "P2", "P2", "P3", "P3", "P3", "P4"))
        answered = draw.choice((5, 8, 12, 20, 25, 25, 40, 90))
        restored = draw.choice((60, 120, 200, 220, 300, 900)) if draw.random() < 0.95 else None
        more: list[tuple[float, str, Mapping[str, Any]]] = []
        if draw.random() < 0.4:
            reason = draw.choice(("customer_reply", "customer_access", "vendor", "agreed_wait"))
            more.append((50, "held", {"reason": reason}))
            more.append((50 + draw.randrange(1, 600), "resumed", {}))
        if draw.random() < 0.1:
            more.append((45, "excluded", {"reason": "customer_network"}))
            if draw.random() < 0.5:
                more.append((800, "included", {}))
        if draw.random() < 0.1:
            more.append((55, "severity_set", {"severity": draw.choice(("P1", "P4"))}))
        resolved = None if restored is None or draw.random() < 0.07 else restored + draw.randrange(1, 300)
        ends = resolved or int((AS_OF - opened_at).total_seconds() // 60)
        step = {"P1": 50, "P2": 100, "P3": 460, "P4": 2200}[severity]
        updates = list(range(answered + step, ends, step))
        if updates and draw.random() < 0.1:
            updates.pop()  # one was forgotten
        more += [(at, "public_reply", {"by": "desk"}) for at in updates]
        if resolved is not None and draw.random() < 0.1:
            more.append((resolved + 60, "reopened", {}))
            more.append((resolved + 200, "resolved", {}))
        if draw.random() < 0.1:
            more.append((9000, "waived", {"metric": "respond", "cycle": 1}))
        found[f"ACME-{one}"] = ticket(
            opened_at,
            severity=severity,
            answered=answered,
            restored=restored,
            resolved=resolved,
            more=tuple(more),
        )
    return found


def review(documents: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a whole review of some documents, with something in every part."""
    made: dict[str, Any] = {
        "format": bundle.REVIEW_FORMAT,
        "customer": {"name": "Acme Freight", "key": "ACME"},
        "month": "2026-03",
        "issue": 1,
        "zone": "Australia/Sydney",
        "since": iso(SINCE),
        "until": iso(UNTIL),
        "as_of": iso(AS_OF),
        "agreement": {
            "number": "MS-ACME",
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
            "notice_on": "2026-10-01",
            "renewal_note": "Renews for another year unless either side gives notice.",
        },
        "goals": GOALS,
        "words": "",
        "reviewed": None,
        "tickets": {
            key: {"subject": f"Something is wrong with {key}", "service": "Shop", "kind": "incident"}
            for key in documents
        },
        "told": {"exclusions": [], "vendor_cases": [], "accounts": [], "carried_over": []},
        "changes": None,
    } | changes
    figures = figures_of(read(documents), period_of(made), made["goals"])
    made["figures"] = figures
    made["told"]["misses"] = [
        {
            "ticket": row["ticket"],
            "metric": row["metric"],
            "cycle": row["cycle"],
            "cause": "Nobody was free in time",
            "detail": "Two were ill",
            "action": "A third is on call",
            "owner": "Mei Tanaka",
            "status": "In progress",
            "due_on": "2026-04-10",
        }
        for row in figures["rows"]
        if row["outcome"] == "missed"
    ]
    made["summary"] = sentences(made)
    return made
