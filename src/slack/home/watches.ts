import { describeError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OnCall } from '../../ports/on-call.ts';
import type { Watch } from '../blocks/home-view.ts';

/** Milliseconds for which an answer is believed: shifts change rarely, and the services count calls. */
const FRESH_MS = 5 * 60_000;
/** Milliseconds that a Home tab waits for the sources. */
const WAIT_MS = 3_000;

/** Who is on call by each source; asked at most every five minutes, however many people look. */
export function createWatches({
  onCall,
  clock,
}: {
  readonly onCall: OnCall;
  readonly clock: Pick<Clock, 'now'>;
}): () => Promise<Watch[]> {
  let last: { readonly until: number; readonly watches: Promise<Watch[]> } | null = null;
  return async () => {
    const now = clock.now().getTime();
    if (last === null || now >= last.until) {
      last = {
        until: now + FRESH_MS,
        watches: Promise.all(onCall.sources().map(async (name) => ask(onCall, name))),
      };
    }
    return await last.watches;
  };
}

async function ask(onCall: OnCall, source: string): Promise<Watch> {
  try {
    return { source, people: await onCall.now(source, AbortSignal.timeout(WAIT_MS)) };
  } catch (error) {
    return { source, problem: describeError(error).message };
  }
}
