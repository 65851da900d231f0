import { defineCheck, notApplicable, ok } from '../../check.ts';
import { inWords } from '../../remedies.ts';

export const check = defineCheck({
  id: 'direct',
  kind: 'state',
  title: 'Direct connection',
  purpose: 'Hold advisory locks, by which one replica of several acts.',
  without: 'Firebreak refuses to start: two replicas could do the same thing.',
  check({ server }) {
    if (server === null) return notApplicable('not started yet');
    if (!server.pooled) return ok('no pooler in between');
    return {
      status: 'missing',
      found: 'state.url leads through a pooler.',
      remedy: inWords('Point state.url at PostgreSQL itself.'),
    };
  },
});
