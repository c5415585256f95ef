from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from core.rls import CompositeForeignKey, CustomerTable, SharedTable


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("customers", "0005_teams"),
        ("escalations", "0003_handovers"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="SpecialistTeam",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "team",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.team"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FunctionalEscalation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for the team"),
                            ("accepted", "Accepted"),
                            ("returned", "Given back to Level 2"),
                            ("recalled", "Taken back by Level 2"),
                            ("ended", "Ended with the ticket"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("tried", models.TextField()),
                ("needed", models.TextField()),
                ("escalated_at", models.DateTimeField()),
                ("escalated_by", models.CharField(max_length=150)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", models.CharField(blank=True, max_length=150)),
                ("end_reason", models.CharField(blank=True, max_length=500)),
                ("findings", models.TextField(blank=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "keeper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.team"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.ticket",
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["customer", "ticket", "-escalated_at"], name="functional_ticket"),
                    models.Index(
                        condition=models.Q(("state__in", ["accepted", "waiting"])),
                        fields=["state", "team", "escalated_at"],
                        name="functional_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "id"), name="functional_tenant"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["accepted", "waiting"])),
                        fields=("customer", "ticket"),
                        name="functional_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("state__in", ["accepted", "waiting"])),
                            models.Q(
                                models.Q(("state__in", ["accepted", "waiting"]), _negated=True),
                                ("ended_at__gte", models.F("escalated_at")),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="functional_ended_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accepted"), _negated=True),
                            models.Q(
                                ("accepted_at__gte", models.F("escalated_at")), ("worker__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="functional_accepted_by_one",
                    ),
                ],
            },
        ),
        SharedTable("SpecialistTeam", member="", desk="select, insert, delete"),
        CustomerTable("FunctionalEscalation", member="", desk="select, insert, update"),
        CompositeForeignKey("FunctionalEscalation", "ticket", to="tickets.Ticket"),
    ]
