from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from core.rls import CompositeForeignKey, CustomerTable, SharedTable


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_signed_invitations"), ("tickets", "0006_composer")]

    operations = [
        migrations.CreateModel(
            name="Checklist",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                ("steps", models.JSONField(default=list)),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("incident", "Incident"), ("request", "Service request")],
                        max_length=10,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="ChecklistItem",
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
                        choices=[
                            ("public", "Customer and desk"),
                            ("desk", "The desk only"),
                            ("customer", "The customer only"),
                        ],
                        default="desk",
                        max_length=10,
                    ),
                ),
                ("checklist_name", models.CharField(blank=True, max_length=80)),
                ("text", models.CharField(max_length=200)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by_name", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="DeskFollower",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Findings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cause", models.CharField(blank=True, max_length=500)),
                ("workaround", models.CharField(blank=True, max_length=500)),
                ("fix", models.CharField(blank=True, max_length=500)),
                ("stated_at", models.DateTimeField()),
                ("stated_by_name", models.CharField(max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name="ServiceChecklist",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, unique=True)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="TicketLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pair", models.CharField(max_length=41)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("duplicate_of", "Duplicate of"),
                            ("duplicated_by", "Has the duplicate"),
                            ("related", "Related to"),
                            ("child", "Part of"),
                            ("parent", "Major incident over"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("public", "Customer and desk"),
                            ("desk", "The desk only"),
                            ("customer", "The customer only"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("made_by_name", models.CharField(max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name="TicketTag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["tag__name"],
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="checklist_due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="tickets.ticket",
            ),
        ),
        migrations.AlterField(
            model_name="ticket",
            name="resolution_code",
            field=models.CharField(
                blank=True,
                choices=[
                    ("fixed", "Fixed"),
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
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("checklist_due_at__isnull", False)),
                fields=["checklist_due_at"],
                name="ticket_checklist",
            ),
        ),
        migrations.AddField(
            model_name="checklistitem",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="checklistitem",
            name="ticket",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="checklist",
                to="tickets.ticket",
            ),
        ),
        migrations.AddField(
            model_name="deskfollower",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="deskfollower",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.deskperson",
            ),
        ),
        migrations.AddField(
            model_name="deskfollower",
            name="ticket",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="desk_followers",
                to="tickets.ticket",
            ),
        ),
        migrations.AddField(
            model_name="findings",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="findings",
            name="ticket",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tickets.ticket",
            ),
        ),
        migrations.AddField(
            model_name="servicechecklist",
            name="checklist",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="services", to="tickets.checklist"
            ),
        ),
        migrations.AddField(
            model_name="servicechecklist",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="servicechecklist",
            name="service",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.service",
            ),
        ),
        migrations.AddField(
            model_name="ticketlink",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="ticketlink",
            name="ticket",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="links",
                to="tickets.ticket",
            ),
        ),
        migrations.AddField(
            model_name="tickettag",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="tickettag",
            name="tag",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tagged",
                to="tickets.tag",
            ),
        ),
        migrations.AddField(
            model_name="tickettag",
            name="ticket",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tagged",
                to="tickets.ticket",
            ),
        ),
        migrations.AddIndex(
            model_name="checklistitem",
            index=models.Index(fields=["customer", "ticket"], name="checklistitem_ticket"),
        ),
        migrations.AddIndex(
            model_name="deskfollower",
            index=models.Index(fields=["person", "ticket"], name="deskfollower_person"),
        ),
        migrations.AddConstraint(
            model_name="deskfollower",
            constraint=models.UniqueConstraint(
                fields=("customer", "ticket", "person"), name="deskfollower_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="findings",
            constraint=models.UniqueConstraint(fields=("customer", "ticket"), name="findings_once"),
        ),
        migrations.AddConstraint(
            model_name="servicechecklist",
            constraint=models.UniqueConstraint(
                fields=("customer", "service", "checklist"), name="servicechecklist_once"
            ),
        ),
        migrations.AddIndex(
            model_name="ticketlink",
            index=models.Index(fields=["pair"], name="ticketlink_pair"),
        ),
        migrations.AddConstraint(
            model_name="ticketlink",
            constraint=models.UniqueConstraint(fields=("customer", "ticket", "pair"), name="ticketlink_once"),
        ),
        migrations.AddIndex(
            model_name="tickettag",
            index=models.Index(fields=["tag", "ticket"], name="tickettag_tag"),
        ),
        migrations.AddConstraint(
            model_name="tickettag",
            constraint=models.UniqueConstraint(fields=("customer", "ticket", "tag"), name="tickettag_once"),
        ),
        # Members see neither words nor steps of the desk, nor that two customers' tickets hang together.
        SharedTable("Tag", member="", desk="select, insert, update"),
        CustomerTable("TicketTag", member="", desk="select, insert, update, delete"),
        CustomerTable("TicketLink", member="select", desk="select, insert, delete", audience=True),
        SharedTable("Checklist", member="", desk="select, insert, update"),
        CustomerTable("ServiceChecklist", member="", desk="select, insert, delete"),
        CustomerTable("ChecklistItem", member="", desk="select, insert, update, delete", audience=True),
        CustomerTable("DeskFollower", member="", desk="select, insert, delete"),
        CustomerTable("Findings", member="select", desk="select, insert, update"),
        CompositeForeignKey("Ticket", "merged_into", to="tickets.Ticket"),
        CompositeForeignKey("TicketTag", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("TicketLink", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("ServiceChecklist", "service", to="customers.Service"),
        CompositeForeignKey("ChecklistItem", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("DeskFollower", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("Findings", "ticket", to="tickets.Ticket"),
    ]
