"""The verbs about promises: sign and attach an agreement, replay a ticket's clocks, say what became true."""

from slas.actions.agreements import (
    attach_agreement,
    end_agreement_early,
    renew_agreement,
    sign_agreement,
)
from slas.actions.backdating import approve_restoration, reject_restoration, settle_earlier_restoration
from slas.actions.checking import Contradiction, check_clocks
from slas.actions.clocks import refresh_clocks
from slas.actions.closing import plan_closing
from slas.actions.correcting import correct
from slas.actions.corrections import (
    approve_correction,
    draft_of,
    drafted,
    fingerprint,
    propose_correction,
    reject_correction,
)
from slas.actions.exclusions import (
    approve_exclusion,
    contest_exclusion,
    end_exclusion,
    keep_exclusion,
    propose_exclusion,
    reject_exclusion,
    revoke_exclusion,
    withdraw_exclusion,
)
from slas.actions.misses import check_misses_explained, explain_misses
from slas.actions.rules import check_next, publish_calendar, publish_policy, sweep_changes
from slas.actions.sweeping import sweep
from slas.actions.telling import tell_contested
from slas.actions.waivers import waive_objective
from slas.looks import Measured, measure

__all__ = [
    "Contradiction",
    "Measured",
    "approve_correction",
    "approve_exclusion",
    "approve_restoration",
    "attach_agreement",
    "check_clocks",
    "check_misses_explained",
    "check_next",
    "contest_exclusion",
    "correct",
    "draft_of",
    "drafted",
    "end_agreement_early",
    "end_exclusion",
    "explain_misses",
    "fingerprint",
    "keep_exclusion",
    "measure",
    "plan_closing",
    "propose_correction",
    "propose_exclusion",
    "publish_calendar",
    "publish_policy",
    "refresh_clocks",
    "reject_correction",
    "reject_exclusion",
    "reject_restoration",
    "renew_agreement",
    "revoke_exclusion",
    "settle_earlier_restoration",
    "sign_agreement",
    "sweep",
    "sweep_changes",
    "tell_contested",
    "waive_objective",
    "withdraw_exclusion",
]
