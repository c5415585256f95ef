"""The database's own catalogue is asked about every table, policy, key and grant; each answer is a fault."""

from __future__ import annotations

import pytest
from django.db import connections, transaction

#: Tables without a customer's data, each with the reason why it may stand outside.
OUTSIDE = {
    "django_migrations": "which migrations ran",
    "django_content_type": "names of models",
    "django_session": "signed-in browsers; the login reads it before anyone is known",
    "auth_permission": "unused names of permissions, made by django.contrib.auth",
    "auth_group": "unused",
    "auth_group_permissions": "unused",
    "account_emailaddress": "addresses of users, for signing in",
    "account_emailconfirmation": "addresses being confirmed",
    "customers_user": "people sign in before their customer is known",
    "customers_deskperson": "the desk's people, whose names customers see",
    "customers_team": "the desk's teams",
    "customers_teammember": "who is in which of them",
    "customers_deskinvitation": "who was invited to the desk",
    "escalations_specialistteam": "which of the desk's teams are Level 3",
    "tickets_handover": "who handed over at the end of a shift, and when; its lines belong to customers",
    "tickets_incomingmail": "mail before it belongs to anybody; only the desk has a grant on it",
    "tickets_savedview": "which filters of the queue the desk's people keep",
    "tickets_replyhabit": "where the desk's people go after a reply",
    "notifications_channel": "where the desk's alerts go outside; only the desk has a grant on it",
    "notifications_deskmute": "which mails the desk's people do without",
    "notifications_deskquiet": "when the desk's people want no mails",
    "escalations_rota": "who of the desk is on call; the desk's own business",
    "escalations_rotaversion": "plans of rotas, which nobody may change",
    "escalations_rotaoverride": "who of the desk is on call instead",
    "escalations_escalationpolicy": "whom the desk calls about what; the desk's own business",
    "escalations_escalationpolicyversion": "what those policies say, which nobody may change",
    "escalations_rotafeed": "the desk people's addresses for calendar programs",
    "slas_calendarversion": "opening hours and public holidays, the same for all",
    "slas_policyversion": "what is promised, the same for all",
    "slas_correction": "calendars proposed for the past, which the desk decides",
    "slas_rulechange": "which calendars have reached their tickets",
    "tickets_tag": "the desk's words, the same for all",
    "tickets_checklist": "the desk's steps, the same for all; which services they are for is apart",
    "tickets_article": "what the desk writes for all customers; its own policy hides what is not published",
    "tickets_articleversion": "how those articles stood before",
    "tickets_cannedreply": "texts that the desk writes often, the same for all",
    "reports_dryrun": "what the desk tries on past tickets; what was found of a customer's stands apart",
    "reports_reportsubscription": "who of the desk gets the figures by mail",
    "reports_reportmail": "those mails; only the desk has a grant on them",
    "vendors_vendor": "the third parties that the desk works with, the same for all",
    "vendors_supportplan": "the plans that vendors sell, the same for all",
    "vendors_vendortarget": "the times that vendors publish, the same for all",
    "core_deskrecord": "facts about the desk",
    "core_heartbeat": "when the auditor last found all well",
}
#: Unique keys that span customers on purpose, each with the reason.
SPANNING = {
    "accountlink_one_customer": "an account at a vendor belongs to one customer: two would see each other's cases",
}
#: The tenant itself is known by its id.
TENANT = "customers_customer"

