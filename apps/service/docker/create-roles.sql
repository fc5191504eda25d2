-- Runs in psql as superuser when compose.yaml creates its PostgreSQL: one role owns the tables and
-- migrates them, the other one is the service's.
\getenv owner_password OWNER_PASSWORD
\getenv service_password SERVICE_PASSWORD
CREATE ROLE connected_apps_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE connected_apps LOGIN PASSWORD :'service_password';
-- Less than the ten seconds for which the service waits.
ALTER ROLE connected_apps SET statement_timeout = '8s';
-- Since version 15 only the owner of a database may create tables in its schema "public".
ALTER DATABASE :"DBNAME" OWNER TO connected_apps_owner;
