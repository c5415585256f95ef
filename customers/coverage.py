"""Whether the desk can open AWS Support cases for an account, and what is to be done where it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import AwsAccount, SupportState
from customers.plans import SMALLEST_THAT_SERVES


class Coverage(StrEnum):
    """What the desk can do at AWS for an account."""

    READY = "ready"
    LIMITED = "limited"
    NO_ACCESS = "no_access"
    NOT_CHECKED = "not_checked"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


_LABELS = {
    Coverage.READY: gettext_lazy("Ready"),
    Coverage.LIMITED: gettext_lazy("Limited"),
    Coverage.NO_ACCESS: gettext_lazy("No access"),
    Coverage.NOT_CHECKED: gettext_lazy("Not checked"),
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How an account stands: the word for it, what it means, and the steps that would mend it."""

    coverage: Coverage
    meaning: str
    steps: tuple[str, ...] = ()


def standing_of(account: AwsAccount) -> Standing:
    """Return how an account stands: an eligible plan comes first, then the customer's permission."""
    if account.support_state == SupportState.NOT_MET:
        return Standing(
            coverage=Coverage.NO_ACCESS,
            meaning=_("AWS takes no case about a fault on this plan."),
            steps=(
                _("Open the AWS console of this account as its owner, then Support, Support plans."),
                _("Choose %(plan)s or a larger plan.") % {"plan": SMALLEST_THAT_SERVES},
                _("Say here which plan it has now. We check it again."),
            ),
        )
    if account.support_state == SupportState.UNKNOWN:
        return Standing(
            coverage=Coverage.NOT_CHECKED,
            meaning=_("We have not seen which support plan this account has."),
            steps=(
                _("Say here which plan it has."),
                _("Keep the role that lets us look. We check the plan at our next look."),
            ),
        )
    if not account.cases_allowed_by:
        return Standing(
            coverage=Coverage.LIMITED,
            meaning=_("The plan serves, but we ask you before each case."),
            steps=(_("A lead allows us to open cases for this account."),),
        )
    return Standing(coverage=Coverage.READY, meaning=_("We open cases at once when a ticket needs one."))
