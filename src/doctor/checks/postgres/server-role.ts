import { defineCheck, ok } from '../../check.ts';
import { inWords } from '../../remedies.ts';

export const check = defineCheck({
  id: 'server-role',
  kind: 'postgres',
  title: 'Primary or replica, as configured',
  purpose: 'Act on the server that the configuration means.',
  without: 'Sessions of the wrong server are looked at, and settings cannot be changed there.',
  check({ server, inRecovery }) {
    const isPrimary = server === 'primary';
    if (isPrimary !== inRecovery) return ok(isPrimary ? 'it is the primary' : 'it is a replica');
    return {
      status: 'missing',
      found: isPrimary
        ? 'The URL of the primary leads to a server in recovery, a replica.'
        : 'The URL of the replica leads to a server that takes writes, a primary.',
      remedy: inWords(
        isPrimary
          ? 'After a failover, point url of the database at the server that is primary now.'
          : 'Point url of the replica at the replica, or take it out of replicas.',
      ),
    };
  },
});
