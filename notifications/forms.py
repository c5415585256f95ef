from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import QuietTime
from notifications.topics import Topic


class TopicsForm(forms.Form):
    """Which topics a person is mailed about."""

    topics = forms.MultipleChoiceField(
        label=_("Mail me when"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Select what is on the list.")},
    )

    def __init__(self, *args: Any, offered: Sequence[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["topics"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(topic.value, topic.label) for topic in offered]


_DAYS = [
    ("0", _("Monday")),
    ("1", _("Tuesday")),
    ("2", _("Wednesday")),
    ("3", _("Thursday")),
    ("4", _("Friday")),
    ("5", _("Saturday")),
    ("6", _("Sunday")),
]


class QuietForm(forms.Form):
    """From when to when a person wants no mails that can wait; without a day there are no quiet hours."""

    begins = forms.TimeField(
        label=_("From"),
        initial=time(18),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={
            "required": _("Enter a time, such as 18:00."),
            "invalid": _("Enter a time, such as 18:00."),
        },
    )
    ends = forms.TimeField(
        label=_("To"),
        initial=time(8),
        help_text=_("On the next day, if it is not later than the beginning."),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={
            "required": _("Enter a time, such as 08:00."),
            "invalid": _("Enter a time, such as 08:00."),
        },
    )
    days = forms.MultipleChoiceField(
        label=_("Beginning on"),
        choices=_DAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Select what is on the list.")},
    )

    def __init__(self, *args: Any, quiet: QuietTime | None = None, **kwargs: Any) -> None:
        if quiet is not None:
            kwargs["initial"] = {"begins": quiet.begins, "ends": quiet.ends, "days": list(quiet.days)}
        super().__init__(*args, **kwargs)
