import { formatDuration } from '../../../domain/format.ts';

/** The timeouts of one role, as PostgreSQL calls them, from the one that ends least to the one that ends most. */
export const TIMEOUTS = [
  'lock_timeout',
  'statement_timeout',
  'idle_in_transaction_session_timeout',
  'transaction_timeout',
] as const;
export type TimeoutName = (typeof TIMEOUTS)[number];

/** Milliseconds; one that is not in it does not bound the role. */
export type Timeouts = Readonly<Partial<Record<TimeoutName, number>>>;

export interface FittedTimeouts {
  /** The values for what is missing, milliseconds. */
  readonly proposed: Timeouts;
  /** What does not fit together, in words. */
  readonly problems: readonly string[];
}

/** What ends before what: the later one would never come to it (https://www.postgresql.org/docs/current/runtime-config-client.html). */
const SHORTER_THAN: readonly (readonly [TimeoutName, TimeoutName])[] = [
  ['lock_timeout', 'statement_timeout'],
  ['statement_timeout', 'transaction_timeout'],
  ['idle_in_transaction_session_timeout', 'transaction_timeout'],
];

/** The statement's comes first: the others are fitted to it. */
const ORDER: readonly TimeoutName[] = [
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'transaction_timeout',
];

/** Less would end what merely waits its turn. */
const FEWEST_MS = 100;

/** Fills in what is missing, each at most half of what has to be longer and at least twice what has to be shorter. */
export function fitTimeouts(now: Timeouts, wanted: Timeouts): FittedTimeouts {
  const values: Partial<Record<TimeoutName, number>> = { ...now };
  const proposed: Partial<Record<TimeoutName, number>> = {};
  const problems = contradictions(now);
  for (const name of ORDER) {
    const want = wanted[name];
    if (want === undefined || values[name] !== undefined) continue;
    const longer = SHORTER_THAN.flatMap(([short, long]) => (short === name ? (values[long] ?? []) : []));
    const shorter = SHORTER_THAN.flatMap(([short, long]) => (long === name ? (values[short] ?? []) : []));
    const least = Math.max(FEWEST_MS, ...shorter.map((value) => value * 2));
    const most = Math.floor(Math.min(Number.POSITIVE_INFINITY, ...longer.map((value) => value / 2)));
    if (least > most) {
      problems.push(`No ${name} fits between the timeouts that are set already.`);
      continue;
    }
    proposed[name] = Math.min(Math.max(nice(want), least), most);
    values[name] = proposed[name];
  }
  return { proposed, problems };
}

function contradictions(now: Timeouts): string[] {
  return SHORTER_THAN.flatMap(([short, long]) => {
    const [shorter, longer] = [now[short], now[long]];
    if (shorter === undefined || longer === undefined || shorter < longer) return [];
    return [
      `${long} (${formatDuration(longer / 1000)}) ends it before ${short} (${formatDuration(shorter / 1000)}) would.`,
    ];
  });
}

const STEPS = [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1200, 1800, 2700, 3600];

/** The next value that a person would choose. */
function nice(milliseconds: number): number {
  const seconds = milliseconds / 1000;
  return (STEPS.find((step) => step >= seconds) ?? Math.ceil(seconds / 3600) * 3600) * 1000;
}
