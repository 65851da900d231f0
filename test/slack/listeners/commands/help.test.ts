import { expect, test } from 'vitest';
import { shown, told, type, until, write } from '../../sandbox-control.ts';
import { startRig } from '../../support.ts';

test('names every subcommand, the databases and runbooks, and examples that work here', async () => {
  const rig = await startRig();
  await type(rig.sandbox, 'U0ALICE', 'HELP');
  const blocks = await told(rig.sandbox, 'U0ALICE', /Examples/);
  for (const part of [
    '/db-triage triage [database] [runbook]',
    '/db-triage status',
    '/db-triage queries [database]',
    '/db-triage locks [database]',
    '/db-triage history [database]',
    '/db-triage orders pool',
    'Databases: orders.',
  ]) {
    expect(blocks).toContain(part);
  }
});

test('a bare mention gets help and opens nothing; a mention takes the same words as the command', async () => {
  const rig = await startRig();
  const bot = '<@U0SANDBOXBOT>';
  await write(rig.sandbox, 'U0ALICE', `hello ${bot}`);
  await told(rig.sandbox, 'U0ALICE', /Examples/);
  expect(rig.desk.opened).toEqual([]);
  await write(rig.sandbox, 'U0ALICE', `hey ${bot} orders`);
  await told(rig.sandbox, 'U0ALICE', /INC-1 is open for orders/);
  expect(rig.desk.opened).toEqual(['orders']);
});

test('a mention by somebody of another workspace is refused', async () => {
  const rig = await startRig();
  await write(rig.sandbox, 'U0EVE', `<@U0SANDBOXBOT> orders`);
  await told(rig.sandbox, 'U0EVE', /another workspace/);
  await until('nothing else is said', async () => (await shown(rig.sandbox)).length === 2);
  expect(rig.desk.opened).toEqual([]);
});
