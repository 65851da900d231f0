import type { DomainEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { Past, Settlement, StoredAlert } from '../ports/state.ts';
import { targetOf } from './alert-target.ts';
import { type AlertDecision, decideAlert } from './decide-alert.ts';
import { openWindows } from './maintenance.ts';
import type { DecideOptions } from './settle-options.ts';

/** Decides on a stored alert, with what was before it and the open incident of its database. */
export type DecideStored = (stored: StoredAlert, incident: Incident | null) => AlertDecision;

/** Decides on the same past. */
export function decideWith({ policy, databases, runbooks }: DecideOptions, past: Past): DecideStored {
  const { now } = past;
  const silences = [...past.silences, ...openWindows(policy.maintenance, now)];
  return ({ id, alert }, incident) =>
    decideAlert({
      alert,
      target: targetOf(alert, policy.routes, databases),
      incident,
      silences,
      firings: past.firings.get(id) ?? [],
      policy,
      runbooks,
      now,
    });
}

/** The record of an alert that opens nothing. */
export function recordOf(
  { id, alert }: StoredAlert,
  decision: Exclude<AlertDecision, { decision: 'opened' }>,
  incident: Incident | null,
): { event: DomainEvent; settlement: Settlement } {
  const { reason } = decision;
  const belongs = { alertId: id, decision: decision.decision, reason, incidentId: incident?.id ?? null };
  const apart = { ...belongs, incidentId: null };
  switch (decision.decision) {
    case 'attached':
      return { event: { type: 'alert.attached', alert }, settlement: belongs };
    case 'resolved':
      return { event: { type: 'alert.resolved', alert }, settlement: belongs };
    case 'inhibited':
      return { event: { type: 'alert.inhibited', alert, reason }, settlement: belongs };
    case 'ignored':
      return { event: { type: 'alert.ignored', alert, reason }, settlement: apart };
    case 'silenced':
    case 'flapping': {
      const { heldUntil, heldBy } = decision;
      const held = { held: decision.decision, until: heldUntil };
      return {
        event: { type: 'alert.ignored', alert, reason, ...held },
        settlement: { ...apart, heldUntil, heldBy },
      };
    }
  }
}
