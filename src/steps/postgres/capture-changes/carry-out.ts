import { z } from 'zod';
import { CAPTURE_PLUGIN, Capture, type PublishedTable } from '../../../domain/change-capture.ts';
import { describeError } from '../../../domain/errors.ts';
import { formatBytes, formatCount } from '../../../domain/format.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import type { CaptureReadout } from '../../../ports/remedies.ts';
import { OTHER_SERVER, outcomeOf, verdictOf } from '../../parts.ts';
import { Drifted, type OutcomeOf, type Reconciliation, type StepContext } from '../../step-kind.ts';
import { obstacleOf, type Params } from './plan.ts';

type Ctx = StepContext<'databases'>;
type Targets = readonly { readonly identity: PublishedTable }[];

/** Data of the outcome: what was made. */
export const CaptureMade = z.object({ capture: Capture });
type CaptureMade = z.infer<typeof CaptureMade>;

const read = async (ctx: Ctx, params: Params, targets: Targets): Promise<CaptureReadout> =>
  await ctx.ports.databases.captureReadout(
    ctx.incident.database,
    { ...params, tables: targets.map(({ identity: { schema, table } }) => `${schema}.${table}`) },
    ctx.signal,
  );

/** What differs from the plan. */
export async function recheckCapture(ctx: Ctx, targets: Targets, params: Params): Promise<string[]> {
  const now = await read(ctx, params, targets);
  const obstacle = obstacleOf(now, params);
  if (obstacle !== null) return [obstacle];
  return tableDifferences(now, targets);
}

function tableDifferences(now: CaptureReadout, targets: Targets): string[] {
  return targets.flatMap(({ identity: { schema, table, oid, serverStart } }) => {
    if (now.serverStart !== serverStart) return [OTHER_SERVER];
    const found = now.tables.find((one) => one.oid === oid && one.schema === schema && one.table === table);
    if (found === undefined) return [`Table ${schema}.${table} is gone, or another one has its name.`];
    return found.identity === null ? [`Nothing tells the rows of ${schema}.${table} apart any more.`] : [];
  });
}

/** The publication first: a slot that is older than its publication cannot be decoded. */
export async function executeCapture(
  ctx: Ctx,
  targets: Targets,
  params: Params,
): Promise<OutcomeOf<CaptureMade>> {
  const { databases } = ctx.ports;
  const { database } = ctx.incident;
  const capture = captureOf(targets, params);
  ctx.signal.throwIfAborted();
  const now = await read(ctx, params, targets);
  const progress = progressOf(now, capture);
  if (progress.foreign !== null) throw new Drifted([progress.foreign]);
  if (!progress.published) {
    const answer = await databases.createPublication(database, capture, ctx.signal);
    if (answer !== 'done') throw new Drifted(['A table or the server changed meanwhile.']);
  }
  ctx.signal.throwIfAborted();
  let problem: string | null = null;
  if (!progress.slotted) {
    const serverStart = targets[0]?.identity.serverStart ?? '';
    const answer = await databases
      .createSlot(database, params.slot, serverStart, ctx.signal)
      .catch((error: unknown) => {
        ctx.signal.throwIfAborted();
        return describeError(error).message;
      });
    problem = answer === 'done' ? null : answer;
  }
  return captureOutcome(capture, problem, '');
}

/** How much of a capture is there, and what stands in its place; `foreign` when it is not ours. */
function progressOf(now: CaptureReadout, { publication, slot, tables }: Capture) {
  const wanted = tables.map(({ schema, table }) => `${schema}.${table}`).sort();
  const published = now.publication !== null;
  const same = JSON.stringify([...(now.publication?.tables ?? [])].sort()) === JSON.stringify(wanted);
  const slotted = now.slot !== null;
  const ours = now.slot?.plugin === CAPTURE_PLUGIN && now.slot.database === now.database;
  const foreign =
    now.serverStart !== tables[0]?.serverStart
      ? OTHER_SERVER
      : published && !same
        ? `Publication ${publication} is there, of other tables.`
        : slotted && !ours
          ? `Slot ${slot} is there, and is no logical slot of this database.`
          : null;
  return { published, slotted, foreign };
}

export async function reconcileCapture(
  ctx: Ctx,
  targets: Targets,
  params: Params,
): Promise<Reconciliation<CaptureMade>> {
  const capture = captureOf(targets, params);
  const { published, slotted, foreign } = progressOf(await read(ctx, params, targets), capture);
  if (foreign !== null) return { status: 'unknown', why: foreign };
  if (!published || !slotted) return { status: 'unfinished' };
  return {
    status: 'done',
    outcome: captureOutcome(capture, null, ', found so after an interruption of Firebreak'),
  };
}

/** Reads both back, and what the slot keeps. */
export async function verifyCapture(ctx: Ctx, targets: Targets, params: Params): Promise<Verdict> {
  try {
    const now = await read(ctx, params, targets);
    const { published, slotted, foreign } = progressOf(now, captureOf(targets, params));
    if (foreign !== null) return verdictOf('failed', foreign);
    if (!published) return verdictOf('failed', `Publication ${params.publication} is not there.`);
    if (!slotted)
      return verdictOf(
        'failed',
        `Publication ${params.publication} is there, and slot ${params.slot} is not.`,
      );
    const { active, walStatus, retainedBytes } = now.slot ?? {};
    const kept =
      retainedBytes === null || retainedBytes === undefined
        ? 'an unknown amount'
        : formatBytes(retainedBytes);
    return verdictOf(
      'passed',
      `Publication ${params.publication} has ${formatCount(targets.length, 'table')}; slot ${params.slot} is ${active === true ? 'read' : 'read by nobody yet'}, keeps ${kept}, WAL status ${walStatus ?? 'unknown'}.`,
    );
  } catch (error) {
    ctx.signal.throwIfAborted();
    return verdictOf('inconclusive', `It could not be read: ${describeError(error).message}`);
  }
}

function captureOf(targets: Targets, { publication, slot }: Params): Capture {
  return { publication, slot, tables: targets.map(({ identity }) => identity) };
}

function captureOutcome(capture: Capture, problem: string | null, how: string): OutcomeOf<CaptureMade> {
  const published = {
    target: `publication ${capture.publication}`,
    detail: `${formatCount(capture.tables.length, 'table')}${how}`,
  };
  const slot = `slot ${capture.slot}`;
  return outcomeOf({
    summary:
      problem === null
        ? `${published.target}: ${published.detail}; ${slot} keeps the log for its subscriber.`
        : `${published.target}: ${published.detail}; ${slot} was not made.`,
    done: [published, ...(problem === null ? [{ target: slot, detail: `made${how}` }] : [])],
    skipped: problem === null ? [] : [{ target: slot, reason: `Not made: ${problem}` }],
    data: { capture },
  });
}
