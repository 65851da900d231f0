import type { Command, Refusal } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import type { DomainEvent, RecordedEvent } from '../domain/event.ts';
import { evolve, foldIncident, foldOn, type Incident } from '../domain/incident.ts';
import { anchorText } from '../domain/journal-entry.ts';
import { next } from '../domain/next.ts';
import { nextLookAt } from '../domain/page-work.ts';
import { ReminderLevel } from '../domain/remind-times.ts';
import type { Logger } from '../ports/logger.ts';
import type { AppendOptions, IncidentRow, Settlement, State, StreamAppend, Work } from '../ports/state.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { createFoldedIncidents } from './folded-incidents.ts';

/** How a change to an incident ended. */
export interface Changed {
  /** Why the command changed nothing, or null. */
  readonly refusal: Refusal | null;
}

/** Reads incidents and appends to them: the one place where events of an incident are written. */
export interface Ledger {
  /** Null when there is none, or when retention has removed its content. */
  load(incidentId: string): Promise<Incident | null>;
  /** The same for several, by id; without those that are not there. */
  loadAll(incidentIds: readonly string[]): Promise<ReadonlyMap<string, Incident>>;
  /** Opens a stream; false when another open incident holds the dedupe key. */
  open(row: IncidentRow, events: readonly DomainEvent[]): Promise<boolean>;
  /**
   * Appends what alerts lead to, all or nothing; false when one of the incidents has changed since, another open one holds
   * a dedupe key, or one of the alerts is settled already.
   */
  settle(settlings: readonly Settling[]): Promise<boolean>;
  /** Decides on the newest state and appends; decides again whenever somebody else was first. */
  change(incidentId: string, make: (incident: Incident) => Change | Promise<Change>): Promise<Changed>;
}

/** What some alerts lead to: a new incident, more about an open one, or nothing but a record of why not. */
export interface Settling {
  readonly target:
    | { readonly opens: IncidentRow }
    | { readonly joins: Incident }
    | { readonly ignoredIn: string };
  readonly events: readonly DomainEvent[];
  readonly settles: readonly Settlement[];
}

/** Either a command for the pure core, or events that need no decision. */
export type Change =
  | {
      readonly command: Command;
      readonly onRefusal?: (refusal: Refusal) => readonly DomainEvent[];
      /** What is put down with it, and in front of it, when it is accepted. */
      readonly alongside?: readonly DomainEvent[];
      /** Dedupe key: decided anew while an open incident holds it. */
      readonly unlessOpen?: string;
    }
  | {
      readonly events: readonly DomainEvent[];
      readonly refusal?: Refusal;
    };

/** Time is the state's: one clock for all replicas. `recorded` is told of what was committed; left out, nobody is. */
export function createLedger(
  state: State,
  logger: Logger,
  recorded: Telemetry['recorded'] = () => undefined,
): Ledger {
  const folded = createFoldedIncidents(state.journal);
  const load = async (incidentId: string) => folded.load(incidentId);
  const told = (before: Incident | null, events: readonly RecordedEvent[]): void => {
    logClosing(logger, events);
    recorded(incidentAfter(before, events), events);
  };

  return {
    load,
    loadAll: async (incidentIds) => folded.loadAll(incidentIds),

    async open(row, events) {
      const result = await state.journal.append(row.id, 0, events, {
        work: workFor(row.id),
        incident: { ...row, waiting: false },
      });
      if (result.status === 'appended') told(null, result.events);
      return result.status === 'appended';
    },

    async settle(settlings) {
      const now = await state.now();
      const result = await state.journal.appendAll(settlings.map((settling) => appendFor(settling, now)));
      if (result.status === 'conflict') return false;
      const streams = Map.groupBy(result.events, ({ stream }) => stream);
      for (const [stream, events] of streams) told(joinedIn(settlings, stream), events);
      return true;
    },

    async change(incidentId, make) {
      for (;;) {
        const [incident, now] = await Promise.all([load(incidentId), state.now()]);
        if (incident === null) return { refusal: await whyGone(state, incidentId) };
        const change = await make(incident);
        const { events, refusal } = resolve(incident, change, now);
        if (events.length === 0) return { refusal };
        const result = await state.journal.append(incidentId, incident.version, events, {
          ...('unlessOpen' in change ? { unlessOpen: change.unlessOpen } : {}),
          work: workAfterChange(incidentId, events),
          incident: rowOf(incident, events, now),
        });
        if (result.status === 'conflict') continue;
        told(incident, result.events);
        return { refusal };
      }
    },
  };
}

