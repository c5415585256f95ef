import django.db.models.deletion
from django.db import migrations, models

from core.rls import CompositeForeignKey, CustomerTable


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_level1")]

    operations = [
        migrations.CreateModel(
            name="ApprovalRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("access", "Access"), ("approval", "Approval")], max_length=10),
                ),
                ("what", models.CharField(max_length=300)),
                ("expires_at", models.DateTimeField()),
                ("risk", models.CharField(max_length=500)),
                ("effect_of_no", models.CharField(max_length=500)),
                ("touches_production", models.BooleanField()),
                ("clock_effect", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Not answered in time"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", models.CharField(blank=True, max_length=150)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("tell_desk_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
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
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "decider",
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
                    "ticket",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("customer", "ticket"),
                        name="approval_one_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("asked_at"))), name="approval_has_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("state", "asked")),
                            models.Q(
                                models.Q(("state", "asked"), _negated=True), ("ended_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="approval_ends_once",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["customer", "-asked_at", "-id"], name="approval_list"),
                    models.Index(
                        condition=models.Q(("state", "asked")), fields=["expires_at"], name="approval_expiry"
                    ),
                    models.Index(
                        condition=models.Q(("state", "asked")), fields=["asked_at"], name="approval_waiting"
                    ),
                    models.Index(
                        condition=models.Q(("tell_desk_at__isnull", False)),
                        fields=["tell_desk_at"],
                        name="approval_to_tell",
                    ),
                ],
            },
        ),
        CustomerTable("ApprovalRequest", member="select, update", desk="select, insert, update"),
        CompositeForeignKey("ApprovalRequest", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("ApprovalRequest", "decider", to="customers.Member"),
        CompositeForeignKey("ApprovalRequest", "answered_by", to="customers.Member"),
    ]
