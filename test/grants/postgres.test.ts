import { expect, test } from 'vitest';
import { grantsSql } from '../../src/grants/postgres.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import { installedMajors } from '../adapters/postgres/majors.ts';
import { startAppServer } from '../adapters/postgres/support.ts';

const MEMBERSHIPS = `select coalesce(string_agg(r.rolname, ' ' order by r.rolname), '') as roles
  from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles f on f.oid = m.member
  where f.rolname = 'fire"break'`;

test.each(installedMajors)(
  'grants.sql runs twice on PostgreSQL $major and gives the least',
  async (version) => {
    await using app = await startAppServer(
      {},
      version.package === undefined ? {} : { package: version.package },
    );
    const sql = grantsSql({ role: 'fire"break', databases: ['appdb'], replicas: true });
    const superuser = app.server().url({ database: 'appdb' });
    await query(superuser, sql);
    await query(superuser, sql);

    const [row] = await query(superuser, MEMBERSHIPS);

    expect(row).toEqual({
      roles:
        version.major >= 16
          ? 'pg_monitor pg_signal_backend pg_use_reserved_connections'
          : 'pg_monitor pg_signal_backend',
    });
    const role = await query(
      superuser,
      `select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin from pg_roles where rolname = 'fire"break'`,
    );
    expect(role).toEqual([
      { rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolreplication: false, rolcanlogin: true },
    ]);
  },
);
