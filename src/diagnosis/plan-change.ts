import { formatCount, formatDuration } from '../domain/format.ts';
import type { StatementStatistics } from '../domain/statement.ts';
import type { DiagnosisFacts } from './facts.ts';
import { type RepeatedQuery, repeatedQueries } from './repeated-queries.ts';
import { isWorking, secondsInState } from './sessions.ts';

/** A statement that many sessions run slowly, compared with how it ran before. */
export interface PlanChange {
  readonly query: RepeatedQuery;
  /** How much slower it is than the load alone explains; null when only its absence from earlier readings is known. */
  readonly factor: number | null;
  /** `proven` by statistics, `likely` by its best time or by earlier readings. */
  readonly certainty: 'proven' | 'likely';
  readonly evidence: string[];
}

/** So many ended executions are needed before their mean means something, beside those that run now. */
const CALLS = 30;
/** Slower than the mean by this factor, beyond what the load explains. */
const SLOWER = 10;
/** Slower than the best time by this factor; some values of a parameter are slow by nature. */
const SLOWER_THAN_BEST = 300;
/** A mean under this is none: a timer's grain and the way to the client; milliseconds. */
const GRAIN_MS = 0.1;
/** Share of the sessions at work that the statement must have to be the trouble. */
const MAJORITY = 0.5;
/** Earlier readings that must not have seen it at work. */
const READINGS = 3;
const SEEN_SECONDS = 1;

/** The statement that most sessions at work run, if it was fast before; null when there is none. */
export function findPlanChange(facts: DiagnosisFacts): PlanChange | null {
  const [query] = repeatedQueries(facts.snapshot);
  if (query === undefined) return null;
  const working = facts.snapshot.sessions.filter(isWorking).length;
  if (query.sessions.length < MAJORITY * working) return null;
  const before = facts.statements?.find(({ queryId }) => queryId === query.queryId);
  return before === undefined ? byReadings(facts, query) : byStatistics(facts, query, before);
}

/** How many sessions want a CPU for each one that is there: every statement is slower by that. */
function crowding({ snapshot }: DiagnosisFacts): number {
  return Math.max(1, snapshot.onCpu / (snapshot.cores ?? 1));
}

function byStatistics(
  facts: DiagnosisFacts,
  query: RepeatedQuery,
  before: StatementStatistics,
): PlanChange | null {
  if (before.calls < CALLS + query.sessions.length) return null;
  const expected = (ms: number) => Math.max(ms, GRAIN_MS) * crowding(facts);
  const now = query.seconds * 1000;
  const factor = now / expected(before.meanMs);
  const said = `It ran ${before.calls} times before, in ${milliseconds(before.meanMs)} on average, ${milliseconds(before.minMs)} at best.`;
  if (factor >= SLOWER) return change(query, 'proven', factor, [said]);
  const best = now / expected(before.minMs);
  if (best < SLOWER_THAN_BEST) return null;
  return change(query, 'likely', factor, [
    `${said} The average may hold slow runs of this incident already.`,
  ]);
}

/** Without statistics: readings from before, in which its clients were there and it was never seen at work. */
function byReadings({ history }: DiagnosisFacts, query: RepeatedQuery): PlanChange | null {
  const clients = new Set(query.sessions.map(({ applicationName, user }) => `${applicationName}/${user}`));
  const present = history.filter(({ groups }) =>
    groups.some(({ applicationName, user }) => clients.has(`${applicationName}/${user}`)),
  );
  const seen = present.some(({ sessions }) =>
    sessions.some((one) => one.queryId === query.queryId && secondsInState(one) >= SEEN_SECONDS),
  );
  if (present.length < READINGS || seen) return null;
  return change(query, 'likely', null, [
    `In ${formatCount(present.length, 'earlier reading')} its clients were connected and none was seen at it for a second.`,
  ]);
}

function change(
  query: RepeatedQuery,
  certainty: PlanChange['certainty'],
  factor: number | null,
  evidence: readonly string[],
): PlanChange {
  const slower =
    factor === null
      ? ''
      : `: ${factor >= 100 ? Math.round(factor) : factor.toFixed(0)} times what the load explains`;
  return {
    query,
    certainty,
    factor,
    evidence: [
      `${formatCount(query.sessions.length, 'session')} run one statement (query id ${query.queryId}), half of them for ${formatDuration(query.seconds)} or more${slower}.`,
      ...evidence,
    ],
  };
}

function milliseconds(ms: number): string {
  return ms >= 1000 ? formatDuration(ms / 1000) : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
