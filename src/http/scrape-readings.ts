import { waitOf } from '../domain/waiting.ts';
import type { IncidentDesk } from '../engine/desk.ts';
import type { State } from '../ports/state.ts';
import type { Readings } from '../ports/telemetry.ts';

/** Milliseconds that a scrape waits for the state; Prometheus gives up after 10 s by default. */
const LONGEST_MS = 2_000;

/** What a scrape of the metrics asks of the state; what is not read in time is null. */
export async function scrapeReadings(
  state: State,
  desk: Pick<IncidentDesk, 'listOpen'>,
): Promise<Pick<Readings, 'open' | 'unsettledSeconds' | 'replicas'>> {
  const [open, unsettledSeconds, replicas] = await Promise.all([
    inTime(async () =>
      (await desk.listOpen())
        .filter(({ purpose }) => purpose === 'incident')
        .map((one) => ({ database: one.database, waits: waitOf(one) !== null })),
    ),
    inTime(async () => oldestUnsettled(state)),
    inTime(async () => (await state.presence.others()).length + 1),
  ]);
  return { open, unsettledSeconds, replicas };
}

async function oldestUnsettled(state: State): Promise<number> {
  const { alerts } = await state.alerts.unsettled(0, 1);
  const [oldest] = alerts;
  if (oldest === undefined) return 0;
  return Math.max(0, ((await state.now()).getTime() - Date.parse(oldest.receivedAt)) / 1_000);
}

async function inTime<T>(read: () => Promise<T>): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), LONGEST_MS);
  try {
    return await Promise.race([read(), late.promise]).catch(() => null);
  } finally {
    clearTimeout(timer);
  }
}
