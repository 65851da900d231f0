import type { Command, Refusal } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import type { DomainEvent, RecordedEvent } from '../domain/event.ts';
import { foldIncident, type Incident } from '../domain/incident.ts';
import { anchorText } from '../domain/journal-entry.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { AppendOptions, IncidentRow, State, Work } from '../ports/state.ts';

/** How a change to an incident ended. */
export interface Changed {
  /** Why the command changed nothing, or null. */
  readonly refusal: Refusal | null;
}

/** Reads incidents and appends to them: the one place where events of an incident are written. */
export interface Ledger {
  /** Null when there is none, or when retention has removed its content. */
  load(incidentId: string): Promise<Incident | null>;
  /** Opens a stream; false when another open incident holds the dedupe key. */
  open(
    row: IncidentRow,
    events: readonly DomainEvent[],
    settles?: AppendOptions['settles'],
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
      readonly settles?: AppendOptions['settles'];
    };

export function createLedger(state: State, clock: Clock, logger: Logger): Ledger {
  async function load(incidentId: string): Promise<Incident | null> {
    const events = await state.journal.read(incidentId);
    return events.length === 0 ? null : foldIncident(incidentId, events);
  }

  return {
    load,

    async open(row, events, settles) {
      const result = await state.journal.append(row.id, 0, events, {
        work: workFor(row.id),
        incident: row,
        ...(settles === undefined ? {} : { settles }),
      });
      return result.status === 'appended';
    },

    async change(incidentId, make) {
      for (;;) {
        const incident = await load(incidentId);
        if (incident === null) return { refusal: await whyGone(state, incidentId) };
        const { events, refusal, settles } = resolve(incident, make(incident), clock.now());
        if (events.length === 0) return { refusal };
        const result = await state.journal.append(incidentId, incident.version, events, {
          work: events.every(({ type }) => type === 'decision.refused') ? [] : workFor(incidentId),
          incident: rowOf(incident, events),
          ...(settles === undefined ? {} : { settles }),
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
    return { events: change.events, refusal: change.refusal ?? null, settles: change.settles };
  }
  const { events, refusal } = decide(incident, change.command, now);
  const told = refusal === null ? [] : (change.onRefusal?.(refusal) ?? []);
  return { events: [...events, ...told], refusal, settles: undefined };
}

/** The log keeps the anchor of each closed incident, where nobody who can write the journal can change it. */
function logClosing(logger: Logger, events: readonly RecordedEvent[]): void {
  const closing = events.find(({ event }) => event.type === 'incident.closed');
  if (closing !== undefined)
    logger.info({ incidentId: closing.stream, journal: anchorText(closing) }, 'Incident closed');
}

function rowOf(incident: Incident, events: readonly DomainEvent[]): IncidentRow {
  const closed = events.some((event) => event.type === 'incident.closed');
  const { id, dedupeKey, database, title } = incident;
  return { id, dedupeKey, database, title, status: closed ? 'closed' : incident.status };
}

function workFor(incidentId: string): Work[] {
  return [
    { kind: 'advance', key: incidentId },
    { kind: 'render', key: incidentId },
  ];
}
