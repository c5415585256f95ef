from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from core.rls import MEMBER_ROLE, AppendOnly, CustomerTable


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0005_teams"), ("core", "0002_tenancy")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField("awsaccount", "declared_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "awsaccount",
            "cases_allowed_by",
            models.CharField(blank=True, default="", max_length=120),
            preserve_default=False,
        ),
        migrations.AddField("awsaccount", "cases_allowed_at", models.DateTimeField(blank=True, null=True)),
        # A lead says what an account is; what a look at it found is the desk's to write.
        migrations.RunSQL(
            f"GRANT insert, update (name, declared_plan, declared_at, cases_allowed_by, cases_allowed_at, "
            f"is_active) ON customers_awsaccount TO {MEMBER_ROLE}",
            f"REVOKE insert, update ON customers_awsaccount FROM {MEMBER_ROLE}",
        ),
        migrations.CreateModel(
            name="AccessRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ticket_number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ticket", "The ticket"),
                            ("clocks", "Its clocks"),
                            ("evidence", "Its evidence"),
                            ("file", "A file"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("quarter", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
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
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "quarter", "person", "ticket_number", "kind"),
                        name="accessrecord_once",
                    )
                ],
                "indexes": [models.Index(fields=["customer", "-at", "-id"], name="accessrecord_newest")],
            },
        ),
        CustomerTable("AccessRecord", member="select", desk="select, insert"),
        AppendOnly("AccessRecord"),
    ]
