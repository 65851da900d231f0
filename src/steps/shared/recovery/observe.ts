import { describeError } from '../../../domain/errors.ts';
import { formatDuration } from '../../../domain/format.ts';
import { loadSeries } from '../../../domain/load.ts';
import type { Series, Verdict } from '../../../domain/outcome.ts';
import type { ReplicaStatus } from '../../../domain/replica.ts';
import { verdictOf } from '../../parts.ts';
import type { StepContext } from '../../step-kind.ts';
import { diagnosedBefore, stillThere } from './cause-contract.ts';
import type { Params } from './contract.ts';
import { missedObjectives } from './objectives.ts';
import { judge, type PoolReading, type Sample } from './sample.ts';

type Ctx = StepContext<'databases' | 'poolers' | 'metrics'>;

/** Points kept of each line: enough for a chart, small enough for the journal. */
const POINTS = 240;

/** Samples until the recovery contract has held for quietSamples in a row, or until the timeout. A relapse starts the count anew. */
export async function observeRecovery(ctx: Ctx, params: Params): Promise<Verdict> {
  const start = ctx.clock.steady();
  const deadline = start + params.timeoutMinutes * 60_000;
  const samples: Sample[] = [];
  let quiet = 0;
  let relapses = 0;
  let failure: string | null = null;
  for (;;) {
    const sample = await takeSample(ctx, params);
    const at = ctx.clock.steady();
    if (typeof sample === 'string') failure = sample;
    else {
      failure = null;
      samples.push(sample);
    }
    const high = typeof sample === 'string' ? [sample] : sample.high;
    if (high.length > 0 && quiet > 0) relapses += 1;
    quiet = high.length === 0 ? quiet + 1 : 0;
    ctx.progress({ text: progressText(high, quiet, params), series: seriesOf(samples) });
    if (quiet >= params.quietSamples) return recovered(samples, (at - start) / 1000, relapses, params);
    if (at >= deadline) return givenUp(samples, (at - start) / 1000, failure);
    await ctx.clock.sleep(params.everySeconds * 1000, ctx.signal);
  }
}

/** A sample, or in words why there is none: an unreadable server is not quiet. */
export async function takeSample(ctx: Ctx, params: Params): Promise<Sample | string> {
  const { databases, metrics } = ctx.ports;
  const database = ctx.incident.database;
  try {
    const snapshot = await databases.snapshot(database, 'primary', ctx.signal);
    const cpu = snapshot.cores === null ? await cpuShare(ctx, database, metrics) : null;
    const names = databases.get(database).replicas;
    const [poolers, replicas, missed] = await Promise.all([
      readPools(ctx, database),
      readReplicas(ctx, names),
      missedObjectives(ctx),
    ]);
    const now = ctx.clock.now().getTime();
    const besides = [...stillThere(snapshot, diagnosedBefore(ctx.earlier), now), ...missed];
    const around = { cpu, expectedStandbys: names.length, replicas, poolers, besides };
    return judge(snapshot, around, params, now);
  } catch (error) {
    ctx.signal.throwIfAborted();
    return `the primary could not be read: ${describeError(error).message}`;
  }
}

async function readPools(ctx: Ctx, database: string): Promise<(PoolReading | string)[]> {
  const { poolers } = ctx.ports;
  return await Promise.all(
    poolers.names(database).map(async (name) => {
      try {
        return await poolers.pools(database, name, ctx.signal);
      } catch (error) {
        ctx.signal.throwIfAborted();
        return `PgBouncer ${name} could not be read: ${describeError(error).message}`;
      }
    }),
  );
}

async function readReplicas(ctx: Ctx, names: readonly string[]): Promise<(ReplicaStatus | string)[]> {
  return await Promise.all(
    names.map(async (name) => {
      try {
        return await ctx.ports.databases.replicaStatus(ctx.incident.database, name, ctx.signal);
      } catch (error) {
        ctx.signal.throwIfAborted();
        return `replica ${name} could not be read: ${describeError(error).message}`;
      }
    }),
  );
}

async function cpuShare(
  ctx: Ctx,
  database: string,
  metrics: Ctx['ports']['metrics'],
): Promise<number | null> {
  try {
    return (await metrics.cpu(database, ctx.signal))?.value ?? null;
  } catch {
    ctx.signal.throwIfAborted();
    return null;
  }
}

function progressText(high: readonly string[], quiet: number, { quietSamples }: Params): string {
  return high.length === 0
    ? `Quiet: ${quiet} of ${quietSamples} samples.`
    : `Still high: ${high.join('; ')}.`;
}

function recovered(samples: readonly Sample[], seconds: number, relapses: number, params: Params): Verdict {
  const blind = samples.at(-1)?.blind ?? [];
  const relapsed =
    relapses === 0 ? '' : ` It relapsed ${relapses === 1 ? 'once' : `${relapses} times`} before.`;
  const unjudged = blind.length === 0 ? '' : ` Not judged: ${blind.join('; ')}.`;
  const text = `${params.quietSamples} quiet samples in a row after ${formatDuration(seconds)}.${relapsed}${unjudged}`;
  return { ...verdictOf('passed', text), series: seriesOf(samples), milestone: 'recovered' };
}

function givenUp(samples: readonly Sample[], seconds: number, failure: string | null): Verdict {
  const last = failure === null ? (samples.at(-1)?.high ?? []) : [failure];
  const what = last.length === 0 ? 'it was quiet, but not for long enough' : `still high: ${last.join('; ')}`;
  const text = `Not recovered after ${formatDuration(seconds)}: ${what}.`;
  return { ...verdictOf('failed', text), series: seriesOf(samples) };
}

function seriesOf(samples: readonly Sample[]): Series[] {
  return loadSeries(samples, POINTS);
}
