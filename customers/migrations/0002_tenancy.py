from django.db import migrations

from core.rls import LOGIN_ROLE, USER, CustomerTable, LoginMayRead, SharedTable

# Sign-in happens before any customer is known, so the login itself keeps sessions and addresses.
SIGN_IN_TABLES = ("django_session", "account_emailaddress", "account_emailconfirmation")


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_people"),
        ("core", "0002_tenancy"),
        ("sessions", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        *(
            migrations.RunSQL(
                f"GRANT select, insert, update, delete ON {table} TO {LOGIN_ROLE}",
                f"REVOKE ALL ON {table} FROM {LOGIN_ROLE}",
            )
            for table in SIGN_IN_TABLES
        ),
        SharedTable("User", member="", desk="select", login="select, insert, update"),
        SharedTable("DeskPerson", member="select", desk="select, insert, update", login="select"),
        CustomerTable("Customer", column="id", member="select", desk="select, insert, update"),
        CustomerTable("Member", desk="select, insert, update"),
        CustomerTable("Service", member="select", desk="select, insert, update"),
        CustomerTable("AwsAccount", member="select", desk="select, insert, update"),
        CustomerTable("Invitation", desk="select, insert, update"),
        LoginMayRead("Member", rows=f"user_id = {USER}"),
        LoginMayRead(
            "Customer",
            rows="EXISTS (SELECT FROM customers_member AS place "
            f"WHERE place.customer_id = customers_customer.id AND place.user_id = {USER})",
        ),
    ]
