"""Who of the desk is on call, beside every page of the desk, and instants in a rota's own zone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms, template

from core.templatetags.ui import error_summary
from core.when import say_instant
from escalations.rota_access import on_shift

register = template.Library()


@register.inclusion_tag("escalations/_on_shift.html", takes_context=True)
def on_shift_panel(context: template.Context) -> dict[str, Any]:
    """Show who is on call now by each rota; asked once for a page."""
    request = getattr(context, "request", None)
    found = getattr(request, "on_shift", None)
    if found is None:
        found = on_shift(context["now"])
        if request is not None:
            request.on_shift = found
    return {"shifts": found, "person": context["person"], "place": context.get("place", "")}


@register.simple_tag
def in_zone(moment: datetime, zone: str) -> str:
    """Return an instant in a rota's zone, with the zone's name."""
    return say_instant(moment, zone)


@register.inclusion_tag("core/error_summary.html")
def rota_faults(form: forms.BaseForm, rows: Any) -> dict[str, Any]:
    """List what is wrong with a plan and its layers at the top of the page, each line a link to its field."""
    lines = list(error_summary(form)["lines"])
    for number, layer in enumerate(rows.forms, start=1):
        lines += [(target, f"Layer {number}: {said}") for target, said in error_summary(layer)["lines"]]
    return {"lines": lines + [("", said) for said in rows.non_form_errors()]}
