import type { LoginRole } from '../domain/server-readout.ts';
import { type Snapshot, usableSlots } from '../domain/snapshot.ts';

/** Connections that ordinary roles share. */
export function ordinarySlots({ slots }: Pick<Snapshot, 'slots'>): number {
  return usableSlots(slots);
}

/** A limit to begin with: room for twice what the role has now, and never more than a third of all. */
export function fairLimit({ sessions }: Pick<LoginRole, 'sessions'>, slots: number): number {
  const third = Math.max(1, Math.floor(slots / 3));
  return Math.max(sessions, Math.min(third, Math.max(5, sessions * 2)));
}
