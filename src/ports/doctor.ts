import type { DoctorReport } from '../domain/doctor.ts';

/** Tries every connection and permission, live. It changes nothing, and throws only when it is aborted. */
export interface Doctor {
  run(signal: AbortSignal): Promise<DoctorReport>;
}
