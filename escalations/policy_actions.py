"""Write what an escalation policy says next, and switch it off and on again."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from core.events import publish_desk
from core.problems import Refused, Stale
from core.tenancy import Actor
from escalations.events import EscalationPolicyPublished, EscalationPolicySwitched
from escalations.ladder import Trigger
from escalations.policy import PolicyError, Terms, check
from escalations.policy_access import policy_name_is_taken
from escalations.policy_models import EscalationPolicy, EscalationPolicyVersion


@transaction.atomic
def publish_policy(
    *,
    policy: EscalationPolicy | None,
    name: str = "",
    trigger: Trigger | None = None,
    terms: Terms,
    note: str,
    base: int,
    actor: Actor,
    at: datetime,
    only_check: bool = False,
) -> EscalationPolicyVersion:
    """Publish the next version of a policy, or the first one of a new policy; it holds from now on.

    What runs keeps the version that it began with. `base` is the number of the version that this one was
    written from, 0 for a new policy. Raises Stale where another one came between. With `only_check` nothing
    is written.
    """
    if policy is None:
        policy = EscalationPolicy(name=_named(name), trigger=_trigger(trigger).value, created_at=at)
        newest = None
    else:
        policy = _lock(policy)
        newest = policy.versions.order_by("-version").first()
    try:
        check(policy.kind, terms)
    except PolicyError as error:
        raise Refused(error.message, field=error.path) from None
    if not note.strip():
        raise Refused("Say why, in a line.", field="note")
    if base != (0 if newest is None else newest.version):
        raise Stale("Someone changed this policy meanwhile. Nothing was saved: look at it first.")
    document = terms.dump()
    if newest is not None and newest.document == document:
        raise Refused(f"Nothing differs from version {newest.version}.")
    version = EscalationPolicyVersion(
        policy=policy,
        version=base + 1,
        document=document,
        created_at=at,
        created_by_name=actor.name,
        note=" ".join(note.split())[:200],
    )
    if only_check:
        return version
    if newest is None:
        _save_new(policy)
        version.policy = policy
    version.save(force_insert=True)
    publish_desk(
        EscalationPolicyPublished(
            at=at,
            actor=actor,
            policy_id=policy.pk,
            policy=policy.name,
            number=str(version.version),
            reason=version.note,
        )
    )
    return version


@transaction.atomic
def switch_policy(*, policy: EscalationPolicy, is_on: bool, actor: Actor, at: datetime) -> bool:
    """Let a policy answer from now on, or no longer; return False where it is so already.

    What runs goes on by the version that it began with.
    """
    locked = _lock(policy)
    if (locked.off_at is None) == is_on:
        return False
    locked.off_at, locked.off_by = (None, "") if is_on else (at, actor.name)
    locked.save(update_fields=["off_at", "off_by"])
    publish_desk(
        EscalationPolicySwitched(
            at=at, actor=actor, policy_id=locked.pk, policy=locked.name, kind="on" if is_on else "off"
        )
    )
    return True


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused("Enter a name, such as “Acme at night”.", field="name")
    if policy_name_is_taken(name):
        raise Refused("There is a policy of this name. Enter another one.", field="name")
    return name


def _trigger(trigger: Trigger | None) -> Trigger:
    if trigger is None:
        raise Refused("Select what starts it.", field="trigger")
    return trigger


def _save_new(policy: EscalationPolicy) -> None:
    try:
        with transaction.atomic():
            policy.save(force_insert=True)
    except IntegrityError:
        raise Refused("There is a policy of this name. Enter another one.", field="name") from None


def _lock(policy: EscalationPolicy) -> EscalationPolicy:
    return EscalationPolicy.objects.select_for_update(no_key=True).get(pk=policy.pk)
