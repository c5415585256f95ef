import django.db.models.deletion
from django.db import migrations, models

import tickets.models.tickets
from core.rls import CompositeForeignKey, CustomerTable, SharedTable


class Migration(migrations.Migration):
    dependencies = [("tickets", "0005_views")]

    operations = [
        migrations.CreateModel(
            name="CannedReply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True)),
                ("body", models.TextField()),
                (
                    "mode",
                    models.CharField(
                        choices=[("reply", "Reply"), ("note", "Note")], default="reply", max_length=8
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("changed_at", models.DateTimeField()),
                ("changed_by_name", models.CharField(max_length=150)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[("desk", "The desk"), ("customer", "The customer")], max_length=10
                    ),
                ),
                ("author_id", models.BigIntegerField()),
                ("author_name", models.CharField(max_length=150)),
                ("mode", models.CharField(choices=[("reply", "Reply"), ("note", "Note")], max_length=8)),
                ("body", models.TextField()),
                ("saved_at", models.DateTimeField()),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "ticket", "audience", "author_id", "mode"), name="draft_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("said", models.CharField(max_length=121)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.message",
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
                "indexes": [models.Index(fields=["customer", "ticket"], name="mention_ticket")],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "message", "person"), name="mention_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Presence",
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
                        choices=[("viewing", "is viewing"), ("idle", "is idle"), ("replying", "is replying")],
                        max_length=8,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
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
                    models.Index(fields=["ticket", "seen_at"], name="presence_ticket"),
                    models.Index(fields=["seen_at"], name="presence_seen"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "ticket", "person"), name="presence_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="StagedFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[("desk", "The desk"), ("customer", "The customer")], max_length=10
                    ),
                ),
                ("author_id", models.BigIntegerField()),
                ("mode", models.CharField(choices=[("reply", "Reply"), ("note", "Note")], max_length=8)),
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
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["customer", "ticket"], name="stagedfile_ticket"),
                    models.Index(fields=["customer", "expires_at"], name="stagedfile_expiry"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "token"), name="stagedfile_token")
                ],
            },
        ),
        # Each side keeps what it has begun to write; the desk never sees what a customer has not sent.
        CustomerTable(
            "Draft",
            member="select, insert, update, delete",
            desk="select, insert, update, delete",
            audience=True,
        ),
        CustomerTable(
            "StagedFile",
            member="select, insert, update, delete",
            desk="select, insert, update, delete",
            audience=True,
        ),
        CustomerTable("Mention", member="", desk="select, insert"),
        CustomerTable("Presence", member=""),
        SharedTable("CannedReply", member="", desk="select, insert, update"),
        CompositeForeignKey("Draft", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("StagedFile", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("Mention", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("Mention", "message", to="tickets.Message"),
        CompositeForeignKey("Presence", "ticket", to="tickets.Ticket"),
    ]
