import { culpritName } from '../../domain/cause.ts';
import { backendId } from '../../domain/snapshot.ts';
import type { CauseRule } from '../cause-rule.ts';
import { interactiveTool } from '../interactive-tools.ts';
import { findRunaway } from '../runaway.ts';

/** A query that somebody typed, in psql, in a desktop tool or in a reporting tool, loads the server. */
export const rule: CauseRule = {
  kind: 'runaway-interactive-query',
  detect(facts, pressure) {
    const runaway = findRunaway(facts, pressure);
    if (runaway?.of !== 'interactive') return null;
    const { culprit, sessions } = runaway.owner;
    const tools = sessions.flatMap(({ applicationName }) => interactiveTool(applicationName) ?? []);
    const [tool] = tools;
    const user =
      culprit.kind === 'person'
        ? `whoever works as role ${culprit.name}`
        : `the user of ${tool?.name ?? 'the tool'} behind ${culpritName(culprit)}`;
    const many = sessions.length === 1 ? 'A query' : `${sessions.length} queries`;
    return {
      kind: 'runaway-interactive-query',
      title: `${many} typed in ${tool?.name ?? 'a tool'} (${culpritName(culprit)}) ${sessions.length === 1 ? 'overloads' : 'overload'} the database`,
      confidence: runaway.confidence,
      evidence: [...runaway.evidence, ...culprit.evidence.map(({ text }) => text)],
      rootSessions: sessions.map(backendId),
      culprit,
      settles:
        culprit.kind === 'person'
          ? []
          : [`Who runs it: ${tool?.name ?? 'the tool'} shows its running questions with their users.`],
      helps: [
        sessions.length === 1
          ? 'Cancel this query; the session stays open.'
          : 'Cancel these queries; the sessions stay open.',
        `Tell ${user}, who may start it again, and offer a replica for such questions.`,
        'Set statement_timeout for this role.',
      ],
      wontHelp: [
        'Suspending a CronJob that merely runs at the same time: none owns this session.',
        'Closing the window of the tool: PostgreSQL keeps running a query whose client is gone.',
        'Rolling back or restarting a service: no deployment brought this query.',
      ],
    };
  },
};
