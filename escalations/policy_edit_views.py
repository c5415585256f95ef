"""Write escalation policies: the next version, with a preview of whom it would call when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from core.problems import Refused, Stale
from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DeskPerson
from escalations import policy_access as access
from escalations import policy_actions as actions
from escalations.ladder import Trigger
from escalations.policy_forms import (
    NewPolicyForm,
    PolicyForm,
    StepForms,
    initial_of,
    put,
    step_initials,
    suggested,
    title_of,
    with_another_step,
    without_step,
)
from escalations.policy_looks import look_ahead
from escalations.policy_models import EscalationPolicy, EscalationPolicyVersion


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*access.EDITORS)
def policy_new(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Write a policy that does not exist yet, beginning with what is built in for its trigger."""
    trigger = request.GET.get("trigger", "")
    initial = {"base": 0, "trigger": trigger}
    return _edit(request, person, now, None, initial=initial, steps=step_initials(suggested(trigger)))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*access.EDITORS)
def policy_change(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Write the next version of a policy."""
    found = access.get_policy(pk)
    terms = found.newest.terms
    return _edit(
        request,
        person,
        now,
        found,
        initial=initial_of(terms, base=found.newest.version),
        steps=step_initials(terms.ladder.steps),
    )


def _edit(
    request: HttpRequest,
    person: DeskPerson,
    now: datetime,
    policy: EscalationPolicy | None,
    *,
    initial: dict[str, Any],
    steps: list[dict[str, Any]],
) -> HttpResponseBase:
    """Show the editor; what is saved is what the preview showed, else the preview comes again."""
    do = request.POST.get("do", "") if request.method == "POST" else None
    posted: QueryDict | None = None if do is None else request.POST
    if posted is not None and do == "more":
        posted = with_another_step(posted)
    elif posted is not None and do is not None and do.startswith("drop-"):
        number = do.removeprefix("drop-")
        posted = without_step(posted, int(number) if number.isdecimal() else -1)
    form = (PolicyForm if policy else NewPolicyForm)(posted, initial=initial)
    rows = StepForms(posted, initial=steps, prefix="step")
    status, seen = 200, {}
    if do in ("preview", "confirm"):
        status, version = _attempt(person, now, policy, form, rows)
        if version is not None:
            signature = form.signature(version.document)
            if do == "confirm" and form.cleaned_data["previewed"] == signature:
                status, version = _attempt(person, now, policy, form, rows, only_check=False)
                if version is not None:
                    messages.success(request, f"Saved: version {version.version} of {version.policy.name}.")
                    return redirect("admin-escalation-policy", pk=version.policy_id)
            else:
                form.remember(signature)
                seen = {"changed": do == "confirm", **_preview(form, version, now)}
    return TemplateResponse(
        request,
        "desk/escalations/policy_edit.html",
        {
            "form": form,
            "rows": rows,
            "policy": policy,
            "title": title_of(policy),
            "is_checked": do in ("preview", "confirm"),
            "now": now,
            **seen,
        },
        status=status,
    )


def _attempt(
    person: DeskPerson,
    now: datetime,
    policy: EscalationPolicy | None,
    form: PolicyForm,
    rows: Any,
    *,
    only_check: bool = True,
) -> tuple[int, EscalationPolicyVersion | None]:
    """Check or publish what was typed; return the status, with reasons against it beside the fields."""
    if not (form.is_valid() & rows.is_valid()):
        return 422, None
    given = form.cleaned_data
    try:
        return 200, actions.publish_policy(
            policy=policy,
            name=given.get("name", ""),
            trigger=Trigger(given["trigger"]) if "trigger" in given else None,
            terms=form.terms([row.step for row in rows.forms]),
            note=given["note"],
            base=given["base"],
            actor=desk_actor(person),
            at=now,
            only_check=only_check,
        )
    except Refused as refused:
        put(refused, form, rows)
        return 409 if isinstance(refused, Stale) else 422, None


def _preview(form: PolicyForm, version: EscalationPolicyVersion, now: datetime) -> dict[str, Any]:
    """Return whom the version would call when, if nobody acknowledged."""
    at = form.cleaned_data["seen_at"] or now
    severity = form.cleaned_data["seen_severity"]
    rungs = look_ahead(version.terms.ladder, at=at, severity=severity)
    customer = form.cleaned_data["customer"]
    return {
        "preview": rungs,
        "seen": {
            "at": at,
            "severity": severity,
            "customer": "any customer" if customer is None else customer.name,
        },
    }
