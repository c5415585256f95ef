from django.db import migrations

from core.rls import CompositeForeignKey, CustomerTable


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_tickets"), ("core", "0002_tenancy")]

    operations = [
        CustomerTable("Ticket", desk="select, insert, update"),
        CustomerTable("TicketCounter", desk="select, insert, update"),
        CustomerTable("Message", member="select, insert", desk="select, insert", audience=True),
        CustomerTable("Attachment", member="select, insert", desk="select, insert", audience=True),
        CustomerTable("Watcher", member="select, insert, delete", desk="select, insert, delete"),
        CustomerTable("TicketText", desk="select, insert, update", audience=True),
        CompositeForeignKey("Ticket", "service", to="customers.Service"),
        CompositeForeignKey("Ticket", "aws_account", to="customers.AwsAccount"),
        CompositeForeignKey("Ticket", "requester", to="customers.Member"),
        CompositeForeignKey("Message", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("Attachment", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("Attachment", "message", to="tickets.Message"),
        CompositeForeignKey("Watcher", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("Watcher", "member", to="customers.Member"),
        CompositeForeignKey("TicketText", "ticket", to="tickets.Ticket"),
    ]
