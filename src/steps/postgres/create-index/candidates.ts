import { describeError } from '../../../domain/errors.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import type { IndexAdvice } from '../../../domain/gate.ts';
import { unquoted } from '../../../domain/sql-name.ts';
import type { StepContext } from '../../step-kind.ts';
import type { Params } from './params.ts';

type Ctx = StepContext<'databases' | 'advisor'>;

/** An index that somebody or something asks for. */
export interface Candidate {
  /** `schema.table`, plain or quoted. */
  readonly table: string;
  /** Names as PostgreSQL stores them. */
  readonly columns: readonly string[];
  readonly why: string;
  readonly measured: IndexAdvice['measured'];
  /** Whether it is certain enough to be proposed; the others are shown and not ticked. */
  readonly certain: boolean;
}

export interface Candidates {
  readonly list: readonly Candidate[];
  /** What could not be looked at, in words. */
  readonly gaps: readonly string[];
}

/** What the parameters name, else foreign keys without an index and full scans of the heaviest statements. */
export async function findCandidates(ctx: Ctx, { table, columns }: Params): Promise<Candidates> {
  if (table !== null)
    return {
      list: [{ table, columns, why: 'The runbook names it.', measured: null, certain: true }],
      gaps: [],
    };
  const { databases } = ctx.ports;
  const { unindexedKeys } = await databases.relationReadout(ctx.incident.database, 'primary', ctx.signal);
  const keys = unindexedKeys.map(
    (key): Candidate => ({
      table: key.table,
      columns: key.columns.map(unquoted),
      why: `Foreign key ${key.constraint} refers to ${key.references}: each delete there reads this table from end to end.`,
      measured: null,
      certain: true,
    }),
  );
  const plans = await fromPlans(ctx);
  return { list: [...keys, ...plans.list], gaps: plans.gaps };
}

async function fromPlans(ctx: Ctx): Promise<Candidates> {
  const { databases, advisor } = ctx.ports;
  const { database } = ctx.incident;
  if (!advisor.knows(database))
    return {
      list: [],
      gaps: [`Plans were not looked at: ${database} has no gate role (databases[].gate in firebreak.yml).`],
    };
  const statements = await databases.heavyStatements(database, ctx.signal);
  if (statements === null)
    return {
      list: [],
      gaps: [
        'Plans were not looked at: which statements run is not known, as pg_stat_statements is missing.',
      ],
    };
  const found = new Map<string, Candidate>();
  const gaps: string[] = [];
  for (const { text, calls, totalMs } of statements) {
    ctx.signal.throwIfAborted();
    const advice = await advisor.advise(database, text, ctx.signal).catch((error: unknown) => {
      ctx.signal.throwIfAborted();
      gaps.push(`One plan could not be made: ${describeError(error).message}`);
      return [];
    });
    // The heaviest statement comes first, and is the reason that people read.
    for (const one of advice) {
      const key = JSON.stringify([one.table, one.columns]);
      if (!found.has(key)) found.set(key, toCandidate(one, calls, totalMs));
    }
  }
  return { list: [...found.values()], gaps: [...new Set(gaps)].slice(0, 3) };
}

function toCandidate({ table, columns, measured }: IndexAdvice, calls: number, totalMs: number): Candidate {
  const heavy = `A statement reads the whole table, ${formatCount(calls, 'time')} so far, ${formatDuration(totalMs / 1000)} in all.`;
  const effect =
    measured === null
      ? 'An index would probably help; without the extension hypopg that is not measured.'
      : `Measured with hypopg: its cost falls from ${Math.round(measured.costBefore)} to ${Math.round(measured.costAfter)}.`;
  return { table, columns, why: `${heavy} ${effect}`, measured, certain: measured !== null };
}
