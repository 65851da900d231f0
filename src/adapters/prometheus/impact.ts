import { FirebreakError } from '../../domain/errors.ts';
import type { Objective } from '../../domain/objective.ts';
import type { Fetch } from '../../ports/http.ts';
import type { ImpactQuestion, Window } from '../../ports/impact.ts';
import { samplesOf } from './answer.ts';
import { sendQuery } from './query.ts';

/** Where a question is sent. */
export interface ImpactServer {
  readonly database: string;
  readonly url: string;
  readonly bearerToken: { reveal(): string } | null;
}

/** Points that a query over the whole time looks at, at most; and seconds between two of them, at least. */
const MOST_POINTS = 1_000;
const SHORTEST_STEP = 15;
const TIMEOUT_MS = 10_000;

/**
 * A question in PromQL, asked once at the end of the time. `$window` in it is the length of the time, such as `840s`,
 * and `$step` a resolution that keeps a subquery over it cheap, such as `15s`.
 */
export function promqlQuestion(
  server: ImpactServer,
  { name, unit, query }: { readonly name: string; readonly unit: string; readonly query: string },
  fetch: Fetch,
): ImpactQuestion {
  return {
    name,
    unit,
    source: 'Prometheus',
    async read(window, signal) {
      const data = await sendQuery(
        {
          ...server,
          what: `impact "${name}"`,
          setting: 'impact',
          query: filled(query, window),
          timeoutMs: TIMEOUT_MS,
          time: window.to,
        },
        fetch,
        signal,
      );
      const samples = samplesOf(data);
      if (samples === null || samples.length > 1) throw severalValues(server.database, name);
      const value = samples[0]?.value;
      return value === undefined || !Number.isFinite(value) ? null : value;
    },
  };
}

/** The worst that an objective of the service was: nobody has to write a question for it. */
export function objectiveQuestion(
  server: ImpactServer,
  { name, query, limit }: Objective,
  fetch: Fetch,
): ImpactQuestion {
  const [worst, function_, bound] =
    'below' in limit
      ? (['highest', 'max_over_time', `below ${limit.below}`] as const)
      : (['lowest', 'min_over_time', `above ${limit.above}`] as const);
  const asked = {
    name: `${name}, ${worst} (objective: ${bound})`,
    unit: '',
    query: `${function_}((${query})[$window:$step])`,
  };
  return promqlQuestion(server, asked, fetch);
}

function filled(query: string, { from, to }: Window): string {
  const seconds = Math.max(1, Math.ceil((Date.parse(to) - Date.parse(from)) / 1000));
  const step = Math.max(SHORTEST_STEP, Math.ceil(seconds / MOST_POINTS));
  return query.replaceAll('$window', `${seconds}s`).replaceAll('$step', `${step}s`);
}

function severalValues(database: string, name: string): FirebreakError {
  return new FirebreakError(
    'prometheus-error',
    `The impact "${name}" of ${database} gives more than one value.`,
    {
      hint: 'Aggregate it, for example with sum(...).',
    },
  );
}
