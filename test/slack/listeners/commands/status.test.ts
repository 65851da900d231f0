import { test } from 'vitest';
import { attempt, cause, view } from '../../fixtures.ts';
import { told, type } from '../../sandbox-control.ts';
import { renderAll, startRig } from '../../support.ts';

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
