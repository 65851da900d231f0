import { defineCheck, notApplicable, ok } from '../../check.ts';
import { majorOf } from '../../postgres.ts';
import { inWords } from '../../remedies.ts';

const OLDEST = 14;

export const check = defineCheck({
  id: 'version',
  kind: 'state',
  title: 'Version of its server',
  purpose: 'End sessions of a frozen process (idle_session_timeout), since PostgreSQL 14.',
  without: 'Firebreak refuses to start.',
  check({ server }) {
    if (server === null) return notApplicable('not started yet');
    const major = majorOf(server.versionNumber);
    if (major >= OLDEST) return ok(`PostgreSQL ${major}`);
    return {
      status: 'missing',
      found: `PostgreSQL ${major}; ${OLDEST} or later is needed.`,
      remedy: inWords(`Point state.url at a PostgreSQL ${OLDEST} or later.`),
    };
  },
});
