import { expect, test } from 'vitest';
import { attempt, cause, view } from '../../fixtures.ts';
import { told, type } from '../../sandbox-control.ts';
import { createDesk, renderAll, startRig } from '../../support.ts';

test('lists the open incidents with state, cause, what they wait for, and the way there', async () => {
  const rig = await startRig();
  await type(rig.sandbox, 'U0ALICE', 'status');
  await told(rig.sandbox, 'U0ALICE', /No incident is open/);
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')], { causes: [cause()] }));
  await renderAll(rig.bot);
  await type(rig.sandbox, 'U0ALICE', 'Status');
  await told(
    rig.sandbox,
    'U0ALICE',
    /"url":"http[^"]*","text":"INC-1".* · orders · .*report-generator.*Waiting for a decision on step 3/,
  );
});

test('tells of one incident, also a closed one, or of those of one database; what there is not, it says', async () => {
  const rig = await startRig({ desk: createDesk(['orders', 'billing']) });
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')], { causes: [cause()] }));
  rig.desk.views.set('INC-2', view([], { id: 'INC-2', status: 'closed' }));
  await type(rig.sandbox, 'U0ALICE', 'status inc-2');
  expect(await told(rig.sandbox, 'U0ALICE', /INC-2/)).not.toContain('INC-1');
  await type(rig.sandbox, 'U0ALICE', 'status billing');
  await told(rig.sandbox, 'U0ALICE', /No incident is open/);
  await type(rig.sandbox, 'U0ALICE', 'status orders');
  await told(rig.sandbox, 'U0ALICE', /INC-1.* · orders/);
  await type(rig.sandbox, 'U0ALICE', 'status INC-99');
  await told(rig.sandbox, 'U0ALICE', /There is no incident INC-99/);
  await type(rig.sandbox, 'U0ALICE', 'status ordres');
  await told(rig.sandbox, 'U0ALICE', /Did you mean orders/);
});
