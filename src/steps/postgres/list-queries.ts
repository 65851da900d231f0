import { z } from 'zod';
import { attribute, attributionStrength } from '../../diagnosis/attribution.ts';
import { signalAge } from '../../diagnosis/sessions.ts';
import { culpritName } from '../../domain/cause.ts';
import type { ClusterFacts } from '../../domain/cluster.ts';
import { formatCount, formatDuration, shorten } from '../../domain/format.ts';
import type { Session } from '../../domain/snapshot.ts';
import { outcomeOf, verdictOf } from '../parts.ts';
import { inOneSentence, onlyReads, readingPlan } from '../read-only.ts';
import { gatherFacts } from '../shared/facts/gather-facts.ts';
import { defineStep } from '../step-kind.ts';

const Params = z.strictObject({
  olderThanSeconds: z
    .number()
    .min(0)
    .default(5)
    .describe('Sessions whose transaction is at least this old, seconds'),
  limit: z.int().min(1).max(50).default(15).describe('How many rows are shown, oldest first'),
});

const columns = ['pid', 'age', 'state', 'owner', 'application', 'query'];

/** Lists the long queries with their owners. */
export const step = defineStep({
  kind: 'postgres.list-queries',
  title: 'List the long queries',
  description: 'Lists the oldest transactions of the primary with age, state, owner and masked SQL.',
  needs: ['databases', 'poolers', 'workloads'],
  actionClass: 'observe',
  params: Params,
  target: z.never(),
  data: z.object({ shown: z.int(), others: z.int(), gaps: z.array(z.string()) }),
  undo: onlyReads,

  async plan({ incident }, params) {
    return readingPlan({
      summary: `List up to ${formatCount(params.limit, 'session')} of ${incident.database} that are older than ${formatDuration(params.olderThanSeconds)}.`,
      commands: [
        {
          label: 'One statement on the primary',
          language: 'text',
          text: 'firebreak:snapshot (pg_stat_activity)',
        },
        {
          label: 'Kubernetes',
          language: 'text',
          text: 'List Pods of the client addresses, CronJobs and Jobs',
        },
      ],
    });
  },

  async execute(ctx, { params }) {
    const { facts } = await gatherFacts(ctx, { server: 'primary', replicas: false });
    const long = facts.snapshot.sessions
      .filter((session) => signalAge(session) >= params.olderThanSeconds)
      .sort((a, b) => signalAge(b) - signalAge(a));
    const shown = long.slice(0, params.limit);
    const others = facts.snapshot.slots.used - shown.length;
    return outcomeOf({
      summary: summarise(long.length, params.olderThanSeconds),
      facts: [
        {
          name: 'Not shown',
          value: `${long.length - shown.length} older, ${facts.snapshot.slots.used - long.length} younger or idle`,
        },
      ],
      table: { columns, rows: shown.map((session) => row(session, facts.cluster)) },
      data: { shown: shown.length, others, gaps: [...facts.gaps] },
    });
  },

  async verify(_ctx, _approved, { data }) {
    return data.gaps.length === 0
      ? verdictOf('passed', `${formatCount(data.shown, 'session')} listed.`)
      : verdictOf('inconclusive', `Owners may be missing: ${inOneSentence(data.gaps)}.`);
  },
});

function summarise(long: number, seconds: number): string {
  const age = formatDuration(seconds);
  if (long === 0) return `No session is older than ${age}.`;
  return `${formatCount(long, 'session is', 'sessions are')} older than ${age}; the oldest first.`;
}

function row(session: Session, cluster: ClusterFacts): string[] {
  const culprit = attribute(session, cluster);
  const strength = attributionStrength(culprit);
  return [
    String(session.pid),
    formatDuration(signalAge(session)),
    stateOf(session),
    `${culpritName(culprit)}${strength === 'strong' || strength === 'none' ? '' : ` (${strength} evidence)`}`,
    session.applicationName,
    shorten(session.sql, 60),
  ];
}

/** Waiting for a lock says more than the state. */
function stateOf({ state, waitEventType }: Session): string {
  return state === 'active' && waitEventType === 'Lock' ? 'waits for a lock' : state;
}
