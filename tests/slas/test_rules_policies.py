"""A new version of a policy reaches the terms that are signed on it, and nothing that runs."""

from __future__ import annotations

from typing import Any

import pytest

from core.models import DeskRecord
from core.tenancy import acting_as, worker_context
from slas.drafts import DraftError, PolicyDraft, read_target, write_target
from slas.models import PolicyVersion
from tests.cast import CRITICAL, Cast, file_ticket
from tests.conftest import Browse, Clock
from tests.slas.rules import previewed, text_of
from tests.slas.test_promises_targets import clocks


def newest() -> PolicyVersion:
    with acting_as(worker_context()):
        return PolicyVersion.objects.order_by("-version")[0]


def typed(client: Any, **changes: Any) -> dict[str, Any]:
    """Return what the form of a next version holds, with some fields typed over."""
    page = client.get(address())
    rows = page.context["rows"]
    values: dict[str, Any] = {
        "objectives-TOTAL_FORMS": rows.total_form_count(),
        "objectives-INITIAL_FORMS": rows.initial_form_count(),
        "note": "Faster answers were agreed",
        "base": newest().version,
        "reopen": "5 business days",
    }
    for row in rows:
        for bound in row:
            value = bound.value()
            if value is None:  # a browser sends the first choice of a select
                value = bound.field.choices[0][0] if bound.name in ("severity", "metric", "calendar") else []
            values[bound.html_name] = value
    return values | changes


def address() -> str:
    return f"/desk/rules/policies/{newest().pk}/new/"


def row_of(values: dict[str, Any], severity: str, metric: str) -> str:
    """Return the prefix of the row of an objective."""
    [found] = [
        name.removesuffix("-metric")
        for name, value in values.items()
        if name.endswith("-metric")
        and value == metric
        and values[name.replace("-metric", "-severity")] == severity
        and values[name.replace("-metric", "-target")]
    ]
    return found


def confirm(client: Any, values: dict[str, Any]) -> Any:
    looked = client.post(address(), values | {"step": "preview"})
    assert looked.status_code == 200, text_of(looked)
    return client.post(address(), values | {"step": "confirm", "previewed": previewed(looked)})


def test_a_new_version_shows_what_differs_and_touches_no_running_ticket(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    client = browse(cast.admin)
    values = typed(client)
    values[f"{row_of(values, 'P1', 'respond')}-target"] = "15 min"
    values[f"{row_of(values, 'P1', 'restore')}-clause"] = "4.2"
    looked = text_of(client.post(address(), values | {"step": "preview"}))
    assert "P1 respond, incidents: 30 min around the clock becomes 15 min around the clock" in looked
    assert "P1 restore, service requests: clause none becomes clause 4.2" in looked
    assert newest().version == 1
    assert confirm(client, values).status_code == 302
    version = newest()
    assert (version.version, version.created_by_name, version.effective_at) == (2, "Desk Admin", clock.now)
    clock.advance(minutes=1)
    later = file_ticket(cast.acme.requester, impact=CRITICAL)
    for one in (ticket, later):  # the agreement is on version 1
        assert clocks(one)["respond"].target_seconds == 1800
    with acting_as(worker_context()):
        record = DeskRecord.objects.get(type="slas.policy_published")
        assert record.payload["policy"] == "Managed service v2"


@pytest.mark.parametrize("target", ["0 min", "-5 min", "soon", "4", "4000 business days"])
def test_a_target_of_nothing_is_refused_beside_its_field(cast: Cast, browse: Browse, target: str) -> None:
    client = browse(cast.admin)
    values = typed(client)
    prefix = row_of(values, "P1", "respond")
    values[f"{prefix}-target"] = target
    answer = client.post(address(), values | {"step": "preview"})
    assert answer.status_code == 422
    assert f'id="id_{prefix}-target-error"' in answer.content.decode()
    assert newest().version == 1


def test_two_objectives_that_meet_on_a_ticket_are_refused(cast: Cast, browse: Browse) -> None:
    client = browse(cast.admin)
    values = typed(client)
    values["objectives-11-severity"], values["objectives-11-metric"] = "P1", "respond"
    values["objectives-11-kind"], values["objectives-11-target"] = "request", "2 h"
    answer = client.post(address(), values | {"step": "preview"})
    assert answer.status_code == 422
    assert "An objective above has this measure for P1 too." in text_of(answer)
    values[f"{row_of(values | {'objectives-11-target': ''}, 'P1', 'respond')}-kind"] = "incident"
    assert confirm(client, values).status_code == 302


@pytest.mark.parametrize("role", ["engineer", "lead", "manager"])
def test_who_is_no_administrator_changes_nothing(cast: Cast, browse: Browse, role: str) -> None:
    values = typed(browse(cast.admin))
    answer = browse(cast.desk[role]).post(address(), values | {"step": "confirm"})
    assert answer.status_code == 403
    assert newest().version == 1
    assert browse(cast.desk[role]).get(f"/desk/rules/policies/{newest().pk}/").status_code == 200


def test_an_objective_of_requests_measures_no_incident(cast: Cast, browse: Browse, clock: Clock) -> None:
    client = browse(cast.admin)
    values = typed(client)
    values[f"{row_of(values, 'P1', 'restore')}-kind"] = "request"
    assert confirm(client, values).status_code == 302
    with acting_as(worker_context()):
        version = PolicyVersion.objects.get(version=2)
        kinds = {
            kind: {one["metric"] for one in version.objectives_for(kind) if one["severity"] == "P1"}
            for kind in ("incident", "request")
        }
    assert kinds == {"incident": {"respond", "update"}, "request": {"respond", "update", "restore"}}


def test_a_version_in_the_past_is_refused(cast: Cast, browse: Browse) -> None:
    client = browse(cast.admin)
    values = typed(client, effective_at="2026-03-01T09:00")
    values[f"{row_of(values, 'P1', 'respond')}-target"] = "15 min"
    answer = client.post(address(), values | {"step": "preview"})
    assert answer.status_code == 422
    assert "what was promised stays promised" in text_of(answer)


# --- Reading targets ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "calendar", "seconds"),
    [
        ("30 min", "always", 1800),
        ("4h", "always", 14_400),
        ("1 h 30 min", "always", 5400),
        ("1 business day", "business", 28_800),
        ("3 days", "business", 86_400),
        ("2 days", "always", 172_800),
    ],
)
def test_a_target_is_read_as_it_is_said(text: str, calendar: str, seconds: int) -> None:
    assert read_target(text, calendar) == seconds
    assert read_target(write_target(seconds, calendar), calendar) == seconds


def test_a_policy_of_nothing_is_refused() -> None:
    with pytest.raises(DraftError, match="at least one objective"):
        PolicyDraft(objectives=[], reopen_window={"calendar": "business", "seconds": 1}).check()
