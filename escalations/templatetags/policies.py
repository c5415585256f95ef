"""What is wrong with a policy and its steps, at the top of the editor."""

from __future__ import annotations

from typing import Any

from django import forms, template

from core.templatetags.ui import error_summary

register = template.Library()


@register.inclusion_tag("core/error_summary.html")
def policy_faults(form: forms.BaseForm, rows: Any) -> dict[str, Any]:
    """List what is wrong with a policy and its steps, each line a link to its field."""
    lines = list(error_summary(form)["lines"])
    for number, row in enumerate(rows.forms, start=1):
        lines += [(target, f"Step {number}: {said}") for target, said in error_summary(row)["lines"]]
    return {"lines": lines + [("", said) for said in rows.non_form_errors()]}
