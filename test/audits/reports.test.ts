import { expect, test } from 'vitest';
import { loadAudits } from '../../src/audits/registry.ts';
import { toSarif } from '../../src/audits/to-sarif.ts';
import { auditLines } from '../../src/cli/audit/audit-lines.ts';
import type { AuditReport, Finding } from '../../src/domain/audit.ts';

const audits = await loadAudits();

const finding = (parts: Partial<Finding> = {}): Finding => ({
  audit: 'statement-timeout',
  title: 'Role without statement_timeout',
  todo: 'Set statement_timeout',
  severity: 'high',
  subject: 'role app\u001b[31m',
  evidence: 'statement_timeout = 0 from the server, so there is no limit in database orders. '
    .repeat(3)
    .trim(),
  why: 'A runaway query runs until somebody ends it.',
  remedy: {
    text: 'Give the role a limit.',
    commands: [
      {
        label: 'as a superuser',
        language: 'sql',
        text: `ALTER ROLE "app" SET statement_timeout = '30s'; -- ${'x'.repeat(90)}`,
      },
    ],
  },
  docs: 'docs/audits.md#statement-timeout',
  fingerprint: 'f1',
  expired: null,
  ...parts,
});

const report: AuditReport = {
  database: 'orders',
  at: '2024-11-15T05:23:00.000Z',
  findings: [
    finding(),
    finding({ subject: 'role batch', fingerprint: 'f2', expired: { reason: 'Q1', until: '2024-11-14' } }),
    finding({ audit: 'jit', title: 'Queries are compiled', severity: 'low', fingerprint: 'f3' }),
  ],
  suppressed: [
    { finding: finding({ subject: 'role dump', fingerprint: 'f4' }), reason: 'a dump', until: '2025-01-31' },
  ],
  checked: ['statement-timeout', 'jit'],
  notChecked: [
    { audit: 'no-replica', title: 'No replica', because: 'unreadable', why: 'It did not answer.' },
    { audit: 'replication-lag', title: 'Far behind', because: 'unreadable', why: 'It did not answer.' },
  ],
  notes: ['A suppression met nothing.'],
};
const shown = { columns: 80, colour: false };

test('a report fits into 80 columns, tells each audit once, and carries no control characters', () => {
  const lines = auditLines(report, { ...shown, details: false });
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  const text = lines.join('\n');
  expect(lines[0]).toBe('orders: 2 high, 1 low (2 audits checked, 2024-11-15 05:23 UTC)');
  expect(text.match(/Role without statement_timeout \[statement-timeout\]/g)).toHaveLength(1);
  expect(text).toContain('Suppressed until 2024-11-14 (Q1); that is over.');
  expect(text).toContain('- statement-timeout, role dump: a dump (until 2025-01-31)');
  expect(text).toContain('- no-replica, replication-lag: It did not answer.');
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('ALTER ROLE');
});

test('commands stand whole in the details, to be copied', () => {
  const lines = auditLines(report, { ...shown, details: true });
  expect(lines.map((line) => line.trim())).toContain(finding().remedy.commands[0]?.text);
  expect(lines.map((line) => line.trim())).toContain('-- as a superuser');
});

test('SARIF names each rule, the fingerprint, what is suppressed and why, and what was not checked', () => {
  const { version, runs } = toSarif([report], audits, { version: '0.1.0', config: 'my config.yml' });
  const [run] = runs;
  expect(version).toBe('2.1.0');
  for (const { ruleId, ruleIndex } of run?.results ?? [])
    expect(run?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
  expect(
    run?.results.map(({ level, partialFingerprints }) => `${level} ${partialFingerprints['firebreak/v1']}`),
  ).toEqual(['error f1', 'error f2', 'note f3', 'error f4']);
  expect(run?.results.at(-1)).toMatchObject({
    suppressions: [{ kind: 'external', justification: 'a dump (until 2025-01-31)' }],
  });
  expect(run?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri).toBe('my%20config.yml');
  expect(run?.invocations[0]).toMatchObject({ executionSuccessful: false });
  expect(run?.invocations[0]?.toolExecutionNotifications).toHaveLength(2);
});
