import { Worker } from 'node:worker_threads';
import { FirebreakError } from '../../domain/errors.ts';
import type { Charts } from '../../ports/charts.ts';
import type { DrawJob } from './draw.ts';

/** Milliseconds that a picture may take. */
const TIMEOUT_MS = 20_000;
/** The sources run as they are, and compiled. */
const THREAD = new URL(import.meta.url.endsWith('.ts') ? 'draw.ts' : 'draw.js', import.meta.url);

/**
 * Draws each picture in a thread of its own: the libraries are loaded there, and clicks are answered meanwhile. One at a
 * time, so that pictures never take more than one core.
 */
export function createCharts(): Charts {
  let queue: Promise<unknown> = Promise.resolve();
  return {
    async png(spec, signal) {
      const drawn = queue.then(async () => drawInThread(spec, signal));
      queue = drawn.catch(() => undefined);
      return await drawn;
    },
  };
}

async function drawInThread(spec: object, signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted();
  const thread = new Worker(THREAD, { workerData: { spec } satisfies DrawJob });
  const ends = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      thread.once('message', resolve);
      thread.once('error', reject);
      thread.once('exit', () => reject(new Error('The thread ended without a picture.')));
      ends.addEventListener('abort', () => reject(ends.reason), { once: true });
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new FirebreakError('chart-failed', 'A chart could not be drawn.', {
      hint: 'The numbers stand in the text. Look at the log for the reason, and report it.',
      cause,
    });
  } finally {
    await thread.terminate();
  }
}
