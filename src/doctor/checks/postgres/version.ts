import { SUPPORTED_MAJORS } from '../../../grants/postgres.ts';
import { defineCheck, ok } from '../../check.ts';
import { majorOf } from '../../postgres.ts';
import { inWords } from '../../remedies.ts';

/** What an older version lacks, and what Firebreak does instead. */
const SINCE: readonly (readonly [number, string])[] = [
  [16, 'reserved_connections: a connection limit of the database keeps a way in instead'],
  [17, 'transaction_timeout: statement and idle timeouts are proposed instead'],
];

export const check = defineCheck({
  id: 'version',
  kind: 'postgres',
  title: 'Version',
  purpose: 'Read views and settings that exist since PostgreSQL 14.',
  without: 'Snapshots fail, so nothing is diagnosed.',
  check({ versionNumber }) {
    const major = majorOf(versionNumber);
    const [oldest] = SUPPORTED_MAJORS;
    if (major < oldest)
      return {
        status: 'missing',
        found: `The server is PostgreSQL ${major}; Firebreak needs ${oldest} or newer.`,
        remedy: inWords(`Upgrade the server to a version that is supported, ${oldest} at the least.`),
      };
    const lacking = SINCE.filter(([since]) => major < since).map(([, what]) => what);
    return ok(
      lacking.length === 0
        ? `${major} has everything that Firebreak uses`
        : `${major} lacks ${lacking.join('; ')}`,
    );
  },
});
