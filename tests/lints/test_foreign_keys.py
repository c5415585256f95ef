"""A foreign key points to its own floor or below: a string such as "slas.Clock" escapes the import linter."""

from __future__ import annotations

from django.apps import apps as django_apps
from django.db import models

from tests.lints.tree import apps, floors


def floor_of(app: str) -> int:
    """Return the number of an app's floor, 0 for what every floor stands on."""
    return next((number for number, floor in enumerate(floors()) if app in floor), 0)


def keys() -> list[tuple[str, str, str]]:
    """Return (app, field, app that it points to) for each relation of our models."""
    found = []
    for model in django_apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey | models.ManyToManyField):
                target = field.related_model
                assert isinstance(target, type)
                found.append(
                    (model._meta.app_label, f"{model._meta.label}.{field.name}", target._meta.app_label)
                )
    return [key for key in found if key[0] in apps()]


def test_no_foreign_key_points_up_or_to_a_neighbour() -> None:
    upward = [
        f"{field} points to {target}: store a plain id, or write down from {target}"
        for app, field, target in keys()
        if floor_of(target) > floor_of(app) or (floor_of(target) == floor_of(app) and target != app)
    ]
    assert upward == []


def test_the_keys_and_the_floors_are_found() -> None:
    found = {(field, target) for _, field, target in keys()}
    assert ("tickets.Ticket.requester", "customers") in found
    assert ("slas.Clock.ticket", "tickets") in found
    assert floor_of("core") < floor_of("customers") < floor_of("tickets") < floor_of("slas")
    assert floor_of("slas") < floor_of("escalations") == floor_of("vendors") < floor_of("reports")
