"""The support plans that AWS sells, as data: a customer declares one of them for each account."""

from __future__ import annotations

#: The names by which AWS sells its plans, the smallest first.
PLANS = (
    "Basic",
    "Developer",
    "Business",
    "Business Support+",
    "Enterprise On-Ramp",
    "Enterprise",
    "Unified Operations",
)

#: The smallest plan with which the desk can open a case about a fault.
SMALLEST_THAT_SERVES = "Business Support+"
