#!/bin/sh
# Run once by the image, on an empty data folder. Temporal makes its own two databases.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set temporal_password="$TEMPORAL_DB_PASSWORD" \
  --set switchyard_password="$SWITCHYARD_DB_PASSWORD" <<'SQL'
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'temporal_password';
CREATE ROLE switchyard LOGIN PASSWORD :'switchyard_password';
CREATE DATABASE switchyard OWNER switchyard;
SQL
