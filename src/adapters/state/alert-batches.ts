import { FirebreakError, isFirebreakError } from '../../domain/errors.ts';
import type { Openings } from '../../ports/state.ts';

/** One delivery of an alert, with how often it came. */
export interface Delivery {
  /** Identity: a repeat or an HA twin has the same. */
  readonly key: string;
  /** The alert as JSON. */
  readonly alert: string;
  readonly count: number;
}

/** How many deliveries of a call were new, and how many were known. */
export interface Counted {
  readonly stored: number;
  readonly repeated: number;
}

/**
 * Writes deliveries, sorted by key, in one transaction, and answers the keys that were new. With the openings of their
 * call when it is the only one: where several wait, what they lead to is decided together.
 */
export type WriteBatch = (
  deliveries: readonly Delivery[],
  openings: Openings | null,
) => Promise<ReadonlySet<string>>;

/** Stores the deliveries of one call, and answers after the commit. */
type Store = (deliveries: readonly Delivery[], openings?: Openings | null) => Promise<Counted>;

/** Characters of JSON and number of deliveries that one transaction takes. */
const BATCH_CHARACTERS = 4_000_000;
const BATCH_DELIVERIES = 500;
/** Characters that may wait: what comes on top is refused, so that a storm cannot take the memory of the process. */
const MOST_WAITING = 32_000_000;

interface Call {
  readonly deliveries: readonly Delivery[];
  readonly openings: Openings | null;
  readonly characters: number;
  readonly result: PromiseWithResolvers<Counted>;
}

/**
 * Stores the deliveries of many calls together: while one transaction is written, the calls that come in wait and are
 * written by the next one. However many senders there are, they take one session and one sync of the disk for each
 * batch. A call is answered after its commit. When the state cannot be used, everybody who waits is told at once.
 * @throws FirebreakError `state-unavailable` also when too much waits already.
 */
export function createAlertBatches(write: WriteBatch): Store {
  const waiting: Call[] = [];
  let characters = 0;
  let writing = false;

  async function writeAll(): Promise<void> {
    writing = true;
    while (waiting.length > 0) await writeBatch(takeBatch(waiting));
    writing = false;
  }

  async function writeBatch(calls: readonly Call[]): Promise<void> {
    try {
      const [first, ...others] = calls;
      const alone = others.length === 0 && waiting.length === 0;
      answer(calls, await write(merged(calls), alone ? (first?.openings ?? null) : null));
    } catch (error) {
      if (isFirebreakError(error) && error.retryable) {
        for (const call of [...calls, ...waiting.splice(0)]) call.result.reject(error);
      } else if (calls.length > 1) {
        // What one sender sent shall not keep out what others did.
        for (const call of calls) await writeBatch([call]);
      } else {
        for (const call of calls) call.result.reject(error);
      }
    }
  }

  return async (deliveries, openings = null) => {
    const call: Call = {
      deliveries,
      openings,
      characters: deliveries.reduce((sum, { alert }) => sum + alert.length, 0),
      result: Promise.withResolvers<Counted>(),
    };
    if (characters + call.characters > MOST_WAITING && characters > 0) throw tooMuch();
    characters += call.characters;
    waiting.push(call);
    if (!writing) void writeAll();
    try {
      return await call.result.promise;
    } finally {
      characters -= call.characters;
    }
  };
}

/** The calls that waited longest, as many as one transaction takes, and at least one. */
function takeBatch(waiting: Call[]): Call[] {
  let characters = 0;
  let deliveries = 0;
  const end = waiting.findIndex((call) => {
    characters += call.characters;
    deliveries += call.deliveries.length;
    return characters > BATCH_CHARACTERS || deliveries > BATCH_DELIVERIES;
  });
  return waiting.splice(0, end === -1 ? waiting.length : Math.max(1, end));
}

/** Sorted by key: two replicas that lock the same rows in different orders would wait for each other. */
function merged(calls: readonly Call[]): Delivery[] {
  const deliveries = new Map<string, Delivery>();
  for (const delivery of calls.flatMap((call) => call.deliveries)) {
    const known = deliveries.get(delivery.key);
    const count = delivery.count + (known?.count ?? 0);
    deliveries.set(delivery.key, { ...(known ?? delivery), count });
  }
  return [...deliveries.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** A delivery that several calls brought was stored by the first of them. */
function answer(calls: readonly Call[], stored: ReadonlySet<string>): void {
  const unclaimed = new Set(stored);
  for (const { deliveries, result } of calls) {
    const total = deliveries.reduce((sum, { count }) => sum + count, 0);
    const own = deliveries.filter(({ key }) => unclaimed.delete(key)).length;
    result.resolve({ stored: own, repeated: total - own });
  }
}

function tooMuch(): FirebreakError {
  return new FirebreakError('state-unavailable', 'More alerts come in than can be stored now.', {
    hint: 'Send the alert again; senders such as Alertmanager do so by themselves. If it lasts, look at the disk of the state database.',
    retryable: true,
  });
}
