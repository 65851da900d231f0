/** Whether work that can wait should run against a database now. */
export interface DatabaseState {
  readonly database: string;
  readonly state: 'closed' | 'half-open' | 'open';
  /** How much of the work that can wait should run now, 0 to 1. */
  readonly share: number;
  readonly reason: string;
  /** ISO 8601, or null. */
  readonly since: string | null;
  readonly incident: string | null;
}

/** Follows the state of a database until it is stopped; it keeps no process alive. */
export interface DatabaseWatch {
  /** What Firebreak said last; null when it has not answered for a while. */
  state(): DatabaseState | null;
  /** Whether the next piece of work that can wait should run: always, never, or for the share that is let through. */
  allows(): boolean;
  stop(): void;
}

const EVERY_MS = 2_000;
/** An answer older than this says nothing any more. */
const STALE_AFTER_ASKS = 5;

/**
 * Asks Firebreak again and again, so that a batch holds back while its database is in trouble.
 * @param options.server Address of Firebreak, such as `http://firebreak.ops:8080`.
 * @param options.whenUnknown What `allows` says while Firebreak does not answer; true unless told: an outage of Firebreak stops nobody.
 */
export function watchDatabase(options: {
  readonly server: string;
  readonly token: string;
  readonly database: string;
  /** Milliseconds between two questions; 2000 unless told. */
  readonly everyMs?: number;
  readonly whenUnknown?: boolean;
}): DatabaseWatch {
  const { server, token, database, everyMs = EVERY_MS, whenUnknown = true } = options;
  const url = `${server.replace(/\/+$/, '')}/v1/databases/${encodeURIComponent(database)}/state`;
  const stopped = new AbortController();
  let known: { readonly state: DatabaseState; readonly tag: string | null; readonly at: number } | null =
    null;

  async function ask(): Promise<void> {
    const response = await fetch(url, {
      headers: {
        authorization: `Bearer ${token}`,
        ...(known?.tag == null ? {} : { 'if-none-match': known.tag }),
      },
      redirect: 'error',
      signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(everyMs * STALE_AFTER_ASKS)]),
    });
    if (response.status === 304 && known !== null) known = { ...known, at: Date.now() };
    const answer: unknown = response.ok ? await response.json() : await response.body?.cancel();
    if (isState(answer)) known = { state: answer, tag: response.headers.get('etag'), at: Date.now() };
  }

  async function follow(): Promise<void> {
    while (!stopped.signal.aborted) {
      // An answer that does not come is an answer that gets old.
      await ask().catch(() => undefined);
      await pause(everyMs, stopped.signal);
    }
  }

  const state = () =>
    known !== null && Date.now() - known.at <= everyMs * STALE_AFTER_ASKS ? known.state : null;
  void follow();
  return {
    state,
    allows() {
      const now = state();
      return now === null ? whenUnknown : Math.random() < now.share;
    },
    stop: () => stopped.abort(new Error('Nobody watches any more.')),
  };
}

/** Keeps no process alive, as the timer of a signal does not. */
async function pause(ms: number, stopped: AbortSignal): Promise<void> {
  if (stopped.aborted) return;
  const over = AbortSignal.timeout(ms);
  await new Promise<void>((resolve) => {
    over.addEventListener('abort', () => resolve(), { once: true });
    stopped.addEventListener('abort', () => resolve(), { once: true, signal: over });
  });
}

function isState(answer: unknown): answer is DatabaseState {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'state' in answer &&
    ['closed', 'half-open', 'open'].some((state) => state === answer.state) &&
    'share' in answer &&
    typeof answer.share === 'number'
  );
}
