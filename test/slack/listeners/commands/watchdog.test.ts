import { test } from 'vitest';
import { REHEARSAL_MS } from '../../../../src/domain/watchdog-record.ts';
import { told, type } from '../../sandbox-control.ts';
import { startRig } from '../../support.ts';
import { viewOf } from '../../watchdog-fixtures.ts';

test('a policy that reports says why, and from when on it ends sessions', async () => {
  const rig = await startRig();
  const soon = new Date(Date.now() + REHEARSAL_MS).toISOString();
  for (const [view, words] of [
    [viewOf([], { armedFrom: soon }), /it ends sessions from/],
    [viewOf([], { armedFrom: null }), /Set mode: report first/],
    [viewOf([], { incident: 'INC-3' }), /Hands off now: INC-3 is open/],
  ] as const) {
    rig.watchdog.views = [view];
    await type(rig.sandbox, 'U0ALICE', 'watchdog');
    await told(rig.sandbox, 'U0ALICE', words);
  }
});
