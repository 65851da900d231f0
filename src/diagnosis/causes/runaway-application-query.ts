import { culpritName } from '../../domain/cause.ts';
import { backendId } from '../../domain/snapshot.ts';
import type { CauseRule } from '../cause-rule.ts';
import { findRunaway } from '../runaway.ts';

/** Long statements of a service load the server; no schedule is behind them. */
export const rule: CauseRule = {
  kind: 'runaway-application-query',
  detect(facts, pressure) {
    const runaway = findRunaway(facts, pressure);
    if (runaway?.of !== 'application') return null;
    const { culprit, sessions } = runaway.owner;
    const name = culpritName(culprit);
    return {
      kind: 'runaway-application-query',
      title: `Long queries of ${name} overload the database`,
      confidence: runaway.confidence,
      evidence: [...runaway.evidence, ...culprit.evidence.map(({ text }) => text)],
      rootSessions: sessions.map(backendId),
      culprit,
      settles: [
        ...(culprit.kind === 'Deployment' || culprit.kind === 'Pod'
          ? []
          : [
              `Who ${name} is: no pod proves it. Look at the client addresses, or ask the owner of the role.`,
            ]),
        'Whether this query was fast before: its earlier times in pg_stat_statements. If it was, its plan has changed.',
      ],
      helps: [
        'Cancel these queries.',
        `Tell the owner of ${name}, who may start them again.`,
        'Set statement_timeout for this role.',
      ],
      wontHelp: [
        'Suspending a CronJob that merely runs at the same time: none owns these sessions.',
        'Restarting the service: PostgreSQL keeps running a query whose client is gone.',
      ],
    };
  },
};
