import type { LoginRole } from './server-readout.ts';
import { type Snapshot, usableSlots } from './snapshot.ts';

/** Connections that ordinary roles share. */
export function ordinarySlots({ slots }: Pick<Snapshot, 'slots'>): number {
  return usableSlots(slots);
}

/** A limit to begin with: room for twice what the role has now, and never more than a third of all. */
export function fairLimit({ sessions }: Pick<LoginRole, 'sessions'>, slots: number): number {
  const third = Math.max(1, Math.floor(slots / 3));
  return Math.max(sessions, Math.min(third, Math.max(5, sessions * 2)));
}

/** What a role asks of the connections that all share. */
export interface Claim {
  readonly role: string;
  /** What it must have, such as the sessions at its peak. */
  readonly floor: number;
  /** What it would like, at least the floor. */
  readonly want: number;
}

/**
 * Shares connections out: each role gets what it wants if all of it fits, else its floor and the same share of what it
 * wants beyond. Null when not even the floors fit.
 */
export function shareSlots(claims: readonly Claim[], slots: number): ReadonlyMap<string, number> | null {
  const floors = claims.reduce((sum, { floor }) => sum + floor, 0);
  const wants = claims.reduce((sum, { want }) => sum + want, 0);
  if (floors > slots) return null;
  const share = wants <= slots ? 1 : (slots - floors) / (wants - floors);
  return new Map(claims.map(({ role, floor, want }) => [role, floor + Math.floor((want - floor) * share)]));
}
