import { formatBytes, formatCount, shorten } from '../../../domain/format.ts';
import { createIndexText, type IndexSpec, indexName } from '../../../domain/index-build.ts';
import type { Command } from '../../../domain/plan.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';
import { ident } from '../../../domain/sql-name.ts';
import type { IndexSite } from '../../../ports/remedies.ts';
import { draftOf, type Excluded } from '../../parts.ts';
import { forTheOwner, notAsOwner, onlyForTheOwner } from '../../shared/indexes/for-the-owner.ts';
import type { Draft, StepContext } from '../../step-kind.ts';
import { type Candidate, findCandidates } from './candidates.ts';
import { longTransaction, siteObstacle } from './obstacles.ts';
import { Params } from './params.ts';

export { Params };

type Ctx = StepContext<'databases' | 'advisor'>;
type Targets = Draft<IndexSpec>['targets'];

/** Bytes of an entry beside its columns, and how full pages are packed. */
const ENTRY_BYTES = 16;
const FILL = 0.9;
/** For a value whose length varies and that nothing is known of. */
const USUAL_WIDTH = 24;

/** Proposes the indexes that are missing, and says what each costs. */
export async function planIndexes(ctx: Ctx, params: Params): Promise<Draft<IndexSpec>> {
  const { databases } = ctx.ports;
  const { database } = ctx.incident;
  const { list, gaps } = await findCandidates(ctx, params);
  const snapshot = await databases.snapshot(database, 'primary', ctx.signal);
  const targets: Targets = [];
  const excluded: Excluded = [];
  const denied: Command[] = [];
  for (const candidate of list) {
    const label = `${candidate.table} (${candidate.columns.join(', ')})`;
    if (targets.length >= params.limit) {
      excluded.push({ label, reason: `One plan is for ${params.limit} indexes. Run the step again.` });
      continue;
    }
    const site = await databases.indexSite(database, candidate.table, ctx.signal);
    const reason =
      site === null ? 'There is no such table.' : obstacle(site, candidate, { snapshot, params });
    if (site === null || reason !== null) {
      excluded.push({ label, reason: reason ?? '' });
      continue;
    }
    const spec = specOf(site, candidate, targets);
    if (site.allowed) targets.push(targetOf(spec, candidate, site));
    else {
      excluded.push({
        label,
        reason: notAsOwner(site.owner),
      });
      denied.push(...forTheOwner(spec.owner, createIndexText(spec), site.grant));
    }
  }
  if (targets.length === 0 && denied.length > 0) {
    const message = 'Firebreak may not act as the owner of the table, who alone builds indexes there.';
    throw onlyForTheOwner(message, { done: 'Nothing was built.', next: denied });
  }
  return draftOf({
    summary:
      targets.length === 0
        ? 'Build the missing indexes.'
        : `Build ${formatCount(targets.length, 'index', 'indexes')}, one after the other: ${targets.map(({ label }) => label).join('; ')}.`,
    impact:
      'Reads and writes go on. Each table is read twice, which costs CPU and disk for as long as it takes, and every later write keeps one index more up to date.',
    undo: 'A later step drops what was built, also without blocking anybody.',
    wontSolve: [
      'A query that needs most rows of the table still reads all of it.',
      'The audit sequential-scans counts since statistics were reset: it turns green after pg_stat_reset().',
    ],
    warnings: [
      ...gaps,
      ...(targets.length === 0
        ? []
        : [
            'The disk must hold each index and, while it is built, as much again for sorting. Firebreak cannot see how much is free.',
            `While it builds, Firebreak holds one connection more. Schema changes and vacuum of the table wait for it; it gives up when one transaction is in its way for ${params.lockSeconds} s, and cleans up.`,
          ]),
      ...(snapshot.cores !== null && snapshot.onCpu >= snapshot.cores
        ? ['Every core is busy now. Better build when the server is quiet.']
        : []),
    ],
    targets,
    excluded,
    commands: [...targets.map(({ identity }) => commandOf(identity, params)), ...denied],
    nothingToDo: targets.length > 0 ? null : nothingToDo(excluded, gaps),
  });
}

function obstacle(
  site: IndexSite,
  { columns }: Candidate,
  { snapshot, params }: { readonly snapshot: Snapshot; readonly params: Params },
): string | null {
  if (snapshot.inRecovery) return 'The server that answers as the primary is a standby.';
  return siteObstacle(site, columns) ?? longTransaction(snapshot, site, params.longTransactionSeconds);
}

/** A name that nothing on the table has; an invalid index of the name is what an earlier try left. */
function specOf(site: IndexSite, { columns }: Candidate, targets: Targets): IndexSpec {
  const { schema, table, oid: tableOid, owner, serverStart } = site;
  const isTaken = (name: string) =>
    site.indexes.some(
      (index) => index.name === name && (index.valid || !sameColumns(index.columns, columns)),
    ) || targets.some(({ identity }) => identity.schema === schema && identity.name === name);
  const stem = indexName(table, columns);
  let name = stem;
  for (let number = 1; isTaken(name); number += 1) name = stem.replace(/_idx$/, `_idx${number}`);
  return { schema, table, tableOid, owner, name, columns: [...columns], serverStart };
}

function sameColumns(one: readonly (string | null)[], other: readonly string[]): boolean {
  return one.length === other.length && other.every((column, place) => one[place] === column);
}

function targetOf(spec: IndexSpec, candidate: Candidate, site: IndexSite): Targets[number] {
  const { measured, why, certain } = candidate;
  const bytes = measured?.bytes ?? estimate(spec, site);
  return {
    id: `${spec.schema}.${spec.name}`,
    label: shorten(`${spec.schema}.${spec.table} (${spec.columns.join(', ')})`, 75),
    why,
    owner: null,
    facts: [
      { name: 'Index', value: spec.name },
      {
        name: 'Table',
        value: `${site.rows === null ? 'rows unknown' : `${Math.round(site.rows)} rows`} in ${formatBytes(site.bytes)}`,
      },
      {
        name: 'Index size',
        value: bytes === null ? 'unknown, the table was never analysed' : `about ${formatBytes(bytes)}`,
      },
      { name: 'Indexes before', value: String(site.indexes.length) },
      ...(measured === null
        ? []
        : [
            {
              name: 'Cost',
              value: `${Math.round(measured.costBefore)} → ${Math.round(measured.costAfter)} (hypopg)`,
            },
          ]),
    ],
    sql: null,
    selected: certain,
    identity: spec,
  };
}

/** Bytes that the index takes at most, or null when the table was never analysed. */
function estimate({ columns }: IndexSpec, { rows, columns: all }: IndexSite): number | null {
  if (rows === null) return null;
  const width = columns.reduce(
    (sum, column) => sum + (all.find(({ name }) => name === column)?.width ?? USUAL_WIDTH),
    ENTRY_BYTES,
  );
  return (rows * width) / FILL;
}

function commandOf(spec: IndexSpec, { lockSeconds }: Params): Command {
  return {
    label: `on a connection of its own: ${spec.name}`,
    language: 'sql',
    text: `SET ROLE ${ident(spec.owner)}; SET lock_timeout = '${lockSeconds}s'; SET statement_timeout = 0;\n${createIndexText(spec)};`,
  };
}

function nothingToDo(excluded: Excluded, gaps: readonly string[]): string {
  const [left] = excluded;
  if (left !== undefined) return `No index is built now. ${left.label}: ${left.reason}`;
  return `No missing index is known. ${gaps.join(' ')}`.trim();
}
