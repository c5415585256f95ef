import django.db.models.deletion
from django.db import migrations, models

from core.rls import CompositeForeignKey, CustomerTable


class Migration(migrations.Migration):
    dependencies = [("tickets", "0010_portal")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="level1_owner",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.member",
            ),
        ),
        CompositeForeignKey("Ticket", "level1_owner", to="customers.Member"),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("level__lt", 2), ("status__in", ["in_progress", "new", "on_hold", "restored"])
                ),
                fields=["customer", "opened_at", "id"],
                name="ticket_level_1",
            ),
        ),
        migrations.CreateModel(
            name="LevelOneStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.service",
                    ),
                ),
            ],
            options={
                "ordering": [models.OrderBy(models.F("service_id"), nulls_first=True), "position", "pk"],
                "indexes": [models.Index(fields=["customer", "service"], name="levelonestep_service")],
            },
        ),
        CustomerTable("LevelOneStep", member="select, insert, delete", desk="select"),
        CompositeForeignKey("LevelOneStep", "service", to="customers.Service"),
        # Members tick the steps of their own Level 1; the table's policy hides the desk's from them.
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE ON tickets_checklistitem TO portal_member",
            migrations.RunSQL.noop,
        ),
    ]
