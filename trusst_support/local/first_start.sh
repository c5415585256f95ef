#!/bin/sh
# Run once by the Postgres container of docker-compose.yml, on an empty volume and after roles.sql:
# give the two logins their passwords, and make the database. psql reads the secrets itself, so that
# they are on no command line.
set -eu
export SECRETS="${SECRETS:-/run/secrets}"
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set login `cat "$SECRETS/portal_login_password"`
\set owner `cat "$SECRETS/portal_owner_password"`
SET log_statement = 'none';
ALTER ROLE portal_login PASSWORD :'login';
ALTER ROLE portal_owner PASSWORD :'owner';
CREATE DATABASE portal OWNER portal_owner;
SQL
