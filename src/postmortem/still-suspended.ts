import type { Incident } from '../domain/incident.ts';
import { Resumption, Suspension } from '../domain/suspension.ts';

/** CronJobs that this incident suspended and did not resume, such as `analytics/report-generator`. */
export function stillSuspended(incident: Incident): string[] {
  const suspended = new Set<string>();
  for (const { outcome } of incident.runs.flatMap(({ attempts }) => attempts)) {
    for (const { namespace, name, previousSuspend } of Suspension.safeParse(outcome?.data).data?.cronJobs ??
      []) {
      if (!previousSuspend) suspended.add(`${namespace}/${name}`);
    }
    for (const { namespace, name, action } of Resumption.safeParse(outcome?.data).data?.cronJobs ?? []) {
      if (action !== 'kept') suspended.delete(`${namespace}/${name}`);
    }
  }
  return [...suspended];
}
