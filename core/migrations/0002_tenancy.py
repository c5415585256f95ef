from django.db import migrations

from core.rls import AppendOnly, CustomerTable, SharedTable


class Migration(migrations.Migration):
    dependencies = [("core", "0001_logs")]

    operations = [
        CustomerTable("EventRecord", member="select, insert", desk="select, insert", audience=True),
        CustomerTable("EventStream", desk="select, insert, update"),
        SharedTable("DeskRecord", member="", desk="select, insert"),
        AppendOnly("EventRecord"),
        AppendOnly("DeskRecord"),
    ]
