import type { Alert } from '../domain/alert.ts';
import type { Settling } from '../engine/ledger.ts';
import { openingOf } from '../engine/opening.ts';
import type { AlertGroup } from './alert-groups.ts';
import { databaseOf, runbookOf } from './alert-target.ts';
import type { SettleOptions } from './settle-options.ts';

/** What alerts lead to where no incident is open. */
export interface Unopened {
  /** The record of those first alerts that open nothing; null when the first one opens an incident. */
  readonly ignoring: (group: AlertGroup) => Settling | null;
  /** The incident that the first alert opens. */
  readonly opening: (group: AlertGroup, incidentId: string) => Settling | null;
}

export function createUnopened({
  runbooks,
  databases,
}: Pick<SettleOptions, 'runbooks' | 'databases'>): Unopened {
  /** Why an alert opens nothing, or null when it does. */
  function whyNothing(alert: Alert): string | null {
    const database = databaseOf(alert, databases);
    if (typeof database === 'string') return database;
    if (alert.status === 'resolved') return `No incident is open for ${database.name}.`;
    return runbookOf(alert, runbooks) === undefined ? `No runbook names the alert ${alert.name}.` : null;
  }

  return {
    ignoring({ alerts }) {
      const opener = alerts.findIndex(({ alert }) => whyNothing(alert) === null);
      const ignored = opener === -1 ? alerts : alerts.slice(0, opener);
      const [first] = ignored;
      if (first === undefined) return null;
      const reasons = ignored.map(({ id, alert }) => ({ id, alert, reason: whyNothing(alert) ?? '' }));
      return {
        target: { ignoredIn: `intake/${first.id}` },
        events: reasons.map(({ alert, reason }) => ({ type: 'alert.ignored', alert, reason })),
        settles: reasons.map(({ id, reason }) => ({
          alertId: id,
          decision: 'ignored',
          reason,
          incidentId: null,
        })),
      };
    },

    opening({ database, alerts: [first] }, incidentId) {
      const runbook = first && runbookOf(first.alert, runbooks);
      if (database === null || first === undefined || runbook === undefined) return null;
      const { name, service } = database;
      const { alert } = first;
      const { row, events } = openingOf(incidentId, {
        database: name,
        service,
        runbook,
        by: { kind: 'system' },
        alert,
      });
      const reason = `Runbook ${runbook.id} is for the alert ${alert.name}.`;
      return {
        target: { opens: row },
        events,
        settles: [{ alertId: first.id, decision: 'opened', reason, incidentId }],
      };
    },
  };
}
