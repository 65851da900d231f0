import type { Incident } from './incident.ts';

/**
 * A circuit breaker in front of a database, for work that can wait: `closed` lets everything through, `open` nothing,
 * `half-open` a share of it, to see whether the database bears it.
 */
export interface Breaker {
  readonly database: string;
  readonly state: 'closed' | 'half-open' | 'open';
  /** How much of the work that can wait should run now, 0 to 1. */
  readonly share: number;
  /** One sentence. */
  readonly reason: string;
  /** ISO 8601: since when it is so; null when nothing is open. */
  readonly since: string | null;
  /** Id of the incident behind it, or null. */
  readonly incident: string | null;
}

/** How much is tried while the load is gone and recovery is still being measured. */
const HALF_OPEN_SHARE = 0.25;
/** The diagnosis found nothing wrong: an alert alone holds nobody back. */
const NOTHING_WRONG = 'nothing-wrong';

/**
 * The breaker of a database by its open incident: open until the load is proved to be gone, half-open until the recovery
 * contract holds, and closed again from then on. Both turns were measured, none is a matter of time. Pure.
 */
export function breakerOf(database: string, incident: Incident | null): Breaker {
  if (incident === null)
    return {
      database,
      state: 'closed',
      share: 1,
      reason: 'No incident is open.',
      since: null,
      incident: null,
    };
  const { id, openedAt, causeAt, causes, mitigatedAt, recoveredAt } = incident;
  const [cause] = causes;
  const of = { database, incident: id };
  if (recoveredAt !== null)
    return {
      ...of,
      state: 'closed',
      share: 1,
      since: recoveredAt,
      reason: `${id}: the database has recovered.`,
    };
  if (mitigatedAt !== null)
    return {
      ...of,
      state: 'half-open',
      share: HALF_OPEN_SHARE,
      since: mitigatedAt,
      reason: `${id}: the load is gone, recovery is being measured.`,
    };
  if (cause?.kind === NOTHING_WRONG)
    return {
      ...of,
      state: 'closed',
      share: 1,
      since: causeAt,
      reason: `${id}: nothing is wrong with the database.`,
    };
  const why = cause === undefined ? 'its cause is being looked for' : cause.title;
  return { ...of, state: 'open', share: 0, since: openedAt, reason: `${id}: ${why}.`.replace(/\.\.$/, '.') };
}
