import { Cron } from 'croner';

interface Field {
  name: string;
  low: number;
  high: number;
  names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { name: 'minute', low: 0, high: 59 },
  { name: 'hour', low: 0, high: 23 },
  { name: 'day of month', low: 1, high: 31 },
  { name: 'month', low: 1, high: 12, names: MONTHS },
  { name: 'day of week', low: 0, high: 6, names: DAYS },
];
const SHORTHANDS: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Says what is wrong with a schedule in the words of the API server; undefined when it is right. */
export function scheduleProblem(schedule: string): string | undefined {
  if (schedule.startsWith('@')) {
    return schedule in SHORTHANDS ? undefined : `unrecognized descriptor: ${schedule}`;
  }
  const words = schedule.split(/\s+/).filter((word) => word !== '');
  if (words.length !== 5) return `expected exactly 5 fields, found ${words.length}: [${words.join(' ')}]`;
  for (const [at, field] of FIELDS.entries()) {
    const problem = (words[at] ?? '')
      .split(',')
      .map((term) => termProblem(term, field))
      .find(Boolean);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function termProblem(term: string, field: Field): string | undefined {
  const [range = '', stepText, ...rest] = term.split('/');
  if (rest.length > 0) return `too many slashes: ${term}`;
  if (stepText !== undefined && !/^\d+$/.test(stepText)) return unparsable(stepText);
  if (stepText !== undefined && Number(stepText) === 0)
    return `step of range should be a positive number: ${term}`;
  if (range === '*' || range === '?') return undefined;
  const bounds = range.split('-');
  if (bounds.length > 2) return `too many hyphens: ${term}`;
  const [low, high = low] = bounds.map((bound) => boundOf(bound, field));
  if (low === undefined || high === undefined) return unparsable(bounds[low === undefined ? 0 : 1] ?? '');
  if (low < field.low) return `beginning of range (${low}) below minimum (${field.low}): ${term}`;
  if (high > field.high) return `end of range (${high}) above maximum (${field.high}): ${term}`;
  if (low > high) return `beginning of range (${low}) beyond end of range (${high}): ${term}`;
  return undefined;
}

function boundOf(text: string, field: Field): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const at = field.names?.indexOf(text.toLowerCase()) ?? -1;
  return at < 0 ? undefined : at + field.low;
}

function unparsable(text: string): string {
  return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
}

/** Says whether a time zone is in the IANA database. */
export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** Computes the slots of a cron schedule. */
export class CronSchedule {
  readonly #cron: Cron;

  /** The schedule must be valid; without a time zone it is read in UTC, as the controller manager does. */
  constructor(schedule: string, timeZone = 'UTC') {
    const pattern = (SHORTHANDS[schedule] ?? schedule).replaceAll('?', '*');
    this.#cron = new Cron(pattern, { timezone: timeZone, paused: true, mode: '5-part' });
  }

  /** The first slot strictly after a time; undefined when there is none. */
  next(after: Date): Date | undefined {
    return this.#cron.nextRun(after) ?? undefined;
  }

  /**
   * The latest slot in (after, until], and whether more than a hundred were missed. Slots of weeks of downtime are
   * skipped in hours, not one by one.
   */
  latest(after: Date, until: Date): { slot: Date | undefined; tooMany: boolean } {
    let slot: Date | undefined;
    let count = 0;
    let from = after;
    for (let next = this.next(from); next !== undefined && next <= until; next = this.next(from)) {
      slot = next;
      from = next;
      count += 1;
      if (count === 101) from = new Date(Math.max(from.getTime(), this.#near(until, from).getTime()));
    }
    return { slot, tooMany: count > 100 };
  }

  #near(until: Date, from: Date): Date {
    for (const hours of [1, 24, 24 * 31]) {
      const start = new Date(until.getTime() - hours * 3_600_000);
      const next = start > from ? this.next(start) : undefined;
      if (next !== undefined && next <= until) return new Date(next.getTime() - 1000);
    }
    return from;
  }
}
