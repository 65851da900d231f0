import type { Command, Refusal } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import type { DomainEvent, RecordedEvent } from '../domain/event.ts';
import { evolve, type Incident } from '../domain/incident.ts';
import { anchorText } from '../domain/journal-entry.ts';
import { next } from '../domain/next.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { IncidentRow, Settlement, State, Work } from '../ports/state.ts';
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
  /** Opens a stream; false when another open incident holds the dedupe key, or one of the alerts is settled already. */
  open(row: IncidentRow, events: readonly DomainEvent[], settles?: readonly Settlement[]): Promise<boolean>;
  /** Appends what alerts lead to; false when the incident has changed since, or one of the alerts is settled already. */
  settle(
    incident: Incident,
    events: readonly DomainEvent[],
    settles: readonly Settlement[],
  ): Promise<boolean>;
  /** Decides on the newest state and appends; decides again whenever somebody else was first. */
  change(incidentId: string, make: (incident: Incident) => Change): Promise<Changed>;
}

/** Either a command for the pure core, or events that need no decision. */
export type Change =
  | { readonly command: Command; readonly onRefusal?: (refusal: Refusal) => readonly DomainEvent[] }
  | {
      readonly events: readonly DomainEvent[];
      readonly refusal?: Refusal;
    };

export function createLedger(state: State, clock: Clock, logger: Logger): Ledger {
  const folded = createFoldedIncidents(state.journal);
  const load = async (incidentId: string) => folded.load(incidentId);

  return {
    load,

    async open(row, events, settles) {
      const result = await state.journal.append(row.id, 0, events, {
        work: workFor(row.id),
        incident: { ...row, waiting: false },
        ...(settles === undefined ? {} : { settles }),
      });
      return result.status === 'appended';
    },

    async settle(incident, events, settles) {
      const result = await state.journal.append(incident.id, incident.version, events, {
        work: workAfter(incident.id, events),
        incident: rowOf(incident, events),
        settles,
      });
      if (result.status === 'appended') logClosing(logger, result.events);
      return result.status === 'appended';
    },

    async change(incidentId, make) {
      for (;;) {
        const incident = await load(incidentId);
        if (incident === null) return { refusal: await whyGone(state, incidentId) };
        const { events, refusal } = resolve(incident, make(incident), clock.now());
        if (events.length === 0) return { refusal };
        const result = await state.journal.append(incidentId, incident.version, events, {
          work: events.every(({ type }) => type === 'decision.refused') ? [] : workFor(incidentId),
          incident: rowOf(incident, events),
        });
        if (result.status === 'conflict') continue;
        logClosing(logger, result.events);
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
  const told = refusal === null ? [] : (change.onRefusal?.(refusal) ?? []);
  return { events: [...events, ...told], refusal };
}

/** The log keeps the anchor of each closed incident, where nobody who can write the journal can change it. */
function logClosing(logger: Logger, events: readonly RecordedEvent[]): void {
  const closing = events.find(({ event }) => event.type === 'incident.closed');
  if (closing !== undefined)
    logger.info({ incidentId: closing.stream, journal: anchorText(closing) }, 'Incident closed');
}

/** The row after these events, whose place and time do not matter here. */
function rowOf(incident: Incident, events: readonly DomainEvent[]): IncidentRow & { waiting: boolean } {
  const after = events.reduce(
    (folded, event) =>
      evolve(folded, {
        position: 0,
        stream: incident.id,
        version: 0,
        hash: '',
        at: incident.openedAt,
        event,
      }),
    incident,
  );
  const { id, dedupeKey, database, title, status } = after;
  return { id, dedupeKey, database, title, status, waiting: next(after).do === 'wait' };
}

/** An alert that joins an open incident changes what is shown, and nothing that the engine has to do. */
function workAfter(incidentId: string, events: readonly DomainEvent[]): Work[] {
  const shownOnly = events.every(({ type }) => type === 'alert.attached' || type === 'alert.resolved');
  return shownOnly ? [{ kind: 'render', key: incidentId }] : workFor(incidentId);
}

function workFor(incidentId: string): Work[] {
  return [
    { kind: 'advance', key: incidentId },
    { kind: 'render', key: incidentId },
  ];
}
