from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from core.rls import AppendOnly, CompositeForeignKey, CustomerTable, SharedTable

TICKET = "tickets.Ticket"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("reports", "0002_reviews"),
        ("customers", "0007_privacy"),
        ("slas", "0008_misses"),
        ("tickets", "0019_vendor"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="DryRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("content", models.JSONField()),
                ("differs", models.JSONField(default=list)),
                (
                    "reach",
                    models.CharField(
                        choices=[
                            ("family", "Tickets that a version of this policy measures"),
                            ("every", "Every measured ticket, whichever policy it has"),
                        ],
                        default="family",
                        max_length=6,
                    ),
                ),
                ("months", models.PositiveSmallIntegerField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits for a worker"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("seen", models.PositiveIntegerField(default=0)),
                ("reached", models.PositiveIntegerField(default=0)),
                ("unread", models.PositiveIntegerField(default=0)),
                ("last_ticket_id", models.BigIntegerField(default=0)),
                ("seconds", models.FloatField(default=0)),
                ("lease", models.CharField(blank=True, max_length=32)),
                ("leased_until", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by_name", models.CharField(blank=True, max_length=150)),
                (
                    "about",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="slas.calendarversion",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="slas.policyversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="DryRunMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("metric", models.CharField(max_length=10)),
                ("cycle", models.PositiveSmallIntegerField()),
                ("severity", models.PositiveSmallIntegerField()),
                ("was", models.CharField(max_length=10)),
                ("becomes", models.CharField(max_length=10)),
                ("appears", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="reports.dryrun"
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
        ),
        migrations.CreateModel(
            name="DryRunTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("metric", models.CharField(max_length=10)),
                ("severity", models.PositiveSmallIntegerField()),
                ("met", models.PositiveIntegerField(default=0)),
                ("missed", models.PositiveIntegerField(default=0)),
                ("excluded", models.PositiveIntegerField(default=0)),
                ("would_be_met", models.PositiveIntegerField(default=0)),
                ("would_be_missed", models.PositiveIntegerField(default=0)),
                ("would_be_excluded", models.PositiveIntegerField(default=0)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tallies",
                        to="reports.dryrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MissAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("metric", models.CharField(max_length=10)),
                ("cycle", models.PositiveSmallIntegerField()),
                ("severity", models.PositiveSmallIntegerField()),
                ("missed_at", models.DateTimeField()),
                ("cause_due_at", models.DateTimeField(null=True)),
                ("due_on", models.DateField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("in_progress", "In progress"),
                            ("done", "Done"),
                            ("carried_over", "Carried over"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("cause_told_at", models.DateTimeField(null=True)),
                ("action_told_for", models.DateField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
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
        ),
        migrations.CreateModel(
            name="MissStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=150)),
                ("owner_name", models.CharField(blank=True, max_length=150)),
                ("due_on", models.DateField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("in_progress", "In progress"),
                            ("done", "Done"),
                            ("carried_over", "Carried over"),
                        ],
                        max_length=12,
                    ),
                ),
                ("cause", models.CharField(blank=True, max_length=12)),
                ("action", models.CharField(blank=True, max_length=500)),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="reports.missaction",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="ReportMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dedupe_key", models.CharField(max_length=80, unique=True)),
                ("subject", models.CharField(max_length=250)),
                ("body", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportSubscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "every",
                    models.CharField(
                        choices=[("week", "Every Monday"), ("month", "On the first of every month")],
                        max_length=5,
                    ),
                ),
                ("since", models.DateTimeField()),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="dryrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("policy__isnull", True), ("calendar__isnull", True), _connector="XOR"),
                name="dryrun_one_proposal",
            ),
        ),
        migrations.AddIndex(
            model_name="dryrunmove",
            index=models.Index(fields=["run", "appears", "at", "id"], name="dryrunmove_run"),
        ),
        migrations.AddConstraint(
            model_name="dryrunmove",
            constraint=models.UniqueConstraint(
                fields=("customer", "run", "ticket", "metric", "cycle"), name="dryrunmove_once"
            ),
        ),
        migrations.AddIndex(
            model_name="dryruntally",
            index=models.Index(fields=["run", "metric", "severity"], name="dryruntally_run"),
        ),
        migrations.AddConstraint(
            model_name="dryruntally",
            constraint=models.UniqueConstraint(
                fields=("customer", "run", "metric", "severity"), name="dryruntally_once"
            ),
        ),
        migrations.AddIndex(
            model_name="missaction",
            index=models.Index(fields=["missed_at", "id"], name="missaction_missed"),
        ),
        migrations.AddConstraint(
            model_name="missaction",
            constraint=models.UniqueConstraint(
                fields=("customer", "ticket", "metric", "cycle"), name="missaction_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="missaction",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="missaction_tenant"),
        ),
        migrations.AddIndex(
            model_name="missstep",
            index=models.Index(fields=["customer", "entry", "at"], name="missstep_entry"),
        ),
        migrations.AddIndex(
            model_name="reportmail",
            index=models.Index(
                condition=models.Q(("sent_at", None)), fields=["id"], name="reportmail_to_send"
            ),
        ),
        CustomerTable("MissAction", member="", desk="select, insert, update"),
        CompositeForeignKey("MissAction", "ticket", to=TICKET),
        CustomerTable("MissStep", member="", desk="select, insert"),
        CompositeForeignKey("MissStep", "entry", to="reports.MissAction"),
        AppendOnly("MissStep"),
        SharedTable("DryRun", member="", desk="select, insert, update"),
        CustomerTable("DryRunTally", member="", desk="select, insert, update"),
        CustomerTable("DryRunMove", member="", desk="select, insert"),
        CompositeForeignKey("DryRunMove", "ticket", to=TICKET),
        SharedTable("ReportSubscription", member="", desk="select, insert, update, delete"),
        SharedTable("ReportMail", member="", desk="select, insert, update"),
    ]
