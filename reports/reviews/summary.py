"""The five sentences that a review begins with, made of its figures and of nothing else; pure.

Their wording belongs to the format: a sealed review is checked word for word, so another wording is another format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from reports.reviews.figures import read_moment
from reports.reviews.words import METRICS, PARTIES, count, say_day, say_hours, say_month, say_share
from slas.tallies import Tally


def sentences(review: Mapping[str, Any]) -> list[str]:
    """Return the summary of a review: promises, objectives, exclusions, time, tickets."""
    figures = review["figures"]
    totals = [line for line in figures["attainment"] if line["severity"] == ""]
    whole = sum((_tally(line) for line in totals), Tally())
    return [
        _promises(say_month(review["month"]), review["customer"]["name"], whole),
        _objectives(totals),
        _exclusions(whole),
        _time(figures["time"]),
        _tickets(figures["tickets"], review["zone"]),
    ]


def _tally(line: Mapping[str, Any]) -> Tally:
    return Tally(**{name: line[name] for name in ("met", "missed", "waived", "excluded")})


def _promises(month: str, customer: str, whole: Tally) -> str:
    if not whole.judged:
        return f"In {month} no promise to {customer} was judged."
    waived = f", of which {count(whole.waived, 'was', 'were')} waived" if whole.waived else ""
    missed = f"{whole.missed:,} missed{waived}" if whole.missed else "none missed"
    return (
        f"In {month} {count(whole.judged, 'promise')} to {customer} {_was(whole.judged)} judged:"
        f" {whole.met:,} kept and {missed}."
    )


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _objectives(totals: Sequence[Mapping[str, Any]]) -> str:
    judged = [line for line in totals if line["judged"]]
    if not judged:
        return "There is no share to set against a goal."
    return _joined([_objective(line) for line in judged]) + "."


def _objective(line: Mapping[str, Any]) -> str:
    said = f"{METRICS[line['metric']]}: {say_share(line['percent'], line['met'], line['judged'])}"
    if line["goal"] is None:
        return said
    verdict = {
        "attained": f"the goal of {line['goal']}% is reached",
        "not_attained": f"the goal of {line['goal']}% is not reached",
        "too_few": f"too few to judge against {line['goal']}%",
    }[line["verdict"]]
    return f"{said}, {verdict}"


def _joined(parts: Sequence[str]) -> str:
    return "; ".join([parts[0], *(part[0].lower() + part[1:] for part in parts[1:])])


def _exclusions(whole: Tally) -> str:
    if not whole.excluded:
        return "No promise was excluded, so the shares are the same with exclusions and without."
    left_out = f"{count(whole.excluded, 'promise')} {_was(whole.excluded)} excluded"
    if not whole.judged:
        return f"{left_out}, and nothing else was measured."
    without = say_share(whole.percent, whole.met, whole.judged)
    others = say_share(whole.percent_with_excluded, whole.met, whole.judged + whole.excluded)
    return f"{left_out}: over all objectives {without} were kept, and {others} if every excluded one had been missed."


def _time(lines: Sequence[Mapping[str, Any]]) -> str:
    spent = {party: sum(line["seconds"][party] for line in lines) for party in PARTIES}
    whole, tickets = sum(spent.values()), sum(line["tickets"] for line in lines)
    if not whole:
        return "No ticket of the desk ended in the month, so there is no time to share out."
    most = sorted((party for party in PARTIES if spent[party]), key=lambda party: -spent[party])[:3]
    shares = ", ".join(f"{_in_text(party)} {spent[party] * 100 // whole}%" for party in most)
    return f"The {count(tickets, 'ticket')} of the desk that ended took {say_hours(whole)} in all, mostly: {shares}."


def _in_text(party: str) -> str:
    name = PARTIES[party]
    return name[0].lower() + name[1:]


def _tickets(counts: Mapping[str, Any], zone: str) -> str:
    opened = (
        f"{count(counts['opened'], 'ticket')} {_was(counts['opened'])}"
        if counts["opened"]
        else "No ticket was"
    )
    said = f"{opened} opened and {counts['ended'] or 'none'} ended"
    if not counts["open"]:
        return f"{said}; none was open at the end."
    oldest = say_day(read_moment(counts["oldest_opened_at"]).astimezone(ZoneInfo(zone)).date())
    return f"{said}; {counts['open']:,} {_was(counts['open'])} open at the end, the oldest since {oldest}."
