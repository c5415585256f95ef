"""Whether the desk can open AWS Support cases for an account, and what is to be done where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import AwsAccount, SupportState
from customers.plans import PlanTerms, named, smallest_that_serves

#: How long before a plan ends people are told.
AHEAD = timedelta(days=90)


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
    """How an account stands: the word for it, what it means, the steps that would mend it, and what comes.

    `for_tickets` says what it means for tickets that wait for AWS.
    """

    coverage: Coverage
    meaning: str
    steps: tuple[str, ...] = ()
    warning: str = ""
    for_tickets: str = ""


def standing_of(account: AwsAccount, *, on: date, terms: Sequence[PlanTerms]) -> Standing:
    """Return how an account stands on a day: an eligible plan comes first, then the customer's permission."""
    if account.support_state == SupportState.NOT_MET:
        return Standing(
            coverage=Coverage.NO_ACCESS,
            meaning=_("AWS takes no case about a fault on this plan."),
            steps=(*_change_plan(terms, on), _("Say here which plan it has now. We check it again.")),
            for_tickets=_(
                "We work on your tickets. We cannot commit to times for AWS, and the time for which a ticket waits for AWS counts as yours."
            ),
        )
    if account.support_state == SupportState.UNKNOWN:
        standing = Standing(
            coverage=Coverage.NOT_CHECKED,
            meaning=_("We have not seen which support plan this account has."),
            steps=(_("Say here which plan it has."), _("Connect the account, so that we can look.")),
            for_tickets=_("As long as we do not know, nothing is counted as yours."),
        )
    elif not account.cases_allowed_by:
        standing = Standing(
            coverage=Coverage.LIMITED,
            meaning=_("The plan serves, but we ask you before each case."),
            steps=(_("A lead allows us to open cases for this account."),),
        )
    else:
        standing = Standing(
            coverage=Coverage.READY, meaning=_("We open cases at once when a ticket needs one.")
        )
    return _with_dates(standing, account, on=on, terms=terms)


def _with_dates(standing: Standing, account: AwsAccount, *, on: date, terms: Sequence[PlanTerms]) -> Standing:
    """Add what the dates of the declared plan mean, if it has ended or ends soon."""
    plan = named(terms, account.declared_plan)
    if plan is None or plan.accepted_until is None or plan.accepted_until - on > AHEAD:
        return standing
    said = {"plan": plan.name, "day": date_format(plan.accepted_until, "j F Y")}
    if on < plan.accepted_until:
        warning = _("%(plan)s serves until %(day)s. Choose another plan before that day.") % said
        return replace(standing, warning=warning, steps=(*standing.steps, *_change_plan(terms, on)))
    warning = _("%(plan)s does not serve since %(day)s.") % said
    coverage = Coverage.LIMITED if standing.coverage == Coverage.READY else standing.coverage
    return replace(
        standing, coverage=coverage, warning=warning, steps=(*standing.steps, *_change_plan(terms, on))
    )


def _change_plan(terms: Sequence[PlanTerms], on: date) -> tuple[str, ...]:
    """Return the steps to a plan that serves."""
    return (
        _("Open the AWS console of this account as its owner, then Support, Support plans."),
        _("Choose %(plan)s or a larger plan.")
        % {"plan": smallest_that_serves(terms, on) or _("a plan that takes cases about faults")},
    )
