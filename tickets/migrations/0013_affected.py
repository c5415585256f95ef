import django.db.models.deletion
from django.db import migrations, models

from core.rls import CompositeForeignKey, CustomerTable


class Migration(migrations.Migration):
    dependencies = [("tickets", "0012_approvals")]

    operations = [
        migrations.CreateModel(
            name="AffectedPerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
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
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.member",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "ticket", "member"), name="affectedperson_once"
                    )
                ],
            },
        ),
        CustomerTable("AffectedPerson", member="select, insert, update, delete", desk="select, insert"),
        CompositeForeignKey("AffectedPerson", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("AffectedPerson", "member", to="customers.Member"),
        # A member may have begun a report and a request at once.
        migrations.RemoveConstraint(model_name="reportdraft", name="reportdraft_once"),
        migrations.AddField(
            model_name="reportdraft",
            name="kind",
            field=models.CharField(
                choices=[("incident", "Incident"), ("request", "Service request")],
                default="incident",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="reportfile",
            name="kind",
            field=models.CharField(
                choices=[("incident", "Incident"), ("request", "Service request")],
                default="incident",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="reportdraft",
            constraint=models.UniqueConstraint(
                fields=("customer", "member", "kind"), name="reportdraft_once"
            ),
        ),
    ]
