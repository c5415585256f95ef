"""A period as reports ask for it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as lazy

#: A longer period is a mistake, such as the year 202.
LONGEST = timedelta(days=400)


class PeriodForm(forms.Form):
    """Whole days in the viewer's zone, both of them included; the present month unless some are named."""

    since = forms.DateField(
        label=lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=lazy("To"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, given: QueryDict, *, now: datetime) -> None:
        today = timezone.localdate(now)
        days = {"since": today.replace(day=1).isoformat(), "until": today.isoformat()}
        super().__init__(days | {name: given[name] for name in days if name in given})

    def clean(self) -> dict[str, date]:
        cleaned: dict[str, date] = super().clean() or {}
        if len(cleaned) == len(self.fields):
            if cleaned["until"] < cleaned["since"]:
                self.add_error("until", "Choose a day that is not before the first one.")
            elif cleaned["until"] - cleaned["since"] > LONGEST:
                self.add_error("until", "Choose at most 400 days.")
        return cleaned

    def period(self) -> tuple[datetime, datetime]:
        """Return the instants at which the first day begins and the day after the last one begins."""
        days = (self.cleaned_data["since"], self.cleaned_data["until"] + timedelta(days=1))
        begins, ends = (timezone.make_aware(datetime.combine(day, time.min)) for day in days)
        return begins, ends

    def query(self) -> str:
        """Return the period as the end of an address."""
        return urlencode(self.data)
