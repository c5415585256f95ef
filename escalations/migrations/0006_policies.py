from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from core.rls import CompositeForeignKey, CustomerTable, SharedTable


def _id() -> tuple[str, models.BigAutoField[int, int]]:
    field = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
    return ("id", field)


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("escalations", "0005_rotas")]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="EscalationPolicy",
            fields=[
                _id(),
                ("name", models.CharField(max_length=60, unique=True)),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("critical_arrived", "P1 Critical at the desk, not acknowledged"),
                            ("at_risk", "Objective at risk"),
                            ("breached", "Objective missed"),
                            ("manual", "Duty manager called by hand"),
                            ("hold_review", "Hold past its review time"),
                            ("hand_over_waiting", "Hand-over not accepted"),
                            ("level_3_waiting", "Level 3 has not accepted"),
                            ("update_near", "Promised update near"),
                            ("vendor_waiting", "Vendor case waiting on us"),
                        ],
                        max_length=20,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("off_at", models.DateTimeField(blank=True, null=True)),
                ("off_by", models.CharField(blank=True, max_length=150)),
            ],
            options={"ordering": ["name"]},
        ),
        migrations.CreateModel(
            name="EscalationPolicyVersion",
            fields=[
                _id(),
                ("version", models.PositiveSmallIntegerField()),
                ("document", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("created_by_name", models.CharField(max_length=150)),
                ("note", models.CharField(max_length=200)),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="escalations.escalationpolicy",
                    ),
                ),
            ],
            options={
                "ordering": ["policy_id", "version"],
                "constraints": [
                    models.UniqueConstraint(fields=("policy", "version"), name="policyversion_escalation")
                ],
            },
        ),
        migrations.AddField("escalation", "metric", models.CharField(blank=True, default="", max_length=10)),
        migrations.AddField("escalation", "cycle", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField(
            "escalation",
            "policy_version",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="escalations.escalationpolicyversion",
            ),
        ),
        migrations.AddField("escalation", "chosen_at", models.DateTimeField(null=True)),
        migrations.AddField("escalation", "repeats", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("escalation", "every_seconds", models.PositiveIntegerField(default=0)),
        migrations.AddField("escalation", "ack_seconds", models.PositiveIntegerField(null=True)),
        migrations.AddField("escalation", "counts_from", models.DateTimeField(null=True)),
        migrations.AddField("escalation", "restarts", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("escalation", "ack_until", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "escalation",
            models.Index(
                condition=models.Q(("ack_until__isnull", False), ("state", "acknowledged")),
                fields=["ack_until", "id"],
                name="escalation_ack",
            ),
        ),
        migrations.CreateModel(
            name="EscalationCall",
            fields=[
                _id(),
                ("rung", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(max_length=120)),
                ("called_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "escalation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="escalations.escalation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
            ],
            options={
                "ordering": ["called_at", "pk"],
                "indexes": [models.Index(fields=["customer", "escalation"], name="escalation_call_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "id"), name="escalation_call_tenant")
                ],
            },
        ),
        # The desk's own business: members read none of it, and nobody changes a version.
        SharedTable("EscalationPolicy", member="", desk="select, insert, update"),
        SharedTable("EscalationPolicyVersion", member="", desk="select, insert"),
        CustomerTable("EscalationCall", member="", desk="select, insert, update"),
        CompositeForeignKey("EscalationCall", "escalation", to="escalations.Escalation"),
    ]
