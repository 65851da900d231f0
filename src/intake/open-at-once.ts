import type { RecordedEvent } from '../domain/event.ts';
import { foldIncident, type Incident } from '../domain/incident.ts';
import { appendFor } from '../engine/ledger.ts';
import { dedupeKeyOf } from '../engine/opening.ts';
import type { ChatMessage, Openings, Work } from '../ports/state.ts';
import { byDatabase } from './alert-groups.ts';
import { databaseOf } from './alert-target.ts';
import type { SettleOptions } from './settle-options.ts';
import { createUnopened } from './unopened.ts';

/** Tells people of an incident that was just opened, without reading it back. */
export interface Announcer {
  /** The message that will be posted first, to be written down with the incident; null when nothing can be posted now. */
  reserve(incidentId: string): ChatMessage | null;
  /** The incident is durable, and its message written down: it may be posted. */
  announce(incident: Incident): void;
}

/**
 * Opens the incident in the transaction that stores its alert, when nothing else of its database is open or waits: what
 * people wait for costs one sync of the disk.
 */
export function openAtOnce(
  options: Pick<SettleOptions, 'runbooks' | 'databases'> & { readonly announcer: Announcer },
): Openings {
  const { databases, announcer } = options;
  const unopened = createUnopened(options);

  return {
    keyOf(alert) {
      const database = databaseOf(alert, databases);
      return typeof database === 'string' ? null : dedupeKeyOf(database.name);
    },

    open: (alerts, ids) =>
      byDatabase(alerts, databases).flatMap((group) => {
        const id = ids.get(dedupeKeyOf(group.database?.name ?? ''));
        if (id === undefined || unopened.ignoring(group) !== null) return [];
        const opening = unopened.opening(group, id);
        if (opening === null) return [];
        const append = appendFor(opening, new Date(alerts[0]?.receivedAt ?? 0));
        const message = announcer.reserve(id);
        const reserves = message === null ? [] : [message];
        return { ...append, options: { ...append.options, work: workFor(id), reserves } };
      }),

    opened(events: readonly RecordedEvent[]) {
      for (const [id, ofIncident] of Map.groupBy(events, ({ stream }) => stream))
        announcer.announce(foldIncident(id, ofIncident));
    },
  };
}

/** People hear of it first. Nobody else is at a new incident, and one that its process leaves is found as unfinished. */
function workFor(incidentId: string): Work[] {
  return [
    { kind: 'render', key: incidentId, by: 'here' },
    { kind: 'advance', key: incidentId, by: 'here' },
  ];
}
