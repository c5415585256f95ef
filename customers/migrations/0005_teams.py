from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import customers.models
from core.rls import SharedTable


def _id() -> tuple[str, models.BigAutoField[int, int]]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0004_shortcuts")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField("customer", "is_active", models.BooleanField(default=True)),
        migrations.AddField(
            "customer",
            "members_see_all",
            models.BooleanField(
                default=False,
                help_text="Requesters see every ticket of the organisation, not only their own",
            ),
        ),
        migrations.AddField("service", "is_active", models.BooleanField(default=True)),
        migrations.AddField("awsaccount", "is_active", models.BooleanField(default=True)),
        migrations.CreateModel(
            name="Team",
            fields=[
                _id(),
                ("name", models.CharField(max_length=60, unique=True)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
            ],
            options={"ordering": ["name"]},
        ),
        migrations.CreateModel(
            name="TeamMember",
            fields=[
                _id(),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="customers.team",
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
                "constraints": [models.UniqueConstraint(fields=("team", "person"), name="teammember_once")],
            },
        ),
        migrations.AddField(
            "team",
            "people",
            models.ManyToManyField(
                related_name="teams", through="customers.TeamMember", to="customers.deskperson"
            ),
        ),
        migrations.CreateModel(
            name="DeskInvitation",
            fields=[
                _id(),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(max_length=120)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("engineer", "Engineer"),
                            ("lead", "Desk lead"),
                            ("manager", "Manager"),
                            ("admin", "Administrator"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "timezone",
                    models.CharField(max_length=60, validators=[customers.models.validate_timezone]),
                ),
                ("invited_by", models.CharField(max_length=150)),
                ("invited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("mailed_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-invited_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("accepted_at", None), ("revoked_at", None)),
                        fields=("email",),
                        name="deskinvitation_open_once",
                    )
                ],
            },
        ),
        # A member's ticket may name a team, but only the desk reads which.
        SharedTable("Team", member="", desk="select, insert, update"),
        SharedTable("TeamMember", member="", desk="select, insert, update, delete"),
        SharedTable("DeskInvitation", member="", desk="select, insert, update"),
    ]
