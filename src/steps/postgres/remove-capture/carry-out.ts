import { z } from 'zod';
import { describeError, isFirebreakError } from '../../../domain/errors.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import type { CaptureReadout } from '../../../ports/remedies.ts';
import { OTHER_SERVER, outcomeOfEach, type Skipped, verdictOf } from '../../parts.ts';
import { Drifted, type OutcomeOf, type Reconciliation, type StepContext } from '../../step-kind.ts';

type Ctx = StepContext<'databases'>;

/** A slot or a publication to be dropped. */
export const CapturePart = z.object({
  what: z.enum(['slot', 'publication']),
  name: z.string(),
  /** Of a publication: as whom it is dropped. */
  owner: z.string().nullable(),
  serverStart: z.string(),
});
export type CapturePart = z.infer<typeof CapturePart>;
type Targets = readonly { readonly identity: CapturePart }[];

/** Data of the outcome: what is gone. */
export const Removed = z.object({ removed: z.array(CapturePart) });
type Removed = z.infer<typeof Removed>;

/** No table has this name, so that none is listed. */
const NO_TABLE = ['-'];

/** The publication and the slot of these names. */
export async function readPart(
  ctx: Ctx,
  { publication, slot }: { readonly publication: string | null; readonly slot: string | null },
): Promise<CaptureReadout> {
  return await ctx.ports.databases.captureReadout(
    ctx.incident.database,
    { publication: publication ?? '', slot: slot ?? '', tables: NO_TABLE },
    ctx.signal,
  );
}

async function standing(ctx: Ctx, { what, name, serverStart }: CapturePart) {
  const now = await readPart(ctx, {
    publication: what === 'publication' ? name : null,
    slot: what === 'slot' ? name : null,
  });
  const found = what === 'slot' ? now.slot : now.publication;
  return {
    isThere: found !== null,
    isRead: now.slot?.active === true,
    isSame: now.serverStart === serverStart,
  };
}

export async function recheckRemoval(ctx: Ctx, targets: Targets): Promise<string[]> {
  const differences: string[] = [];
  for (const { identity } of targets) {
    const { isThere, isRead, isSame } = await standing(ctx, identity);
    const name = `${identity.what} ${identity.name}`;
    if (!isSame) differences.push(OTHER_SERVER);
    else if (!isThere) differences.push(`The ${name} is gone already.`);
    else if (isRead) differences.push(`Somebody reads the ${name} by now.`);
  }
  return differences;
}

/** Drops one after the other, the slot first; what is gone is done. */
export async function executeRemoval(ctx: Ctx, targets: Targets): Promise<OutcomeOf<Removed>> {
  const removed: CapturePart[] = [];
  const skipped: Skipped[] = [];
  for (const { identity } of targets) {
    ctx.signal.throwIfAborted();
    const target = `${identity.what} ${identity.name}`;
    // Without its slot gone the publication stays: a subscriber would stop with an error and keep the log.
    const problem = skipped.length > 0 ? 'Its slot is still there.' : await dropOne(ctx, identity);
    if (problem === null) removed.push(identity);
    else if (problem === 'server-changed' && removed.length === 0) throw new Drifted([OTHER_SERVER]);
    else skipped.push({ target, reason: problem });
  }
  return removalOf(removed, skipped, '');
}

async function dropOne(ctx: Ctx, part: CapturePart): Promise<string | null> {
  const { databases } = ctx.ports;
  const { database } = ctx.incident;
  const { isThere } = await standing(ctx, part);
  if (!isThere) return null;
  try {
    const answer =
      part.what === 'slot'
        ? await databases.dropSlot(database, part.name, part.serverStart, ctx.signal)
        : await databases.dropPublication(database, { ...part, owner: part.owner ?? '' }, ctx.signal);
    return answer === 'done' ? null : 'server-changed';
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!isFirebreakError(error)) throw error;
    const after = await standing(ctx, part);
    return after.isThere ? `Not dropped: ${describeError(error).message}` : null;
  }
}

export async function reconcileRemoval(ctx: Ctx, targets: Targets): Promise<Reconciliation<Removed>> {
  for (const { identity } of targets) {
    const { isThere, isSame } = await standing(ctx, identity);
    if (!isSame) return { status: 'unknown', why: OTHER_SERVER };
    if (isThere) return { status: 'unfinished' };
  }
  const removed = targets.map(({ identity }) => identity);
  return { status: 'done', outcome: removalOf(removed, [], ', found so after an interruption of Firebreak') };
}

export async function verifyRemoval(
  ctx: Ctx,
  targets: Targets,
  { skipped }: OutcomeOf<Removed>,
): Promise<Verdict> {
  const left: string[] = [];
  for (const { identity } of targets)
    if ((await standing(ctx, identity)).isThere) left.push(`${identity.what} ${identity.name}`);
  const reasons = skipped.map(({ target, reason }) => `${target}: ${reason}`);
  return left.length === 0
    ? verdictOf('passed', 'Neither slot nor publication is left.')
    : verdictOf('failed', `Still there: ${left.join(', ')}. ${reasons.join(' ')}`.trim());
}

function removalOf(removed: CapturePart[], skipped: Skipped[], how: string): OutcomeOf<Removed> {
  const done = removed.map(({ what, name }) => ({ target: `${what} ${name}`, detail: `dropped${how}` }));
  return outcomeOfEach(done, skipped, { removed });
}