/** Why an incident has no events: retention has removed them. */
async function whyGone(state: State, incidentId: string): Promise<Refusal> {
  const row = await state.incidents.get(incidentId);
  if (row === null || row.prunedAt === null)
    throw new Error(`There is no incident ${incidentId} in the journal.`);
  return {
    reason: 'closed',
    message: `${incidentId} is closed, and its content was removed on ${row.prunedAt.slice(0, 10)} as state.retention says.`,
  };
}

function resolve(incident: Incident, change: Change, now: Date) {
  if (!('command' in change)) {
    return { events: change.events, refusal: change.refusal ?? null };
  }
  const { events, refusal } = decide(incident, change.command, now);
  if (refusal !== null) return { events: [...events, ...(change.onRefusal?.(refusal) ?? [])], refusal };
  return { events: [...(change.alongside ?? []), ...events], refusal };
}

function joinedIn(settlings: readonly Settling[], stream: string): Incident | null {
  const joined = settlings.flatMap(({ target }) => ('joins' in target ? [target.joins] : []));
  return joined.find(({ id }) => id === stream) ?? null;
}

/** Null for a stream that is no incident's. */
function incidentAfter(before: Incident | null, events: readonly RecordedEvent[]): Incident | null {
  if (before !== null) return foldOn(before, events);
  const [first] = events;
  return first?.event.type === 'incident.opened' ? foldIncident(first.stream, events) : null;
}

/** The log keeps the anchor of each closed incident, where nobody who can write the journal can change it. */
function logClosing(logger: Logger, events: readonly RecordedEvent[]): void {
  for (const closing of events.filter(({ event }) => event.type === 'incident.closed')) {
    logger.info({ incidentId: closing.stream, journal: anchorText(closing) }, 'Incident closed');
  }
}

/** The row after these events, whose place does not matter here; their time is about now. */
function rowOf(
  incident: Incident,
  events: readonly DomainEvent[],
  now: Date,
): NonNullable<AppendOptions['incident']> {
  const after = events.reduce(
    (folded, event) =>
      evolve(folded, {
        position: 0,
        stream: incident.id,
        version: 0,
        hash: '',
        at: now.toISOString(),
        event,
      }),
    incident,
  );
  const { id, dedupeKey, database, title, status } = after;
  const remindAt = nextLookAt(after, ReminderLevel.options)?.toISOString() ?? null;
  return { id, dedupeKey, database, title, status, waiting: next(after).do === 'wait', remindAt };
}

/** What is appended to the journal for what alerts lead to. */
export function appendFor({ target, events, settles }: Settling, now: Date): StreamAppend {
  if ('ignoredIn' in target) {
    const work: Work[] = [{ kind: 'render', key: 'intake' }];
    return { stream: target.ignoredIn, expectedVersion: 0, events, options: { work, settles } };
  }
  if ('opens' in target) {
    const { id } = target.opens;
    const incident = { ...target.opens, waiting: false };
    return {
      stream: id,
      expectedVersion: 0,
      events,
      options: { work: workFor(id), incident, settles },
    };
  }
  const { id, version } = target.joins;
  const options = { work: workAfter(id, events), incident: rowOf(target.joins, events, now), settles };
  return { stream: id, expectedVersion: version, events, options };
}

/** What is only told changes nothing that the engine has to do; of a refusal not even the messages tell. */
function workAfterChange(incidentId: string, events: readonly DomainEvent[]): Work[] {
  if (events.every(({ type }) => type === 'decision.refused')) return [];
  const told = events.every(({ type }) => type === 'decision.reminded' || type.startsWith('page.'));
  return told ? [{ kind: 'render', key: incidentId }] : workFor(incidentId);
}

/** An alert that joins an open incident changes what is shown, and nothing that the engine has to do. */
function workAfter(incidentId: string, events: readonly DomainEvent[]): Work[] {
  const shownOnly = events.every(({ type }) => type !== 'incident.closed');
  return shownOnly ? [{ kind: 'render', key: incidentId }] : workFor(incidentId);
}

function workFor(incidentId: string): Work[] {
  return [
    { kind: 'advance', key: incidentId },
    { kind: 'render', key: incidentId },
  ];
}
