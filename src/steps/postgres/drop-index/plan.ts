import { formatBytes, formatCount, shorten } from '../../../domain/format.ts';
import { dropIndexText, IndexSpec, type IndexToDrop } from '../../../domain/index-build.ts';
import type { Command } from '../../../domain/plan.ts';
import { ident } from '../../../domain/sql-name.ts';
import type { DroppableIndex } from '../../../ports/remedies.ts';
import { draftOf, type Excluded, reasonsOf } from '../../parts.ts';
import { forTheOwner, notAsOwner, onlyForTheOwner } from '../../shared/indexes/for-the-owner.ts';
import type { Draft, EarlierStep, StepContext } from '../../step-kind.ts';

type Ctx = StepContext<'databases'>;

/** Looks what this run has built, and what is invalid. */
export async function planDrops(
  ctx: Ctx,
  { built }: { readonly built: boolean },
): Promise<Draft<IndexToDrop>> {
  const { databases } = ctx.ports;
  const { database } = ctx.incident;
  const { invalidIndexes } = await databases.relationReadout(database, 'primary', ctx.signal);
  const ours = new Map((built ? builtBy(ctx.earlier) : []).map(({ name, stepId }) => [name, stepId]));
  const names = [...new Set([...ours.keys(), ...invalidIndexes.map(({ name }) => name)])];
  const found = names.length === 0 ? [] : await databases.indexesToDrop(database, names, ctx.signal);
  const targets: Draft<IndexToDrop>['targets'] = [];
  const excluded: Excluded = [];
  const denied: Command[] = [];
  for (const index of found) {
    const name = `${index.schema}.${index.name}`;
    const reason = whyLeft(index);
    if (reason !== null) excluded.push({ label: name, reason });
    else if (index.allowed) targets.push(targetOf(index, ours.get(name) ?? null));
    else {
      excluded.push({
        label: name,
        reason: notAsOwner(index.owner),
      });
      denied.push(...forTheOwner(index.owner, dropIndexText(index), index.grant));
    }
  }
  if (targets.length === 0 && denied.length > 0) {
    const message = 'Firebreak may not act as the owner of the index.';
    throw onlyForTheOwner(message, { done: 'Nothing was dropped.', next: denied });
  }
  return draftOf({
    summary:
      targets.length === 0
        ? 'Drop indexes that are broken or were built by this run.'
        : `Drop ${formatCount(targets.length, 'index', 'indexes')}: ${targets.map(({ label }) => label).join('; ')}.`,
    impact: 'Reads and writes go on. Queries that use the index become slow again.',
    undo: 'It is built again with the statement beside it; no data is lost.',
    wontSolve: [],
    targets,
    excluded,
    commands: [
      ...targets.map(
        ({ identity }): Command => ({
          label: `on a connection of its own: ${identity.name}`,
          language: 'sql',
          text: `SET ROLE ${ident(identity.owner)};\n${dropIndexText(identity)};\n-- to have it back: ${identity.definition};`,
        }),
      ),
      ...denied,
    ],
    nothingToDo:
      targets.length > 0
        ? null
        : excluded.length === 0
          ? 'This run has built no index, and none is invalid.'
          : `Nothing is dropped. ${reasonsOf(excluded)}`,
  });
}

/** What steps of this run may have built: also one whose outcome is not known. */
function builtBy(earlier: readonly EarlierStep[]): { name: string; stepId: string }[] {
  return earlier.flatMap(({ kind, stepId, plan, selection, begunAt }) =>
    kind === 'postgres.create-index' && begunAt !== null
      ? plan.targets
          .filter(({ id }) => selection.targets.includes(id))
          .map(({ identity }) => {
            const { schema, name } = IndexSpec.parse(identity);
            return { name: `${schema}.${name}`, stepId };
          })
      : [],
  );
}

function whyLeft({ building, constraint }: DroppableIndex): string | null {
  if (building) return 'It is built at this moment.';
  return constraint ? 'A constraint stands on it; it goes with the constraint only.' : null;
}

function targetOf(index: DroppableIndex, stepId: string | null): Draft<IndexToDrop>['targets'][number] {
  const { oid, schema, name, table, owner, serverStart, definition, valid, bytes } = index;
  const why = [
    ...(stepId === null ? [] : [`Step ${stepId} of this run built it.`]),
    ...(valid ? [] : ['It is invalid: every write keeps it up to date, and no query uses it.']),
  ];
  return {
    id: `${schema}.${name}`,
    label: shorten(`${schema}.${name} on ${table}`, 75),
    why: why.join(' '),
    owner: null,
    facts: [
      { name: 'State', value: valid ? 'valid' : 'invalid' },
      { name: 'Size', value: formatBytes(bytes) },
    ],
    sql: null,
    selected: true,
    identity: { oid, schema, name, table, owner, serverStart, definition },
  };
}
