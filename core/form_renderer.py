"""Draws the fields of forms without a template for each option of each list.

A page of the desk has hundreds of options, and Django includes two templates for every one. What is drawn here
is what those templates draw, but for white space that nobody sees; everything else is left to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

_WIDGETS = "django/forms/widgets/"


class PlainRenderer(DjangoTemplates):
    """Django's own look of the fields, drawn in Python where that is most of a page's work."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """Return what the template of that name would draw."""
        draw = _DRAWN.get(template_name)
        if draw is None:
            return super().render(template_name, context, request)
        return SafeString(draw(context["widget"]))


def _attrs(widget: Mapping[str, Any]) -> str:
    return "".join(
        f" {conditional_escape(name)}"
        if value is True
        else f' {conditional_escape(name)}="{conditional_escape(str(value))}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _input(widget: Mapping[str, Any]) -> str:
    value = widget["value"]
    said = "" if value is None else f' value="{conditional_escape(str(value))}"'
    kind, name = conditional_escape(widget["type"]), conditional_escape(widget["name"])
    return f'<input type="{kind}" name="{name}"{said}{_attrs(widget)}>'


def _input_option(widget: Mapping[str, Any]) -> str:
    if not widget.get("wrap_label"):
        return _input(widget)
    to = widget["attrs"].get("id")
    points = f' for="{conditional_escape(to)}"' if to else ""
    return f"<label{points}>{_input(widget)} {conditional_escape(widget['label'])}</label>"


def _option(widget: Mapping[str, Any]) -> str:
    value, label = conditional_escape(str(widget["value"])), conditional_escape(widget["label"])
    return f'<option value="{value}"{_attrs(widget)}>{label}</option>'


def _select(widget: Mapping[str, Any]) -> str:
    parts = [f'<select name="{conditional_escape(widget["name"])}"{_attrs(widget)}>']
    for group, options, _ in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{conditional_escape(group)}">')
        parts += [f"\n  {_option(option)}" for option in options]
        if group:
            parts.append("\n  </optgroup>")
    return "".join([*parts, "\n</select>"])


def _textarea(widget: Mapping[str, Any]) -> str:
    name, value = conditional_escape(widget["name"]), conditional_escape(widget["value"] or "")
    return f'<textarea name="{name}"{_attrs(widget)}>\n{value}</textarea>'


_DRAWN: dict[str, Callable[[Mapping[str, Any]], str]] = {
    **{
        f"{_WIDGETS}{name}.html": _input
        for name in (
            "checkbox",
            "date",
            "email",
            "hidden",
            "input",
            "number",
            "password",
            "search",
            "text",
            "url",
        )
    },
    **{f"{_WIDGETS}{name}.html": _input_option for name in ("checkbox_option", "radio_option")},
    f"{_WIDGETS}select.html": _select,
    f"{_WIDGETS}textarea.html": _textarea,
}
