import { formatBytes } from '../../../domain/format.ts';
import { defineCheck, ok } from '../../check.ts';
import { majorOf } from '../../postgres.ts';

export const check = defineCheck({
  id: 'connection',
  kind: 'state',
  title: 'State database',
  purpose: 'Keep the journal: no alert is acknowledged and nothing is done that is not written there first.',
  without: 'Firebreak does not start.',
  check({ kind, server }) {
    if (server === null) return ok('embedded; made when Firebreak starts for the first time');
    return ok(`${kind}, PostgreSQL ${majorOf(server.versionNumber)}, ${formatBytes(server.bytes)}`);
  },
});
