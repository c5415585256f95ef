"""Policies: every desk role reads them, an administrator writes the next version of one."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from core.problems import Refused, Stale
from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DeskPerson, DeskRole
from slas import access, actions
from slas.forms import ObjectiveForms, PolicyForm, policy_initial
from slas.rule_words import objective_lines, policy_changes

EDITORS = (DeskRole.ADMIN,)


@require_safe
@desk_door()
def policies(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List every version of every policy."""
    return TemplateResponse(
        request,
        "desk/rules/policies.html",
        {"policies": access.policies(), "may_edit": person.role in EDITORS, "now": now},
    )


@require_safe
@desk_door()
def policy(request: HttpRequest, person: DeskPerson, now: datetime, policy: int) -> HttpResponseBase:
    """Show what a version of a policy promises, and who is on it."""
    version = access.get_policy(policy)
    before = access.policy_before(version)
    return TemplateResponse(
        request,
        "desk/rules/policy.html",
        {
            "version": version,
            "lines": objective_lines(version.document),
            "changes": [] if before is None else list(policy_changes(before.document, version.document)),
            "before": before,
            "agreements": access.agreements_for_desk().filter(policy=version),
            "may_edit": person.role in EDITORS,
            "now": now,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*EDITORS)
def policy_new_version(
    request: HttpRequest, person: DeskPerson, now: datetime, policy: int
) -> HttpResponseBase:
    """Write the next version of a policy: look at what differs, then publish it."""
    base = access.newest_of_policy(access.get_policy(policy))
    first, rows_initial = policy_initial(base)
    form = PolicyForm(request.POST or None, initial=first)
    rows = ObjectiveForms(request.POST or None, initial=rows_initial, prefix="objectives")
    changes: list[str] | None = None
    status = 200
    if form.is_bound:
        draft = form.read(rows)
        status = 422
        if draft is not None and form.cleaned_data["base"] != base.version:
            form.add_error(None, "Someone published another version meanwhile. Look at it, then begin again.")
            status = 409
        elif draft is not None:
            signature = form.signature_of(draft.digest)
            confirmed = request.POST.get("step") == "confirm" and form.cleaned_data["previewed"] == signature
            try:
                version = actions.publish_policy(
                    name=base.name,
                    draft=draft,
                    note=form.cleaned_data["note"],
                    base=form.cleaned_data["base"],
                    effective_at=form.cleaned_data["effective_at"],
                    actor=desk_actor(person),
                    at=now,
                    only_check=not confirmed,
                )
            except Refused as refused:
                form.put(refused)
                status = 409 if isinstance(refused, Stale) else 422
            else:
                if confirmed:
                    messages.success(request, f"Published {version}.")
                    return redirect("desk-policy", policy=version.pk)
                status, changes = 200, list(policy_changes(base.document, draft.document))
                form.remember(signature)
    return TemplateResponse(
        request,
        "desk/rules/policy_new.html",
        {"form": form, "rows": rows, "base": base, "changes": changes, "now": now},
        status=status,
    )
