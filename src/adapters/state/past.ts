import { type QueryResult, sql } from 'kysely';
import { z } from 'zod';
import { Silence } from '../../domain/silence.ts';
import type { Past } from '../../ports/state.ts';
import { sameAlert } from './held-alerts.ts';

/** Beginnings of one alert that are told: more make no difference. */
const MOST_FIRINGS = 100;

const Time = z.string().transform((text) => new Date(text).toISOString());
const Firings = z.array(z.object({ id: z.string(), startsAt: z.string(), receivedAt: Time }));

interface PastRow {
  readonly now: string;
  readonly silences: unknown;
  readonly firings: unknown;
}

/** The statement that reads what decisions on stored alerts depend on: those whose column has one of these values. */
export function readPast(column: 'id' | 'delivery_key', values: readonly string[], minutes: number) {
  return sql<PastRow>`
    select clock_timestamp()::timestamptz(3) as now,
      (select coalesce(jsonb_agg(silence order by id), '[]')
        from firebreak.silence where ends_at > clock_timestamp()) as silences,
      (select coalesce(jsonb_agg(firing order by firing."receivedAt"), '[]') from firebreak.alert as alert,
        lateral (
          select alert.id, one.alert->>'startsAt' as "startsAt", min(one.received_at) as "receivedAt"
          from firebreak.alert as one
          where ${sameAlert('one', 'alert')} and one.alert->>'status' = 'firing'
            and one.received_at > clock_timestamp() - make_interval(mins => ${minutes}::int)
          group by one.alert->>'startsAt' order by 3 desc limit ${MOST_FIRINGS}
        ) as firing
        where ${sql.ref(`alert.${column}`)} = any(${values})) as firings`;
}

/** What the statement read. */
export function pastOf({ rows: [row] }: QueryResult<PastRow>): Past {
  const firings = Map.groupBy(Firings.parse(row?.firings), ({ id }) => id);
  return {
    now: new Date(row?.now ?? Number.NaN),
    silences: z.array(Silence).parse(row?.silences),
    firings,
  };
}