FAULTS = """
WITH outside(t) AS (SELECT unnest(%(outside)s)),
tables AS (
    SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relowner
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname NOT IN (SELECT t FROM outside)
),
owner_column AS (
    SELECT attrelid, attnum, attnotnull FROM pg_attribute a JOIN tables t ON t.oid = a.attrelid
    WHERE NOT attisdropped AND attname = CASE WHEN t.relname = %(tenant)s THEN 'id' ELSE 'customer_id' END
),
application(role) AS (VALUES ('portal_login'), ('portal_member'), ('portal_desk'))
SELECT 'no customer_id', relname FROM tables WHERE oid NOT IN (SELECT attrelid FROM owner_column)
UNION ALL
SELECT 'customer_id may be null', relname FROM tables JOIN owner_column ON oid = attrelid WHERE NOT attnotnull
UNION ALL
SELECT 'row security off', relname FROM tables WHERE NOT relrowsecurity
UNION ALL
SELECT 'row security not forced', relname FROM tables WHERE NOT relforcerowsecurity
UNION ALL
SELECT 'no policy for ' || role, relname FROM tables, (VALUES ('portal_member'), ('portal_desk')) AS r(role)
WHERE NOT EXISTS (
    SELECT 1 FROM pg_policy p WHERE p.polrelid = tables.oid
    AND (SELECT oid FROM pg_roles WHERE rolname = role) = ANY (p.polroles))
UNION ALL
SELECT 'policy for everybody', relname || '.' || polname
FROM pg_policy p JOIN tables t ON t.oid = p.polrelid WHERE 0 = ANY (p.polroles)
UNION ALL
SELECT 'policy lacks a check', relname || '.' || polname
FROM pg_policy p JOIN tables t ON t.oid = p.polrelid WHERE polwithcheck IS NULL AND polcmd IN ('*', 'a', 'w')
UNION ALL
SELECT 'policy has OR', relname || '.' || polname
FROM pg_policy p JOIN tables t ON t.oid = p.polrelid WHERE pg_get_expr(polqual, polrelid) ~* '\\mor\\M'
UNION ALL
SELECT 'members'' policy does not ask for the customer', relname || '.' || polname
FROM pg_policy p JOIN tables t ON t.oid = p.polrelid
WHERE (SELECT oid FROM pg_roles WHERE rolname = 'portal_member') = ANY (p.polroles)
AND pg_get_expr(polqual, polrelid) !~ 'app.customer'
UNION ALL
SELECT 'no index led by the customer', relname FROM tables JOIN owner_column o ON oid = o.attrelid
WHERE NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = tables.oid AND i.indkey[0] = o.attnum)
UNION ALL
SELECT 'unique over all customers', c.relname
FROM pg_index i JOIN tables t ON t.oid = i.indrelid JOIN owner_column o ON o.attrelid = t.oid
JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indisunique AND NOT i.indisprimary AND NOT (o.attnum = ANY (i.indkey)) AND t.relname <> %(tenant)s
AND c.relname <> ALL (%(spanning)s)
UNION ALL
SELECT 'key to another table without the customer', con.conname
FROM pg_constraint con JOIN tables a ON a.oid = con.conrelid JOIN tables b ON b.oid = con.confrelid
JOIN owner_column o ON o.attrelid = con.conrelid
WHERE con.contype = 'f' AND b.relname <> %(tenant)s AND NOT (o.attnum = ANY (con.conkey))
UNION ALL
SELECT 'column refers to nothing', t.relname || '.' || a.attname
FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid
WHERE a.attname = ANY (%(references)s) AND NOT EXISTS (
    SELECT 1 FROM pg_constraint con
    WHERE con.conrelid = t.oid AND con.contype = 'f' AND a.attnum = ANY (con.conkey))
AND t.relname || '.' || a.attname <> ALL (%(plain)s)
UNION ALL
SELECT 'view runs as its owner', c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = 'public' AND relkind = 'v'
AND NOT coalesce(reloptions::text ~ 'security_invoker=(true|on|1)', false)
UNION ALL
SELECT 'materialised view', c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = 'public' AND relkind = 'm'
UNION ALL
SELECT 'function runs as its owner', proname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
WHERE nspname = 'public' AND prosecdef
UNION ALL
SELECT role || ' may truncate', relname FROM tables, application WHERE has_table_privilege(role, oid, 'truncate')
UNION ALL
SELECT role || ' owns', relname FROM tables JOIN pg_roles r ON r.oid = relowner JOIN application ON role = rolname
UNION ALL
SELECT 'role is too mighty', rolname FROM pg_roles JOIN application ON role = rolname
WHERE rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR pg_has_role(rolname, 'portal_owner', 'member')
UNION ALL
SELECT 'login inherits', r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
WHERE m.member = (SELECT oid FROM pg_roles WHERE rolname = 'portal_login') AND m.inherit_option
UNION ALL
SELECT role || ' reads a sequence', c.relname FROM application, pg_class c
JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = 'public' AND CASE WHEN relkind = 'S' THEN has_sequence_privilege(role, c.oid, 'select') END
UNION ALL
SELECT 'log can be changed by ' || role, relname FROM tables, application
WHERE relname IN (
    'core_eventrecord', 'core_deskrecord', 'customers_accessrecord', 'tickets_message', 'tickets_attachment',
    'vendors_planobservation', 'vendors_casestatus', 'reports_missstep', 'reports_sealedreview')
AND (has_table_privilege(role, oid, 'update') OR has_table_privilege(role, oid, 'delete'))
UNION ALL
SELECT 'append-only trigger missing', l.t
FROM (VALUES ('core_eventrecord'), ('core_deskrecord'), ('customers_accessrecord'),
      ('slas_calendarversion'), ('slas_policyversion'),
      ('vendors_planobservation'), ('vendors_casestatus'), ('reports_missstep'),
      ('reports_sealedreview')) AS l(t)
WHERE (SELECT count(*) FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
       WHERE c.relname = l.t AND g.tgenabled = 'O' AND g.tgname LIKE 'append_only%%') <> 2
ORDER BY 1, 2
"""
REFERENCES = [
    "ticket_id",
    "message_id",
    "member_id",
    "requester_id",
    "contest_by_id",
    "review_by_id",
    "access_by_id",
    "decider_id",
    "level1_owner_id",
    "service_id",
    "aws_account_id",
    "notification_id",
    "escalation_id",
    "merged_into_id",
    "own_id",
    "told_with_id",
    "link_id",
    "case_id",
    "received_id",
    "attachment_id",
    "shared_id",
    "reopens_id",
    "entry_id",
]
#: Ids that outlive what they name, so they are plain columns on purpose.
PLAIN = [
    "core_eventrecord.ticket_id",
    "core_eventstream.ticket_id",
    "notifications_notification.ticket_id",
    "reports_unfolded.ticket_id",
]


