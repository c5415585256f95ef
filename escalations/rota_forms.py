"""What people type about rotas: shape only, the rules are in `rota` and in the actions."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from core.problems import Refused
from customers.desk_admin_forms import TimeZoneField
from customers.models import DeskPerson
from escalations.rota import MOST_LAYERS, MOST_PEOPLE, Unit
from escalations.rota_access import colleagues
from escalations.rota_models import Rota, RotaVersion
from slas.calendar import DAYS
from slas.public_holidays import days_of
from tickets.forms import LocalDateTimeField

_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAYS = list(zip(DAYS, _DAY_NAMES, strict=True))
_FEWEST_PLACES = 4
_REGIONS = ("ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA")
_WHOLE_DAY = ("00:00", "24:00")


class OverrideForm(forms.Form):
    """Who is on call, from when until when; who does not lead puts only themselves on call."""

    person: forms.ModelChoiceField[DeskPerson] = forms.ModelChoiceField(
        queryset=None,
        label="Who is on call",
        empty_label=None,
        error_messages={"required": "Select who is on call.", "invalid_choice": "Select who is on call."},
    )
    starts_at = LocalDateTimeField(label="From", required=False, help_text="Leave it empty for now.")
    ends_at = LocalDateTimeField(label="Until")
    reason = forms.CharField(
        label="Why", required=False, max_length=200, help_text="The desk reads it, such as “Swap with Tom”."
    )

    def __init__(self, *args: Any, viewer: DeskPerson, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].initial = viewer.pk
        people = colleagues() if viewer.leads else colleagues().filter(pk=viewer.pk)
        chosen = self.fields["person"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = people


class PlanForm(forms.Form):
    """What a plan says beside its layers, from when, and why."""

    timezone = TimeZoneField(help_text="Hand-overs are read by its clocks, such as Australia/Perth.")
    effective_at = LocalDateTimeField(
        label="Holds from", required=False, help_text="In your time zone. Leave it empty for now."
    )
    note = forms.CharField(label="Why", max_length=200, error_messages={"required": "Say why, in a line."})
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    previewed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def signature(self, document: Mapping[str, Any]) -> str:
        """Return the fingerprint of what a preview shows, to notice what is typed after it."""
        since = self.cleaned_data.get("effective_at")
        content = [document, since.isoformat() if since else "", self.cleaned_data["base"]]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def remember(self, signature: str) -> None:
        """Let the page carry the fingerprint of what its preview shows."""
        typed: Any = self.data.copy()  # type: ignore[attr-defined]
        typed["previewed"] = signature
        self.data = typed


class NewPlanForm(PlanForm):
    """A rota that does not exist yet."""

    name = forms.CharField(
        label="Name",
        max_length=60,
        help_text="What it is for, such as Service desk.",
        error_messages={"required": "Enter a name for the rota."},
    )

    field_order = ("name", "timezone", "effective_at", "note")


class LayerForm(forms.Form):
    """One layer: who takes turns, how long a turn is, and when it serves at all."""

    name = forms.CharField(
        label="Name",
        max_length=60,
        help_text="Such as Primary.",
        error_messages={"required": "Enter a name, such as Primary."},
    )
    every = forms.IntegerField(label="A turn lasts", min_value=1, max_value=366, initial=1)
    unit = forms.ChoiceField(
        label="Days or weeks",
        choices=[(Unit.WEEKS.value, "Weeks"), (Unit.DAYS.value, "Days")],
        initial=Unit.WEEKS.value,
    )
    weekday = forms.ChoiceField(
        label="Weekly hand-over on", choices=_WEEKDAYS, initial=DAYS[0], help_text="For turns of weeks."
    )
    at = forms.TimeField(
        label="Hand-over at",
        initial="09:00",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="By the rota's clocks, in summer and in winter.",
        error_messages={
            "required": "Enter a time, such as 09:00.",
            "invalid": "Enter a time, such as 09:00.",
        },
    )
    starts_on = forms.DateField(
        label="First turn on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Enter the date of the first turn.",
            "invalid": "Enter a date, such as 2026-12-25.",
        },
    )
    days = forms.MultipleChoiceField(
        label="Only on",
        choices=_WEEKDAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Select none for every day.",
    )
    from_time = forms.TimeField(
        label="Only from",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Enter a time, such as 17:00."},
    )
    to_time = forms.TimeField(
        label="Only until",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="At or before the start: on the next day. Leave both empty for whole days.",
        error_messages={"invalid": "Enter a time, such as 09:00."},
    )
    off_dates = forms.CharField(
        label="Does not serve on",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Dates such as 2026-12-25, one on each line.",
    )
    region = forms.ChoiceField(
        label="Add public holidays of",
        required=False,
        choices=[("", "None"), *((region, region) for region in _REGIONS)],
        help_text="Of this and the next year, when you press “Show the next 4 weeks”.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [("", "Nobody"), *((str(one.pk), one.name) for one in colleagues())]
        self.places = [f"person-{place}" for place in range(self._how_many())]
        for place, name in enumerate(self.places):
            self.fields[name] = forms.ChoiceField(
                label=f"{place + 1}.",
                choices=people,
                required=False,
                initial=self._initial_person(place),
                error_messages={"invalid_choice": "Select somebody who is on the desk."},
            )

    def _initial_person(self, place: int) -> str:
        people = self.initial.get("people", [])
        return str(people[place]) if place < len(people) else ""

    def _how_many(self) -> int:
        """Return how many places are offered: two more than are taken."""
        if not self.is_bound:
            taken = len(self.initial.get("people", []))
        else:
            typed = [self.data.get(f"{self.prefix}-person-{place}", "") for place in range(MOST_PEOPLE)]
            taken = max((place + 1 for place, one in enumerate(typed) if one), default=0)
        return min(MOST_PEOPLE, max(_FEWEST_PLACES, taken + 2))

    @property
    def people_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.places]

    @property
    def people(self) -> list[int]:
        """The people who take turns, in order."""
        chosen = (self.cleaned_data.get(name) for name in self.places)
        return [int(one) for one in chosen if one]

    @property
    def is_left_out(self) -> bool:
        """Tell whether nobody is in it, so that there is no such layer."""
        return not any(self.data.get(f"{self.prefix}-{name}") for name in self.places)

    def clean_off_dates(self) -> list[str]:
        """Read dates, one on each line; what follows a date on its line is a remark."""
        days: set[str] = set()
        for number, line in enumerate(self.cleaned_data["off_dates"].splitlines(), start=1):
            words = line.split()
            if not words:
                continue
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", words[0], re.ASCII):
                raise forms.ValidationError(f"Line {number}: enter a date, such as 2026-12-25.")
            days.add(words[0])
        return sorted(days)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.is_left_out:
            self._errors = forms.utils.ErrorDict()  # nobody is in it: what else it says does not matter
            return given
        if bool(given.get("from_time")) != bool(given.get("to_time")):
            self.add_error("to_time", "Enter both times, or neither.")
        return given

    def document(self) -> dict[str, Any]:
        """Return the layer as a plan stores it."""
        given = self.cleaned_data
        document: dict[str, Any] = {
            "name": " ".join(given["name"].split()),
            "people": self.people,
            "starts_on": given["starts_on"].isoformat(),
            "every": given["every"],
            "unit": given["unit"],
            "at": f"{given['at']:%H:%M}",
        }
        if given["unit"] == Unit.WEEKS:
            document["weekday"] = given["weekday"]
        if given["days"] or given["from_time"]:
            begins, ends = (
                (f"{given['from_time']:%H:%M}", f"{given['to_time']:%H:%M}")
                if given["from_time"]
                else _WHOLE_DAY
            )
            chosen = given["days"] or DAYS
            document["hours"] = {day: [[begins, ends]] for day in DAYS if day in chosen}
        if given["off_dates"]:
            document["off_dates"] = given["off_dates"]
        return document


class _Layers(forms.BaseFormSet):  # type: ignore[type-arg]
    """The layers of a plan, those that cover others last."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "empty_permitted": False, "use_required_attribute": False}


