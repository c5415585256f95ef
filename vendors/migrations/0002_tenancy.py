from __future__ import annotations

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from core.rls import AppendOnly, CompositeForeignKey, CustomerTable, MayChange, SharedTable

LINK, CASE, MESSAGE = "vendors.AccountLink", "vendors.VendorCase", "tickets.Message"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("vendors", "0001_vendors"),
        ("tickets", "0019_vendor"),
        ("customers", "0007_privacy"),
    ]

    operations: ClassVar[list[Operation]] = [
        SharedTable("Vendor"),
        SharedTable("SupportPlan"),
        SharedTable("VendorTarget", desk="select, insert"),
        # A customer's lead connects an account and asks for a look; what a look shows only the desk's role writes.
        CustomerTable("AccountLink", member="select, insert", desk="select, insert, update"),
        MayChange(
            "AccountLink",
            "role_arn",
            "channel",
            "reads_only",
            "verify_asked_at",
            "next_probe_at",
            "version",
            role="portal_member",
        ),
        CompositeForeignKey("AccountLink", "account", to="customers.AwsAccount"),
        CustomerTable("PlanObservation", member="select", desk="select, insert"),
        CompositeForeignKey("PlanObservation", "link", to=LINK),
        AppendOnly("PlanObservation"),
        CustomerTable("PushKey", member="", desk="select, insert, update"),
        CompositeForeignKey("PushKey", "link", to=LINK),
        CustomerTable("PushHint", member="", desk="select, insert, update"),
        CompositeForeignKey("PushHint", "link", to=LINK),
        CustomerTable("VendorCase", member="select", desk="select, insert, update"),
        CompositeForeignKey("VendorCase", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("VendorCase", "link", to=LINK),
        CompositeForeignKey("VendorCase", "reopens", to=CASE),
        CustomerTable("CaseStatus", member="select", desk="select, insert"),
        CompositeForeignKey("CaseStatus", "case", to=CASE),
        AppendOnly("CaseStatus"),
        CustomerTable("VendorMessage", member="", desk="select, insert, update"),
        CompositeForeignKey("VendorMessage", "case", to=CASE),
        CompositeForeignKey("VendorMessage", "message", to=MESSAGE),
        CompositeForeignKey("VendorMessage", "shared", to=MESSAGE),
        CustomerTable("VendorFile", member="", desk="select, insert, update"),
        CompositeForeignKey("VendorFile", "received", to="vendors.VendorMessage"),
        CompositeForeignKey("VendorFile", "attachment", to="tickets.Attachment"),
        CustomerTable("Outgoing", member="", desk="select, insert, update"),
        CompositeForeignKey("Outgoing", "link", to=LINK),
        CompositeForeignKey("Outgoing", "case", to=CASE),
        CompositeForeignKey("Outgoing", "message", to=MESSAGE),
    ]
