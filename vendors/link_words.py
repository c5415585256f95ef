"""What the state of a link means for a customer's tickets, and what is to be done about it, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from vendors.adapters.base import Refusal
from vendors.models import AccountLink
from vendors.states import LINK_WORDS, LinkState


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A state in words: its name, what it means, and the steps that would mend it; `is_well` needs none."""

    name: str
    meaning: str
    steps: tuple[str, ...] = ()
    is_well: bool = False
    waits: bool = False


def explain(link: AccountLink | None) -> Explained:
    """Return how a link stands, in words for whoever may mend it."""
    if link is None:
        return Explained(
            name=_("Not connected"),
            meaning=_("We open no cases for this account and do not see its support plan."),
            steps=(_("Connect the account: it takes a role that you make, and a look of ours."),),
        )
    if link.standing is LinkState.RETIRED:
        return Explained(
            name=_(LINK_WORDS[LinkState.RETIRED]),
            meaning=_("We make no call to this account. What was seen and written stays readable."),
            steps=(_("Connect the account anew where we are to open cases again."),),
        )
    if link.is_manual:
        return Explained(
            name=_("By hand"),
            meaning=_("We deal with the vendor by mail or telephone, and write down what is said."),
            is_well=True,
        )
    if link.verify_asked_at is not None:
        return Explained(
            name=_("We are looking"),
            meaning=_("We look at the account now. It takes some seconds."),
            waits=True,
        )
    return _STATES[link.standing](link)


def _unverified(link: AccountLink) -> Explained:
    name = _(LINK_WORDS[LinkState.UNVERIFIED])
    match link.refusal:
        case Refusal.UNSAFE:
            return Explained(
                name=name,
                meaning=_(
                    "The role is not safe, so we do not use it: it lets us in without this external ID, or it leads to another account. Others could reach it through us."
                ),
                steps=(
                    _("Open the role in the AWS console, then Trust relationships."),
                    _(
                        "Let it trust our principal only where sts:ExternalId equals the external ID below, as in step 2."
                    ),
                    _("Remove every other statement that names our principal, then verify again."),
                ),
            )
        case Refusal.DENIED:
            return Explained(
                name=name,
                meaning=_("The account does not let us in."),
                steps=(
                    _("Check that the role exists and has the name in the ARN."),
                    _("Check that its trust policy has our principal and the external ID as in step 2."),
                    _("Check that it has the policy of step 1, then verify again."),
                ),
            )
        case Refusal.TAKEN:
            return Explained(
                name=name,
                meaning=_("This account cannot be connected as it is."),
                steps=(_("Call the desk, which looks why."),),
            )
        case Refusal.UNREACHABLE:
            return Explained(
                name=name,
                meaning=_("AWS did not answer us. Nothing is wrong with what you did, as far as we know."),
                steps=(_("Verify again in some minutes. If it stays so, call the desk."),),
            )
    if link.role_arn:
        return Explained(
            name=name,
            meaning=_("The role is to be verified before we use it."),
            steps=(_("Check that the role has the external ID of step 2."), _("Press Verify.")),
        )
    return Explained(
        name=name,
        meaning=_("The role is not named yet."),
        steps=(_("Make the role with the snippet of step 2."), _("Enter its ARN, and press Verify.")),
    )


def _ok(link: AccountLink) -> Explained:
    meaning = (
        _("We see the account's cases. You open them and answer in the AWS console yourselves.")
        if link.reads_only
        else _("We can open cases at AWS for this account, and see its plan.")
    )
    return Explained(name=_(LINK_WORDS[LinkState.OK]), meaning=meaning, is_well=True)


def _no_plan(link: AccountLink) -> Explained:
    return Explained(
        name=_("Connected, plan too low"),  # short: it is a mark beside others
        meaning=_(
            "AWS takes no case about a fault on this plan. We work on your tickets, and cannot commit to times for AWS."
        ),
        steps=(
            _("Open the AWS console of this account as its owner, then Support, Support plans."),
            _("Choose a plan that takes cases about faults."),
            _("Come back here and press Look again."),
        ),
    )


def _denied(link: AccountLink) -> Explained:
    return Explained(
        name=_(LINK_WORDS[LinkState.DENIED]),
        meaning=_(
            "The account let us in before and refuses us now. What we saw of the plan last stays as it is, and no time is counted as yours because of this."
        ),
        steps=(
            _("Check that the role still exists, with the trust policy of step 2 and the policy of step 1."),
            _("Press Look again."),
        ),
    )


def _unreachable(link: AccountLink) -> Explained:
    return Explained(
        name=_(LINK_WORDS[LinkState.UNREACHABLE]),
        meaning=_(
            "AWS does not answer us for this account. We try again by ourselves, and no time is counted as yours because of this."
        ),
    )


_STATES: dict[LinkState, Callable[[AccountLink], Explained]] = {
    LinkState.UNVERIFIED: _unverified,
    LinkState.OK: _ok,
    LinkState.NO_PLAN: _no_plan,
    LinkState.DENIED: _denied,
    LinkState.UNREACHABLE: _unreachable,
}
