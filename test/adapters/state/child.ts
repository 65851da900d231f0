import { setTimeout as delay } from 'node:timers/promises';
import { openState } from '../../../src/adapters/state/open-state.ts';
import { mitigated, quiet } from './support.ts';

/** A Firebreak process for tests to kill: `child.ts <url> hold <name>`, or `join`, `take` or `advance`. */
const [, , url = '', task, name = ''] = process.argv;
const state = await openState({ url, logger: quiet, instance: `child-${process.pid}` });

if (task === 'hold') {
  const result = await state.mutex.exclusively(name, async () => {
    process.stdout.write('held\n');
    await new Promise(() => setInterval(() => {}, 1_000));
  });
  process.stdout.write(`${result.status}\n`);
} else if (task === 'join') {
  await state.presence.join({ version: '1.0.0', onOutdated: () => undefined });
  process.stdout.write('joined\n');
  setInterval(() => {}, 1_000);
} else if (task === 'advance') {
  state.queue.handle('advance', async (key) => {
    const result = await state.mutex.exclusively(key, () => oneStep(key));
    return result.status;
  });
  await state.queue.start();
  process.stdout.write('started\n');
} else {
  state.queue.handle('render', async (key) => {
    process.stdout.write(`taken ${key}\n`);
    return await new Promise(() => setInterval(() => {}, 1_000));
  });
  await state.queue.start();
  process.stdout.write('started\n');
}

/** Appends the next of five events and asks for the run that appends the one after, as a runbook does. */
async function oneStep(key: string): Promise<void> {
  const version = (await state.journal.read(key)).length;
  if (version >= 5) return;
  await delay(Math.random() * 1_000);
  const work = [{ kind: 'advance', key } as const];
  await state.journal.append(key, version, [mitigated(`by ${process.pid}`)], { work });
}
