"""Sums for the managers' figures; every ticket there is waits to be counted by the sweep."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from core.rls import CompositeForeignKey, CustomerTable, RunAsDesk

SUMS = ("DailyVerdicts", "MonthlyVerdicts", "DailyTickets", "MonthlyTickets", "MissTimes")


def count_what_is_there(apps: Any, schema_editor: Any) -> None:
    """Let the sweep count the tickets of before."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reports_unfolded (customer_id, ticket_id)"
            " SELECT customer_id, id FROM tickets_ticket ORDER BY id"
        )


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("slas", "0008_misses"),
        ("tickets", "0019_vendor"),
        ("customers", "0007_privacy"),
        ("vendors", "0002_tenancy"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Unfolded",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer_id", models.BigIntegerField()),
                ("ticket_id", models.BigIntegerField()),
                ("failures", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("next_try_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["customer_id", "ticket_id"], name="unfolded_ticket")],
            },
        ),
        migrations.CreateModel(
            name="Upkeep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rebuilding_since", models.DateTimeField(null=True)),
                ("last_ticket_id", models.BigIntegerField(default=0)),
                ("differs_since", models.DateTimeField(null=True)),
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Contribution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("parts", models.JSONField(db_default=models.Value([], models.JSONField()), default=list)),
                ("folded_at", models.DateTimeField(null=True)),
                ("differs_since", models.DateTimeField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
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
            ],
            options={
                "indexes": [models.Index(fields=["folded_at"], name="contribution_folded")],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "ticket"), name="contribution_ticket")
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyTickets",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("severity", models.PositiveSmallIntegerField()),
                ("opened", models.IntegerField(default=0)),
                ("reached", models.IntegerField(default=0)),
                ("returned", models.IntegerField(default=0)),
                ("resolved", models.IntegerField(default=0)),
                ("reopened", models.IntegerField(default=0)),
                ("ended", models.IntegerField(default=0)),
                ("time_customer_l1", models.BigIntegerField(default=0)),
                ("time_desk", models.BigIntegerField(default=0)),
                ("time_customer", models.BigIntegerField(default=0)),
                ("time_vendor", models.BigIntegerField(default=0)),
                ("time_agreed_wait", models.BigIntegerField(default=0)),
                ("time_excluded", models.BigIntegerField(default=0)),
                ("time_after_restore", models.BigIntegerField(default=0)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.service",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="dailytickets_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "day", "severity", "service"),
                        name="dailytickets_key",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyVerdicts",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("severity", models.PositiveSmallIntegerField()),
                ("metric", models.CharField(max_length=10)),
                ("met", models.IntegerField(default=0)),
                ("missed", models.IntegerField(default=0)),
                ("waived", models.IntegerField(default=0)),
                ("excluded", models.IntegerField(default=0)),
                ("used_0", models.IntegerField(default=0)),
                ("used_1", models.IntegerField(default=0)),
                ("used_2", models.IntegerField(default=0)),
                ("used_3", models.IntegerField(default=0)),
                ("used_4", models.IntegerField(default=0)),
                ("used_5", models.IntegerField(default=0)),
                ("used_6", models.IntegerField(default=0)),
                ("used_7", models.IntegerField(default=0)),
                ("used_8", models.IntegerField(default=0)),
                ("used_9", models.IntegerField(default=0)),
                ("used_10", models.IntegerField(default=0)),
                ("used_11", models.IntegerField(default=0)),
                ("used_12", models.IntegerField(default=0)),
                ("used_13", models.IntegerField(default=0)),
                ("used_14", models.IntegerField(default=0)),
                ("used_15", models.IntegerField(default=0)),
                ("used_16", models.IntegerField(default=0)),
                ("used_17", models.IntegerField(default=0)),
                ("used_18", models.IntegerField(default=0)),
                ("used_19", models.IntegerField(default=0)),
                ("used_20", models.IntegerField(default=0)),
                ("used_21", models.IntegerField(default=0)),
                ("used_22", models.IntegerField(default=0)),
                ("used_23", models.IntegerField(default=0)),
                ("used_24", models.IntegerField(default=0)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.service",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="dailyverdicts_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "day", "metric", "severity", "service"),
                        name="dailyverdicts_key",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MissTimes",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("severity", models.PositiveSmallIntegerField()),
                ("metric", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("number", models.IntegerField(default=0)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.service",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="misstimes_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "day", "at", "metric", "severity", "service"),
                        name="misstimes_key",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthlyTickets",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("severity", models.PositiveSmallIntegerField()),
                ("opened", models.IntegerField(default=0)),
                ("reached", models.IntegerField(default=0)),
                ("returned", models.IntegerField(default=0)),
                ("resolved", models.IntegerField(default=0)),
                ("reopened", models.IntegerField(default=0)),
                ("ended", models.IntegerField(default=0)),
                ("time_customer_l1", models.BigIntegerField(default=0)),
                ("time_desk", models.BigIntegerField(default=0)),
                ("time_customer", models.BigIntegerField(default=0)),
                ("time_vendor", models.BigIntegerField(default=0)),
                ("time_agreed_wait", models.BigIntegerField(default=0)),
                ("time_excluded", models.BigIntegerField(default=0)),
                ("time_after_restore", models.BigIntegerField(default=0)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.service",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="monthlytickets_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "day", "severity", "service"),
                        name="monthlytickets_key",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthlyVerdicts",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("severity", models.PositiveSmallIntegerField()),
                ("metric", models.CharField(max_length=10)),
                ("met", models.IntegerField(default=0)),
                ("missed", models.IntegerField(default=0)),
                ("waived", models.IntegerField(default=0)),
                ("excluded", models.IntegerField(default=0)),
                ("used_0", models.IntegerField(default=0)),
                ("used_1", models.IntegerField(default=0)),
                ("used_2", models.IntegerField(default=0)),
                ("used_3", models.IntegerField(default=0)),
                ("used_4", models.IntegerField(default=0)),
                ("used_5", models.IntegerField(default=0)),
                ("used_6", models.IntegerField(default=0)),
                ("used_7", models.IntegerField(default=0)),
                ("used_8", models.IntegerField(default=0)),
                ("used_9", models.IntegerField(default=0)),
                ("used_10", models.IntegerField(default=0)),
                ("used_11", models.IntegerField(default=0)),
                ("used_12", models.IntegerField(default=0)),
                ("used_13", models.IntegerField(default=0)),
                ("used_14", models.IntegerField(default=0)),
                ("used_15", models.IntegerField(default=0)),
                ("used_16", models.IntegerField(default=0)),
                ("used_17", models.IntegerField(default=0)),
                ("used_18", models.IntegerField(default=0)),
                ("used_19", models.IntegerField(default=0)),
                ("used_20", models.IntegerField(default=0)),
                ("used_21", models.IntegerField(default=0)),
                ("used_22", models.IntegerField(default=0)),
                ("used_23", models.IntegerField(default=0)),
                ("used_24", models.IntegerField(default=0)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.service",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="monthlyverdicts_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "day", "metric", "severity", "service"),
                        name="monthlyverdicts_key",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        # Whoever acts, a member included, adds a row; members read it to know how fresh their figures are.
        CustomerTable("Unfolded", member="select, insert", desk="select, insert, update, delete"),
        CustomerTable("Contribution", member="", desk="select, insert, update"),
        CompositeForeignKey("Contribution", "ticket", to="tickets.Ticket"),
        CustomerTable("Upkeep", member="", desk="select, insert, update"),
        *(CustomerTable(name, member="select", desk="select, insert, update, delete") for name in SUMS),
        *(CompositeForeignKey(name, "service", to="customers.Service") for name in SUMS),
        RunAsDesk(count_what_is_there),
    ]
