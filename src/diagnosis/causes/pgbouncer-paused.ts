import { formatCount, formatDuration } from '../../domain/format.ts';
import type { Pooler } from '../../domain/pooler.ts';
import type { CauseRule } from '../cause-rule.ts';
import { describeCpu, describeSlots } from '../pressure.ts';

/** Somebody said PAUSE and nobody RESUME: new work waits, although PostgreSQL is well. */
export const rule: CauseRule = {
  kind: 'pgbouncer-paused',
  detect(facts) {
    const paused = facts.poolers.flatMap(pausedParts);
    if (paused.length === 0) return null;
    const waiting = paused.reduce((sum, part) => sum + part.waiting, 0);
    const longest = Math.max(...paused.map(({ seconds }) => seconds));
    return {
      kind: 'pgbouncer-paused',
      title: `PgBouncer is paused: ${paused.map(({ name }) => name).join(', ')}`,
      confidence: waiting > 0 ? 0.95 : 0.4,
      evidence: [
        ...paused.map(({ name, sign }) => `${name}: ${sign}.`),
        `${formatCount(waiting, 'client')} ${waiting === 1 ? 'waits' : 'wait'} behind it${waiting > 0 ? `, the first for ${formatDuration(longest)}` : ''}.`,
        `PostgreSQL itself: ${describeSlots(facts)}; CPU: ${describeCpu(facts)}.`,
      ],
      rootSessions: [],
      culprit: null,
      settles: [
        'Who said PAUSE, and why: a failover tool or a person in the middle of a switchover does it on purpose. PgBouncer does not record it; its log has the moment.',
      ],
      helps: [
        'Ask whether a switchover or maintenance is under way; if it is not, or is over, RESUME.',
        'Before RESUME be sure that the primary answers and takes writes.',
      ],
      wontHelp: [
        'Killing sessions: PostgreSQL has nothing to do with it.',
        'Restarting the clients: they come back into the same queue.',
        'RECONNECT: a paused database opens no connection.',
      ],
    };
  },
};

interface PausedPart {
  readonly name: string;
  readonly sign: string;
  readonly waiting: number;
  readonly seconds: number;
}

function pausedParts({ name, state, databases, pools }: Pooler): PausedPart[] {
  const part = (of: string, sign: string, members: typeof pools): PausedPart => ({
    name: of,
    sign,
    waiting: members.reduce((sum, { clientsWaiting }) => sum + clientsWaiting, 0),
    seconds: Math.max(0, ...members.map(({ maxWaitSeconds }) => maxWaitSeconds)),
  });
  if (state === 'paused' || state === 'suspended')
    return [part(`PgBouncer ${name} as a whole`, `SHOW STATE says ${state}`, pools)];
  return databases
    .filter(({ paused }) => paused)
    .map((database) =>
      part(
        `database ${database.name} of ${name}`,
        'SHOW DATABASES says paused = 1',
        pools.filter((pool) => pool.database === database.name),
      ),
    );
}
