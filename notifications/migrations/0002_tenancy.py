from django.db import migrations

from core.rls import CompositeForeignKey, CustomerTable


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_outbox"), ("core", "0002_tenancy")]

    operations = [
        CustomerTable("Notification", member="select, insert", desk="select, insert, update", audience=True),
        CustomerTable("DeliveryAttempt", member="", desk="select, insert"),
        CompositeForeignKey("DeliveryAttempt", "notification", to="notifications.Notification"),
    ]
