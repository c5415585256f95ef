-- The database's roles, made once per cluster by a superuser; running it again changes nothing.
--
--   portal_owner   migrates, owns every table, makes test databases
--   portal_login   the application's only login: owns nothing, and by itself may touch users and sessions only
--   portal_member  put on for a customer's person: sees the rows of the customer in app.customer
--   portal_desk    put on for the desk and for background work
--   portal_backup  reads everything, for backups
--
-- The middle two are granted without INHERIT: a connection that has not put a role on has none of its rights.
DO $$
DECLARE
    login_role text;
    worn text;
BEGIN
    FOREACH login_role IN ARRAY ARRAY['portal_owner', 'portal_login', 'portal_backup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login_role) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', login_role);
        END IF;
    END LOOP;
    FOREACH worn IN ARRAY ARRAY['portal_member', 'portal_desk'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = worn) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', worn);
        END IF;
        EXECUTE format('GRANT %I TO portal_login WITH INHERIT FALSE, SET TRUE', worn);
        EXECUTE format('GRANT %I TO portal_owner WITH INHERIT FALSE, SET TRUE', worn);
    END LOOP;
END $$;
ALTER ROLE portal_owner CREATEDB;
-- A dump reads whole tables, so row-level security must not apply to it; it never writes.
ALTER ROLE portal_backup BYPASSRLS;
ALTER ROLE portal_backup SET default_transaction_read_only = on;
GRANT pg_read_all_data TO portal_backup;