def faults(using: str = "default") -> list[tuple[str, str]]:
    with connections[using].cursor() as cursor:
        cursor.execute(
            FAULTS,
            {
                "outside": list(OUTSIDE),
                "spanning": list(SPANNING),
                "tenant": TENANT,
                "references": REFERENCES,
                "plain": PLAIN,
            },
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


@pytest.mark.django_db
def test_the_catalogue_shows_no_fault() -> None:
    assert faults() == []


PLANTED = {
    "CREATE TABLE forgotten (id int)": ("no customer_id", "forgotten"),
    "ALTER TABLE tickets_ticket NO FORCE ROW LEVEL SECURITY": ("row security not forced", "tickets_ticket"),
    "ALTER TABLE tickets_message DISABLE ROW LEVEL SECURITY": ("row security off", "tickets_message"),
    "DROP POLICY members_see_their_customer ON slas_clock": ("no policy for portal_member", "slas_clock"),
    "CREATE POLICY p ON slas_clock USING (true)": ("policy for everybody", "slas_clock.p"),
    "CREATE POLICY p ON slas_clock TO portal_member USING (true)": (
        "members' policy does not ask for the customer",
        "slas_clock.p",
    ),
    "ALTER TABLE tickets_message DROP CONSTRAINT tickets_message_ticket_id_same_customer": (
        "column refers to nothing",
        "tickets_message.ticket_id",
    ),
    "CREATE UNIQUE INDEX u ON tickets_attachment (token)": ("unique over all customers", "u"),
    "CREATE VIEW v AS SELECT * FROM tickets_ticket": ("view runs as its owner", "v"),
    "GRANT TRUNCATE ON tickets_ticket TO portal_desk": ("portal_desk may truncate", "tickets_ticket"),
    "GRANT UPDATE ON core_eventrecord TO portal_desk": (
        "log can be changed by portal_desk",
        "core_eventrecord",
    ),
    "ALTER TABLE core_eventrecord DISABLE TRIGGER append_only_rows": (
        "append-only trigger missing",
        "core_eventrecord",
    ),
}


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("statement", PLANTED)
def test_the_audit_finds_a_planted_fault(statement: str) -> None:
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            cursor.execute(statement)
        assert PLANTED[statement] in faults("owner")
        transaction.set_rollback(True, using="owner")


@pytest.mark.django_db
def test_every_table_left_outside_exists() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {row[0] for row in cursor.fetchall()}
    assert set(OUTSIDE) <= tables
