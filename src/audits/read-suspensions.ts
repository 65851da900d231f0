import { foldIncident } from '../domain/incident.ts';
import { Suspension } from '../domain/suspension.ts';
import type { State } from '../ports/state.ts';

/** What an incident did to a CronJob: the last suspension of it that the journal tells. */
export interface SuspensionRecord {
  readonly uid: string;
  /** Id of the incident. */
  readonly incident: string;
  readonly incidentIsOpen: boolean;
  /** ISO 8601. */
  readonly suspendedAt: string;
}

/** Incidents that are looked through; what was suspended longer ago is told without its incident. */
const NEWEST = 50;

/** The suspensions of the newest incidents, the latest of each CronJob. Throws `state-unavailable`. */
export async function readSuspensions(
  state: Pick<State, 'incidents' | 'journal'>,
): Promise<SuspensionRecord[]> {
  const rows = (await state.incidents.list(NEWEST)).filter(({ prunedAt }) => prunedAt === null);
  const latest = new Map<string, SuspensionRecord>();
  for (const { id, status } of rows.reverse()) {
    const incident = foldIncident(id, await state.journal.read(id));
    const outcomes = incident.runs
      .flatMap(({ attempts }) => attempts)
      .filter(({ step }) => step.kind === 'kubernetes.suspend-cronjob')
      .map(({ outcome }) => Suspension.safeParse(outcome?.data));
    for (const { data } of outcomes)
      for (const { uid, suspendedAt, previousSuspend } of data?.cronJobs ?? [])
        if (!previousSuspend)
          latest.set(uid, { uid, incident: id, incidentIsOpen: status === 'open', suspendedAt });
  }
  return [...latest.values()];
}
