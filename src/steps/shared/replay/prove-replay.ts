import { conflictOf, isBehind } from '../../../diagnosis/replicas.ts';
import { describeError } from '../../../domain/errors.ts';
import { formatBytes, formatDuration } from '../../../domain/format.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import type { ReplicaStatus } from '../../../domain/replica.ts';
import { verdictOf } from '../../parts.ts';
import type { StepContext } from '../../step-kind.ts';

const POLL_MS = 2_000;

/** Since where replay has to have moved on, and how long it may take. */
export interface Expected {
  readonly replica: string;
  /** Bytes from the beginning of the log; null when it is not known, then from where the first look finds it. */
  readonly from: number | null;
  readonly seconds: number;
}

/** Measures, in bytes, that replay goes on: until it does, or until the time is over. */
export async function proveReplay(ctx: StepContext<'databases'>, expected: Expected): Promise<Verdict> {
  const { replica, seconds } = expected;
  const start = ctx.clock.steady();
  let { from } = expected;
  for (;;) {
    const { found, position } = await look(ctx, { ...expected, from });
    from ??= position;
    if (found.status === 'passed') return found;
    if ((ctx.clock.steady() - start) / 1000 >= seconds) return found;
    ctx.progress({ text: `Waiting until replay on ${replica} goes on: ${found.evidence}`, series: [] });
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
}

async function look(
  ctx: StepContext<'databases'>,
  expected: Expected,
): Promise<{ found: Verdict; position: number | null }> {
  let status: ReplicaStatus;
  try {
    status = await ctx.ports.databases.replicaStatus(ctx.incident.database, expected.replica, ctx.signal);
  } catch (error) {
    ctx.signal.throwIfAborted();
    const why = `Whether replay goes on could not be measured: ${describeError(error).message}`;
    return { found: verdictOf('inconclusive', why), position: null };
  }
  return { found: judge(ctx, expected, status), position: status.replayPosition };
}

function judge(
  ctx: StepContext<'databases'>,
  { replica, from, seconds }: Expected,
  status: ReplicaStatus,
): Verdict {
  const left = status.replayBytes ?? 0;
  const moved = status.replayPosition === null || from === null ? null : status.replayPosition - from;
  const rest = left === 0 ? 'nothing is left to replay' : `${formatBytes(left)} are left`;
  if (!status.inRecovery) return verdictOf('failed', `Replica ${replica} is no standby any more.`);
  if (status.replayPaused) return verdictOf('failed', `Replay on ${replica} is paused; ${rest}.`);
  const stands = left > 0 && (moved ?? 0) <= 0;
  const conflict = conflictOf(status);
  if (conflict !== null && (stands || isBehind({ status, snapshot: null, standby: null }))) {
    return {
      ...verdictOf(
        'failed',
        `Replay on ${replica} still waits for a ${conflict}; ${rest}. Another session is in the way: try again for a new plan.`,
      ),
      goBackTo: ctx.earlier.findLast(({ kind }) => kind === 'postgres.diagnose')?.stepId ?? null,
    };
  }
  if (stands) {
    return verdictOf(
      'failed',
      `Replay on ${replica} has not moved within ${formatDuration(seconds)}; ${rest}.`,
    );
  }
  const text = moved === null || moved <= 0 ? '' : `${formatBytes(moved)} were replayed, `;
  return { ...verdictOf('passed', `Replay on ${replica} goes on: ${text}${rest}.`), milestone: 'mitigated' };
}
