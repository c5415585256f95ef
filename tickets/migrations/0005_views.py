from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models.functions import Coalesce

from core.rls import CompositeForeignKey, CustomerTable, SharedTable

_QUEUED_AT = Coalesce(models.F("next_due_at"), models.Value(datetime(9999, 1, 1, tzinfo=UTC)))
_QUEUED = models.Q(level__gte=2, status__in=["in_progress", "new", "on_hold", "restored"])

#: Under forced row security the tables' owner would see no row. Once these are gone, the desk may read the rest.
_MOVE_OWN_WORDS = """
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE tickets_tickettext NO FORCE ROW LEVEL SECURITY;
    INSERT INTO tickets_owntext (customer_id, ticket_id, vector)
    SELECT customer_id, ticket_id, vector FROM tickets_tickettext WHERE audience = 'customer';
    DELETE FROM tickets_tickettext WHERE audience = 'customer';
    ALTER TABLE tickets_tickettext FORCE ROW LEVEL SECURITY;
    ALTER POLICY the_desk_sees_its_side ON tickets_tickettext USING (true) WITH CHECK (true)
"""
#: Of a word that is not among those whose frequency is known, the planner supposes that it is as frequent as the
#: last of them, and reads tickets one after the other until enough have it. Ten times as many are enough.
_KNOW_RARE_WORDS = "ALTER TABLE tickets_tickettext ALTER COLUMN vector SET STATISTICS 1000"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("tickets", "0004_reviews"), ("customers", "0005_teams")]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="ReadMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("up_to", models.BigIntegerField(default=0)),
                ("read_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
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
                "indexes": [models.Index(fields=["person", "-read_at"], name="readmark_recent")],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "ticket", "person"), name="readmark_once")
                ],
            },
        ),
        CustomerTable("ReadMark", member="", desk="select, insert, update"),
        CompositeForeignKey("ReadMark", "ticket", to="tickets.Ticket"),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("filters", models.JSONField(default=dict)),
                ("is_shared", models.BooleanField(default=False)),
                ("position", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "name"),
                        condition=models.Q(("is_shared", False)),
                        name="savedview_own_name",
                    ),
                    models.UniqueConstraint(
                        fields=("name",),
                        condition=models.Q(("is_shared", True)),
                        name="savedview_shared_name",
                    ),
                ],
            },
        ),
        SharedTable("SavedView", member="", desk="select, insert, update, delete"),
        migrations.RemoveIndex(model_name="ticket", name="ticket_queue"),
        *(
            migrations.AddIndex(
                model_name="ticket",
                index=models.Index(*columns, _QUEUED_AT, "opened_at", "id", condition=condition, name=name),
            )
            for name, columns, condition in (
                ("ticket_queued", (), _QUEUED),
                ("ticket_owned", ("assignee",), _QUEUED),
                ("ticket_queued_of", ("customer",), _QUEUED),
                ("ticket_severe", ("severity",), _QUEUED),
                ("ticket_in_status", ("status",), _QUEUED),
                ("ticket_held", ("hold_reason",), _QUEUED & ~models.Q(hold_reason="")),
                (
                    "ticket_with_customer",
                    (),
                    _QUEUED & models.Q(hold_reason__in=("customer_access", "customer_reply")),
                ),
            )
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["hold_review_at"], condition=~models.Q(hold_reason=""), name="ticket_hold_review"
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="restore_state",
            field=models.CharField(blank=True, default="", max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="ticket",
            name="restore_due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="restore_from_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="restore_used_seconds",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="restore_target_seconds",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="OwnText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("vector", django.contrib.postgres.search.SearchVectorField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
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
                "constraints": [models.UniqueConstraint(fields=("customer", "ticket"), name="owntext_once")],
            },
        ),
        migrations.RunSQL(_MOVE_OWN_WORDS, migrations.RunSQL.noop),
        migrations.RunSQL(_KNOW_RARE_WORDS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="tickettext",
            constraint=models.CheckConstraint(
                condition=models.Q(("audience__in", ["public", "desk"])), name="tickettext_audience"
            ),
        ),
        CustomerTable("OwnText", desk=""),
        CompositeForeignKey("OwnText", "ticket", to="tickets.Ticket"),
    ]
