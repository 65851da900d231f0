import { openState } from '../../../src/adapters/state/open-state.ts';
import { quiet } from './support.ts';

/** A Firebreak process for tests to kill: `child.ts <url> hold <name>` or `child.ts <url> take`. */
const [, , url = '', task, name = ''] = process.argv;
const state = await openState({ url, logger: quiet, instance: 'child' });

if (task === 'hold') {
  const result = await state.mutex.exclusively(name, async () => {
    process.stdout.write('held\n');
    await new Promise(() => setInterval(() => {}, 1_000));
  });
  process.stdout.write(`${result.status}\n`);
} else {
  state.queue.handle('intake', async (key) => {
    process.stdout.write(`taken ${key}\n`);
    return await new Promise(() => setInterval(() => {}, 1_000));
  });
  await state.queue.start();
  process.stdout.write('started\n');
}
