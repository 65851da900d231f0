import { expect, test } from 'vitest';
import { FirebreakError } from '../../../../src/domain/errors.ts';
import { auditReport, finding } from '../../audit-fixtures.ts';
import { told, type } from '../../sandbox-control.ts';
import { startRig } from '../../support.ts';

test('tells the worst with evidence and remedy, counts by severity, and says what was not checked', async () => {
  const rig = await startRig();
  const others = Array.from({ length: 9 }, (_, index) =>
    finding({ severity: 'low', title: `Finding ${index}`, subject: `table t${index}`, audit: 'dead-rows' }),
  );
  const unread = { because: 'unreadable', why: 'The role may not list quotas.' } as const;
  rig.audits.report = auditReport({
    findings: [finding(), ...others],
    notChecked: [
      { audit: 'quota', title: 'No ResourceQuota', ...unread },
      { audit: 'limits', title: 'No LimitRange', ...unread },
      { audit: 'x', title: 'Of another version', because: 'does-not-apply', why: 'n/a' },
    ],
  });
  await type(rig.sandbox, 'U0ALICE', 'audit orders');
  const blocks = await told(rig.sandbox, 'U0ALICE', /Audit of orders: 10 findings \(1 high, 9 low\)/);
  expect(blocks).toContain('ALTER ROLE report_generator SET statement_timeout');
  expect(blocks).toContain('Finding 8');
  expect(blocks).toContain('The role may not list quotas. (quota, limits)');
  expect(blocks).not.toContain('Of another version');
});

test('says why it could not look, and refuses whom the lists do not name', async () => {
  const rig = await startRig();
  rig.audits.report = new FirebreakError('database-unreachable', 'orders does not answer.', {
    hint: 'Wait.',
  });
  await type(rig.sandbox, 'U0ALICE', 'audit orders');
  await told(rig.sandbox, 'U0ALICE', /could not look\. orders does not answer\. Wait\./);
  rig.desk.denied = 'Ask somebody else.';
  await type(rig.sandbox, 'U0ALICE', 'audit orders');
  await told(rig.sandbox, 'U0ALICE', /shown to those who may observe\. Ask somebody else\./);
  expect(rig.log).toContain('Refused to show something to a person who may not observe');
});
