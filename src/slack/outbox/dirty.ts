import type { OutboxAction, Urgency } from './next-actions.ts';

/** A call that an incident waits to make. */
export interface Claim {
  /** The calls of one method in one channel, which share a pace. */
  readonly lane: string;
  /** The message that it is about. */
  readonly message: string;
  readonly urgency: Urgency;
  readonly turn: number;
  readonly incident: Dirty;
}

/** An incident whose messages may not be as they should be. */
export interface Dirty {
  readonly id: string;
  /** Number of its place in the row; a served one goes to the end. */
  turn: number;
  /** Grows with every mark: a look that began before the last one does not count. */
  marks: number;
  /** The marks that the last look has seen; null before the first. */
  seen: number | null;
  /** What it waits for, as the last look found it. */
  claims: readonly Claim[];
  /** Looked at, or acted for, now. */
  visited: boolean;
  /** Milliseconds of steady time before which it is left alone. */
  notBefore: number;
  failures: number;
  /** Settles when nothing is left to do, or when a visit failed. */
  ended: PromiseWithResolvers<void>;
}

/** The incidents that are to be drawn, in the order in which they came. */
export interface DirtyIncidents {
  readonly all: ReadonlyMap<string, Dirty>;
  /** Puts an incident in the row, or lets it be looked at again. */
  mark(id: string): Dirty;
  /** Puts it at the end of the row. */
  toTheEnd(dirty: Dirty): void;
  /** Takes it out of the row: it is as it should be. */
  clean(dirty: Dirty): void;
  /** Tells who waits for it that the visit failed. */
  fail(dirty: Dirty, error: unknown): void;
}

export function createDirtyIncidents(): DirtyIncidents {
  const all = new Map<string, Dirty>();
  let turns = 0;
  return {
    all,
    mark(id) {
      const dirty = all.get(id) ?? newDirty(id, ++turns);
      dirty.marks += 1;
      all.set(id, dirty);
      return dirty;
    },
    toTheEnd(dirty) {
      dirty.turn = ++turns;
    },
    clean(dirty) {
      all.delete(dirty.id);
      dirty.ended.resolve();
    },
    fail(dirty, error) {
      const { ended } = dirty;
      dirty.ended = newEnded();
      ended.reject(error);
    },
  };
}

function newDirty(id: string, turn: number): Dirty {
  return {
    id,
    turn,
    marks: 0,
    seen: null,
    claims: [],
    visited: false,
    notBefore: 0,
    failures: 0,
    ended: newEnded(),
  };
}

function newEnded(): PromiseWithResolvers<void> {
  const ended = Promise.withResolvers<void>();
  // Often nobody waits for it.
  ended.promise.catch(() => undefined);
  return ended;
}

/** What an incident waits for, from what a look found. */
export function claimsOf(
  incident: Dirty,
  actions: readonly OutboxAction[],
  laneOf: (action: OutboxAction) => string,
): Claim[] {
  return actions.map((action) => ({
    lane: laneOf(action),
    message: messageName(action),
    urgency: action.urgency,
    turn: incident.turn,
    incident,
  }));
}

/** Names the message that an action is about. */
function messageName(action: OutboxAction): string {
  return `message:${action.row?.nonce ?? ''}`;
}
