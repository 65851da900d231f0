import type { Urgency } from './next-actions.ts';

/** Something that waits for a call of one kind. */
export interface Waiting {
  readonly urgency: Urgency;
  /** Grows with every turn given out: who has the smallest has waited longest. */
  readonly turn: number;
}

/** After so many calls that went to others, one of this urgency goes first: urgent work delays the rest, never for ever. */
const PATIENCE: Readonly<Record<Urgency, number>> = { 0: Number.POSITIVE_INFINITY, 1: 3, 2: 10 };
const URGENCIES = [0, 1, 2] as const;

/** Who goes first where calls of one kind are scarce. */
export interface Turns {
  /** The one whose turn it is; null when nobody waits. */
  next<T extends Waiting>(waiting: readonly T[]): T | null;
  /** Notes who of these was served. */
  served(served: Waiting, waiting: readonly Waiting[]): void;
}

export function createTurns(): Turns {
  const passedOver: Record<Urgency, number> = { 0: 0, 1: 0, 2: 0 };
  return {
    next(waiting) {
      const present = URGENCIES.filter((urgency) => waiting.some((one) => one.urgency === urgency));
      const overdue = present.findLast((urgency) => passedOver[urgency] >= PATIENCE[urgency]);
      const urgency = overdue ?? present[0];
      const rivals = waiting.filter((one) => one.urgency === urgency);
      return rivals.reduce<(typeof waiting)[number] | null>(
        (first, one) => (first === null || one.turn < first.turn ? one : first),
        null,
      );
    },
    served({ urgency }, waiting) {
      for (const other of URGENCIES) {
        const waits = other !== urgency && waiting.some((one) => one.urgency === other);
        passedOver[other] = waits ? passedOver[other] + 1 : 0;
      }
    },
  };
}
