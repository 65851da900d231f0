import { expect, test } from 'vitest';
import { act, shown, told, type } from '../../sandbox-control.ts';
import { startRig } from '../../support.ts';

test('/db-triage doctor tells what is missing with its remedy, and offers a click', async () => {
  const remedy = {
    text: 'Grant it.',
    commands: [
      { label: 'as a superuser', language: 'sql' as const, text: 'GRANT pg_monitor TO "firebreak";' },
    ],
  };
  const result = {
    check: 'postgres/pg-monitor',
    kind: 'postgres' as const,
    subject: 'orders, primary',
    title: 'Member of pg_monitor',
    status: 'missing' as const,
    found: 'firebreak is no member of pg_monitor.',
    purpose: 'See.',
    without: 'Nothing is seen.',
    remedy,
  };
  const report = { at: '2026-11-30T00:00:00Z', ok: false, results: [result] };
  const rig = await startRig({ doctor: { run: async () => report } });

  await type(rig.sandbox, 'U0ALICE', 'doctor');

  const blocks = await told(rig.sandbox, 'U0ALICE', /Doctor: 1 thing missing, 0 checks passed/);
  expect(blocks).toContain('GRANT pg_monitor TO \\"firebreak\\";');
  expect(blocks).toContain('Nothing is seen.');
  const answer = (await shown(rig.sandbox)).at(-1);
  if (answer === undefined) throw new Error('There is no answer.');
  await act(rig.sandbox, 'U0ALICE', answer, 'doctor.click');
  await expect.poll(async () => JSON.stringify(await shown(rig.sandbox))).toContain('the click arrived');
  expect(rig.bot.arrivals()).toMatchObject({ click: expect.any(String), command: expect.any(String) });

  rig.desk.denied = 'Ask somebody else.';
  await type(rig.sandbox, 'U0ALICE', 'doctor');
  await told(rig.sandbox, 'U0ALICE', /shown to those who may observe\. Ask somebody else\./);
});
