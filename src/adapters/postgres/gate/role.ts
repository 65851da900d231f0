import type { Client } from 'pg';
import { FirebreakError } from '../../../domain/errors.ts';
import {
  excessOf,
  type GateRole,
  type HarmfulMembership,
  takeWriting,
  type WritableTable,
} from '../../../domain/gate-role.ts';

/** Roles of PostgreSQL that let their members harm a server or other sessions. */
const HARMFUL = [
  'pg_signal_backend',
  'pg_write_all_data',
  'pg_execute_server_program',
  'pg_write_server_files',
  'pg_maintain',
  'pg_create_subscription',
];

/** Tables of people, not of the system. */
const OF_PEOPLE = `c.relkind in ('r', 'p') and c.relpersistence <> 't'
       and c.relnamespace not in (select oid from pg_catalog.pg_namespace
         where nspname in ('pg_catalog', 'information_schema', 'pg_toast'))`;

/**
 * What the role of this connection may do, and what the gate has to know of the server. A superuser counts as a member of
 * everything: of it only what was granted is told. Since version 16 REVOKE takes only what its own role granted, which is
 * the first superuser (10) for all superusers, unless it names another.
 */
const FACTS = `
select current_user as role, current_database() as database,
  r.rolsuper as superuser, r.rolcreaterole as create_role, r.rolreplication as replication,
  (select coalesce(json_agg(json_build_object('group', g.rolname, 'superuser', g.rolsuper,
       'through', d.rolname, 'grantor', case when m.grantor <> 10
         and pg_catalog.current_setting('server_version_num')::int >= 160000
         then pg_catalog.pg_get_userbyid(m.grantor) end) order by g.rolname, d.rolname), '[]')
     from pg_catalog.pg_roles g
     left join (pg_catalog.pg_auth_members m join pg_catalog.pg_roles d on d.oid = m.roleid)
       on m.member = r.oid and pg_catalog.pg_has_role(d.oid, g.oid, 'MEMBER')
     where (g.rolsuper or g.rolname = any(string_to_array('${HARMFUL.join(' ')}', ' ')))
       and g.oid <> r.oid and pg_catalog.pg_has_role(r.oid, g.oid, 'MEMBER')
       and (d.oid is not null or not r.rolsuper)) as memberships,
  (select coalesce(json_agg(w), '[]') from (
     select distinct c.oid::pg_catalog.regclass::text as table,
       case when a.grantee <> 0 then pg_catalog.pg_get_userbyid(a.grantee) end as grantee
     from pg_catalog.pg_class c
     cross join lateral pg_catalog.aclexplode(
       coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) a
     where ${OF_PEOPLE} and a.privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
       and (a.grantee = 0 or pg_catalog.pg_has_role(r.oid, a.grantee, 'USAGE'))
     order by 1, 2 limit 20) w) as writable,
  (select c.oid::pg_catalog.regclass::text from pg_catalog.pg_class c
     where ${OF_PEOPLE} and not pg_catalog.has_table_privilege(c.oid, 'SELECT')
     order by 1 limit 1) as unreadable,
  pg_catalog.pg_size_bytes(pg_catalog.current_setting('track_activity_query_size'))::int as activity_bytes,
  (select n.nspname from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
     where e.extname = 'hypopg') as hypopg
from pg_catalog.pg_roles r where r.rolname = current_user`;

/** What a connection of the gate tells of its role and its server. */
interface RoleReading {
  readonly role: GateRole;
  readonly database: string;
  /** A table that it may not read; null when it may read all. */
  readonly unreadable: string | null;
  readonly activityTextBytes: number;
  /** Schema of the extension hypopg, or null without it. */
  readonly hypopg: string | null;
}

/** Reads what the role of a connection may do, whatever it is. */
export async function readRole(client: Client): Promise<RoleReading> {
  const { rows } = await client.query<{
    role: string;
    database: string;
    superuser: boolean;
    create_role: boolean;
    replication: boolean;
    memberships: HarmfulMembership[];
    writable: WritableTable[];
    unreadable: string | null;
    activity_bytes: number;
    hypopg: string | null;
  }>(FACTS);
  const [row] = rows;
  if (row === undefined) throw new Error('The server does not know its own role.');
  const { role, superuser, create_role: createRole, replication, memberships, writable } = row;
  return {
    role: { role, superuser, createRole, replication, memberships, writable },
    database: row.database,
    unreadable: row.unreadable,
    activityTextBytes: row.activity_bytes,
    hypopg: row.hypopg,
  };
}

/** What the gate knows of its connection. */
export interface GateFacts extends Pick<RoleReading, 'activityTextBytes' | 'hypopg'> {
  readonly warnings: readonly string[];
}

/**
 * Reads what the role may do. A function that a query calls can run while its plan is made, with the rights of this role:
 * so it must have none that matter. Throws `gate-role`.
 */
export async function readFacts(client: Client): Promise<GateFacts> {
  const { role, activityTextBytes, hypopg } = await readRole(client);
  const excess = excessOf(role);
  if (excess.length > 0)
    throw new FirebreakError(
      'gate-role',
      `The gate does not work with the role ${role.role}: ${[...new Set(excess.map(({ what }) => what))].join(', ')}.`,
      {
        hint: 'Give it a role of its own: CREATE ROLE gate LOGIN PASSWORD …; GRANT pg_read_all_data TO gate; and nothing else. For a configured database "firebreak doctor" prints what takes the rest away.',
      },
    );
  const [writable] = role.writable;
  return {
    warnings:
      writable === undefined
        ? []
        : [
            `The role ${role.role} may write, such as to ${writable.table}: a function that runs while a plan is made could, if it left the read-only session. Take it away, unless plans of writing statements are wanted: ${takeWriting(writable)}`,
          ],
    activityTextBytes,
    hypopg,
  };
}
