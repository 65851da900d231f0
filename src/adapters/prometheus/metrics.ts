import { FirebreakError } from '../../domain/errors.ts';
import type { Objective } from '../../domain/objective.ts';
import type { Fetch } from '../../ports/http.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Metrics, Reading } from '../../ports/metrics.ts';
import { samplesOf } from './answer.ts';
import { type QueryRequest, sendQuery } from './query.ts';

/** The queries of one database. */
export interface MetricsSource {
  readonly database: string;
  /** Base URL of Prometheus or of a server with its query API. */
  readonly url: string;
  /** PromQL that gives one value: the CPU use of the host as a share of 0 to 1. */
  readonly cpuQuery: string;
  readonly objectives?: readonly Objective[] | undefined;
  readonly bearerToken?: { reveal(): string } | null | undefined;
  /** Where the number comes from, in words; `Prometheus` unless told. */
  readonly source?: string | undefined;
}

export interface MetricsOptions {
  readonly fetch: Fetch;
  readonly logger?: Pick<Logger, 'warn'>;
  /** Milliseconds that one query may take; 5000 unless told. */
  readonly timeoutMs?: number;
}

const OLDEST_MS = 120_000;
/** Rates of counters come out a little over 1; far over it means per cent. */
const HIGHEST_SHARE = 1.5;

/** One query with its name for people, and where it stands in the configuration. */
type Asked = Pick<QueryRequest, 'what' | 'setting' | 'query'>;

/** Readings from Prometheus. Databases without a source have none. */
export function createMetrics(sources: readonly MetricsSource[], options: MetricsOptions): Metrics {
  const byDatabase = new Map(sources.map((source) => [source.database, source]));
  return {
    async cpu(database, signal) {
      const source = byDatabase.get(database);
      return source === undefined ? null : readCpu(source, options, signal);
    },
    cpuQuery: (database) => byDatabase.get(database)?.cpuQuery ?? null,
    objectives: (database) => byDatabase.get(database)?.objectives ?? [],
    async measure(database, { name, query }, signal) {
      const source = byDatabase.get(database);
      if (source === undefined) return null;
      const asked = { what: `objective "${name}"`, setting: 'prometheus.slo', query };
      return readOne(source, asked, options, signal);
    },
  };
}

async function readCpu(
  source: MetricsSource,
  options: MetricsOptions,
  signal: AbortSignal,
): Promise<Reading | null> {
  const asked = { what: 'CPU query', setting: 'prometheus.cpuQuery', query: source.cpuQuery };
  const reading = await readOne(source, asked, options, signal);
  if (reading === null) return null;
  if (reading.value > HIGHEST_SHARE) {
    throw wrongQuery(
      asked,
      `The CPU query of ${source.database} gives ${reading.value}, and not a share of 0 to 1.`,
      'Divide it by 100 if it is per cent, or by the number of cores.',
    );
  }
  return { ...reading, value: Math.min(Math.max(reading.value, 0), 1) };
}

async function readOne(
  source: MetricsSource,
  asked: Asked,
  options: MetricsOptions,
  signal: AbortSignal,
): Promise<Reading | null> {
  const { database, url } = source;
  const data = await sendQuery(
    {
      database,
      url,
      ...asked,
      bearerToken: source.bearerToken ?? null,
      timeoutMs: options.timeoutMs ?? 5_000,
    },
    options.fetch,
    signal,
  );
  const samples = samplesOf(data);
  if (samples === null || samples.length > 1) {
    const found = samples === null ? `a ${data.resultType}` : `${samples.length} values`;
    throw wrongQuery(
      asked,
      `The ${asked.what} of ${database} gives ${found} and not one value.`,
      'Aggregate it, for example with avg(...).',
    );
  }
  const [sample] = samples;
  const reason = sample === undefined ? 'empty' : unusable(sample);
  if (sample === undefined || reason !== null) {
    options.logger?.warn({ database, reason }, `Prometheus has no usable value for a database.`);
    return null;
  }
  return { value: sample.value, at: sample.at.toISOString(), source: source.source ?? 'Prometheus' };
}

function unusable({ value, at }: { value: number; at: Date }): string | null {
  if (!Number.isFinite(value)) return 'not a number';
  return Math.abs(Date.now() - at.getTime()) > OLDEST_MS ? 'older than 2 minutes' : null;
}

function wrongQuery({ setting }: Asked, message: string, advice: string): FirebreakError {
  return new FirebreakError('prometheus-error', message, { hint: `Correct ${setting}. ${advice}` });
}
