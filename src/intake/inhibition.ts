import type { Alert } from '../domain/alert.ts';
import type { Incident } from '../domain/incident.ts';
import type { InhibitRule } from '../domain/intake-policy.ts';
import { type Labels, matchersText, matchesAll } from '../domain/matcher.ts';

/** Why an alert is a symptom of the open incident of its database, in a sentence; null when it is none. Pure. */
export function whyInhibited(
  alert: Alert,
  labels: Labels,
  incident: Incident,
  rules: readonly InhibitRule[],
): string | null {
  // What is part of the incident stays part of it.
  if (incident.alerts.some((part) => part.alert.fingerprint === alert.fingerprint)) return null;
  for (const { source, target, equal } of rules) {
    if (!matchesAll(target, labels)) continue;
    if (source.length === 0)
      return `A symptom while ${incident.id} is open: every alert with ${matchersText(target)}.`;
    const cause = firing(incident).find(
      (other) =>
        matchesAll(source, labelsIn(other, incident)) &&
        equal.every((name) => (labelsIn(other, incident)[name] ?? '') === (labels[name] ?? '')),
    );
    if (cause !== undefined) return `A symptom of ${cause.name}, which fires in ${incident.id}.`;
  }
  return null;
}

/** The last word of each alert of the incident, as far as it fires. */
function firing({ alerts }: Incident): Alert[] {
  const last = new Map(alerts.map(({ alert }) => [alert.fingerprint, alert]));
  return [...last.values()].filter(({ status }) => status === 'firing');
}

function labelsIn({ labels, name, source }: Alert, { database, service }: Incident): Labels {
  return { ...labels, alertname: name, source, database, ...(service === null ? {} : { service }) };
}