LayerForms = forms.formset_factory(
    LayerForm, formset=_Layers, extra=1, max_num=MOST_LAYERS, absolute_max=MOST_LAYERS, validate_max=True
)


def layer_initial(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored layer as what its form begins with."""
    hours = stored.get("hours") or {}
    shifts: list[list[str]] = next(iter(hours.values()), [])
    begins, ends = shifts[0] if shifts else ("", "")
    is_whole = (begins, ends) == _WHOLE_DAY
    return {
        **{name: stored[name] for name in ("name", "people", "starts_on", "every", "unit", "at")},
        "weekday": stored.get("weekday", DAYS[0]),
        "days": [day for day in DAYS if day in hours] if len(hours) < len(DAYS) else [],
        "from_time": "" if is_whole else begins,
        "to_time": "" if is_whole else ends,
        "off_dates": "\n".join(stored.get("off_dates", [])),
    }


def plan_initial(version: RotaVersion) -> dict[str, Any]:
    """Return a version as what its next one begins with."""
    return {"timezone": version.zone, "base": version.version}


def with_holidays(posted: QueryDict, *, year: int) -> QueryDict:
    """Return what was posted, with the public holidays of the regions that were chosen as plain dates."""
    typed = posted.copy()
    for name in [name for name in posted if re.fullmatch(r"layer-\d+-region", name)]:
        region = posted.get(name, "")
        if region not in _REGIONS:
            continue
        off = name.replace("region", "off_dates")
        found = days_of("AU", region, (year, year + 1))
        lines = [line for line in typed.get(off, "").splitlines() if line.strip()]
        known = {line.split()[0] for line in lines}
        typed[off] = "\n".join(
            sorted([*lines, *(f"{day} {found[day]}" for day in found if day not in known)])
        )
        typed[name] = ""
    return typed


def with_another_layer(posted: QueryDict) -> QueryDict:
    """Return what was posted with room for one layer more."""
    typed = posted.copy()
    total = typed.get("layer-TOTAL_FORMS", "")
    if total.isdigit():
        typed["layer-TOTAL_FORMS"] = str(min(int(total) + 1, MOST_LAYERS))
    return typed


def put(refused: Refused, form: PlanForm, layers: Any) -> None:
    """Say a refusal beside the field that it is about, in the plan or in one of its layers."""
    found = re.fullmatch(r"layers\[(\d+)\]\.(\w+)(.*)", refused.field or "")
    if found is None:
        form.add_error(refused.field if refused.field in form.fields else None, refused.reason)
        return
    kept = [layer for layer in layers.forms if not layer.is_left_out]
    layer, name = kept[int(found[1])], found[2]
    name = {"people": "person-0", "hours": "to_time"}.get(name, name)
    layer.add_error(name if name in layer.fields else "name", refused.reason)


def title_of(rota: Rota | None) -> str:
    """Return what the editor's page is called."""
    return "New rota" if rota is None else f"Change {rota.name}"
