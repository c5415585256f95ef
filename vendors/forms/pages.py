"""What the lists of cases are narrowed by: shape only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django import forms

from customers.models import Customer
from vendors.access.pages import Wanted
from vendors.models import Vendor
from vendors.models.cases import CaseStateChoice


class CaseFilterForm(forms.Form):
    """What the desk narrows the vendors' cases by."""

    customer = forms.ChoiceField(required=False, label="Customer")
    vendor = forms.ChoiceField(required=False, label="Vendor")
    state = forms.ChoiceField(required=False, label="Status", choices=[("", "All"), *CaseStateChoice.choices])
    q = forms.CharField(required=False, label="Case number, ticket or words", max_length=200)

    def __init__(
        self, given: Mapping[str, str], *, customers: Iterable[Customer], vendors: Iterable[Vendor]
    ) -> None:
        super().__init__(given)
        for name, rows in (("customer", customers), ("vendor", vendors)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "All"), *((one.slug, one.name) for one in rows)]

    @property
    def wanted(self) -> Wanted:
        """Return what was asked; what makes no sense narrows nothing, and its field says so."""
        self.is_valid()
        given = self.cleaned_data
        return Wanted(
            customer=given.get("customer", ""),
            vendor=given.get("vendor", ""),
            state=given.get("state", ""),
            text=given.get("q", ""),
        )
