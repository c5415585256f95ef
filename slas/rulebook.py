"""The versions that facts name by id, each read once; drafts may stand among them while they are tried."""

from __future__ import annotations

from typing import Any

from slas.events import AgreementAttached
from slas.models import CalendarVersion, PolicyVersion

#: What a draft is called by until it is a version: no row has this id.
DRAFT = 0


class Rulebook:
    """Reads policies and calendars by id, so that many documents share one reading."""

    def __init__(self, draft: CalendarVersion | None = None) -> None:
        self._calendars: dict[int, CalendarVersion] = {} if draft is None else {DRAFT: draft}
        self._policies: dict[int, PolicyVersion] = {}

    def policy(self, pk: int) -> PolicyVersion:
        if pk not in self._policies:
            self._policies[pk] = PolicyVersion.objects.get(pk=pk)
        return self._policies[pk]

    def calendar(self, pk: int) -> CalendarVersion:
        if pk not in self._calendars:
            self._calendars[pk] = CalendarVersion.objects.get(pk=pk)
        return self._calendars[pk]

    def policy_document(
        self, pinned: AgreementAttached, *, kind: str
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what was pinned for a kind of ticket: the policy, and its calendars by their versions' names."""
        policy = self.policy(pinned.policy_id)
        versions = {
            "business": self.calendar(pinned.business_hours_id),
            "always": self.calendar(pinned.always_id),
        }
        names = {key: f"{one} {one.zone_for(pinned.timezone)}" for key, one in versions.items()}
        window = policy.document["reopen_window"]
        document = {
            "reopen_window": {**window, "calendar": names[window["calendar"]]},
            "objectives": [
                {**objective, "calendar": names[objective["calendar"]]}
                for objective in policy.objectives_for(kind)
            ],
        }
        return document, {names[key]: one.document(pinned.timezone) for key, one in versions.items()}
