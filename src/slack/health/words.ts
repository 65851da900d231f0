import type { FirebreakError } from '../../domain/errors.ts';
import { formatCount } from '../../domain/format.ts';
import type { Trouble, TroubleKind } from './health.ts';

/** What goes on while Slack is in trouble, told with it. */
export interface Meanwhile {
  /** Incidents that are open, or null when the state cannot tell. */
  readonly openIncidents: number | null;
  /** Incidents whose messages are not as they should be. */
  readonly waiting: number;
}

/** Whole minutes, or seconds below two minutes, or hours from two on. */
function formatAway(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const GOES_ON: Readonly<Record<TroubleKind, string>> = {
  unreachable:
    'Alerts are stored and steps planned; decisions can be taken with "firebreak triage" in a terminal, or when Slack is back.',
  refused:
    'Alerts are stored and steps planned meanwhile. Firebreak tries again by itself, with a new token too when it comes in a file; one in an environment variable needs a restart.',
  method: 'What could not be sent is tried again by itself.',
  link: 'Cards are still updated, but clicks and commands do not arrive; Firebreak connects again by itself.',
};

/** What is wrong in one sentence, without what follows from it. */
export function whatIsWrong({ kind, fault }: Trouble, awayMs: number): string {
  const away = awayMs < 1000 ? '' : ` for ${formatAway(awayMs)}`;
  if (kind === 'refused') return `Slack has refused to work with Firebreak${away}: ${fault.message}`;
  if (kind === 'link') return `Clicks have not arrived from Slack${away}: ${fault.message}`;
  if (kind === 'method') return `A call to Slack has failed${away}: ${fault.message}`;
  return `Slack has been unreachable${away}: ${fault.message}`;
}

/** What an operator reads in the log while the trouble lasts. */
export function troubleWords(trouble: Trouble, awayMs: number, meanwhile: Meanwhile): string {
  return [
    whatIsWrong(trouble, awayMs),
    trouble.kind === 'unreachable' ? '' : trouble.fault.hint,
    waits(meanwhile),
    GOES_ON[trouble.kind],
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function waits({ openIncidents, waiting }: Meanwhile): string {
  const open = openIncidents === null ? [] : [`${formatCount(openIncidents, 'incident')} open`];
  const behind = waiting === 0 ? [] : [`the messages of ${waiting} wait`];
  const parts = [...open, ...behind];
  return parts.length === 0 ? '' : `${parts.join(', ')}.`;
}

/** Messages that Slack refuses for what they are; null when there are none. */
export function setAsideWords(faults: readonly FirebreakError[]): string | null {
  const [last] = faults.slice(-1);
  if (last === undefined) return null;
  return `Slack refuses ${formatCount(faults.length, 'message')} again and again: ${last.message} The others go on, and "firebreak triage" shows what is missing.`;
}

/** What an operator reads when it is over. */
export function backWords(awayMs: number, waiting: number): string {
  const left = waiting === 0 ? '' : ` ${formatCount(waiting, 'incident')} still to be brought up to date.`;
  return `Slack works again after ${formatAway(awayMs)}.${left}`;
}
