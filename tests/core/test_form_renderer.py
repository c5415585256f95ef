"""Fields look as Django's own templates draw them, however they are drawn."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, ClassVar

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer

from core.form_renderer import PlainRenderer

ODD = """<b>"it's" & 'more'</b>"""


class Everything(forms.Form):
    """One field of every kind that the portal's forms have."""

    CHOICES: ClassVar[Any] = [
        ("", "None & nothing"),
        (ODD, ODD),
        (7, "Seven"),
        ("A group's", [("1", "One"), (2000, "Two thousand")]),
    ]

    words = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"data-odd": ODD, "autofocus": True}))
    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 4, "disabled": False}))
    search = forms.CharField(widget=forms.TextInput(attrs={"type": "search"}))
    number = forms.IntegerField(min_value=1)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    mail = forms.EmailField()
    place = forms.URLField(assume_scheme="https")
    secret = forms.CharField(widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput)
    yes = forms.BooleanField()
    one = forms.ChoiceField(choices=CHOICES)
    some = forms.MultipleChoiceField(choices=CHOICES)
    boxes = forms.MultipleChoiceField(choices=CHOICES[:3], widget=forms.CheckboxSelectMultiple)
    radios = forms.ChoiceField(choices=CHOICES[:3], widget=forms.RadioSelect)
    many_hidden = forms.MultipleChoiceField(choices=CHOICES, widget=forms.MultipleHiddenInput)
    file = forms.FileField()


FILLED: dict[str, Any] = {
    "words": ODD,
    "text": f"\n{ODD}\n",
    "search": "0",
    "number": 12345,
    "day": date(2026, 3, 2),
    "hidden": ODD,
    "yes": True,
    "one": "2000",
    "some": [7, ODD],
    "boxes": ["", "7"],
    "radios": ODD,
    "many_hidden": ["1", "2"],
}


def seen(html: str) -> str:
    """Return what a browser makes of a field: white space counts inside a text only."""
    return html if "<textarea" in html else re.sub(r"\s+", " ", html).replace("> <", "><")


@pytest.mark.parametrize("values", [{}, FILLED, dict.fromkeys(FILLED, 0)], ids=["empty", "filled", "zero"])
@pytest.mark.parametrize("name", list(Everything.base_fields))
def test_every_field_is_drawn_as_django_draws_it(name: str, values: dict[str, Any]) -> None:
    if name in ("some", "boxes", "many_hidden") and values.get(name) == 0:
        values = {**values, name: [0]}
    ours, theirs = (
        Everything(initial=values, renderer=renderer) for renderer in (PlainRenderer(), DjangoTemplates())
    )
    assert seen(str(ours[name])) == seen(str(theirs[name]))
    assert [seen(str(part)) for part in ours[name]] == [seen(str(part)) for part in theirs[name]]


def test_the_portal_draws_its_forms_so() -> None:
    assert isinstance(get_default_renderer(), PlainRenderer)
