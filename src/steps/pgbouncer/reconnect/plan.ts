import { type DeadPool, deadPools } from '../../../diagnosis/pools.ts';
import { isLikely } from '../../../domain/cause.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import { draftOf } from '../../parts.ts';
import { gatherFacts } from '../../shared/facts/gather-facts.ts';
import { serverNotes } from '../../shared/facts/server-notes.ts';
import type { Draft } from '../../step-kind.ts';
import type { Ctx, Identity } from './contract.ts';

const KIND = 'pgbouncer-dead-servers';

/** Diagnoses afresh and offers the databases whose connections are no sessions of the primary; nothing else. */
export async function planReconnect(ctx: Ctx): Promise<Draft<Identity>> {
  const { facts, causes } = await gatherFacts(ctx, { server: 'primary', replicas: true });
  const cause = causes.find(({ kind }) => kind === KIND);
  const byDatabase = Map.groupBy(
    cause === undefined ? [] : deadPools(facts),
    ({ view }) => `${view.pooler.name}/${view.pool.database}`,
  );
  const standby = facts.snapshot.inRecovery;
  const selected = !standby && cause !== undefined && isLikely(cause);
  const targets = standby ? [] : [...byDatabase].map(([id, pools]) => targetOf(id, pools, selected));
  return draftOf({
    summary: `Let PgBouncer reconnect ${formatCount(targets.length, 'database')}: ${targets.map(({ id }) => id).join(', ')}.`,
    impact:
      'Running transactions finish. Free server connections close at once, those in use when their clients let go; new ones are opened on demand. A client that hangs on a server that is gone is not cut.',
    undo: 'Not needed: PgBouncer opens its connections anew by itself.',
    wontSolve: ['Where the name of the server leads to is not changed.'],
    warnings: [
      ...serverNotes(facts),
      ...(selected || targets.length === 0
        ? []
        : [
            'Nothing is proposed: these connections may lead to a replica on purpose. Tick what leads to the primary.',
          ]),
      ...facts.gaps.map((gap) => `Not read: ${gap}`),
    ],
    targets,
    commands: targets.map(({ identity: { pooler, pool } }) => ({
      label: `On the console of PgBouncer ${pooler}`,
      language: 'text' as const,
      text: ctx.ports.poolers.commandText('RECONNECT', pool),
    })),
    nothingToDo: targets.length > 0 ? null : nothingToDo(standby, causes[0]?.title),
  });
}

function targetOf(
  id: string,
  pools: readonly DeadPool[],
  selected: boolean,
): Draft<Identity>['targets'][number] {
  const [first] = pools;
  const dead = pools.flatMap((pool) => pool.dead);
  const all = pools.reduce((sum, { view }) => sum + view.servers.length, 0);
  const inUse = dead.filter(({ state }) => state === 'active');
  const clients = inUse.flatMap(({ client }) => (client === null ? [] : [client.address]));
  const waiting = pools.reduce((sum, { view }) => sum + view.pool.clientsWaiting, 0);
  return {
    id,
    label: id.slice(0, 75),
    why: `${dead.length} of ${formatCount(all, 'server connection')} ${dead.length === 1 ? 'is no session' : 'are no sessions'} of the primary; ${formatCount(waiting, 'client')} ${waiting === 1 ? 'waits' : 'wait'}.`,
    owner: null,
    facts: [
      {
        name: 'Leads to',
        value: `${first?.view.database?.host ?? 'a local socket'}:${first?.view.database?.port ?? 'unknown'}`,
      },
      {
        name: 'Oldest',
        value: `opened ${formatDuration(Math.max(...dead.map(({ ageSeconds }) => ageSeconds ?? 0)))} ago`,
      },
      {
        name: 'In use',
        value:
          inUse.length === 0
            ? 'none'
            : `${inUse.length}, by clients at ${[...new Set(clients)].sort().join(', ') || 'unknown addresses'}`,
      },
    ],
    sql: null,
    selected,
    identity: {
      pooler: first?.view.pooler.name ?? '',
      pool: first?.view.pool.database ?? '',
      servers: dead
        .flatMap(({ remotePid, localPort }) => (remotePid === null ? [] : [{ remotePid, localPort }]))
        .sort((a, b) => a.remotePid - b.remotePid),
    },
  };
}

function nothingToDo(standby: boolean, title: string | undefined): string {
  if (standby) {
    return 'The server that answers as the primary is a standby: reconnecting now would lead to it again. Finish the failover first.';
  }
  return `No server connection of a PgBouncer leads elsewhere than to the primary. Diagnosis: ${title ?? 'none'}.`;
}
