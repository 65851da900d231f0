import type { DomainEvent } from '../domain/event.ts';
import { alertsResolved, currentRun, type Incident, withAlert } from '../domain/incident.ts';
import type { Settlement, StoredAlert } from '../ports/state.ts';
import { type DecideStored, recordOf } from './decide-stored.ts';

/** What alerts of its database do to an open incident. */
export interface Attachments {
  readonly events: readonly DomainEvent[];
  /** Of the first alerts, in order; those after the one that closes the incident are not for it. */
  readonly settlements: readonly Settlement[];
}

/** The last alert to be resolved closes an incident in which nothing is under way; symptoms keep none open. */
export function attachmentsOf(
  incident: Incident,
  stored: readonly StoredAlert[],
  decide: DecideStored,
): Attachments {
  const events: DomainEvent[] = [];
  const settlements: Settlement[] = [];
  const isIdle = currentRun(incident)?.status !== 'running';
  let after = incident;
  for (const one of stored) {
    const decision = decide(one, after);
    if (decision.decision === 'opened')
      throw new Error('An open incident takes every alert of its database.');
    const { event, settlement } = recordOf(one, decision, incident);
    events.push(event);
    settlements.push(settlement);
    if (settlement.incidentId === null) continue;
    after = withAlert(after, one.alert, '', decision.decision === 'inhibited');
    if (decision.decision !== 'resolved' || !isIdle || !alertsResolved(after)) continue;
    const reason = 'Every alert was resolved and no run is under way.';
    events.push({ type: 'incident.closed', by: { kind: 'system' }, reason });
    break;
  }
  return { events, settlements };
}
