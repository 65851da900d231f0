import type { DomainEvent } from '../domain/event.ts';
import { alertsResolved, currentRun, type Incident } from '../domain/incident.ts';
import type { Settlement, StoredAlert } from '../ports/state.ts';

/** What alerts of its database do to an open incident. */
export interface Attachments {
  readonly events: readonly DomainEvent[];
  /** Of the first alerts, in order; those after the one that closes the incident are not for it. */
  readonly settlements: readonly Settlement[];
}

/** The last alert to be resolved closes an incident in which nothing is under way. */
export function attachmentsOf(incident: Incident, stored: readonly StoredAlert[]): Attachments {
  const events: DomainEvent[] = [];
  const settlements: Settlement[] = [];
  const alerts = [...incident.alerts];
  const isIdle = currentRun(incident)?.status !== 'running';
  for (const { id, alert } of stored) {
    const isOver = alert.status === 'resolved';
    alerts.push({ alert, at: '' });
    events.push({ type: isOver ? 'alert.resolved' : 'alert.attached', alert });
    settlements.push({
      alertId: id,
      decision: isOver ? 'resolved' : 'attached',
      reason: `${incident.id} is open for this database.`,
      incidentId: incident.id,
    });
    if (!isOver || !isIdle || !alertsResolved({ ...incident, alerts })) continue;
    const reason = 'Every alert was resolved and no run is under way.';
    events.push({ type: 'incident.closed', by: { kind: 'system' }, reason });
    break;
  }
  return { events, settlements };
}
