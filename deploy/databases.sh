#!/bin/bash
# Run once by PostgreSQL's image on an empty volume: a role and a database for each program, which sees no other's.
set -euo pipefail

secrets="${SECRETS:-/run/secrets}"
export PGPASSWORD
PGPASSWORD="$(cat "$POSTGRES_PASSWORD_FILE")"
for name in hadir mattermost nextcloud; do
    # The password goes in through standard input: the arguments of a program are there for all to read.
    psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<SQL
CREATE ROLE $name LOGIN PASSWORD '$(cat "$secrets/${name}_database_password")';
CREATE DATABASE $name OWNER $name ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE $name FROM PUBLIC;
SQL
done
