import { expect, test } from 'vitest';
import { followUpAdded } from '../../follow-up-fixtures.ts';
import { told, type } from '../../sandbox-control.ts';
import { createDesk, startRig } from '../../support.ts';

test('those of one database are listed alone; nothing left to do says so, with the way to add something', async () => {
  const rig = await startRig({ desk: createDesk(['orders', 'billing']) });
  rig.desk.followUps.events = [['2026-11-15T15:00:00.000Z', followUpAdded('FU-1')]];
  await type(rig.sandbox, 'U0ALICE', 'follow-ups billing');
  expect(await told(rig.sandbox, 'U0ALICE', /Follow-ups of billing: 0 open/)).toContain('Add a follow-up');
  await type(rig.sandbox, 'U0ALICE', 'follow-ups orders');
  await told(rig.sandbox, 'U0ALICE', /Follow-ups of orders: 1 open/);
  await type(rig.sandbox, 'U0ALICE', 'follow-ups ordres');
  await told(rig.sandbox, 'U0ALICE', /Did you mean orders/);
});

test('what is held by audits of one database begins its remedies; of two, nobody guesses which', async () => {
  const rig = await startRig({ desk: createDesk(['orders', 'billing']) });
  const added = '2026-11-15T15:00:00.000Z';
  rig.desk.followUps.events = [[added, followUpAdded('FU-1')]];
  await type(rig.sandbox, 'U0ALICE', 'follow-ups');
  expect(await told(rig.sandbox, 'U0ALICE', /1 open/)).toContain('Apply remedies');
  rig.desk.followUps.events = [
    [added, followUpAdded('FU-1')],
    [added, { ...followUpAdded('FU-2'), database: 'billing' }],
  ];
  await type(rig.sandbox, 'U0ALICE', 'follow-ups');
  expect(await told(rig.sandbox, 'U0ALICE', /2 open/)).not.toContain('Apply remedies');
});
