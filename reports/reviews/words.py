"""What a review calls things. It is a document in English: its words are sealed with it; pure."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

METRICS = {
    "respond": "First response",
    "update": "Update",
    "restore": "Restoration",
    "resolve": "Resolution",
}
OUTCOMES = {"met": "Met", "missed": "Missed", "excluded": "Excluded"}
VERDICTS = {
    "attained": "reached",
    "not_attained": "not reached",
    "too_few": "too few to judge",
    "none": "nothing was judged",
    "": "no goal",
}
PAUSES = {
    "customer_reply": "Waiting for the customer's reply",
    "customer_access": "Waiting for access from the customer",
    "vendor": "Waiting for a vendor",
    "agreed_wait": "Agreed wait",
    "restored": "After service was restored",
    "resolved": "After the ticket was resolved",
    "no_objective": "No target at this severity",
}
EXCLUSIONS = {
    "customer_network": "The customer's network",
    "customer_firewall": "The customer's firewall",
    "customer_aws_network": "The customer's part of the AWS network",
    "customer_change": "The customer's own change",
    "out_of_scope": "Outside the scope of the agreement",
    "other": "Another reason",
}
#: Whose a second is, in the order of the ledger.
PARTIES = {
    "desk": "The Trusst desk",
    "customer_l1": "The customer's Level 1",
    "customer": "Waiting for the customer",
    "vendor": "Waiting for a vendor",
    "agreed_wait": "Agreed waits",
    "excluded": "Excluded",
    "after_restore": "After service was restored",
}
#: How old open tickets are, in days from their opening: from, to below.
BANDS: tuple[tuple[int, int | None, str], ...] = (
    (0, 1, "under 1 day"),
    (1, 7, "1 to 7 days"),
    (7, 30, "7 to 30 days"),
    (30, None, "over 30 days"),
)

METHOD = (
    "A promise is measured by a clock: one objective on one ticket. A clock is computed from the ticket's facts and from the versions of policy and calendar that its agreement pins, and from nothing else.",
    "A clock belongs to the month in which its verdict fell: a miss to the instant at which the allowed time was used up, everything else to the instant at which the clock stopped.",
    "The share is met of judged; judged are those met and those missed. A waived miss stays a miss. Excluded clocks are left out of the judged; beside each share stands what it would be if every excluded clock had been missed.",
    "Shares are rounded down. Under 20 judged clocks a goal that is not reached is called too few to judge.",
    "Whose time it was is added up for tickets that reached the desk and ended in the month: each second from opening to the end belongs to exactly one party.",
    "Vendors' own times are shown and not owed: no figure about our promises reads them.",
)
CHECKING = (
    "The bundle that belongs to this review holds the facts of every ticket behind a figure. Get the portal's source, which is free, and run: python manage.py verify_review FILE. It needs no database and no network.",
    "It computes every clock again from the facts, then every figure from the clocks, and compares them with this review, the rows, and the seal. It ends with 0 if all is as sealed, and with 1 and a line for each fault.",
    "Each seal is computed over the review's files and over the seal of the review before, so that no sealed review can be exchanged without breaking every later one. The seal of this one stands beside its download, and in the mail that announced it.",
    "It cannot show a ticket that was left out. Compare the list of tickets in the rows with your own in the portal.",
    "Computed again are verdicts, counts, shares, pauses, time, ages and the sentences of the summary. What people wrote (causes, actions, reasons) and vendors' times are held by the seal alone.",
)


def say_month(month: str) -> str:
    """Return a month such as '2026-03' as 'March 2026'."""
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def say_day(day: date) -> str:
    """Return a day as '3 March 2026'."""
    return f"{day.day} {day:%B %Y}"


def say_local(moment: datetime, zone: str) -> str:
    """Return an instant in a zone as '3 March 2026, 10:00 AEDT'."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{say_day(local.date())}, {local:%H:%M} {local.tzname()}"


def say_share(percent: float | None, part: int, whole: int) -> str:
    """Return a share with its counts, such as '97.5% (39 of 40)'."""
    return "nothing judged" if percent is None else f"{percent:g}% ({part} of {whole})"


def say_hours(seconds: int) -> str:
    """Return a length in hours, or in minutes where it is shorter than one."""
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600:,} h"


def say_length(seconds: int) -> str:
    """Return a length of the clock on the wall in its two largest units, such as '3 h 20 min'."""
    return _say(seconds, ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")))


def say_counted(seconds: int) -> str:
    """Return a length that a calendar counted: in hours, for its days have other lengths."""
    return _say(seconds, ((3600, "h"), (60, "min"), (1, "s")))


def _say(seconds: int, units: tuple[tuple[int, str], ...]) -> str:
    rest, parts = seconds, []
    for length, unit in units:
        value, rest = divmod(rest, length)
        if value:
            parts.append(f"{value:,} {unit}")
    return " ".join(parts[:2]) or "0 min"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, such as '1 ticket' or '1,200 tickets'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
