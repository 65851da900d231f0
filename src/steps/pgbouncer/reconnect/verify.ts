import { waitsLong } from '../../../diagnosis/pools.ts';
import { describeError } from '../../../domain/errors.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import type { Pooler } from '../../../domain/pooler.ts';
import { verdictOf } from '../../parts.ts';
import {
  type ApprovedReconnect,
  type Ctx,
  type ReconnectOutcome,
  type ReconnectTarget,
  remaining,
} from './contract.ts';

const POLL_MS = 1000;

/** What is left of the trouble in one look; empty means that it is over. */
interface Look {
  readonly left: string[];
  readonly known: { name: string; value: string }[];
}

/** Looks until the old connections are gone and nobody waits, or until its deadline. */
export async function verifyReconnect(
  ctx: Ctx,
  { targets, params }: ApprovedReconnect,
  { data }: ReconnectOutcome,
): Promise<Verdict> {
  const told = targets.filter(({ id }) => data.told.includes(id));
  const start = ctx.clock.steady();
  const untold = targets.length - told.length;
  for (;;) {
    const look = await lookAll(ctx, told);
    const seconds = (ctx.clock.steady() - start) / 1000;
    if (look.left.length === 0 && untold === 0) {
      const evidence = `The old connections are gone and nobody waits in these pools, ${formatDuration(seconds)} after.`;
      return { ...verdictOf('passed', evidence), milestone: 'mitigated' };
    }
    if (seconds >= params.proofSeconds || untold > 0) return notOver(ctx, targets, look, untold);
    ctx.progress({ text: `Still: ${look.left.join('; ')}.`, series: [] });
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
}

async function lookAll(ctx: Ctx, targets: readonly ReconnectTarget[]): Promise<Look> {
  const looks: Look = { left: [], known: [] };
  for (const { id, identity } of targets) {
    try {
      const reading = await ctx.ports.poolers.read(ctx.incident.database, identity.pooler, ctx.signal);
      const look = lookOne(id, identity, reading);
      looks.left.push(...look.left);
      looks.known.push(...look.known);
    } catch (error) {
      ctx.signal.throwIfAborted();
      looks.left.push(`${id} could not be read: ${describeError(error).message}`);
    }
  }
  return looks;
}

function lookOne(id: string, identity: ReconnectTarget['identity'], reading: Pooler): Look {
  const old = remaining(identity, reading);
  const pools = reading.pools.filter(({ database }) => database === identity.pool);
  const waiting = pools.filter((pool) => waitsLong({ pool }));
  const clients = old.flatMap(({ client }) => (client === null ? [] : [`${client.address}:${client.port}`]));
  return {
    left: [
      ...(old.length === 0 ? [] : [`${formatCount(old.length, 'old connection')} of ${id} in use`]),
      ...waiting.map(
        (pool) =>
          `${formatCount(pool.clientsWaiting, 'client')} of ${id} waiting, the first for ${formatDuration(pool.maxWaitSeconds)}`,
      ),
    ],
    known:
      clients.length === 0
        ? []
        : [{ name: `Clients on old connections of ${id}`, value: clients.join(', ') }],
  };
}

function notOver(ctx: Ctx, targets: readonly ReconnectTarget[], look: Look, untold: number): Verdict {
  const left = [
    ...look.left,
    ...(untold > 0 ? [`${formatCount(untold, 'database')} could not be told`] : []),
  ];
  return {
    ...verdictOf(
      'failed',
      `Not over: ${left.join('; ')}. A client that hangs on a server that is gone has to time out or be restarted; RECONNECT does not cut it.`,
    ),
    situation: {
      known: look.known,
      unknown: [],
      done: [],
      next: targets.map(({ identity }) => ({
        label: `who is still on an old connection (close_needed = 1) of ${identity.pooler}`,
        language: 'text',
        text: ctx.ports.poolers.byHand(ctx.incident.database, identity, 'SHOW SERVERS'),
      })),
    },
  };
}
