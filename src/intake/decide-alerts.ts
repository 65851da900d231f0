import type { Alert } from '../domain/alert.ts';
import type { Incident } from '../domain/incident.ts';
import type { Settling } from '../engine/ledger.ts';
import { dedupeKeyOf, openingOf } from '../engine/opening.ts';
import type { MonitoredDatabase } from '../ports/databases.ts';
import type { StoredAlert } from '../ports/state.ts';
import { databaseOf, runbookOf } from './alert-target.ts';
import { attachmentsOf } from './attachments.ts';
import type { SettleOptions } from './settle-options.ts';

/** Alerts of one database in the order in which they came; of none when the database is null. */
export interface AlertGroup {
  readonly database: MonitoredDatabase | null;
  readonly alerts: readonly StoredAlert[];
}

/** What as many of the first alerts of each group as go together lead to; null when an incident is just being closed. */
export type DecideAlerts = (groups: readonly AlertGroup[]) => Promise<Settling[] | null>;

/** Decides on the incidents as they are now. */
export function createDecider({ state, ledger, runbooks, databases }: SettleOptions): DecideAlerts {
  /** Why an alert opens nothing, or null when it does. */
  function whyNothing(alert: Alert): string | null {
    const database = databaseOf(alert, databases);
    if (typeof database === 'string') return database;
    if (alert.status === 'resolved') return `No incident is open for ${database.name}.`;
    return runbookOf(alert, runbooks) === undefined ? `No runbook names the alert ${alert.name}.` : null;
  }

  function ignoring({ alerts }: AlertGroup): Settling | null {
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
  }

  function opening({ database, alerts: [first] }: AlertGroup, incidentId: string): Settling | null {
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
  }

  /** The open incidents of these databases, by the name of the database. */
  async function openIncidents(groups: readonly AlertGroup[]): Promise<Map<string, Incident>> {
    const keys = new Set(groups.map(({ database }) => dedupeKeyOf(database?.name ?? '')));
    const rows = (await state.incidents.listOpen()).filter(({ dedupeKey }) => keys.has(dedupeKey));
    const incidents = await ledger.loadAll(rows.map(({ id }) => id));
    return new Map([...incidents.values()].map((incident) => [incident.database, incident]));
  }

  return async (groups) => {
    const open = await openIncidents(groups);
    if ([...open.values()].some(({ status }) => status === 'closed')) return null;
    const decided = groups.map((group): Settling | AlertGroup => {
      const incident = open.get(group.database?.name ?? '');
      if (incident === undefined) return ignoring(group) ?? group;
      const { events, settlements } = attachmentsOf(incident, group.alerts);
      return { target: { joins: incident }, events, settles: settlements };
    });
    const ids = await state.incidents.nextIds(decided.filter((one) => 'alerts' in one).length);
    return decided.flatMap((one) => ('alerts' in one ? (opening(one, ids.shift() ?? '') ?? []) : one));
  };
}
