import type { PostgresAccess } from '../../../domain/access.ts';
import { postgresGrants } from '../../../grants/postgres.ts';
import { defineCheck, ok, type Verdict } from '../../check.ts';
import { where } from '../../postgres.ts';
import { sqlRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'query-statistics',
  kind: 'postgres',
  title: 'pg_stat_statements',
  purpose: 'Tell whether a statement has always been slow, or since today.',
  without: 'A plan that flipped is not told from a query that was always heavy.',
  check(access) {
    const { created, loaded } = access.statements;
    if (loaded === false) return notLoaded(access);
    if (created) return ok('loaded, and created in this database');
    return {
      status: 'advice',
      found: `The extension is not created in ${access.database}.`,
      remedy: sqlRemedy('Create it.', where(access), postgresGrants.statements()),
    };
  },
});

function notLoaded(access: PostgresAccess): Verdict {
  const libraries = [access.statements.libraries, 'pg_stat_statements']
    .filter((one) => one !== '')
    .join(', ');
  return {
    status: 'advice',
    found: 'It is not in shared_preload_libraries.',
    remedy: sqlRemedy(
      'Load it, start the server anew, then create the extension. On a managed service set the parameter there.',
      where(access),
      `ALTER SYSTEM SET shared_preload_libraries = ${libraries
        .split(', ')
        .map((one) => `'${one}'`)
        .join(', ')};`,
      '-- start the server anew, then:',
      postgresGrants.statements(),
    ),
  };
}
