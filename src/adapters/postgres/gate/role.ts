import type { Client } from 'pg';
import { FirebreakError } from '../../../domain/errors.ts';
import { ident } from '../../../domain/sql-name.ts';

/** Roles of PostgreSQL that let their members harm a server or other sessions. */
const HARMFUL = [
  'pg_signal_backend',
  'pg_write_all_data',
  'pg_execute_server_program',
  'pg_write_server_files',
  'pg_maintain',
  'pg_create_subscription',
];

/** What the role of this connection may do, and what the gate has to know of the server. */
const FACTS = `
select current_user as role,
  (select array_agg(what order by what) from (
     select 'it is a superuser' where r.rolsuper
     union all select 'it has CREATEROLE' where r.rolcreaterole
     union all select 'it has REPLICATION' where r.rolreplication
     union all select 'it is a member of ' || g.rolname from pg_catalog.pg_roles g
       where g.rolname = any(string_to_array('${HARMFUL.join(' ')}', ' '))
         and pg_catalog.pg_has_role(r.oid, g.oid, 'MEMBER')
     union all select 'it is a member of the superuser ' || g.rolname from pg_catalog.pg_roles g
       where g.rolsuper and g.oid <> r.oid and pg_catalog.pg_has_role(r.oid, g.oid, 'MEMBER')
   ) harm(what)) as harm,
  (select c.oid::pg_catalog.regclass::text from pg_catalog.pg_class c
     where c.relkind in ('r', 'p') and c.relpersistence <> 't'
       and c.relnamespace not in (select oid from pg_catalog.pg_namespace
         where nspname in ('pg_catalog', 'information_schema', 'pg_toast'))
       and pg_catalog.has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
     order by 1 limit 1) as writable,
  pg_catalog.pg_size_bytes(pg_catalog.current_setting('track_activity_query_size'))::int as activity_bytes,
  (select n.nspname from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
     where e.extname = 'hypopg') as hypopg
from pg_catalog.pg_roles r where r.rolname = current_user`;

/** What the gate knows of its connection. */
export interface GateFacts {
  readonly warnings: readonly string[];
  readonly activityTextBytes: number;
  /** Schema of the extension hypopg, or null without it. */
  readonly hypopg: string | null;
}

/**
 * Reads what the role may do. A function that a query calls can run while its plan is made, with the rights of this role:
 * so it must have none that matter. Throws `gate-role`.
 */
export async function readFacts(client: Client): Promise<GateFacts> {
  const { rows } = await client.query<{
    role: string;
    harm: string[] | null;
    writable: string | null;
    activity_bytes: number;
    hypopg: string | null;
  }>(FACTS);
  const [row] = rows;
  if (row === undefined) throw new Error('The server does not know its own role.');
  const { role, harm, writable, activity_bytes: activityTextBytes, hypopg } = row;
  if (harm !== null)
    throw new FirebreakError(
      'gate-role',
      `The gate does not work with the role ${role}: ${harm.join(', ')}.`,
      {
        hint: 'Give it a role of its own: CREATE ROLE gate LOGIN PASSWORD …; GRANT pg_read_all_data TO gate; and nothing else.',
      },
    );
  return {
    warnings:
      writable === null
        ? []
        : [
            `The role ${role} may write, such as to ${writable}: a function that runs while a plan is made could, if it left the read-only session. Take it away, unless plans of writing statements are wanted: REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ${writable} FROM ${ident(role)};`,
          ],
    activityTextBytes,
    hypopg,
  };
}
