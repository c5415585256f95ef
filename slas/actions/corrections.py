from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import publish_desk
from core.problems import Refused, Stale
from customers.access import desk_actor
from customers.models import DeskPerson
from slas.actions.reaching import take_turns
from slas.actions.rules import check_next, reach_now, write_version
from slas.drafts import CalendarDraft, digest
from slas.events import CorrectionDecided, CorrectionProposed
from slas.impact import Impact, impact_of
from slas.models import CalendarVersion, Correction, CorrectionState, RuleChange


@transaction.atomic
def propose_correction(
    *,
    base: CalendarVersion,
    draft: CalendarDraft,
    effective_at: datetime,
    note: str,
    person: DeskPerson,
    at: datetime,
) -> Correction:
    """Propose that a calendar was another already from an instant in the past; no clock is touched.

    Raises Refused where another proposal waits, and as publishing would.
    """
    if effective_at >= at:
        raise Refused("Choose a time that has passed, or publish it as a new version.", field="effective_at")
    version = drafted(base, draft, effective_at=effective_at, note=note)
    take_turns(version)
    check_next(version, draft)
    if Correction.objects.proposed().filter(base=base).exists():
        raise Refused("Another correction of this calendar waits for approval. Have it decided first.")
    impact = impact_of(version, now=at)
    correction = Correction.objects.create(
        base=base,
        content=draft.dump,
        effective_at=effective_at,
        note=version.note,
        proposed_by=person,
        proposed_at=at,
        clocks=impact.clocks,
        verdicts=len(impact.verdicts),
    )
    publish_desk(
        CorrectionProposed(
            at=at,
            actor=desk_actor(person),
            correction_id=correction.pk,
            calendar=base.family,
            effective_at=effective_at.isoformat(),
            reason=correction.note,
        )
    )
    return correction


def drafted(
    base: CalendarVersion, draft: CalendarDraft, *, effective_at: datetime, note: str
) -> CalendarVersion:
    """Return what would follow a version, unsaved."""
    return CalendarVersion(
        name=base.name,
        region=base.region,
        version=base.version + 1,
        effective_at=effective_at,
        note=note.strip()[:500],
        **draft.columns,
    )


@transaction.atomic
def approve_correction(
    *, correction: Correction, person: DeskPerson, at: datetime, seen: str | None = None
) -> CalendarVersion:
    """Let a correction count: a version from the past instant on, and facts on every ticket it reaches.

    What was recorded before stays on the log. Raises Refused for whoever proposed it, and Stale where
    another version came between or the impact is no longer the one that was `seen`.
    """
    locked = _lock_open(correction)
    if locked.proposed_by_id == person.pk:
        raise Refused("You proposed this. Another manager or administrator decides it.")
    draft = draft_of(locked)
    impact = impact_of(
        drafted(locked.base, draft, effective_at=locked.effective_at, note=locked.note), now=at
    )
    if seen is not None and seen != fingerprint(impact):
        raise Stale("Other clocks would change now than you were shown. Nothing was saved: look again.")
    version = write_version(
        name=locked.base.name,
        region=locked.base.region,
        draft=draft,
        note=locked.note,
        base=locked.base.version,
        since=locked.effective_at,
        actor=desk_actor(locked.proposed_by),
        at=at,
    )
    _decide(locked, CorrectionState.APPROVED, person=person, at=at, reason="", version=version)
    change = RuleChange.objects.create(calendar=version, correction=locked, effective_at=locked.effective_at)
    reach_now(change, at=at)
    return version


@transaction.atomic
def reject_correction(*, correction: Correction, person: DeskPerson, at: datetime, reason: str) -> Correction:
    """Turn a correction down, or take one's own back, saying why; nothing was touched by it."""
    locked = _lock_open(correction)
    if not reason.strip():
        raise Refused("Say why.", field="reason")
    _decide(locked, CorrectionState.REJECTED, person=person, at=at, reason=reason.strip()[:500])
    return locked


def draft_of(correction: Correction) -> CalendarDraft:
    """Return the content that a correction proposes."""
    return CalendarDraft(**correction.content)


def fingerprint(impact: Impact) -> str:
    """Return a text that stays the same while the same verdicts would change."""
    return digest(
        [
            [one.key, one.difference.metric, one.difference.cycle, one.difference.was, one.difference.becomes]
            for one in impact.verdicts
        ]
    )


def _lock_open(correction: Correction) -> Correction:
    locked = (
        Correction.objects.select_for_update(of=("self",), no_key=True)
        .select_related("base", "proposed_by")
        .get(pk=correction.pk)
    )
    if not locked.is_open:
        raise Stale("This has been decided already.")
    return locked


def _decide(
    correction: Correction,
    state: CorrectionState,
    *,
    person: DeskPerson,
    at: datetime,
    reason: str,
    version: CalendarVersion | None = None,
) -> None:
    correction.state = state
    correction.decided_by = person
    correction.decided_at = at
    correction.decision = reason
    correction.version = version
    correction.save(update_fields=["state", "decided_by", "decided_at", "decision", "version"])
    publish_desk(
        CorrectionDecided(
            at=at,
            actor=desk_actor(person),
            correction_id=correction.pk,
            code=state.value,
            reason=reason,
        )
    )
