import { formatCount, formatDuration } from '../../../domain/format.ts';
import type { Pooler } from '../../../domain/pooler.ts';
import { draftOf } from '../../parts.ts';
import { readPoolers } from '../../shared/facts/read-poolers.ts';
import type { Draft } from '../../step-kind.ts';
import { type Ctx, type Identity, pausedIn, resumeId } from './contract.ts';

/** Offers what is paused, and proposes it where clients wait. */
export async function planResume(ctx: Ctx): Promise<Draft<Identity>> {
  const { database } = ctx.incident;
  const { inRecovery } = await ctx.ports.databases.snapshot(database, 'primary', ctx.signal);
  const { poolers, gaps } = await readPoolers(ctx, database);
  const paused = poolers.flatMap((pooler) => pausedIn(pooler).map((identity) => ({ pooler, identity })));
  const targets = inRecovery ? [] : paused.map(({ pooler, identity }) => targetOf(pooler, identity));
  return draftOf({
    summary: `Resume ${targets.map(({ label }) => label).join(', ')}.`,
    impact:
      'Its clients are served again, those that waited all at once: the database gets their load in one moment.',
    undo: 'Firebreak never says PAUSE; a person may say it on the console.',
    wontSolve: ['Who paused it is not known to PgBouncer; it can be paused again.'],
    warnings: [
      ...(targets.length === 0
        ? []
        : [
            'Somebody or some tool said PAUSE, and PgBouncer does not record who. In the middle of a switchover it is meant: ask before you resume.',
          ]),
      ...gaps.map((gap) => `Not read: ${gap}`),
    ],
    targets,
    commands: targets.map(({ identity: { pooler, pool } }) => ({
      label: `On the console of PgBouncer ${pooler}`,
      language: 'text' as const,
      text: ctx.ports.poolers.commandText('RESUME', pool),
    })),
    nothingToDo: targets.length > 0 ? null : nothingToDo(paused.length, poolers),
  });
}

function targetOf({ pools }: Pooler, identity: Identity): Draft<Identity>['targets'][number] {
  const members = pools.filter(({ database }) => identity.pool === null || database === identity.pool);
  const waiting = members.reduce((sum, { clientsWaiting }) => sum + clientsWaiting, 0);
  const longest = Math.max(0, ...members.map(({ maxWaitSeconds }) => maxWaitSeconds));
  return {
    id: resumeId(identity),
    label:
      identity.pool === null
        ? `PgBouncer ${identity.pooler} as a whole`.slice(0, 75)
        : `database ${identity.pool} of PgBouncer ${identity.pooler}`.slice(0, 75),
    why:
      waiting === 0
        ? 'It is paused; nobody waits, so it is not proposed.'
        : `It is paused, and ${formatCount(waiting, 'client')} ${waiting === 1 ? 'waits' : 'wait'}, the first for ${formatDuration(longest)}.`,
    owner: null,
    facts: [],
    sql: null,
    selected: waiting > 0,
    identity,
  };
}

function nothingToDo(paused: number, poolers: readonly Pooler[]): string {
  if (paused > 0) {
    return 'The server that answers as the primary is a standby: resumed now, the clients would be led to it. Finish the failover first.';
  }
  const blind = poolers.filter(({ state }) => state === null).map(({ name }) => name);
  const whole =
    blind.length === 0
      ? ''
      : ` Whether ${blind.join(', ')} as a whole is paused, PgBouncer before 1.19 does not say.`;
  return `Nothing is paused.${whole}`;
}
