"""The verbs about promises: sign and attach an agreement, replay a ticket's clocks, say what became true."""

from slas.actions.agreements import attach_agreement, sign_agreement
from slas.actions.clocks import Measured, measure, refresh_clocks
from slas.actions.closing import plan_closing
from slas.actions.sweeping import check, sweep

__all__ = [
    "Measured",
    "attach_agreement",
    "check",
    "measure",
    "plan_closing",
    "refresh_clocks",
    "sign_agreement",
    "sweep",
]
