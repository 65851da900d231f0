import { createHook } from 'node:async_hooks';
import { writeSync } from 'node:fs';

/**
 * Preloaded into a process (`node --import`): when its event loop is empty, or at the signal USR2, it writes one line with every timer, socket,
 * server and child process that was made and never released, the ones without a hold on the loop included.
 */
const WATCHED = new Set([
  'Timeout',
  'TCPWRAP',
  'PIPEWRAP',
  'TCPSERVERWRAP',
  'PIPESERVERWRAP',
  'PROCESSWRAP',
  'TLSWRAP',
  'MESSAGEPORT',
  'WORKER',
]);
/** The deadline of a request, which holds nothing and is forgotten with it; and the standard streams. */
const ENDS_BY_ITSELF = [
  'AbortSignal.timeout',
  'getStdout',
  'getStderr',
  'getStdin',
  'fastTimers',
  'FastTimer',
];
const alive = new Map<number, { type: string; where: string }>();

createHook({
  init(id, type) {
    if (!WATCHED.has(type)) return;
    const stack = new Error().stack ?? '';
    if (ENDS_BY_ITSELF.some((caller) => stack.includes(caller))) return;
    const where = stack
      .split('\n')
      .slice(2)
      .map((line) => line.trim())
      .filter((line) => !line.includes('node:internal') && !line.includes('handles-in-child'))
      .slice(0, 6)
      .join(' < ');
    alive.set(id, { type, where });
  },
  destroy(id) {
    alive.delete(id);
  },
}).enable();

function report(word: string): void {
  const left = [...alive.values()].map(({ type, where }) => ({ type, where }));
  writeSync(1, `${word} ${JSON.stringify(left)}\n`);
}

let reported = false;
function reportOnce(): void {
  if (!reported) report('LEFT');
  reported = true;
}

/** Asked for when the process should have ended: a timer that would end by itself later is left over too. */
process.on('SIGUSR2', reportOnce);
process.on('beforeExit', reportOnce);
