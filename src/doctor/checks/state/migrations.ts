import { ident } from '../../../domain/sql-name.ts';
import { defineCheck, notApplicable, ok } from '../../check.ts';
import { inWords, sqlRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'migrations',
  kind: 'state',
  title: 'Tables of this version',
  purpose: 'Read and write the state in the form that this version knows.',
  without: 'Firebreak does not start, or an older version has to be started.',
  check({ server }) {
    if (server === null) return notApplicable('not started yet');
    const { pendingMigrations, unknownMigrations, empty, mayCreate, role, database } = server;
    if (unknownMigrations.length > 0 && pendingMigrations.length > 0)
      return {
        status: 'missing',
        found: `A newer Firebreak wrote this state (${unknownMigrations.join(', ')}).`,
        remedy: inWords('Start that version or a newer one.'),
      };
    if (empty && !mayCreate)
      return {
        status: 'missing',
        found: `It is empty, and ${role} may not make its schema there.`,
        remedy: sqlRemedy(
          'Grant it.',
          'as the owner of the database or a superuser',
          `GRANT CREATE ON DATABASE ${ident(database)} TO ${ident(role)};`,
        ),
      };
    if (empty) return ok('empty; they are made at the first start');
    const pending = pendingMigrations.length;
    return ok(pending === 0 ? 'up to date' : `${pending} to be migrated at the next start`);
  },
});
