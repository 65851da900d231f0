import { ident } from '../../../domain/sql-name.ts';
import { grantsSql } from '../../../grants/postgres.ts';
import { defineCheck, ok } from '../../check.ts';
import { where } from '../../postgres.ts';
import { sqlRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'least-privilege',
  kind: 'postgres',
  title: 'No superuser',
  purpose: 'Let a stolen password do no more than Firebreak itself.',
  without: 'Whoever has the password of this role can read and change everything on the server.',
  check(access) {
    const { role, superuser, database } = access;
    if (!superuser) return ok(`${role} is none`);
    return {
      status: 'advice',
      found: `${role} is a superuser; Firebreak needs far less.`,
      remedy: sqlRemedy(
        'Grant what is needed, then take the rest away. Where the role is used elsewhere too, give Firebreak one of its own.',
        where(access),
        ...grantsSql({ role, databases: [database] })
          .split('\n')
          .filter((line) => line.startsWith('GRANT')),
        `ALTER ROLE ${ident(role)} NOSUPERUSER;`,
      ),
    };
  },
});
