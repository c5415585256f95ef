import django.db.models.deletion
from django.db import migrations, models

from core.rls import CompositeForeignKey, CustomerTable


class Migration(migrations.Migration):
    dependencies = [
        ("escalations", "0002_tenancy"),
        ("tickets", "0011_level1"),
    ]

    operations = [
        migrations.CreateModel(
            name="HandOver",
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
                            ("offered", "Waiting for the desk"),
                            ("accepted", "Accepted"),
                            ("returned", "Returned"),
                            ("straight", "Straight to the desk"),
                        ],
                        default="offered",
                        max_length=10,
                    ),
                ),
                ("is_straight", models.BooleanField(default=False)),
                ("checked", models.TextField(blank=True)),
                ("changed", models.TextField(blank=True)),
                ("checklist", models.JSONField(default=list)),
                (
                    "severity",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "P1 Critical"), (2, "P2 High"), (3, "P3 Normal"), (4, "P4 Low")]
                    ),
                ),
                (
                    "environment",
                    models.CharField(
                        choices=[("production", "Production"), ("non_production", "Not production")],
                        max_length=16,
                    ),
                ),
                (
                    "work",
                    models.CharField(
                        choices=[
                            ("stopped", "Work has stopped"),
                            ("degraded", "Work goes on with trouble"),
                            ("nuisance", "It is a nuisance"),
                            ("unaffected", "Work is unaffected"),
                        ],
                        max_length=12,
                    ),
                ),
                ("has_workaround", models.BooleanField()),
                (
                    "affected",
                    models.CharField(
                        choices=[
                            ("few", "A few people"),
                            ("team", "A site or a team"),
                            ("business", "The whole business"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "security",
                    models.CharField(
                        choices=[
                            ("none", "None that we know of"),
                            ("moderate", "Moderate"),
                            ("high", "High"),
                            ("critical", "Critical"),
                        ],
                        max_length=10,
                    ),
                ),
                ("call_back", models.CharField(blank=True, max_length=60)),
                ("offered_at", models.DateTimeField()),
                ("offered_by", models.CharField(max_length=150)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_by", models.CharField(blank=True, max_length=150)),
                ("returned_at", models.DateTimeField(blank=True, null=True)),
                ("returned_by", models.CharField(blank=True, max_length=150)),
                ("return_reason", models.CharField(blank=True, max_length=500)),
                (
                    "access_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.member",
                    ),
                ),
                (
                    "aws_account",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.awsaccount",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.message",
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
                "indexes": [
                    models.Index(fields=["customer", "ticket", "-offered_at"], name="hand_over_ticket"),
                    models.Index(fields=["offered_at"], name="hand_over_offered"),
                    models.Index(
                        condition=models.Q(("state", "offered")),
                        fields=["offered_at", "id"],
                        name="hand_over_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "id"), name="hand_over_tenant"),
                    models.UniqueConstraint(
                        condition=models.Q(("returned_at", None)),
                        fields=("customer", "ticket"),
                        name="hand_over_one_current",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("returned_at__isnull", False), ("state", "returned")),
                            models.Q(models.Q(("state", "returned"), _negated=True), ("returned_at", None)),
                            _connector="OR",
                        ),
                        name="hand_over_returned_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "straight"), _negated=True),
                            ("is_straight", True),
                            _connector="OR",
                        ),
                        name="hand_over_straight_is_straight",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accepted"), _negated=True),
                            ("accepted_at__gte", models.F("offered_at")),
                            _connector="OR",
                        ),
                        name="hand_over_accepted_after_offer",
                    ),
                ],
            },
        ),
        CustomerTable("HandOver", member="select, insert", desk="select, insert, update"),
        CompositeForeignKey("HandOver", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("HandOver", "aws_account", to="customers.AwsAccount"),
        CompositeForeignKey("HandOver", "access_by", to="customers.Member"),
        CompositeForeignKey("HandOver", "message", to="tickets.Message"),
    ]
