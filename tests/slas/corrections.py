"""A retroactive correction that waits, for tests that only need one to be there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.tenancy import acting_as
from slas import actions
from slas.models import CalendarVersion, Correction
from tests.cast import Cast, context_of


def propose_one(cast: Cast) -> Correction:
    """Let the administrator propose that yesterday was a closed day in New South Wales."""
    with acting_as(context_of(cast.admin)) as now:
        base = CalendarVersion.objects.of_family("business", "NSW")[0]
        yesterday = now - timedelta(days=1)
        draft = base.draft
        closed = {**draft.holidays, yesterday.date().isoformat(): "Day of mourning"}
        return actions.propose_correction(
            base=base,
            draft=replace(draft, holidays=closed),
            effective_at=yesterday,
            note="The state declared it afterwards",
            person=cast.admin,
            at=now,
        )
