import { defineCheck, notApplicable, ok } from '../../check.ts';
import { inWords } from '../../remedies.ts';

/** What one process of Firebreak opens at most. */
const NEEDED = 12;

export const check = defineCheck({
  id: 'connections',
  kind: 'state',
  title: 'Free connections',
  purpose: `Open up to ${NEEDED} sessions for each process, and those of a rollout.`,
  without: 'A second replica, or the next version, does not start.',
  check({ server, kind }) {
    if (server === null || kind === 'embedded') return notApplicable('an embedded server has enough');
    if (server.freeConnections >= NEEDED) return ok(`${server.freeConnections} free`);
    return {
      status: 'advice',
      found: `${server.freeConnections} are free; one process needs up to ${NEEDED}.`,
      remedy: inWords('Raise max_connections of that server, or the limit of the role or database.'),
    };
  },
});
