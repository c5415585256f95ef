"""What a customer's list of tickets is narrowed by, as its address says it: read, applied, and shown again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from customers.access import services_of
from customers.models import Member
from customers.portal_access import accounts_of
from tickets import access
from tickets.filters import Chip, Several
from tickets.models import Kind, SeverityChoice, TicketQuerySet
from tickets.paging import Page, active_page_of

#: What is shown as a chip; words, scope and state have their own place on the page.
_CHIPS = ("who", "severity", "service", "account", "kind", "opened_from", "opened_to")


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        required=False,
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": lazy("Enter a day, such as 2026-11-24.")},
    )


class ListFilterForm(forms.Form):
    """What a member narrows the list of their tickets by."""

    q = forms.CharField(label=lazy("Search your tickets"), max_length=200, required=False)
    mine = forms.ChoiceField(choices=[("1", lazy("Only mine"))], required=False)
    show = forms.ChoiceField(
        choices=[("open", lazy("Open")), ("finished", lazy("Finished")), ("all", lazy("All"))], required=False
    )
    who = forms.ChoiceField(
        label=lazy("Who has it now"),
        choices=[
            ("", lazy("Anybody")),
            ("you", lazy("You: it waits for you")),
            ("level_1", lazy("Your Level 1")),
            ("desk", lazy("The Trusst desk")),
            ("vendor", lazy("AWS or another vendor")),
        ],
        required=False,
    )
    severity = Several(
        choices=[(str(value), label) for value, label in SeverityChoice.choices],
        required=False,
        label=lazy("Severity"),
        widget=forms.CheckboxSelectMultiple,
    )
    service = forms.ChoiceField(label=lazy("Service"), required=False)
    account = forms.ChoiceField(label=lazy("AWS account"), required=False)
    kind = forms.ChoiceField(label=lazy("Kind"), choices=[("", lazy("Any")), *Kind.choices], required=False)
    opened_from = _day(lazy("Opened from"))
    opened_to = _day(lazy("Opened to"))

    def __init__(self, given: QueryDict, *, member: Member) -> None:
        super().__init__(given)
        services = [(str(one.pk), one.name) for one in services_of(member.customer)]
        self._choices("service", [("", _("Any")), *services])
        for name in ("mine", "show", "who", "service", "account", "kind"):
            self.fields[name].error_messages["invalid_choice"] = _("Select one of the list.")
        self._choices("account", [("", _("Any")), *((str(one.pk), str(one)) for one in accounts_of(member))])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("opened_from"), cleaned.get("opened_to")
        if first and last and last < first:
            self.add_error("opened_to", _("Choose a day that is not before the first one."))
        return cleaned


_WHO: Mapping[str, Callable[[TicketQuerySet], TicketQuerySet]] = {
    "you": lambda tickets: tickets.open().for_customer_to_act(),
    "level_1": lambda tickets: tickets.at_level_1(),
    "desk": lambda tickets: tickets.open().for_desk_to_act(),
    "vendor": lambda tickets: tickets.open().waiting_for_vendor(),
}
_COLUMNS = {"severity": "severity__in", "service": "service_id", "account": "aws_account_id", "kind": "kind"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an address asks of a member's list; without sense in it, their open tickets."""

    form: ListFilterForm
    chosen: Mapping[str, Any]
    member: Member

    @property
    def text(self) -> str:
        return str(self.chosen.get("q", ""))

    @property
    def is_mine(self) -> bool:
        return self.chosen.get("mine") == "1"

    @property
    def show(self) -> str:
        """Return open, finished or all; words are looked for everywhere unless the address says where."""
        return self.chosen.get("show") or ("all" if self.text else "open")

    @property
    def is_narrowed(self) -> bool:
        return any(self.chosen.get(name) for name in ("q", *_CHIPS))

    @property
    def is_plain(self) -> bool:
        """Tell whether it is the list that everybody starts from, for which what waits stands on top."""
        return not self.is_narrowed and self.show == "open"

    def scope(self) -> TicketQuerySet:
        """Return the tickets that the member may read, or only their own, whatever else is asked."""
        listed = access.list_for_member(self.member)
        return listed.requested_by(self.member) if self.is_mine else listed

    def tickets(self) -> TicketQuerySet:
        """Return every ticket that is asked for, the newest activity first."""
        listed = self.scope()
        if self.text:
            listed = listed.search(self.text, own=True)
        if self.show != "all":
            listed = listed.finished() if self.show == "finished" else listed.open()
        if who := self.chosen.get("who"):
            listed = _WHO[who](listed)
        wanted = {column: self.chosen[name] for name, column in _COLUMNS.items() if self.chosen.get(name)}
        if first := self.chosen.get("opened_from"):
            wanted["opened_at__gte"] = _begin(first)
        if last := self.chosen.get("opened_to"):
            wanted["opened_at__lt"] = _begin(last + timedelta(days=1))
        return listed.filter(**wanted).newest_first()

    def page(self, *, size: int) -> Page:
        """Return the page that is asked for."""
        given = self.form.data
        return active_page_of(
            self.tickets(), size=size, after=given.get("after", ""), before=given.get("before", "")
        )

    @property
    def lists(self) -> list[BoundField]:
        """Return the filters of which one value is chosen, for the page to show in order."""
        return [self.form[name] for name in _CHIPS if name != "severity"]

    @property
    def other_errors(self) -> list[str]:
        """Return what is wrong with the address beside the filters, each of which says it itself."""
        return [str(error) for name in ("q", "mine", "show") for error in self.form.errors.get(name, ())]

    def chips(self) -> list[Chip]:
        """Return what is chosen, each to be taken away."""
        return [
            Chip(label=label, without=self._without(name, value))
            for name in _CHIPS
            for value, label in self._said(name)
        ]

    def address(self, **changes: str) -> str:
        """Return the list's query with some values changed, from its first page on; '' leaves one out."""
        query = self._query()
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        return query.urlencode()

    def _query(self) -> QueryDict:
        query = QueryDict(mutable=True)
        for name in self.form.fields:
            if values := [one for one in self.form.data.getlist(name) if one]:  # type: ignore[attr-defined]
                query.setlist(name, values)
        return query

    def _without(self, name: str, value: str) -> str:
        query = self._query()
        left = [one for one in query.pop(name) if one != value]
        if left:
            query.setlist(name, left)
        return f"?{query.urlencode()}"

    def _said(self, name: str) -> list[tuple[str, str]]:
        """Return each chosen value of a filter, as it stands in the address, with its words."""
        value, bound = self.chosen.get(name), self.form[name]
        if not value:
            return []
        if not isinstance(bound.field, forms.ChoiceField):
            return [(self.form.data[name], f"{bound.label}: {value}")]
        words = {str(one): str(said) for one, said in list(bound.field.choices)}  # type: ignore[arg-type]
        values = value if isinstance(value, list) else [value]
        prefix = "" if name == "severity" else f"{bound.label}: "
        return [(one, f"{prefix}{words.get(one, one)}") for one in values]


def read(given: QueryDict, *, member: Member) -> Asked:
    """Read an address of a member's list; one that makes no sense says so in its form."""
    form = ListFilterForm(given, member=member)
    return Asked(form=form, chosen=form.cleaned_data if form.is_valid() else {}, member=member)


def _begin(day: Any) -> datetime:
    """Return when a day begins in the viewer's zone."""
    return timezone.make_aware(datetime.combine(day, time.min))
