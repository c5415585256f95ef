from django.db import migrations

from core.rls import CompositeForeignKey, CustomerTable, SharedTable


class Migration(migrations.Migration):
    dependencies = [("slas", "0001_promises"), ("tickets", "0002_tenancy"), ("core", "0002_tenancy")]

    operations = [
        SharedTable("CalendarVersion", desk="select, insert"),
        SharedTable("PolicyVersion", desk="select, insert"),
        CustomerTable("Agreement", member="select", desk="select, insert, update"),
        CustomerTable("Clock", desk="select, insert, update"),
        CustomerTable("Watch", desk="select, insert, update"),
        CompositeForeignKey("Clock", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("Watch", "ticket", to="tickets.Ticket"),
    ]
