import django.db.models.deletion
from django.db import migrations, models

import tickets.models.tickets
from core.rls import CompositeForeignKey, CustomerTable

_OWN = "select, insert, update, delete"


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_desk"), ("customers", "0006_portal")]

    operations = [
        migrations.CreateModel(
            name="ReportDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("answers", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.member",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "member"), name="reportdraft_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.CharField(default=tickets.models.tickets.new_file_token, max_length=43)),
                ("name", models.CharField(max_length=120)),
                ("size", models.PositiveIntegerField()),
                ("content_type", models.CharField(max_length=100)),
                ("sha256", models.CharField(max_length=64)),
                ("stored_name", models.CharField(max_length=100)),
                ("expires_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.member",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["customer", "expires_at"], name="reportfile_expiry")],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "token"), name="reportfile_token")
                ],
            },
        ),
        CustomerTable("ReportDraft", member=_OWN, desk=""),
        CustomerTable("ReportFile", member=_OWN, desk=""),
        CompositeForeignKey("ReportDraft", "member", to="customers.Member"),
        CompositeForeignKey("ReportFile", "member", to="customers.Member"),
    ]
