import type { Actor } from './actor.ts';
import type { RecordedEvent } from './event.ts';
import {
  termsHash,
  type WatchdogAction,
  type WatchdogMode,
  type WatchdogPolicy,
  type WatchdogResult,
} from './watchdog.ts';

/** An action as the journal has it. */
export interface RecordedAction extends WatchdogAction {
  readonly kind: WatchdogMode;
  /** ISO 8601, the state database's clock. */
  readonly at: string;
  /** Null while it is not known what became of the sessions; none of a report. */
  readonly results: readonly WatchdogResult[] | null;
  /** The policy was started again since: who comes back from here on is counted anew. */
  readonly isBeforeStart: boolean;
}

/** What happened by one policy: the fold of its events. */
export interface PolicyRecord {
  /** The terms that were written down last, and the mode in which they were. */
  readonly enabled: { readonly hash: string; readonly mode: WatchdogMode } | null;
  /** Since when exactly these terms have been tried without ending anything (ISO 8601); null when they have not. */
  readonly rehearsedSince: string | null;
  /** Who stopped it, when and why; null while it runs. */
  readonly stopped: Stop | null;
  /** When it stopped itself, newest last. */
  readonly halts: readonly Stop[];
  /** Newest last. */
  readonly actions: readonly RecordedAction[];
  /** Of who was not allowed to switch it: the person and the wish. */
  readonly refused: readonly string[];
  /** Names of the clicks that were carried out, newest last. */
  readonly clicks: readonly string[];
}

interface Stop {
  readonly by: Actor;
  readonly at: string;
  readonly reason: string;
  readonly incident: string | null;
}

/** Far more than what a policy does in the time that is looked back on. */
const MOST_ACTIONS = 1000;
const MOST_CLICKS = 50;
const MOST_HALTS = 10;

export const nothingRecorded: PolicyRecord = {
  enabled: null,
  rehearsedSince: null,
  stopped: null,
  halts: [],
  actions: [],
  refused: [],
  clicks: [],
};

/** The records of all policies after one more event. Pure. */
export function foldWatchdog(
  records: ReadonlyMap<string, PolicyRecord>,
  { event, at }: Pick<RecordedEvent, 'event' | 'at'>,
): ReadonlyMap<string, PolicyRecord> {
  if (!event.type.startsWith('watchdog.') || !('policy' in event) || typeof event.policy !== 'string')
    return records;
  const record = records.get(event.policy) ?? nothingRecorded;
  return new Map(records).set(event.policy, foldPolicy(record, event, at));
}

function foldPolicy(record: PolicyRecord, event: RecordedEvent['event'], at: string): PolicyRecord {
  switch (event.type) {
    case 'watchdog.enabled': {
      const hash = termsHash(event.terms);
      const since = record.enabled?.hash === hash ? record.rehearsedSince : null;
      const rehearsedSince = event.mode === 'report' ? (since ?? at) : since;
      return { ...record, enabled: { hash, mode: event.mode }, rehearsedSince };
    }
    case 'watchdog.reported':
      return withAction(record, { ...event, kind: 'report', at, results: [], isBeforeStart: false });
    case 'watchdog.intended':
      return withAction(record, { ...event, kind: 'kill', at, results: null, isBeforeStart: false });
    case 'watchdog.ended': {
      const { id, results } = event;
      const actions = record.actions.map((one) => (one.id === id ? { ...one, results } : one));
      return { ...record, actions };
    }
    case 'watchdog.switched': {
      const { to, by, reason, incident, click } = event;
      const clicks = click === undefined ? record.clicks : [...record.clicks.slice(1 - MOST_CLICKS), click];
      if (to === 'stopped') {
        const stopped = { by, at, reason, incident };
        const isHalt = by.kind === 'policy';
        const halts = isHalt ? [...record.halts.slice(1 - MOST_HALTS), stopped] : record.halts;
        return { ...record, stopped, halts, clicks };
      }
      const actions = record.actions.map((one) => ({ ...one, isBeforeStart: true }));
      return { ...record, stopped: null, actions, clicks };
    }
    case 'watchdog.refused':
      return { ...record, refused: [...record.refused, refusalKey(event)] };
    default:
      return record;
  }
}

function withAction(record: PolicyRecord, action: RecordedAction): PolicyRecord {
  return { ...record, actions: [...record.actions.slice(1 - MOST_ACTIONS), action] };
}

/** Names a refusal, so that it is written down once. */
export function refusalKey({ by, to }: { readonly by: Actor; readonly to: 'stopped' | 'running' }): string {
  return `${by.kind === 'system' ? '' : by.id} ${to}`;
}

/** Milliseconds for which terms have to be tried by reporting only before they end anything. */
export const REHEARSAL_MS = 24 * 60 * 60 * 1000;

/**
 * From when on a policy may end sessions, in milliseconds since the epoch; null when it may not, as it only reports or its
 * terms were never tried by reporting only. Pure.
 */
export function armedFrom(
  policy: WatchdogPolicy,
  { enabled, rehearsedSince }: PolicyRecord,
  rehearsalMs = REHEARSAL_MS,
): number | null {
  const isThis = enabled?.hash === termsHash(policy.terms);
  if (policy.mode !== 'kill' || !isThis || rehearsedSince === null) return null;
  return Date.parse(rehearsedSince) + rehearsalMs;
}
