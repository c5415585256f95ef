"""Public holidays of a country and its part, as plain dates with names, from the `holidays` library."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version

import holidays

from core.problems import Refused

YEARS = range(2000, 2101)
#: Where days have names in the country's own English.
_LANGUAGES = {"AU": "en_AU"}


def source() -> str:
    """Return what a version says of where its days came from, such as 'holidays 0.109'."""
    return f"holidays {version('holidays')}"


def days_of(country: str, subdivision: str, years: Iterable[int]) -> dict[str, str]:
    """Return the public holidays of some years by date; raises Refused for a place that is not known."""
    try:
        found = holidays.country_holidays(
            country.upper(),
            subdiv=subdivision or None,
            years=list(years),
            language=_LANGUAGES.get(country.upper(), "en_US"),
        )
    except NotImplementedError:
        supported = holidays.list_supported_countries()
        if country.upper() not in supported:
            raise Refused("Enter a country's two letters, such as AU or NZ.", field="country") from None
        parts = ", ".join(supported[country.upper()]) or "none: leave it empty"
        raise Refused(f"Enter one of its parts: {parts}.", field="subdivision") from None
    return {day.isoformat(): name for day, name in sorted(found.items())}
