import django.db.models.deletion
from django.db import migrations, models

from core.rls import CompositeForeignKey, CustomerTable


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0003_signed_invitations"),
        ("slas", "0004_clock_cache"),
        ("tickets", "0003_plain_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="clock",
            name="waived",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="EarlierRestoration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("restored_at", models.DateTimeField()),
                ("stated_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for approval"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, max_length=500)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
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
            options={
                "ordering": ["stated_at", "id"],
                "indexes": [
                    models.Index(fields=["customer", "ticket", "stated_at"], name="earlierrestoration_ticket")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "id"), name="earlierrestoration_tenant"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("customer", "ticket"),
                        name="earlierrestoration_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("restored_at__lt", models.F("stated_at"))),
                        name="earlierrestoration_earlier",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("customer_network", "The customer's network"),
                            ("customer_firewall", "The customer's firewall"),
                            ("customer_aws_network", "The customer's part of the AWS network"),
                            ("customer_change", "The customer's own change"),
                            ("out_of_scope", "Outside the scope of the agreement"),
                            ("other", "Another reason"),
                        ],
                        max_length=24,
                    ),
                ),
                ("evidence", models.CharField(max_length=1000)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for approval"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("revoked", "Revoked"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, max_length=500)),
                ("contested_by", models.CharField(blank=True, max_length=150)),
                ("contested_at", models.DateTimeField(null=True)),
                ("contest", models.CharField(blank=True, max_length=500)),
                ("contest_told_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("is_void", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
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
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
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
            options={
                "ordering": ["proposed_at", "id"],
                "indexes": [
                    models.Index(fields=["customer", "ticket", "proposed_at"], name="exclusion_ticket"),
                    models.Index(
                        condition=models.Q(
                            ("contest_told_at", None), ("contested_at__isnull", False), ("state", "approved")
                        ),
                        fields=["id"],
                        name="exclusion_to_tell",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "id"), name="exclusion_tenant"),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state", "proposed"),
                            models.Q(("ends_at", None), ("state", "approved")),
                            _connector="OR",
                        ),
                        fields=("customer", "ticket"),
                        name="exclusion_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                        ),
                        name="exclusion_span",
                    ),
                ],
            },
        ),
        # A member contests, which is an update; who may propose and decide is for the desk.
        CustomerTable("Exclusion", member="select, update", desk="select, insert, update"),
        CustomerTable("EarlierRestoration", member="select", desk="select, insert, update"),
        CompositeForeignKey("Exclusion", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("EarlierRestoration", "ticket", to="tickets.Ticket"),
    ]
