import { describeError, isFirebreakError } from '../../../domain/errors.ts';
import { loadSeries } from '../../../domain/load.ts';
import { type StagedChange, settingName, settingValue } from '../../../domain/setting.ts';
import { OTHER_SERVER } from '../../parts.ts';
import { takeSample } from '../../shared/recovery/observe.ts';
import type { Sample } from '../../shared/recovery/sample.ts';
import { Drifted } from '../../step-kind.ts';
import {
  type ApprovedOpening,
  type Ctx,
  type OpeningOutcome,
  openingOutcome,
  type Params,
} from './contract.ts';

/** Points kept of each line. */
const POINTS = 240;

/** What became of one valve, and what it is now. */
interface Opened {
  readonly value: string | null;
  /** Why it is not open, or null. */
  readonly problem: string | null;
  readonly uncertain: boolean;
}

/**
 * Opens the valves one by one, each in its steps, and nothing further once one of them did not hold. It goes on from
 * whatever step the limit stands at, so that a second try after a crash repeats nothing.
 */
export async function openInStages(
  ctx: Ctx,
  { params, targets }: Pick<ApprovedOpening, 'params' | 'targets'>,
): Promise<OpeningOutcome> {
  const changes: OpeningOutcome['data']['changes'] = [];
  const done: OpeningOutcome['done'] = [];
  const skipped: OpeningOutcome['skipped'] = [];
  const samples: Sample[] = [];
  for (const { identity } of targets) {
    const { setting } = identity;
    const target = settingName(setting);
    if (skipped.length > 0) {
      skipped.push({ target, reason: 'Left closed, as the valve before it did not hold.' });
      continue;
    }
    const { value, problem, uncertain } = await openOne(ctx, identity, params, samples).catch(
      (error: unknown) => leftAsItIs(ctx, error, identity, changes.length === 0),
    );
    if (value !== identity.from || uncertain) changes.push({ ...identity, to: value, uncertain });
    if (problem === null) done.push({ target, detail: `${settingValue(setting, value)}, as before` });
    else skipped.push({ target, reason: problem });
  }
  return openingOutcome(changes, done, skipped);
}

/** A valve that is not what was planned ends the step anew as long as none was opened; later on it is told with the rest. */
function leftAsItIs(ctx: Ctx, error: unknown, { from }: StagedChange, untouched: boolean): Opened {
  ctx.signal.throwIfAborted();
  const isTold = error instanceof Drifted || isFirebreakError(error);
  if (untouched || !isTold) throw error;
  return { value: from, problem: error.message, uncertain: false };
}

async function openOne(ctx: Ctx, valve: StagedChange, params: Params, samples: Sample[]): Promise<Opened> {
  const { setting, stages, to } = valve;
  let value = await present(ctx, valve);
  for (const next of [...stages.slice(stages.indexOf(value) + 1), undefined]) {
    const high = await untilQuiet(
      ctx,
      params,
      samples,
      `${settingName(setting)} is ${settingValue(setting, value)}`,
    );
    if (high !== null) return await close(ctx, valve, value, high);
    if (next === undefined) break;
    const failed = await change(ctx, valve, value, next);
    if (failed !== null)
      return { value: failed.unknown ? next : value, problem: failed.why, uncertain: failed.unknown };
    value = next;
  }
  return {
    value,
    problem: value === to ? null : `It stands at ${settingValue(setting, value)}.`,
    uncertain: false,
  };
}

/** What the limit is now; one that is none of the planned ones belongs to somebody else. */
async function present(
  ctx: Ctx,
  { setting, serverStart, closed, stages }: StagedChange,
): Promise<string | null> {
  const now = await ctx.ports.databases.readSetting(ctx.incident.database, setting, ctx.signal);
  if (now.serverStart !== serverStart) throw new Drifted([OTHER_SERVER]);
  if (now.value !== closed && !stages.includes(now.value))
    throw new Drifted([
      `Somebody set ${settingName(setting)} to ${settingValue(setting, now.value)} meanwhile.`,
    ]);
  return now.value;
}

/** Null when the recovery contract held so many samples in a row; otherwise what was high when the time was over. */
async function untilQuiet(
  ctx: Ctx,
  params: Params,
  samples: Sample[],
  where: string,
): Promise<string | null> {
  const deadline = ctx.clock.steady() + params.timeoutMinutes * 60_000;
  let quiet = 0;
  for (;;) {
    const sample = await takeSample(ctx, params);
    if (typeof sample !== 'string') samples.push(sample);
    const high = typeof sample === 'string' ? [sample] : sample.high;
    quiet = high.length === 0 ? quiet + 1 : 0;
    const state =
      high.length === 0 ? `quiet: ${quiet} of ${params.quietSamples} samples` : `high: ${high.join('; ')}`;
    ctx.progress({ text: `${where}; ${state}.`, series: loadSeries(samples, POINTS) });
    if (quiet >= params.quietSamples) return null;
    if (ctx.clock.steady() >= deadline)
      return high.length === 0 ? 'it was quiet, but not for long enough' : high.join('; ');
    await ctx.clock.sleep(params.everySeconds * 1000, ctx.signal);
  }
}

/** Why the change was not made, or null. A lost answer is settled by what is stored, unless nobody can read that. */
async function change(
  ctx: Ctx,
  valve: StagedChange,
  from: string | null,
  to: string | null,
): Promise<{ why: string; unknown: boolean } | null> {
  const { setting, serverStart } = valve;
  const { databases } = ctx.ports;
  const { database } = ctx.incident;
  try {
    const answer = await databases.changeSetting(database, { setting, serverStart, from, to }, ctx.signal);
    return answer === 'changed'
      ? null
      : {
          why: `${settingName(setting)} was changed by somebody else, or another server answers.`,
          unknown: false,
        };
  } catch (error) {
    ctx.signal.throwIfAborted();
    // Such as that another process has taken over.
    if (!isFirebreakError(error)) throw error;
    const stored = await databases.readSetting(database, setting, ctx.signal).catch(() => null);
    ctx.signal.throwIfAborted();
    if (stored?.value === to) return null;
    const what = stored === null ? 'It is not known whether it was set' : 'It could not be set';
    const why = `${what} to ${settingValue(setting, to)}: ${describeError(error).message}`;
    return { why, unknown: stored === null };
  }
}

async function close(ctx: Ctx, valve: StagedChange, value: string | null, high: string): Promise<Opened> {
  const { setting, closed } = valve;
  if (value === closed)
    return { value, problem: `Not opened, as it is not quiet: ${high}.`, uncertain: false };
  const failed = await change(ctx, valve, value, closed);
  if (failed === null)
    return {
      value: closed,
      problem: `It did not hold at ${settingValue(setting, value)} (${high}), so it is closed again: ${settingValue(setting, closed)}.`,
      uncertain: false,
    };
  return {
    value,
    problem: `It did not hold at ${settingValue(setting, value)} (${high}), AND IT COULD NOT BE CLOSED AGAIN. ${failed.why}`,
    uncertain: true,
  };
}
