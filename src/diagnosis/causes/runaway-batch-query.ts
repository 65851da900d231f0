import { culpritName } from '../../domain/cause.ts';
import { backendId } from '../../domain/snapshot.ts';
import { attributionStrength } from '../attribution.ts';
import type { CauseRule } from '../cause-rule.ts';
import { findRunaway } from '../runaway.ts';

/** Long statements of a CronJob or Job load the server. Measured: suspending and cancelling restored 300 tps in 1 s. */
export const rule: CauseRule = {
  kind: 'runaway-batch-query',
  detect(facts, pressure) {
    const runaway = findRunaway(facts, pressure);
    if (runaway?.of !== 'batch') return null;
    const { culprit, sessions } = runaway.owner;
    const name = culpritName(culprit);
    return {
      kind: 'runaway-batch-query',
      title: `Batch queries of ${name} overload the database`,
      confidence: runaway.confidence,
      evidence: [...runaway.evidence, ...culprit.evidence.map(({ text }) => text)],
      rootSessions: sessions.map(backendId),
      culprit,
      settles:
        attributionStrength(culprit) === 'strong'
          ? []
          : [
              `Whether the sessions are of ${name}: no pod proves it. Compare their client addresses with its pods.`,
            ],
      helps: [
        culprit.kind === 'CronJob'
          ? `Suspend ${name} and deal with its running Jobs, so that nothing starts the queries again.`
          : `Suspend or delete ${name}, so that it does not retry; no schedule starts it again.`,
        'Then cancel its queries in PostgreSQL.',
        'Then watch until pool, CPU and lag are quiet.',
      ],
      wontHelp: [
        culprit.kind === 'CronJob'
          ? 'Cancelling the queries alone: the Job retries and the schedule starts them again.'
          : 'Cancelling the queries alone: the Job retries them.',
        ...(culprit.kind === 'CronJob'
          ? []
          : ['Suspending a CronJob that runs at the same time: none owns these sessions.']),
        'Suspending alone: PostgreSQL keeps running a query whose pod is gone.',
        'Raising max_connections: more sessions would share the same CPU.',
      ],
    };
  },
};
