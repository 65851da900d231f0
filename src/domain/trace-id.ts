import { createHash } from 'node:crypto';
import { type Alert, deliveryKey } from './alert.ts';
import type { AttemptRef } from './command.ts';
import type { Incident } from './incident.ts';

/**
 * One id for everything from an alert to its effects: 32 hexadecimal digits, as W3C Trace Context has them. It is
 * computed and not handed on, so that every replica knows it, also after a restart.
 */
export function alertTraceId(alert: Alert): string {
  return digits(`alert ${deliveryKey(alert)}`, 32);
}

/** That of the alert that opened the incident; one of its own when a person opened it. */
export function traceIdOf({ id, openedAt, openedBy, alerts }: Incident): string {
  const [first] = alerts;
  return openedBy.kind === 'system' && first !== undefined
    ? alertTraceId(first.alert)
    : digits(`incident ${id} ${openedAt}`, 32);
}

/** Names the span of the incident as a whole within its trace: 16 hexadecimal digits. */
export function incidentSpanId({ id, openedAt }: Incident): string {
  return digits(`span ${id} ${openedAt}`, 16);
}

/** Names the span of one try of a step. */
export function attemptSpanId(incident: Incident, run: number, { step, attempt }: AttemptRef): string {
  return digits(`span ${incident.id} ${incident.openedAt} ${run} ${step} ${attempt}`, 16);
}

function digits(text: string, count: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, count);
}
