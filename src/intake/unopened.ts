import type { Settling } from '../engine/ledger.ts';
import { openingOf } from '../engine/opening.ts';
import type { StoredAlert } from '../ports/state.ts';
import type { AlertGroup } from './alert-groups.ts';
import { targetOf } from './alert-target.ts';
import type { AlertDecision } from './decide-alert.ts';
import { type DecideStored, recordOf } from './decide-stored.ts';
import type { DecideOptions } from './settle-options.ts';

/** What alerts lead to where no incident is open. */
export interface Unopened {
  /** The record of those first alerts that open nothing; null when the first one opens an incident. */
  readonly ignoring: (group: AlertGroup) => Settling | null;
  /** The incident that the first alert opens. */
  readonly opening: (group: AlertGroup, incidentId: string) => Settling | null;
}

type Decided = readonly [StoredAlert, AlertDecision];

export function createUnopened({ policy, databases }: DecideOptions, decide: DecideStored): Unopened {
  const decided = (stored: StoredAlert): Decided => [stored, decide(stored, null)];

  return {
    ignoring({ alerts }) {
      const all = alerts.map(decided);
      const opener = all.findIndex(([, { decision }]) => decision === 'opened');
      const records = (opener === -1 ? all : all.slice(0, opener)).flatMap(([stored, decision]) =>
        decision.decision === 'opened' ? [] : [recordOf(stored, decision, null)],
      );
      const [first] = alerts;
      if (first === undefined || records.length === 0) return null;
      return {
        target: { ignoredIn: `intake/${first.id}` },
        events: records.map(({ event }) => event),
        settles: records.map(({ settlement }) => settlement),
      };
    },

    opening({ database, alerts: [first] }, incidentId) {
      if (database === null || first === undefined) return null;
      const decision = decide(first, null);
      if (decision.decision !== 'opened') return null;
      const { alert } = first;
      const { service, channel } = targetOf(alert, policy.routes, databases);
      const { runbook, reason } = decision;
      const by = { kind: 'system' } as const;
      const opening = { database: database.name, service, runbook, by, alert, channel };
      const { row, events } = openingOf(incidentId, opening);
      return {
        target: { opens: row },
        events,
        settles: [{ alertId: first.id, decision: 'opened', reason, incidentId }],
      };
    },
  };
}
