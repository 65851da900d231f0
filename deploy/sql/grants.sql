-- Firebreak on one PostgreSQL server, version 14 to 18. Run it on the primary as a superuser, in the database
-- orders. It can be run again, and takes nothing away. None of it lets "firebreak" read a table.
--   psql -d orders -f grants.sql

-- 1. The role. Set its password afterwards with \password, so that it is in no file:  \password firebreak
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'firebreak') THEN
    CREATE ROLE "firebreak" LOGIN;
  END IF;
END $$;
GRANT CONNECT ON DATABASE "orders" TO "firebreak";
GRANT CONNECT ON DATABASE "postgres" TO "firebreak";

-- 2. See the sessions, queries and settings of other roles.
GRANT pg_monitor TO "firebreak";

-- 3. Cancel and terminate sessions of roles that are not superusers.
GRANT pg_signal_backend TO "firebreak";

-- 4. A way in when every slot is taken. PostgreSQL 16 and newer: the right here, the slots by the line below it,
--    from the next start of the server on.
DO $$ BEGIN
  IF current_setting('server_version_num')::int >= 160000 THEN
    GRANT pg_use_reserved_connections TO "firebreak";
  END IF;
END $$;
-- ALTER SYSTEM SET reserved_connections = 3;
--    PostgreSQL 14 and 15 instead: max_connections less 6, at once and without a restart.
-- ALTER DATABASE "orders" CONNECTION LIMIT <max_connections - 6>;

-- 5. Optional: how statements have run before. It needs shared_preload_libraries = 'pg_stat_statements' and a restart.
-- CREATE EXTENSION IF NOT EXISTS pg_stat_statements;

-- 6. Let Firebreak go on with replay that is paused on a replica.
GRANT EXECUTE ON FUNCTION pg_wal_replay_resume() TO "firebreak";

-- Optional: the cost gate of batch jobs, with a role of its own that reads every table and may do nothing else.
-- DO $$ BEGIN
--   IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gate') THEN
--     CREATE ROLE "gate" LOGIN CONNECTION LIMIT 4;
--   END IF;
-- END $$;
-- GRANT CONNECT ON DATABASE "orders" TO "gate";
-- GRANT pg_read_all_data TO "gate";

-- Optional: remedies on approval. Without these rights their steps show the statements for a person.
--   Limits of roles (16 and newer; before, CREATEROLE alone reaches every role that is no superuser), for each role:
-- ALTER ROLE "firebreak" CREATEROLE;
-- GRANT <role> TO "firebreak" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
-- GRANT SET ON PARAMETER temp_file_limit TO "firebreak";
--   Indexes, as the owner of the tables. Whoever may act as the owner may also read them:
-- GRANT "<owner>" TO "firebreak" WITH INHERIT FALSE, SET TRUE;
--   Change data capture, beside acting as the owner: a role with REPLICATION can copy the whole cluster.
-- ALTER ROLE "firebreak" REPLICATION;
-- GRANT CREATE ON DATABASE "orders" TO <owner>;
-- Managed services:
-- Amazon RDS and Aurora
--   Run it as the master user, which is no superuser but may grant these roles.
--   Leave ALTER SYSTEM out: set reserved_connections (16 and newer) and shared_preload_libraries in the parameter group. rds.rds_superuser_reserved_connections (15 and older) keeps slots for rds_superuser only, so it does not help Firebreak.
--   Sessions of rdsadmin are never signalled.
-- Google Cloud SQL
--   Run it as postgres, a member of cloudsqlsuperuser.
--   Leave ALTER SYSTEM out: parameters are database flags of the instance, as far as it offers them. Where it has no flag reserved_connections, use the connection limit of the database.
-- Azure Database for PostgreSQL, flexible server
--   Run it as the administrator that you chose when the server was made, a member of azure_pg_admin.
--   Leave ALTER SYSTEM out: set server parameters instead. Put pg_stat_statements into azure.extensions before CREATE EXTENSION.
