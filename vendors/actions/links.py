"""Connect a customer's account at a vendor, correct it, replace its external id, make keys, retire it.

None of these calls the vendor: what is asked for here, a sweep does (`vendors/actions/looking.py`).
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.events import publish
from core.problems import Refused, Stale
from core.tenancy import SYSTEM, Actor
from customers.models import AwsAccount
from vendors import pushing
from vendors.access.directory import aws_vendor
from vendors.access.links import valid_keys
from vendors.actions.telling import tell_leads
from vendors.adapters.aws import roles
from vendors.adapters.base import Invalid
from vendors.events import LinkAdded, LinkChanged, LinkRotated, LinkStateChanged, PushKeyMade
from vendors.models import AccountLink, Channel, PushKey
from vendors.states import LINK_WORDS, LinkState

#: How long the key before the newest one is still taken.
BOTH_KEYS = timedelta(hours=24)


@transaction.atomic
def begin(*, account: AwsAccount, actor: Actor, at: datetime, channel: str = Channel.DIRECT) -> AccountLink:
    """Begin to connect an account; the portal makes its external id, which nobody types.

    Raises Refused when the account is connected here already, or the portal has no principal to be let in. That it is connected elsewhere shows only to who
    proves that the account lets them in (`vendors/actions/looking.py`).
    """
    if not account.is_active:
        raise Refused(_("This account is retired. Take it back first."))
    if not settings.AWS_PRINCIPAL and channel != Channel.PARTNER_LED:
        # Without it every role that we describe would let in nobody, or everybody.
        raise Refused(_("The desk has not set up its own access to AWS yet. Call the desk."))
    link = AccountLink(
        customer_id=account.customer_id,
        vendor=aws_vendor(),
        account=account,
        account_number=account.account_id,
        channel=channel,
        is_manual=channel == Channel.PARTNER_LED,
        external_id=str(uuid.uuid4()),
        state_since=at,
        created_at=at,
        created_by=actor.name,
    )
    try:
        with transaction.atomic():
            link.save(force_insert=True)
    except IntegrityError:
        raise Refused(
            _("This account cannot be connected as it is. Call the desk, which looks why.")
        ) from None
    publish(
        LinkAdded(
            at=at,
            customer_id=link.customer_id,
            actor=actor,
            link_id=link.pk,
            account_number=link.account_number,
        )
    )
    return link


@transaction.atomic
def name_role(
    *,
    link: AccountLink,
    actor: Actor,
    at: datetime,
    role_arn: str,
    reads_only: bool = False,
    channel: str = Channel.DIRECT,
) -> AccountLink:
    """Keep the role that was made for us and how the customer gets support, and ask for a look at the account.

    Another role makes the link unverified: nothing is asked over it until the new one was proved safe. Support
    that a partner gives is the partner's: the desk then writes down what it does, and no role is needed.
    """
    locked = lock_live(link)
    changed = locked.channel != channel
    locked.channel = channel
    locked.reads_only = reads_only
    if channel == Channel.PARTNER_LED:
        locked.is_manual = True
        _stop_calls(locked)
        locked.save(update_fields=["channel", "reads_only", "is_manual", *_CALLS, "version"])
        if changed:
            _tell(locked, "partner_led", actor, at)
        return locked
    arn = _checked(role_arn, locked.account_number)
    if arn != locked.role_arn or locked.is_manual:
        locked.role_arn, locked.is_manual = arn, False
        _tell(locked, "role", actor, at)
        _unverify(locked, actor=actor, at=at)
    locked.verify_asked_at = locked.next_probe_at = at
    locked.version += 1
    locked.save(update_fields=["channel", "reads_only", "role_arn", "is_manual", "version", *_STATE, *_ASKED])
    return locked


def _checked(role_arn: str, number: str) -> str:
    """Return an ARN as it is kept; raises Refused beside its field for one that does not lead to the account."""
    arn = role_arn.strip()
    if not arn:
        raise Refused(_("Enter the ARN of the role."), field="role_arn")
    try:
        roles.check_role_arn(arn, account_number=number)
    except Invalid as invalid:
        other = roles.role_of(arn)
        said = (
            _("Enter the role's whole ARN, such as %(example)s.")
            % {"example": f"arn:aws:iam::{number}:role/{settings.AWS_ROLE_NAME}"}
            if other is None
            else _("This role is in account %(other)s; it has to be in account %(number)s.")
            % {"other": other.account_number, "number": number}
        )
        raise Refused(said, field="role_arn") from invalid
    return arn


@transaction.atomic
def ask_look(*, link: AccountLink, actor: Actor, at: datetime) -> AccountLink:
    """Ask for a look at the account at once; a sweep makes it."""
    locked = lock_live(link)
    if locked.is_manual:
        raise Refused(_("This account is dealt with by hand: the portal does not look at it."))
    if not locked.role_arn:
        raise Refused(_("Enter the ARN of the role first."))
    locked.verify_asked_at = locked.next_probe_at = at
    locked.save(update_fields=list(_ASKED))
    return locked


def look_again(*, customer_id: int, account_id: int, at: datetime) -> None:
    """Let an account be looked at soon, where it is connected; nobody waits for the answer."""
    AccountLink.objects.automatic().exclude(role_arn="").filter(
        customer_id=customer_id, account_id=account_id
    ).update(next_probe_at=at)


@transaction.atomic
def switch_way(*, link: AccountLink, actor: Actor, at: datetime, is_manual: bool) -> AccountLink:
    """Let the desk write down what it does by hand, without a call; or let the portal make calls again.

    Back on calls, the account is looked at first.
    """
    locked = lock_live(link)
    if locked.is_manual == is_manual:
        return locked
    if not is_manual and locked.channel == Channel.PARTNER_LED:
        raise Refused(_("A partner supports this account: its cases are the partner's."))
    locked.is_manual = is_manual
    if is_manual:
        _stop_calls(locked)
    elif locked.role_arn:
        locked.verify_asked_at = locked.next_probe_at = at
    locked.version += 1
    locked.save(update_fields=["is_manual", "version", *_CALLS])
    _tell(locked, "manual" if is_manual else "automatic", actor, at)
    return locked


@transaction.atomic
def rotate(*, link: AccountLink, actor: Actor, at: datetime, expected_version: int) -> AccountLink:
    """Give a link another external id; the one before is void at once, and the link is to be verified again."""
    locked = lock_live(link)
    if locked.version != expected_version:
        raise Stale(_("The connection has changed since you opened this page. Look at it again."))
    locked.external_id = str(uuid.uuid4())
    locked.version += 1
    _stop_calls(locked)
    _unverify(locked, actor=actor, at=at)
    locked.save(update_fields=["external_id", "version", *_STATE, *_CALLS])
    publish(
        LinkRotated(
            at=at,
            customer_id=locked.customer_id,
            actor=actor,
            link_id=locked.pk,
            account_number=locked.account_number,
        )
    )
    return locked


@transaction.atomic
def retire(*, link: AccountLink, actor: Actor, at: datetime) -> AccountLink:
    """End a link: no call is made over it from now on, and what it brought stays readable."""
    locked = lock_live(link)
    locked.retired_at, locked.retired_by = at, actor.name
    _stop_calls(locked)
    _move(locked, LinkState.RETIRED, evidence="", actor=actor, at=at)
    locked.save(update_fields=["retired_at", "retired_by", *_STATE, *_CALLS])
    return locked


@transaction.atomic
def set_state(
    *,
    link: AccountLink,
    at: datetime,
    state: LinkState,
    evidence: str,
    refusal: str = "",
    asks_again: bool = True,
    actor: Actor = SYSTEM,
) -> AccountLink:
    """Keep whether calls can be made over a link; a state that it has already is kept with its time.

    The desk is alerted once when an account that answered refuses us or cannot be reached. What a call found of
    the plan is looked at again at once (`asks_again`). A retired link stays retired, and one that was not
    verified unverified; one that turned out to be unsafe is to be verified anew, without a call until then.
    """
    locked = _lock(link)
    if locked.standing is LinkState.RETIRED:
        return locked
    was, columns = locked.standing, list(_STATE)
    locked.refusal = refusal
    if locked.verified_at is None or state is LinkState.UNVERIFIED:
        state = LinkState.UNVERIFIED
        locked.verified_at = locked.next_poll_at = None
        columns.append("next_poll_at")
    moved = _move(locked, state, evidence=evidence, actor=actor, at=at)
    if moved and state is LinkState.NO_PLAN and asks_again and not locked.is_manual:
        locked.next_probe_at = at
        columns.append("next_probe_at")
    locked.save(update_fields=columns)
    if not moved:
        return locked
    if was in _ANSWERING and state not in _ANSWERING:
        _alert(locked, at)
    return locked


_ANSWERING = {LinkState.OK, LinkState.NO_PLAN}


def _alert(link: AccountLink, at: datetime) -> None:
    """Tell the desk's leads that an account no longer answers; nothing of it is put on the customer's side."""
    name = link.account.name if link.account else link.account_number
    words = str(LINK_WORDS[link.standing]).lower()
    tell_leads(
        link,
        at=at,
        key=f"link:{link.pk}:{link.state}:{at:%Y%m%dT%H%M%S}",
        subject=f"{link.customer.name}: AWS account {name}: {words}",
        body=f"{link.vendor.name} for {name} ({link.account_number}) of {link.customer.name}: {words}.\n"
        f"Evidence: {link.state_evidence or 'none'}\n\n"
        "What was last seen of the plan stays as it is, and no time is put on the customer.",
    )


# --- Keys for pushes -----------------------------------------------------------------------------------
@transaction.atomic
def make_key(*, link: AccountLink, actor: Actor, at: datetime) -> str:
    """Make a key with which the account's events are taken, and return it: it is not kept and not shown again.

    Of the keys before, the newest one works for another day, and older ones no longer.
    """
    locked = lock_live(link)
    valid = list(valid_keys(locked, at).select_for_update(no_key=True).order_by("-created_at", "-pk"))
    for place, key in enumerate(valid):
        until = at + BOTH_KEYS if place == 0 else at
        if key.expires_at is None or key.expires_at > until:
            key.expires_at = until
            key.save(update_fields=["expires_at"])
    word = pushing.new_key()
    PushKey.objects.create(
        customer_id=locked.customer_id,
        link=locked,
        digest=pushing.digest_of(word),
        created_at=at,
        created_by=actor.name,
    )
    publish(
        PushKeyMade(
            at=at,
            customer_id=locked.customer_id,
            actor=actor,
            link_id=locked.pk,
            account_number=locked.account_number,
        )
    )
    return word


@transaction.atomic
def revoke_key(*, link: AccountLink, key: PushKey, actor: Actor, at: datetime) -> None:
    """Let a key no longer be taken, from now on."""
    locked = _lock(link)
    ended = valid_keys(locked, at).filter(pk=key.pk).update(expires_at=at)
    if ended:
        _tell(locked, "push_key_revoked", actor, at)


# --- What the verbs share ------------------------------------------------------------------------------
_STATE = ("state", "state_since", "state_evidence", "refusal", "verified_at")
_ASKED = ("verify_asked_at", "next_probe_at")
_CALLS = (*_ASKED, "next_poll_at")


def _lock(link: AccountLink) -> AccountLink:
    return (
        AccountLink.objects.select_for_update(of=("self",), no_key=True)
        .select_related("vendor", "account", "customer")
        .get(pk=link.pk, customer_id=link.customer_id)
    )


def lock_live(link: AccountLink) -> AccountLink:
    """Return a link's row, locked and fresh; raises Refused when it is retired."""
    locked = _lock(link)
    if locked.standing is LinkState.RETIRED:
        raise Refused(_("This connection is retired. Connect the account anew."))
    return locked


