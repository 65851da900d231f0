import { expect } from 'vitest';
import type { Alert } from '../../../src/domain/alert.ts';
import type { AlertFormat } from '../../../src/intake/alert-format.ts';
import { targetOf as routed, runbookOf } from '../../../src/intake/alert-target.ts';
import type { MonitoredDatabase } from '../../../src/ports/databases.ts';
import { loadRunbooks } from '../../../src/runbooks/load-runbooks.ts';
import { SHIPPED_RUNBOOKS } from '../../../src/runbooks/shipped.ts';
import { loadStepKinds } from '../../../src/steps/registry.ts';
import { body } from './recorded.ts';

/** The only alert of a body. */
export function onlyAlert(format: AlertFormat, given: string | object): Alert {
  const parsed = format.parse(typeof given === 'string' ? body(given) : given, 'monitoring');
  const alerts = 'alerts' in parsed ? parsed.alerts : [];
  expect(alerts).toHaveLength(1);
  return alerts[0] as Alert;
}

const runbooks = await loadRunbooks(SHIPPED_RUNBOOKS, await loadStepKinds());
const databases = [
  { name: 'orders-primary', service: 'order-service' },
  { name: 'orders-cluster', service: null },
] as MonitoredDatabase[];

/** What an alert leads to: the database that it is about and the shipped runbook that is for it, or why none. */
export function targetOf(alert: Alert): { database: string; runbook: string | null } {
  const { database } = routed(alert, [], databases);
  return {
    database: typeof database === 'string' ? database : database.name,
    runbook: runbookOf(alert, runbooks)?.id ?? null,
  };
}

/** The paths of what is wrong with a body. */
export function wrongIn(format: AlertFormat, given: unknown): string[] {
  try {
    format.parse(given, 'monitoring');
    return [];
  } catch (error) {
    return (error as { issues: { path: PropertyKey[] }[] }).issues.map(({ path }) =>
      path.map(String).join('.'),
    );
  }
}
