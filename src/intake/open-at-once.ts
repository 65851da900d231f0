import type { RecordedEvent } from '../domain/event.ts';
import { foldIncident, type Incident } from '../domain/incident.ts';
import { pastMinutesOf } from '../domain/intake-policy.ts';
import { appendFor, type Settling } from '../engine/ledger.ts';
import { dedupeKeyOf } from '../engine/opening.ts';
import type { ChatMessage, Openings, Work } from '../ports/state.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { byDatabase } from './alert-groups.ts';
import { targetOf } from './alert-target.ts';
import { decideWith } from './decide-stored.ts';
import type { DecideOptions } from './settle-options.ts';
import { createUnopened } from './unopened.ts';

/** Tells people of an incident that was just opened, without reading it back. */
export interface Announcer {
  /**
   * The message that will be posted first, to be written down with the incident; null when nothing can be posted now.
   * @param channel Id of the channel that a route says; null for the one of all.
   */
  reserve(incidentId: string, channel: string | null): ChatMessage | null;
  /** The incident is durable, and its message written down: it may be posted. */
  announce(incident: Incident): void;
}

/**
 * Opens the incident in the transaction that stores its alert, when nothing else of its database is open or waits: what
 * people wait for costs one sync of the disk.
 */
export function openAtOnce(
  options: DecideOptions & {
    readonly announcer: Announcer;
    /** Is told of what was committed; left out, nobody is. */
    readonly recorded?: Telemetry['recorded'];
  },
): Openings {
  const { databases, policy, announcer, recorded } = options;

  return {
    pastMinutes: pastMinutesOf(policy),

    keyOf(alert) {
      const { database } = targetOf(alert, policy.routes, databases);
      return typeof database === 'string' ? null : dedupeKeyOf(database.name);
    },

    open(alerts, ids, past) {
      const unopened = createUnopened(options, decideWith(options, past));
      return byDatabase(alerts, options).flatMap((group) => {
        const id = ids.get(dedupeKeyOf(group.database?.name ?? ''));
        if (id === undefined || unopened.ignoring(group) !== null) return [];
        const opening = unopened.opening(group, id);
        if (opening === null) return [];
        const append = appendFor(opening, new Date(alerts[0]?.receivedAt ?? 0));
        const message = announcer.reserve(id, channelOf(opening));
        const reserves = message === null ? [] : [message];
        return { ...append, options: { ...append.options, work: workFor(id), reserves } };
      });
    },

    opened(events: readonly RecordedEvent[]) {
      for (const [id, ofIncident] of Map.groupBy(events, ({ stream }) => stream)) {
        const incident = foldIncident(id, ofIncident);
        announcer.announce(incident);
        recorded?.(incident, ofIncident);
      }
    },
  };
}

function channelOf({ events }: Settling): string | null {
  const opened = events.find((event) => event.type === 'incident.opened');
  return opened?.channel ?? null;
}

/** People hear of it first. Nobody else is at a new incident, and one that its process leaves is found as unfinished. */
function workFor(incidentId: string): Work[] {
  return [
    { kind: 'render', key: incidentId, by: 'here' },
    { kind: 'advance', key: incidentId, by: 'here' },
  ];
}
