import { expect, test } from 'vitest';
import { lockNode, locksNow } from '../../live-fixtures.ts';
import { told, type } from '../../sandbox-control.ts';
import { createDesk, startRig } from '../../support.ts';

test('shows the root of a queue first, and behind it each waiter one step further in', async () => {
  const rig = await startRig();
  await type(rig.sandbox, 'U0ALICE', 'locks');
  const blocks = await told(rig.sandbox, 'U0ALICE', /2 sessions wait for a lock behind 1 root/);
  expect(blocks).toMatch(/🔒 pid 4711.*blocks 2 sessions.*pid 4712.*"indent":1.*pid 4713/);
  expect(blocks).toContain('wants AccessExclusiveLock on public.orders');
});

test('says when nobody waits, who is no session, and who waits in a circle', async () => {
  const rig = await startRig();
  rig.live.locked = locksNow({ roots: [], waiting: 0 });
  await type(rig.sandbox, 'U0ALICE', 'locks');
  await told(rig.sandbox, 'U0ALICE', /nobody waits for a lock/);
  const prepared = lockNode(0, { session: null, otherwise: 'a prepared transaction: "tx1" of app' });
  rig.live.locked = locksNow({ roots: [{ ...prepared, waiters: [lockNode(9)] }], circle: [7, 8] });
  await type(rig.sandbox, 'U0ALICE', 'locks');
  await told(
    rig.sandbox,
    'U0ALICE',
    /🔒 prepared transaction.*a prepared transaction: \\"tx1\\" of app.*They wait for each other: pid 7, 8/,
  );
});

test('with several databases and no incident it asks which one', async () => {
  const rig = await startRig({ desk: createDesk(['orders', 'billing']) });
  await type(rig.sandbox, 'U0ALICE', 'locks');
  await told(rig.sandbox, 'U0ALICE', /Which database\? Type for example: \/db-triage locks orders/);
  await type(rig.sandbox, 'U0ALICE', 'locks bilings');
  await told(rig.sandbox, 'U0ALICE', /There is no database \\"bilings\\"\. Did you mean billing\?/);
  expect(rig.live.asked).toEqual([]);
});
