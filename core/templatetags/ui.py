"""Small pieces of every page: an icon, an instant in the viewer's zone, a form field with its error."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1024, typed=True)
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """Show an icon of the sprite; without a label it is decoration."""
    source = static("icons.svg")
    if label:
        return format_html(
            '<svg width="{0}" height="{0}" role="img" aria-label="{3}"><use href="{1}#{2}"/></svg>',
            size,
            source,
            name,
            label,
        )
    return format_html(
        '<svg width="{0}" height="{0}" aria-hidden="true"><use href="{1}#{2}"/></svg>', size, source, name
    )


def say_when(moment: datetime, now: datetime) -> str:
    """Return an instant in the viewer's zone with its name; the day only when it is not today."""
    local, today = timezone.localtime(moment), timezone.localtime(now)
    clock = f"{local:%H:%M %Z}"
    if local.date() == today.date():
        return clock
    day = f"{local:%a} {local.day} {local:%b}"
    return f"{day} {local.year}, {clock}" if local.year != today.year else f"{day}, {clock}"


@register.simple_tag(takes_context=True)
def when(context: template.Context, moment: datetime | None) -> SafeString:
    """Show an instant, readable by machines and with the full day as its title."""
    return SafeString("") if moment is None else draw_when(moment, context.get("now") or moment)


def draw_when(moment: datetime, now: datetime) -> SafeString:
    """Return an instant as `when` shows it."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        f"{moment:%Y-%m-%dT%H:%M:%S%z}",
        _in_full(timezone.localtime(moment)),
        say_when(moment, now),
    )


@register.simple_tag(takes_context=True)
def when_short(context: template.Context, moment: datetime) -> SafeString:
    """Show an instant as short as a list has room for: the time today, the weekday nearby, else the date."""
    return draw_when_short(moment, context.get("now") or moment)


def draw_when_short(moment: datetime, now: datetime) -> SafeString:
    """Return an instant as `when_short` shows it."""
    local, today = timezone.localtime(moment), timezone.localtime(now)
    days = abs((local.date() - today.date()).days)
    said = (
        f"{local:%H:%M}"
        if days == 0
        else f"{local:%a %H:%M}"
        if days < _NEARBY
        else f"{local.day} {local:%b}"
    )
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', f"{moment:%Y-%m-%dT%H:%M:%S%z}", _in_full(local), said
    )


@register.simple_tag(takes_context=True)
def ago(context: template.Context, moment: datetime) -> SafeString:
    """Show how long ago something was, in one unit."""
    seconds = max(0, int((context["now"] - moment).total_seconds()))
    unit, sign = next((unit, sign) for unit, sign in _UNITS if seconds >= unit or unit == 1)
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}{}</time>',
        f"{moment:%Y-%m-%dT%H:%M:%S%z}",
        _in_full(timezone.localtime(moment)),
        seconds // unit,
        sign,
    )


_NEARBY = 6  # days in which a weekday alone is not ambiguous
_UNITS = ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def _in_full(local: datetime) -> str:
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S %Z}"


@register.filter
def initials(name: str) -> str:
    """Return up to two initials of a name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.inclusion_tag("core/field.html")
def field(bound: BoundField, columns: int = 0, label: str = "", is_filter: bool = False) -> dict[str, Any]:
    """Show a form field: label, hint, error beside it, and what was typed; choices in so many columns.

    A filter does not say that it is optional: each is.
    """
    kind = bound.field.widget
    described = [f"{bound.auto_id}-{part}" for part in ("hint", "error") if _has(bound, part)]
    attrs: dict[str, Any] = {}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if not isinstance(kind, forms.RadioSelect | forms.CheckboxInput):
        attrs["class"] = "in"
    return {
        "field": bound,
        "label": label or bound.label,
        "widget": bound.as_widget(attrs=attrs) if not isinstance(kind, forms.RadioSelect) else "",
        "is_group": isinstance(kind, forms.RadioSelect),
        "is_checkbox": isinstance(kind, forms.CheckboxInput),
        "is_files": isinstance(kind, forms.ClearableFileInput),
        "is_optional": not (is_filter or bound.field.required or isinstance(kind, forms.RadioSelect)),
        "columns": columns,
        "described": " ".join(described),
    }


def _has(bound: BoundField, part: str) -> bool:
    return bool(bound.help_text) if part == "hint" else bool(bound.errors)


@register.inclusion_tag("core/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """List what is wrong with a form at its top, each line a link to its field."""
    lines = []
    for name, errors in form.errors.items():
        target = "" if name == "__all__" or form[name].is_hidden else form[name].id_for_label
        if name in form.fields and isinstance(form.fields[name].widget, forms.RadioSelect):
            target = f"{form[name].auto_id}_0"
        lines += [(target, error) for error in errors]
    return {"lines": lines}
