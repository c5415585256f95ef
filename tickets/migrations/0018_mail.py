from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from core.rls import SharedTable


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("tickets", "0017_ticket_page")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField("message", "quoted", models.TextField(blank=True, default="")),
        migrations.AddField("message", "by_mail", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="IncomingMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64, unique=True)),
                ("mailbox", models.CharField(max_length=100)),
                ("envelope", models.JSONField(default=list)),
                ("sender", models.CharField(max_length=254)),
                ("sender_name", models.CharField(blank=True, max_length=150)),
                ("subject", models.CharField(blank=True, max_length=250)),
                ("size", models.PositiveIntegerField()),
                ("stored_name", models.CharField(max_length=100)),
                ("received_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "To be read"),
                            ("taken", "On a ticket"),
                            ("held", "For a person to decide"),
                            ("aside", "Kept aside"),
                            ("discarded", "Thrown away"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("opened_ticket", models.BooleanField(default=False)),
                ("ticket_key", models.CharField(blank=True, max_length=30)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("settled_by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["next_try_at", "id"],
                        name="incomingmail_due",
                    ),
                    models.Index(fields=["state", "-received_at", "-id"], name="incomingmail_state"),
                    models.Index(fields=["sender", "received_at"], name="incomingmail_sender"),
                ],
            },
        ),
        SharedTable("IncomingMail", member=""),
    ]
