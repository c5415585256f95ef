"""What the desk's queue is narrowed by, as its address says it: read, applied, and shown again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from customers.access import active_desk_people, customers_of_desk, services_of
from customers.desk_admin_access import active_teams
from customers.models import Customer, DeskPerson, Team
from tickets import access, relation_access
from tickets.models import HoldChoice, Kind, SeverityChoice, StatusChoice, TicketQuerySet
from tickets.paging import Page, found_page_of, page_of
from tickets.queues import VIEWS, View

ME, NOBODY = "me", "nobody"
#: Services are offered for choosing while so few customers are chosen; else there would be hundreds.
_FEW = 3
#: What an address may say of a view; only this is saved with it.
NAMES = (
    "view",
    "q",
    "words",
    "customer",
    "severity",
    "kind",
    "state",
    "hold",
    "level",
    "owner",
    "team",
    "service",
    "tag",
    "account",
    "opened_from",
    "opened_to",
    "active_from",
    "active_to",
)


@dataclass(frozen=True, kw_only=True)
class Offers:
    """What there is to choose from, read once for a page however many of its addresses are read.

    Where no form is shown, only what the addresses name is looked up, and nothing where they name nothing.
    """

    customers: Sequence[Customer]
    people: Sequence[DeskPerson]
    teams: Sequence[Team]
    tags: Sequence[str]

    @classmethod
    def read(cls) -> Offers:
        return cls(
            customers=list(customers_of_desk()),
            people=list(active_desk_people()),
            teams=list(active_teams()),
            tags=relation_access.tag_names(),
        )

    @classmethod
    def named_in(cls, addresses: Iterable[QueryDict]) -> Offers:
        """Look up what some addresses name; whatever else they say is no choice."""
        asked = list(addresses)

        def named(name: str) -> set[str]:
            return {one for given in asked for one in given.getlist(name) if one and "\x00" not in one}

        slugs, tags = named("customer"), named("tag")
        people, teams = _ids(named("owner")), _ids(named("team"))
        return cls(
            customers=list(customers_of_desk().filter(slug__in=slugs)) if slugs else (),
            people=list(active_desk_people().filter(pk__in=people)) if people else (),
            teams=list(active_teams().filter(pk__in=teams)) if teams else (),
            tags=relation_access.tag_names(tags) if tags else (),
        )


def _ids(texts: Iterable[str]) -> list[int]:
    return [int(one) for one in texts if one.isascii() and one.isdecimal() and len(one) < len("9" * 19)]


class Several(forms.MultipleChoiceField):
    """Any number of choices; an empty one, such as 'All' in a list, chooses nothing."""

    def to_python(self, value: Any) -> list[str]:
        return [one for one in super().to_python(value) if one]


class QueueFilterForm(forms.Form):
    """What the desk narrows its queue by."""

    q = forms.CharField(label="Search tickets", max_length=200, required=False)
    words = forms.CharField(label="Words", max_length=200, required=False)
    view = forms.ChoiceField(choices=[(view.name, view.title) for view in VIEWS.values()], required=False)
    customer = Several(required=False, label="Customer", widget=forms.SelectMultiple(attrs={"size": 6}))
    severity = Several(
        choices=[(str(value), label) for value, label in SeverityChoice.choices],
        required=False,
        label="Severity",
        widget=forms.CheckboxSelectMultiple,
    )
    kind = Several(choices=Kind.choices, required=False, label="Kind", widget=forms.CheckboxSelectMultiple)
    state = Several(
        choices=StatusChoice.choices, required=False, label="State", widget=forms.CheckboxSelectMultiple
    )
    hold = Several(
        choices=HoldChoice.choices, required=False, label="On hold", widget=forms.CheckboxSelectMultiple
    )
    level = Several(
        choices=[("1", "Level 1"), ("2", "Level 2"), ("3", "Level 3")],
        required=False,
        label="Level",
        widget=forms.CheckboxSelectMultiple,
    )
    owner = forms.ChoiceField(required=False, label="Owner")
    team = forms.ChoiceField(required=False, label="Team")
    service = Several(required=False, label="Service", widget=forms.SelectMultiple(attrs={"size": 4}))
    tag = Several(required=False, label="Tag", widget=forms.SelectMultiple(attrs={"size": 4}))
    account = forms.RegexField(
        r"^\d{12}$",
        required=False,
        label="AWS account",
        error_messages={"invalid": "Enter the twelve digits of an AWS account."},
    )
    opened_from = forms.DateField(
        required=False, label="Opened from", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    opened_to = forms.DateField(
        required=False, label="Opened to", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    active_from = forms.DateField(
        required=False,
        label="Last activity from",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    active_to = forms.DateField(
        required=False,
        label="Last activity to",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, given: QueryDict, *, offers: Offers, is_shown: bool = True) -> None:
        super().__init__(given)
        self.offers, self.is_shown = offers, is_shown
        customers = offers.customers
        self.customer_ids = {one.slug: one.pk for one in customers}
        self._choices("customer", [(one.slug, one.name) for one in customers])
        people = [(str(one.pk), one.name) for one in offers.people]
        self._choices("owner", [("", "Anybody"), (ME, "Me"), (NOBODY, "No one"), *people])
        self._choices("team", [("", "Any"), *((str(one.pk), one.name) for one in offers.teams)])
        self._choices("tag", [(name, name) for name in offers.tags])
        chosen: list[Customer] = []
        if is_shown or "service" in given:
            chosen = [one for one in customers if one.slug in given.getlist("customer")][:_FEW]
        self._choices(
            "service",
            [
                (str(service.pk), service.name if len(chosen) == 1 else f"{one.name}: {service.name}")
                for one in chosen
                for service in services_of(one)
            ],
        )

    def _choices(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for what in ("opened", "active"):
            first, last = cleaned.get(f"{what}_from"), cleaned.get(f"{what}_to")
            if first and last and last < first:
                self.add_error(f"{what}_to", "Choose a day that is not before the first one.")
        return cleaned


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One chosen filter, with the address that leaves it out."""

    label: str
    without: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an address asks of the queue; without sense in it, the whole of the view."""

    form: QueueFilterForm
    view: View
    chosen: Mapping[str, Any]
    person: DeskPerson
    now: datetime

    @property
    def text(self) -> str:
        text: str = self.chosen.get("q", "")
        return text

    @property
    def is_narrowed(self) -> bool:
        return any(self.chosen.get(name) for name in NAMES if name != "view")

    def tickets(self) -> TicketQuerySet:
        """Return every ticket that is asked for, in no order."""
        ids = [self.form.customer_ids[slug] for slug in self.chosen.get("customer", ())]
        base = (
            access.all_for_desk().search(self.text, customers=ids)
            if self.text
            else access.in_view(self.view, self.person, self.now, finished=self._wants_finished)
        )
        if words := self.chosen.get("words"):
            base = base.search(words, customers=ids)
        return _narrow(base.filter(customer_id__in=ids) if ids else base, self.chosen, self.person)

    def page(self, *, size: int) -> Page:
        """Return the page that is asked for: by deadline, or what is in a list of its own, the newest first."""
        after, before = self.form.data.get("after", ""), self.form.data.get("before", "")
        page = found_page_of if self.is_by_age else page_of
        return page(self.tickets(), size=size, after=after, before=before)

    @property
    def is_by_age(self) -> bool:
        """Tell whether deadlines say nothing about the order: what a search found, and what has ended."""
        return bool(self.text) or self._wants_finished

    @property
    def _wants_finished(self) -> bool:
        return any(state in ("resolved", "closed") for state in self.chosen.get("state", ()))

    def chips(self) -> list[Chip]:
        """Return what is chosen, each to be taken away."""
        return [
            Chip(label=label, without=_without(self.form.data, name, value))
            for name in NAMES
            if name != "view"
            for value, label in _said(self.form, name, self.chosen)
        ]

    def saved(self) -> dict[str, list[str]]:
        """Return what a saved view keeps."""
        return {name: values for name in NAMES if (values := [one for one in self._values(name) if one])}

    def _values(self, name: str) -> list[str]:
        data = self.form.data
        return data.getlist(name) if isinstance(data, QueryDict) else []


def read(
    given: QueryDict,
    *,
    person: DeskPerson,
    now: datetime,
    is_shown: bool = True,
    offers: Offers | None = None,
) -> Asked:
    """Read an address of the queue; unless its form is shown, what it only offers need not be known."""
    offers = offers or (Offers.read() if is_shown else Offers.named_in([given]))
    form = QueueFilterForm(given, offers=offers, is_shown=is_shown)
    chosen = form.cleaned_data if form.is_valid() else {}
    return Asked(form=form, view=VIEWS[chosen.get("view") or "due"], chosen=chosen, person=person, now=now)


def address_of(filters: Mapping[str, Collection[str]]) -> str:
    """Return the query of a saved view."""
    query = QueryDict(mutable=True)
    for name in NAMES:
        if name in filters:
            query.setlist(name, list(filters[name]))
    return query.urlencode()


#: What is compared with a column as it was typed; an owner, a tag and a day mean more than they say.
_COLUMNS = {
    "severity": "severity__in",
    "kind": "kind__in",
    "state": "status__in",
    "hold": "hold_reason__in",
    "level": "level__in",
    "team": "team_id",
    "service": "service_id__in",
    "account": "aws_account__account_id",
}
_DAYS = {"opened": "opened_at", "active": "last_activity_at"}


def _narrow(tickets: TicketQuerySet, chosen: Mapping[str, Any], person: DeskPerson) -> TicketQuerySet:
    wanted = {column: chosen[name] for name, column in _COLUMNS.items() if chosen.get(name)}
    for name, column in _DAYS.items():
        if first := chosen.get(f"{name}_from"):
            wanted[f"{column}__gte"] = _begin(first)
        if last := chosen.get(f"{name}_to"):
            wanted[f"{column}__lt"] = _begin(last + timedelta(days=1))
    if owner := chosen.get("owner"):
        owner_id = {ME: person.pk, NOBODY: None}.get(owner, owner)
        tickets = tickets.filter(assignee_id=owner_id) if owner_id is not None else tickets.unassigned()
    if tags := chosen.get("tag"):
        tickets = tickets.filter(pk__in=relation_access.tagged_with(tags))
    return tickets.filter(**wanted)


def _begin(day: Any) -> datetime:
    """Return when a day begins in the viewer's zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _said(form: QueueFilterForm, name: str, chosen: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each chosen value of a filter with its words."""
    value = chosen.get(name)
    if not value:
        return []
    if name == "q":
        return [(value, f"“{value}”")]
    if name == "words":
        return [(value, f"Words “{value}”")]
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        return [(str(value), f"{field.label} {value}")]
    words = {str(one): str(said) for one, said in list(field.choices)}  # type: ignore[arg-type]
    values = value if isinstance(value, list) else [value]
    prefix = f"{field.label}: " if name in ("owner", "team", "state", "tag") else ""
    return [(one, f"{prefix}{words.get(one, one)}") for one in values]


def _without(data: Any, name: str, value: str) -> str:
    """Return the address without one value, from the first page on."""
    query = data.copy()
    query.setlist(name, [one for one in query.getlist(name) if one not in (value, "")])
    for page in ("after", "before", "saved"):
        query.pop(page, None)
    return f"?{query.urlencode()}"
