"""Whole replay documents to draw from: few instants, so that many facts share one, and short targets.

Everything lies within a day and on full minutes, so that a simulation can walk through it. The clocks are put
back in Sydney in the middle of it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

START = datetime(
    2026, 4, 4, 12, 0, tzinfo=UTC
)  # Saturday, 23:00 in Sydney; the repeated hour begins at 15:00
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CALENDARS: Json = {
    "always": {"timezone": "UTC", "weekly": {day: [["00:00", "24:00"]] for day in DAYS}},
    "business": {
        "timezone": "Australia/Sydney",
        "weekly": {
            "sat": [["22:00", "23:40"], ["23:50", "02:30"]],
            "sun": [["03:10", "06:00"], ["09:00", "10:00"]],
        },
    },
    "gaps": {
        "timezone": "UTC",
        "weekly": {
            "sat": [["12:10", "12:30"], ["13:00", "14:20"], ["15:00", "23:00"]],
            "sun": [["00:00", "04:00"]],
        },
    },
}
METRICS = ("respond", "update", "restore", "resolve")
SEVERITIES = ("P1", "P2", "P4")
HALTS = ("customer_reply", "customer_access", "vendor", "agreed_wait", "excluded")
TARGETS = (60, 120, 30, 240, 90, None, 180, 20)  # minutes; None promises nothing
LAST = 14 * 60  # minutes after START

minutes = st.integers(0, LAST // 30).map(lambda count: count * 30)


def instant(minute: int, second: int = 0) -> str:
    return f"{START + timedelta(minutes=minute, seconds=second):%Y-%m-%dT%H:%M:%SZ}"


@st.composite
def objectives(draw: st.DrawFn) -> list[Json]:
    """Draw a target for most metrics and severities; none for the others."""
    listed = []
    for metric in METRICS:
        for severity in SEVERITIES:
            target = draw(st.sampled_from(TARGETS))
            if target is None:
                continue
            objective = {
                "metric": metric,
                "severity": severity,
                "target_seconds": target * 60,
                "calendar": draw(st.sampled_from(("always", *CALENDARS))),
            }
            if draw(st.integers(0, 4)) == 4:
                objective["stops_while"] = draw(st.lists(st.sampled_from(HALTS), unique=True))
            listed.append(objective)
    return listed


policies = st.fixed_dictionaries(
    {
        "reopen_window": st.fixed_dictionaries(
            {"calendar": st.sampled_from(tuple(CALENDARS)), "seconds": st.sampled_from([0, 1800, 7200])}
        ),
        "objectives": objectives(),
    }
)

replies = st.fixed_dictionaries(
    {
        "kind": st.just("public_reply"),
        "by": st.sampled_from(["desk", "desk", "desk", "customer", "vendor"]),
        "automatic": st.sampled_from([False, False, False, True]),
    }
)
holds = st.fixed_dictionaries(
    {"kind": st.just("held"), "reason": st.sampled_from(HALTS[:-1]), "lacks_plan": st.booleans()}
)
plain = st.sampled_from(
    ["restored", "resolved", "reopened", "closed", "returned_to_customer", "reached_desk", "internal_note"]
).map(lambda kind: {"kind": kind})
severities = st.sampled_from(SEVERITIES).map(lambda name: {"kind": "severity_set", "severity": name})
attachments = st.sampled_from(["p/1", "p/2"]).map(lambda name: {"kind": "policy_attached", "policy": name})
exclusions = st.just({"kind": "excluded", "reason": "customer_network"})
waivers = st.fixed_dictionaries(
    {"kind": st.just("waived"), "metric": st.sampled_from(METRICS), "cycle": st.integers(1, 3)}
)
merges = st.sampled_from([None, -40, -20]).map(
    lambda minute: {"kind": "merged"} | ({} if minute is None else {"inherit_start_at": instant(minute)})
)
single = st.one_of(replies, replies, plain, plain, holds, severities, attachments, waivers, merges)


def scene(*facts: st.SearchStrategy[Json] | str) -> st.SearchStrategy[list[Json]]:
    """Draw facts that follow each other, at one instant or later."""
    drawn = [st.just({"kind": fact}) if isinstance(fact, str) else fact for fact in facts]
    return st.tuples(*drawn).map(list)


scenes = st.one_of(
    scene(single),
    scene(single, single),
    scene(replies, replies, replies),
    scene(holds, "resumed"),
    scene(holds, holds, "resumed"),
    scene(holds, severities, "resumed"),
    scene(holds, "resolved", "reopened"),
    scene(holds, "closed", "reopened"),
    scene(holds, "returned_to_customer", "reached_desk"),
    scene(exclusions, "included"),
    scene(exclusions, "resolved", "included"),
    scene("restored", "reopened"),
    scene("resolved", "reopened"),
    scene("resolved", severities, "reopened"),
    scene("resolved", "closed", "reopened"),
    scene(severities, "restored", severities, "reopened"),
    scene("returned_to_customer", "reached_desk"),
)


@st.composite
def documents(draw: st.DrawFn) -> Json:
    """Draw a document whose ticket is opened at the start and does nearly anything from then on."""
    instants = sorted({0, *draw(st.lists(minutes, min_size=3, max_size=8, unique=True))})
    early = st.sampled_from([0, 0, 0, instants[1]])
    begun = [
        {"kind": "severity_set", "severity": draw(st.sampled_from(SEVERITIES))},
        {"kind": "policy_attached", "policy": "p/1"},
        {"kind": "reached_desk"},
    ]
    facts = [{"kind": "opened", "at": instant(0)}, *({"at": instant(draw(early))} | fact for fact in begun)]
    when = st.sampled_from(instants)
    for drawn in draw(st.lists(scenes, min_size=2, max_size=7)):
        moments = sorted(draw(when) for _ in drawn)
        facts += [{"at": instant(moment)} | fact for moment, fact in zip(moments, drawn, strict=True)]
    return {
        "format": "slo-replay/1",
        "as_of": instant(draw(st.just(LAST) | when | minutes)),
        "calendars": CALENDARS,
        "policies": {"p/1": draw(policies), "p/2": draw(policies)},
        "facts": [{"id": f"f{number:02}"} | fact for number, fact in enumerate(facts)],
    }
