import type { Alert } from '../domain/alert.ts';
import type { DomainEvent } from '../domain/event.ts';
import { alertsResolved, currentRun, type Incident } from '../domain/incident.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { Ledger } from '../engine/ledger.ts';
import { dedupeKeyOf, openIncident } from '../engine/opening.ts';
import type { MonitoredDatabase } from '../ports/databases.ts';
import type { Settlement, State } from '../ports/state.ts';

export interface SettleOptions {
  readonly state: State;
  readonly ledger: Ledger;
  readonly runbooks: ReadonlyMap<string, Runbook>;
  readonly databases: readonly MonitoredDatabase[];
}

/** Decides what a stored alert leads to, with a reason, once: open, attach, resolve or ignore. */
export function createSettle(options: SettleOptions): (alertId: string) => Promise<'done'> {
  const { state, ledger } = options;

  async function ignore(alertId: string, alert: Alert, reason: string): Promise<void> {
    await state.journal.append(`intake/${alertId}`, 0, [{ type: 'alert.ignored', alert, reason }], {
      work: [{ kind: 'render', key: 'intake' }],
      settles: { alertId, decision: 'ignored', reason, incidentId: null },
    });
  }

  /** False when the incident was closed meanwhile. */
  async function attach(alertId: string, alert: Alert, incidentId: string): Promise<boolean> {
    const decision = alert.status === 'resolved' ? 'resolved' : 'attached';
    const settles: Settlement = {
      alertId,
      decision,
      reason: `${incidentId} is open for this database.`,
      incidentId,
    };
    const { refusal } = await ledger.change(incidentId, (incident) =>
      incident.status === 'closed'
        ? { events: [], refusal: { reason: 'closed', message: `${incidentId} is closed.` } }
        : { events: attachment(incident, alert), settles },
    );
    return refusal === null;
  }

  return async (alertId) => {
    const stored = await state.alerts.get(alertId);
    if (stored === null || stored.settlement !== null) return 'done';
    const { alert } = stored;
    const database = databaseOf(alert, options.databases);
    if (typeof database === 'string') {
      await ignore(alertId, alert, database);
      return 'done';
    }
    for (;;) {
      const open = await state.incidents.findOpen(dedupeKeyOf(database.name));
      if (open !== null) {
        if (await attach(alertId, alert, open.id)) return 'done';
        continue;
      }
      if (alert.status === 'resolved') {
        await ignore(alertId, alert, `No incident is open for ${database.name}.`);
        return 'done';
      }
      const runbook = runbookOf(alert, options.runbooks);
      if (runbook === undefined) {
        await ignore(alertId, alert, `No runbook names the alert ${alert.name}.`);
        return 'done';
      }
      const opening = {
        database: database.name,
        service: database.service,
        runbook,
        by: { kind: 'system' as const },
        alert,
      };
      const settle = (incidentId: string): Settlement => ({
        alertId,
        decision: 'opened',
        reason: `Runbook ${runbook.id} is for the alert ${alert.name}.`,
        incidentId,
      });
      if ((await openIncident(state, ledger, opening, settle)) !== null) return 'done';
    }
  };
}

/** The last alert to be resolved closes an incident in which nothing is under way. */
function attachment(incident: Incident, alert: Alert): DomainEvent[] {
  if (alert.status === 'firing') return [{ type: 'alert.attached', alert }];
  const resolved: DomainEvent = { type: 'alert.resolved', alert };
  const alerts = [...incident.alerts, { alert, at: '' }];
  if (!isIdle(incident) || !alertsResolved({ ...incident, alerts })) return [resolved];
  const reason = 'Every alert was resolved and no run is under way.';
  return [resolved, { type: 'incident.closed', by: { kind: 'system' }, reason }];
}

function isIdle(incident: Incident): boolean {
  return currentRun(incident)?.status !== 'running';
}

/** The database that an alert is about, by its label `database` or `service`; otherwise the reason why none. */
function databaseOf(alert: Alert, databases: readonly MonitoredDatabase[]): MonitoredDatabase | string {
  const { database, service } = alert.labels;
  const named = databases.filter(({ name }) => name === database);
  const serving = databases.filter(
    (candidate) => candidate.service !== null && candidate.service === service,
  );
  const [first, ...others] = database === undefined ? serving : named;
  if (first === undefined) {
    return `No configured database matches the labels database="${database ?? ''}" and service="${service ?? ''}".`;
  }
  if (others.length > 0)
    return `Several databases serve "${service ?? ''}"; add a label "database" to the alert.`;
  return first;
}

/** The runbook whose id the alert carries; otherwise the first that names it. A link to a wiki is no id. */
function runbookOf(alert: Alert, runbooks: ReadonlyMap<string, Runbook>): Runbook | undefined {
  const wanted = runbooks.get(alert.labels.runbook ?? alert.annotations.runbook ?? '');
  if (wanted !== undefined) return wanted;
  return [...runbooks.values()].find((runbook) => runbook.alerts.includes(alert.name));
}
