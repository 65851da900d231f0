import { expect, it } from 'vitest';
import { readAudit } from '../../scripts/advisories.ts';

/** As `npm audit --json` of npm 10 prints it. */
const report = (vulnerabilities: Record<string, { severity: string }>, counts: Record<string, number>) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities,
    metadata: {
      vulnerabilities: { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0, ...counts },
    },
  });

it('fails for a hole that is high or critical, and names the package', () => {
  const found = readAudit(
    report({ left: { severity: 'high' }, pad: { severity: 'low' } }, { high: 1, low: 1, total: 2 }),
  );
  expect(found).toEqual({ status: 'vulnerable', text: '1 known holes: left (high)' });
});

it('lets lesser holes pass, and says that there are some', () => {
  const found = readAudit(report({ pad: { severity: 'moderate' } }, { moderate: 1, total: 1 }));
  expect(found).toEqual({ status: 'clean', text: '1 known holes, none of them high or critical' });
});

it.each([
  [
    'a registry without advisories',
    '{"message":"405 Method Not Allowed","statusCode":405}',
    '405 Method Not Allowed',
  ],
  ['no registry at all', '', 'npm audit printed no report'],
])('is not taken for checked: %s', (_name, printed, text) => {
  expect(readAudit(printed)).toEqual({ status: 'notChecked', text });
});
