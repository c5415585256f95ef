import django.db.models.deletion
from django.db import migrations, models

from core.rls import CompositeForeignKey, CustomerTable


class Migration(migrations.Migration):
    dependencies = [("slas", "0007_firing"), ("tickets", "0007_relations")]

    operations = [
        migrations.CreateModel(
            name="MissExplanation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("metric", models.CharField(max_length=10)),
                ("cycle", models.PositiveSmallIntegerField()),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("staffing", "Nobody was free in time"),
                            ("handover", "It was lost between shifts or teams"),
                            ("diagnosis", "The fault was hard to find"),
                            ("change", "A change of ours failed"),
                            ("vendor", "A vendor had the next move"),
                            ("customer", "The customer had the next move"),
                            ("process", "We did not follow our process"),
                            ("tools", "Our own tools failed"),
                            ("other", "Another cause"),
                        ],
                        max_length=12,
                    ),
                ),
                ("detail", models.CharField(max_length=500)),
                ("action", models.CharField(blank=True, max_length=500)),
                ("explained_at", models.DateTimeField()),
                ("explained_by_name", models.CharField(max_length=150)),
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
                        fields=("customer", "ticket", "metric", "cycle"), name="missexplanation_once"
                    )
                ],
            },
        ),
        CustomerTable("MissExplanation", member="select", desk="select, insert, update"),
        CompositeForeignKey("MissExplanation", "ticket", to="tickets.Ticket"),
    ]
