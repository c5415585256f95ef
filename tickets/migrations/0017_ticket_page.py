from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from core.rls import SharedTable


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("tickets", "0016_views")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            "draft",
            "taken_by_name",
            models.CharField(blank=True, default="", max_length=150),
            preserve_default=False,
        ),
        migrations.AddField("draft", "taken_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("ticket", "confirmed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AlterField(
            "ticket",
            "resolution_code",
            models.CharField(
                blank=True,
                choices=[
                    ("fixed", "Fixed"),
                    ("confirmed", "Fixed, confirmed by the customer"),
                    ("workaround", "Workaround accepted"),
                    ("answered", "Question answered"),
                    ("no_fault", "No fault found"),
                    ("duplicate", "Duplicate"),
                    ("merged", "Merged into another ticket"),
                    ("excluded", "Outside the agreement"),
                    ("level_1", "Solved by Level 1"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="ReplyHabit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "then",
                    models.CharField(
                        choices=[("stay", "Stay on the ticket"), ("next", "Go to the next due ticket")],
                        default="stay",
                        max_length=4,
                    ),
                ),
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
        SharedTable("ReplyHabit", member="", desk="select, insert, update"),
    ]
