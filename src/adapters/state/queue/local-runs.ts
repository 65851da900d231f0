import type { Logger } from 'pino';
import { isStateAway } from '../../../domain/errors.ts';
import type { WorkKind } from '../../../ports/state.ts';

export type Handler = (key: string, signal: AbortSignal, stopping: AbortSignal) => Promise<'done' | 'busy'>;
/** Failures have been logged. After `state-failed` the queue cannot be told, as it is in the same database. */
export type RunResult = 'done' | 'busy' | 'failed' | 'state-failed';

/** The runs of handlers in this process. */
export interface LocalRuns {
  /** Asks for a run that starts after this call, without a delivered item. Comes again by itself until it is done. */
  wake(kind: WorkKind, key: string): void;
  /** Asks for a run unless one is under way or comes again by itself. */
  ensure(kind: WorkKind, key: string): void;
  /** Like wake for a delivered item, and tells how the run ended, so that the queue keeps the item unless it is done. */
  deliver(kind: WorkKind, key: string): Promise<RunResult>;
  /**
   * Refuses new runs and tells those under way that Firebreak stops; waits for them at most this many milliseconds, then
   * aborts their signal.
   */
  stop(graceMs: number): Promise<void>;
}

interface NextRun {
  readonly result: PromiseWithResolvers<RunResult>;
  /** True when a delivered item waits for this run; it stays in the queue until the run has ended. */
  held: boolean;
}

interface Slot {
  readonly kind: WorkKind;
  readonly key: string;
  running: boolean;
  next: NextRun | null;
  failures: number;
  retry: NodeJS.Timeout | undefined;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
/** A state that is back is noticed soon: the queue cannot tell, as it is in the same database. */
const LAST_RETRY_OF_STATE_MS = 4_000;
/** What handlers get for ending after their signal aborted. */
const ABORT_GRACE_MS = 1_000;

/**
 * Never two runs of one (kind, key) at once in this process. A request during a run lets it run once more afterwards,
 * however many requests there were, because only a run that starts after the request is sure to see what it is about.
 */
export function createLocalRuns(
  handlers: ReadonlyMap<WorkKind, Handler>,
  logger: Pick<Logger, 'warn'>,
): LocalRuns {
  const slots = new Map<string, Slot>();
  const running = new Set<Promise<void>>();
  const abort = new AbortController();
  const halt = new AbortController();
  let stopping = false;

  function slotOf(kind: WorkKind, key: string): Slot {
    const id = idOf(kind, key);
    const slot = slots.get(id) ?? { kind, key, running: false, next: null, failures: 0, retry: undefined };
    slots.set(id, slot);
    return slot;
  }

  function request(slot: Slot): NextRun {
    slot.next ??= { result: Promise.withResolvers<RunResult>(), held: false };
    const next = slot.next;
    if (!slot.running) start(slot);
    return next;
  }

  function start(slot: Slot): void {
    slot.running = true;
    const run = work(slot).finally(() => running.delete(run));
    running.add(run);
  }

  async function work(slot: Slot): Promise<void> {
    while (slot.next !== null && !stopping) {
      const current = slot.next;
      slot.next = null;
      clearTimeout(slot.retry);
      slot.retry = undefined;
      const result = await runHandler(slot);
      current.result.resolve(result);
      slot.failures = result === 'done' ? 0 : slot.failures + 1;
      const queueKeepsIt = current.held && result !== 'state-failed';
      if (result !== 'done' && !queueKeepsIt) retryLater(slot, result);
    }
    slot.running = false;
    slot.next?.result.resolve('busy');
    slot.next = null;
    // What comes again with the queue may do so elsewhere: nothing of it stays here.
    if (slot.retry === undefined) slots.delete(idOf(slot.kind, slot.key));
  }

  async function runHandler(slot: Slot): Promise<RunResult> {
    const { kind, key } = slot;
    try {
      const handler = handlers.get(kind);
      return handler ? await handler(key, abort.signal, halt.signal) : 'busy';
    } catch (error) {
      if (stopping && error === halt.signal.reason) return 'busy';
      const message = error instanceof Error ? error.message : String(error);
      logger.warn({ kind, key, failures: slot.failures + 1, error: message }, 'Work failed, it comes again');
      return isStateAway(error) ? 'state-failed' : 'failed';
    }
  }

  function retryLater(slot: Slot, result: RunResult): void {
    const longest = result === 'state-failed' ? LAST_RETRY_OF_STATE_MS : LAST_RETRY_MS;
    const delay = Math.min(longest, FIRST_RETRY_MS * 2 ** Math.min(slot.failures - 1, 10));
    slot.retry = setTimeout(() => {
      slot.retry = undefined;
      if (!stopping) request(slot);
    }, delay);
    slot.retry.unref();
  }

  return {
    wake(kind, key) {
      if (!stopping && handlers.has(kind)) request(slotOf(kind, key));
    },
    ensure(kind, key) {
      if (stopping || !handlers.has(kind)) return;
      const slot = slotOf(kind, key);
      // An item that failed comes again with the queue, which may have lost it.
      if (!slot.running && slot.retry === undefined) request(slot);
    },
    async deliver(kind, key) {
      if (stopping) return 'busy';
      const slot = slotOf(kind, key);
      // A held item will run after this one's events were committed, and the queue has it: one of the two is enough.
      if (slot.running && slot.next?.held) return 'done';
      const next = request(slot);
      next.held = true;
      return next.result.promise;
    },
    async stop(graceMs) {
      stopping = true;
      for (const slot of slots.values()) clearTimeout(slot.retry);
      halt.abort(new Error('Firebreak is stopping'));
      await settled(running, graceMs);
      abort.abort(halt.signal.reason);
      await settled(running, ABORT_GRACE_MS);
    },
  };
}

function idOf(kind: WorkKind, key: string): string {
  return `${kind}:${key}`;
}

async function settled(runs: ReadonlySet<Promise<void>>, timeoutMs: number): Promise<void> {
  if (runs.size === 0) return;
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, timeoutMs);
  try {
    await Promise.race([Promise.allSettled(runs), timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
