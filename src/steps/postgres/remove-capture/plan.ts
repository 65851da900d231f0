import { z } from 'zod';
import { dropPublicationText, dropSlotText } from '../../../domain/change-capture.ts';
import { formatBytes } from '../../../domain/format.ts';
import { ident } from '../../../domain/sql-name.ts';
import { draftOf, type Excluded, reasonsOf } from '../../parts.ts';
import type { Draft, EarlierStep, StepContext } from '../../step-kind.ts';
import { type CapturePart, readPart } from './carry-out.ts';

export const Params = z.strictObject({
  publication: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Name of the publication, or null for the one that this run made'),
  slot: z
    .string()
    .regex(/^[a-z0-9_]{1,63}$/)
    .nullable()
    .default(null)
    .describe('Name of the slot, or null for the one that this run made'),
});
type Params = z.output<typeof Params>;
type Targets = Draft<CapturePart>['targets'];

const Made = z.object({ publication: z.string(), slot: z.string() });

/** Looks what is left of it, and whether somebody reads it. */
export async function planRemoval(
  ctx: StepContext<'databases'>,
  params: Params,
): Promise<Draft<CapturePart>> {
  const made = madeBy(ctx.earlier);
  const publication = params.publication ?? made?.publication ?? null;
  const slot = params.slot ?? made?.slot ?? null;
  const now = await readPart(ctx, { publication, slot });
  const { serverStart } = now;
  const targets: Targets = [];
  const excluded: Excluded = [];
  if (slot !== null && now.slot !== null) {
    const label = `slot ${slot}`;
    const kept = now.slot.retainedBytes === null ? 'an unknown amount' : formatBytes(now.slot.retainedBytes);
    if (now.slot.active)
      excluded.push({
        label,
        reason: `A subscriber reads it. On the analytics database first: DROP SUBSCRIPTION ${ident(slot)}; which drops the slot too.`,
      });
    else if (now.slot.database !== now.database)
      excluded.push({
        label,
        reason: `It is a slot of ${now.slot.database ?? 'no database'}, and not of this one.`,
      });
    else
      targets.push(
        part({ what: 'slot', name: slot, owner: null, serverStart }, `It keeps ${kept} of log for nobody.`),
      );
  }
  if (publication !== null && now.publication !== null) {
    const label = `publication ${publication}`;
    // Its subscriber would stop with an error, and its slot keep the log.
    if (excluded.length > 0) excluded.push({ label, reason: 'Its slot is still there.' });
    else
      targets.push(
        part(
          { what: 'publication', name: publication, owner: now.publication.owner, serverStart },
          `It publishes ${now.publication.tables.join(', ')}.`,
        ),
      );
  }
  return draftOf({
    summary:
      targets.length === 0
        ? 'Drop the slot and the publication of an analytics database.'
        : `Drop ${targets.map(({ label }) => label).join(' and ')}.`,
    impact:
      'The primary keeps no log for it any more. An analytics database that comes back has to copy everything again.',
    undo: 'Go back to the step that had made it: it makes a new plan.',
    wontSolve: ['What the analytics database has received stays there.'],
    targets,
    excluded,
    commands: targets.map(({ identity, label }) => ({
      label,
      language: 'sql' as const,
      text: `${identity.what === 'slot' ? dropSlotText(identity.name) : dropPublicationText(identity.name)};`,
    })),
    nothingToDo: targets.length > 0 ? null : nothingToDo(excluded, publication === null && slot === null),
  });
}

/** What the last step of this run may have made, also when its outcome is not known. */
function madeBy(earlier: readonly EarlierStep[]): z.infer<typeof Made> | null {
  const last = earlier.findLast(
    ({ kind, begunAt }) => kind === 'postgres.capture-changes' && begunAt !== null,
  );
  return last === undefined ? null : Made.parse(last.plan.params);
}

function part(identity: CapturePart, why: string): Targets[number] {
  const label = `${identity.what} ${identity.name}`;
  return { id: label, label, why, owner: null, facts: [], sql: null, selected: true, identity };
}

function nothingToDo(excluded: Excluded, unnamed: boolean): string {
  if (excluded.length > 0) return `Nothing is dropped. ${reasonsOf(excluded)}`;
  return unnamed ? 'No step of this run has made a publication or a slot.' : 'Nothing of it is left.';
}
