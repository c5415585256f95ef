import django.db.models.deletion
from django.db import migrations, models

from core.rls import CompositeForeignKey, CustomerTable


class Migration(migrations.Migration):
    dependencies = [("tickets", "0009_reporting")]

    operations = [
        migrations.CreateModel(
            name="Satisfaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "score",
                    models.PositiveSmallIntegerField(
                        choices=[(5, "Very good"), (4, "Good"), (3, "So-so"), (2, "Poor"), (1, "Very poor")]
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=1000)),
                ("at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.member",
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
                        fields=("customer", "ticket", "member"), name="satisfaction_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score__range", (1, 5))), name="satisfaction_score"
                    ),
                ],
                "indexes": [models.Index(fields=["at"], name="satisfaction_at")],
            },
        ),
        CustomerTable("Satisfaction", desk="select"),
        CompositeForeignKey("Satisfaction", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("Satisfaction", "member", to="customers.Member"),
    ]