def lock_live_or_none(link: AccountLink) -> AccountLink | None:
    """Return a link's row, locked and fresh, or None when it is retired."""
    locked = _lock(link)
    return None if locked.standing is LinkState.RETIRED else locked


def _stop_calls(link: AccountLink) -> None:
    """Let nothing of a locked link be due."""
    link.verify_asked_at = link.next_probe_at = link.next_poll_at = None


def _unverify(link: AccountLink, *, actor: Actor, at: datetime) -> None:
    """Forget that a locked link was verified."""
    link.verified_at = None
    link.refusal = ""
    _move(link, LinkState.UNVERIFIED, evidence="", actor=actor, at=at)


def _move(link: AccountLink, state: LinkState, *, evidence: str, actor: Actor, at: datetime) -> bool:
    """Put a locked link into a state and publish it; tell whether it was in another one."""
    link.state_evidence = evidence[:300]
    was = link.standing
    if was is state:
        return False
    link.state, link.state_since = state.value, at
    publish(
        LinkStateChanged(
            at=at,
            customer_id=link.customer_id,
            actor=actor,
            link_id=link.pk,
            account_number=link.account_number,
            was=was.value,
            now=state.value,
            evidence=link.state_evidence,
        )
    )
    return True


def _tell(link: AccountLink, kind: str, actor: Actor, at: datetime) -> None:
    publish(
        LinkChanged(
            at=at,
            customer_id=link.customer_id,
            actor=actor,
            link_id=link.pk,
            account_number=link.account_number,
            kind=kind,
        )
    )
