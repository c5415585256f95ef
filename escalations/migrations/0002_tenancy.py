from django.db import migrations

from core.rls import CompositeForeignKey, CustomerTable


class Migration(migrations.Migration):
    dependencies = [
        ("escalations", "0001_ladders"),
        ("tickets", "0002_tenancy"),
        ("core", "0002_tenancy"),
    ]

    operations = [
        CustomerTable("Escalation", member="insert", desk="select, insert, update"),
        CompositeForeignKey("Escalation", "ticket", to="tickets.Ticket"),
    ]
