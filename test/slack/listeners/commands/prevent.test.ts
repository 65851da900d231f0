import { expect, test } from 'vitest';
import { auditReport, finding } from '../../audit-fixtures.ts';
import { act, calls, posted, told, type } from '../../sandbox-control.ts';
import { createDesk, renderAll, startRig } from '../../support.ts';

test('starts a prevention run on the named database, and again leads to the one that is open', async () => {
  const rig = await startRig({ desk: createDesk(['orders', 'billing']) });
  await type(rig.sandbox, 'U0ALICE', 'prevent billing');
  await told(rig.sandbox, 'U0ALICE', /PREV-1 is open for billing\. Its message/);
  await type(rig.sandbox, 'U0ALICE', 'prevent billing');
  await told(rig.sandbox, 'U0ALICE', /PREV-1 is open for billing already/);
  await type(rig.sandbox, 'U0ALICE', 'prevent');
  await told(rig.sandbox, 'U0ALICE', /Which database\? Type for example: \/db-triage prevent orders/);
  expect(rig.desk.opened).toEqual(['billing', 'billing']);
});

test('the button below a digest starts it too; a database with nothing red has none', async () => {
  const rig = await startRig({ desk: createDesk(['orders', 'billing']) });
  const report = auditReport();
  const [red] = report.findings.map(({ fingerprint, severity, audit, title, subject }) => ({
    fingerprint,
    severity,
    audit,
    title,
    subject,
  }));
  const of = { changed: null, unreadable: [], problem: null };
  rig.digests.push({
    slot: '2026-11-15T00:00:00.000Z',
    databases: [
      { ...of, database: 'orders', findings: red === undefined ? [] : [red] },
      { ...of, database: 'billing', findings: [] },
    ],
  });
  await rig.bot.render('audits', new AbortController().signal);
  const [digest] = await posted(rig.sandbox);
  if (digest === undefined) throw new Error('There is no digest.');
  expect(JSON.stringify(digest.message).match(/prevention\.start/g)).toHaveLength(1);
  await act(rig.sandbox, 'U0ALICE', digest.message, 'prevention.start');
  await told(rig.sandbox, 'U0ALICE', /PREV-1 is open for orders/);
});

test('the answer of an audit offers it when something is red', async () => {
  const rig = await startRig();
  rig.audits.report = auditReport({ findings: [finding({ severity: 'info' })] });
  await type(rig.sandbox, 'U0ALICE', 'audit orders');
  expect(await told(rig.sandbox, 'U0ALICE', /Audit of orders/)).not.toContain('Apply remedies');
  rig.audits.report = auditReport();
  await type(rig.sandbox, 'U0ALICE', 'audit orders');
  await told(rig.sandbox, 'U0ALICE', /Apply remedies…/);
  expect((await calls(rig.sandbox, 'chat.postEphemeral')).every(({ ok }) => ok)).toBe(true);
  await renderAll(rig.bot);
});
