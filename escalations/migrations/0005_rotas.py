from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from core.rls import SharedTable


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("customers", "0005_teams"),
        ("escalations", "0004_functional"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Rota",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True)),
                ("created_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("retired_by", models.CharField(blank=True, max_length=150)),
            ],
            options={"ordering": ["name"]},
        ),
        migrations.CreateModel(
            name="RotaVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("document", models.JSONField()),
                ("effective_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("created_by_name", models.CharField(max_length=150)),
                ("note", models.CharField(max_length=200)),
                (
                    "rota",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="escalations.rota",
                    ),
                ),
            ],
            options={
                "ordering": ["rota_id", "version"],
                "constraints": [
                    models.UniqueConstraint(fields=("rota", "version"), name="rotaversion_number")
                ],
            },
        ),
        migrations.CreateModel(
            name="RotaOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_by_name", models.CharField(blank=True, max_length=150)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
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
                (
                    "rota",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overrides",
                        to="escalations.rota",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["rota", "ends_at"], name="rotaoverride_rota")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="rotaoverride_ends_later",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RotaFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("nonce", models.CharField(max_length=32)),
                ("made_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
                (
                    "rota",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="escalations.rota",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "rota"), name="rotafeed_once", nulls_distinct=False
                    )
                ],
            },
        ),
        # The desk's own business: members read none of it, and nobody changes a version.
        SharedTable("Rota", member="", desk="select, insert, update"),
        SharedTable("RotaVersion", member="", desk="select, insert"),
        SharedTable("RotaOverride", member="", desk="select, insert, update"),
        SharedTable("RotaFeed", member="", desk="select, insert, update, delete"),
    ]
