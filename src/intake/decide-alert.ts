import type { Alert } from '../domain/alert.ts';
import type { Incident } from '../domain/incident.ts';
import type { IntakePolicy } from '../domain/intake-policy.ts';
import type { Runbook } from '../domain/runbook.ts';
import { type Silence, silenceFor } from '../domain/silence.ts';
import { actorName } from '../domain/told.ts';
import type { Firing } from '../ports/state.ts';
import { runbookOf, type Target } from './alert-target.ts';
import { flappingOf } from './flapping.ts';
import { whyInhibited } from './inhibition.ts';

const LOOK_AGAIN_MS = 6 * 60 * 60 * 1000;

/** What a decision on one alert rests on. */
export interface AlertFacts {
  readonly alert: Alert;
  readonly target: Target;
  /** The open incident of its database, with what was decided on earlier alerts in it; null when none is open. */
  readonly incident: Incident | null;
  /** Those set by hand, and the open maintenance windows. */
  readonly silences: readonly Silence[];
  /** Each time that this alert began to fire lately, itself included. */
  readonly firings: readonly Firing[];
  readonly policy: Pick<IntakePolicy, 'inhibit' | 'flapping'>;
  readonly runbooks: ReadonlyMap<string, Runbook>;
  readonly now: Date;
}

/** What an alert leads to, and why, in a sentence. */
export type AlertDecision =
  | { readonly decision: 'opened'; readonly reason: string; readonly runbook: Runbook }
  | { readonly decision: 'attached' | 'resolved' | 'inhibited' | 'ignored'; readonly reason: string }
  /** Decided on anew at this time (ISO 8601; null for never) if it still fires then. */
  | {
      readonly decision: 'silenced' | 'flapping';
      readonly reason: string;
      readonly heldUntil: string | null;
      /** Id of the silence, or null. */
      readonly heldBy: string | null;
    };

/** Decides on one alert: of one that fires, the first of these that has an answer. Pure. */
export function decideAlert(facts: AlertFacts): AlertDecision {
  if (facts.alert.status === 'resolved') return byEnd(facts);
  return (
    bySilence(facts) ??
    byRoute(facts) ??
    byInhibition(facts) ??
    byOpenIncident(facts) ??
    byFlapping(facts) ??
    byRunbook(facts)
  );
}

/** An end is never silenced: it changes what the thread says. */
function byEnd({ alert, target, incident }: AlertFacts): AlertDecision {
  if (typeof target.database === 'string') return { decision: 'ignored', reason: target.database };
  if (incident === null)
    return { decision: 'ignored', reason: `No incident is open for ${target.database.name}.` };
  const parts = [...incident.alerts, ...incident.symptoms];
  if (parts.some((part) => part.alert.fingerprint === alert.fingerprint))
    return { decision: 'resolved', reason: openFor(incident) };
  const reason = `${openFor(incident)} This alert is no part of it.`;
  return { decision: 'ignored', reason };
}

function bySilence({ target, silences, now }: AlertFacts): AlertDecision | null {
  const silence = silenceFor(silences, target.labels, now);
  if (silence === null) return null;
  const isConfigured = silence.by.kind === 'policy';
  const who = isConfigured ? '' : ` by ${actorName(silence.by)}`;
  return {
    decision: 'silenced',
    reason: `${silence.id}${who}: ${silence.reason}`,
    heldUntil: isConfigured ? soonest(silence.endsAt, now) : silence.endsAt,
    heldBy: silence.id,
  };
}

/** A window may be taken out of the configuration, which tells nobody: what it holds back is looked at now and then. */
function soonest(endsAt: string | null, now: Date): string {
  const look = now.getTime() + LOOK_AGAIN_MS;
  return new Date(endsAt === null ? look : Math.min(look, Date.parse(endsAt))).toISOString();
}

function byRoute({ target }: AlertFacts): AlertDecision | null {
  return typeof target.database === 'string' ? { decision: 'ignored', reason: target.database } : null;
}

function byInhibition({ alert, target, incident, policy }: AlertFacts): AlertDecision | null {
  const reason = incident === null ? null : whyInhibited(alert, target.labels, incident, policy.inhibit);
  return reason === null ? null : { decision: 'inhibited', reason };
}

function byOpenIncident({ incident }: AlertFacts): AlertDecision | null {
  return incident === null ? null : { decision: 'attached', reason: openFor(incident) };
}

/** Only what would open an incident is held back; what would open none is told at once. */
function byFlapping({ alert, target, runbooks, firings, policy, now }: AlertFacts): AlertDecision | null {
  if (runbookOf(alert, runbooks, target.runbook) === undefined) return null;
  const flapping = flappingOf(alert.startsAt, firings, policy.flapping, now);
  if (flapping === null) return null;
  return { decision: 'flapping', reason: flapping.reason, heldUntil: flapping.until, heldBy: null };
}

function byRunbook({ alert, target, runbooks }: AlertFacts): AlertDecision {
  const runbook = runbookOf(alert, runbooks, target.runbook);
  if (runbook === undefined)
    return { decision: 'ignored', reason: `No runbook names the alert ${alert.name}.` };
  return { decision: 'opened', reason: `Runbook ${runbook.id} is for the alert ${alert.name}.`, runbook };
}

function openFor({ id }: Incident): string {
  return `${id} is open for this database.`;
}
