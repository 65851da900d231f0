import { systemClock } from '../../src/clock.ts';
import { createDoctor, type Subject } from '../../src/doctor/create-doctor.ts';
import { loadChecks } from '../../src/doctor/registry.ts';
import type { DoctorReport, DoctorResult } from '../../src/domain/doctor.ts';

export const signal = new AbortController().signal;

/** Examines these with every check that there is. */
export async function examine(...subjects: Subject[]): Promise<DoctorReport> {
  const checks = await loadChecks();
  return await createDoctor({ checks, subjects: () => subjects, clock: systemClock }).run(signal);
}

/** The one result of a check. */
export function resultOf({ results }: DoctorReport, check: string): DoctorResult {
  const found = results.filter((one) => one.check === check);
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${check} has ${found.length} results.`);
  return first;
}

/** Names of the checks with this status. */
export function checksThatAre({ results }: DoctorReport, status: DoctorResult['status']): string[] {
  return results.filter((one) => one.status === status).map(({ check }) => check);
}
