import type { Alert } from '../domain/alert.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { Ledger } from '../engine/ledger.ts';
import { dedupeKeyOf, openIncident } from '../engine/opening.ts';
import type { MonitoredDatabase } from '../ports/databases.ts';
import type { Settlement, State, StoredAlert } from '../ports/state.ts';
import { databaseOf, runbookOf } from './alert-target.ts';
import { attachmentsOf } from './attachments.ts';

export interface SettleOptions {
  readonly state: State;
  readonly ledger: Ledger;
  readonly runbooks: ReadonlyMap<string, Runbook>;
  readonly databases: readonly MonitoredDatabase[];
}

/** Alerts that are looked at together. */
const BATCH = 500;
/** Alerts of one database that one transaction settles. */
const MOST_AT_ONCE = 100;

/**
 * Decides what each stored alert leads to, with a reason, once: open, attach, resolve or ignore. Those of one database
 * are decided in the order in which they came, and together: in a storm the work is by database, not by alert.
 */
export function createSettle(options: SettleOptions): (key: string, signal?: AbortSignal) => Promise<'done'> {
  const { state } = options;
  const decider = createDecider(options);

  /** Settles the alerts of one database, or of none. */
  async function settleAll(database: MonitoredDatabase | null, alerts: readonly StoredAlert[]) {
    let rest = alerts;
    while (rest.length > 0) {
      const settled = await decider.settleFirst(database, rest.slice(0, MOST_AT_ONCE));
      rest = settled > 0 ? rest.slice(settled) : await unsettled(rest);
    }
  }

  /** Somebody else was first: what is left of these. */
  async function unsettled(alerts: readonly StoredAlert[]): Promise<StoredAlert[]> {
    const present = await Promise.all(alerts.map(async ({ id }) => state.alerts.get(id)));
    return present.flatMap((stored) => (stored?.settlement === null ? [stored] : []));
  }

  return async (_key, signal) => {
    const failures: unknown[] = [];
    for (let after = 0; ; ) {
      const { alerts, last } = await state.alerts.unsettled(after, BATCH);
      if (alerts.length === 0) break;
      for (const [database, group] of byDatabase(alerts, options.databases)) {
        signal?.throwIfAborted();
        // What cannot be settled for one database shall not keep the alerts of the others.
        await settleAll(database, group).catch((error: unknown) => failures.push(error));
      }
      after = last;
    }
    if (failures.length > 0) throw failures[0];
    return 'done';
  };
}

/** Settles as many of the first alerts of a database as go together; 0 when somebody else was first. */
function createDecider({ state, ledger, runbooks, databases }: SettleOptions) {
  async function attach(incidentId: string, alerts: readonly StoredAlert[]): Promise<number> {
    const incident = await ledger.load(incidentId);
    if (incident === null || incident.status === 'closed') return 0;
    const { events, settlements } = attachmentsOf(incident, alerts);
    return (await ledger.settle(incident, events, settlements)) ? settlements.length : 0;
  }

  async function open(database: MonitoredDatabase, { id, alert }: StoredAlert, runbook: Runbook) {
    const { name, service } = database;
    const opening = { database: name, service, runbook, by: { kind: 'system' as const }, alert };
    const reason = `Runbook ${runbook.id} is for the alert ${alert.name}.`;
    const opened = await openIncident(state, ledger, opening, (incidentId) => [
      { alertId: id, decision: 'opened', reason, incidentId },
    ]);
    return opened === null ? 0 : 1;
  }

  async function ignore(alerts: readonly (StoredAlert & { readonly reason: string })[]): Promise<number> {
    const events = alerts.map(({ alert, reason }) => ({ type: 'alert.ignored' as const, alert, reason }));
    const settles = alerts.map(
      ({ id, reason }): Settlement => ({ alertId: id, decision: 'ignored', reason, incidentId: null }),
    );
    const work = [{ kind: 'render' as const, key: 'intake' }];
    const { status } = await state.journal.append(`intake/${alerts[0]?.id}`, 0, events, { work, settles });
    return status === 'appended' ? alerts.length : 0;
  }

  /** Why an alert opens nothing, or null when it does. */
  function whyNothing(alert: Alert): string | null {
    const database = databaseOf(alert, databases);
    if (typeof database === 'string') return database;
    if (alert.status === 'resolved') return `No incident is open for ${database.name}.`;
    return runbookOf(alert, runbooks) === undefined ? `No runbook names the alert ${alert.name}.` : null;
  }

  return {
    async settleFirst(database: MonitoredDatabase | null, alerts: readonly StoredAlert[]): Promise<number> {
      const incident = database && (await state.incidents.findOpen(dedupeKeyOf(database.name)));
      if (incident !== null) return attach(incident.id, alerts);
      const ignored: (StoredAlert & { reason: string })[] = [];
      for (const stored of alerts) {
        const reason = whyNothing(stored.alert);
        if (reason === null) break;
        ignored.push({ ...stored, reason });
      }
      if (ignored.length > 0) return ignore(ignored);
      const [first] = alerts;
      const runbook = first && runbookOf(first.alert, runbooks);
      if (database === null || first === undefined || runbook === undefined) return 0;
      return open(database, first, runbook);
    },
  };
}

/** The alerts by the database that they are about, each group in order; null for those that are about none. */
function byDatabase(
  alerts: readonly StoredAlert[],
  databases: readonly MonitoredDatabase[],
): Map<MonitoredDatabase | null, StoredAlert[]> {
  const groups = new Map<MonitoredDatabase | null, StoredAlert[]>();
  for (const stored of alerts) {
    const found = databaseOf(stored.alert, databases);
    const database = typeof found === 'string' ? null : found;
    const group = groups.get(database);
    if (group === undefined) groups.set(database, [stored]);
    else group.push(stored);
  }
  return groups;
}
