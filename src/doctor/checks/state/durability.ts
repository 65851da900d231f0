import { defineCheck, notApplicable, ok } from '../../check.ts';
import { inWords } from '../../remedies.ts';

export const check = defineCheck({
  id: 'durability',
  kind: 'state',
  title: 'What is confirmed is kept',
  purpose: 'Lose no alert and no decision by a power cut or a failover.',
  without: 'The newest alerts and decisions may be missing afterwards.',
  check({ server }) {
    if (server === null) return notApplicable('not started yet');
    if (server.risk === null) return ok('fsync and synchronous_commit are on');
    return {
      status: 'advice',
      found: server.risk,
      remedy: inWords(
        'Change the settings of the server of the state; docs/reliability.md says which and why.',
      ),
    };
  },
});
