import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import {
  compareWithRatchet,
  firstRatchet,
  type Ratchet,
  ratchetName,
  tighten,
} from '../../src/audits/ratchet.ts';
import { readRatchet, writeRatchet } from '../../src/cli/audit/ratchet-file.ts';
import { type AuditReport, type Finding, isAtLeast, severities } from '../../src/domain/audit.ts';

const AUDITS = ['statement-timeout', 'resource-quota', 'jit'] as const;

const finding = (parts: Partial<Finding>): Finding => ({
  audit: 'jit',
  title: 'A title',
  todo: 'Set statement_timeout',
  severity: 'high',
  subject: 'role app',
  evidence: '',
  why: '',
  remedy: { text: '', commands: [] },
  docs: '',
  fingerprint: '',
  expired: null,
  ...parts,
});

const anyFinding = fc
  .record({
    audit: fc.constantFrom(...AUDITS),
    subject: fc.constantFrom('role app', 'role batch', 'server'),
    severity: fc.constantFrom(...severities),
  })
  .map(finding);

const anyReport: fc.Arbitrary<AuditReport> = fc.record({
  database: fc.constantFrom('orders', 'users'),
  at: fc.constant('2026-01-01T00:00:00.000Z'),
  findings: fc.uniqueArray(anyFinding, { selector: ratchetName }),
  suppressed: fc.constant([]),
  checked: fc.constant([]),
  notChecked: fc
    .subarray([...AUDITS])
    .map((unread) => unread.map((audit) => ({ audit, title: '', because: 'unreadable' as const, why: '' }))),
  notes: fc.constant([]),
});
const anyReports = fc.uniqueArray(anyReport, { selector: ({ database }) => database });
const threshold = fc.constantFrom(...severities);

const namesOf = ({ accepted }: Ratchet) =>
  Object.entries(accepted).flatMap(([database, names]) => names.map((name) => `${database}/${name}`));

test('whatever is found from run to run, tightening only ever takes out, and never what may still be there', () => {
  fc.assert(
    fc.property(anyReports, fc.array(anyReports, { maxLength: 6 }), threshold, (first, later, worst) => {
      let ratchet = firstRatchet(first, worst);
      expect(compareWithRatchet(first, ratchet, worst).fresh).toEqual([]);
      for (const reports of later) {
        const compared = compareWithRatchet(reports, ratchet, worst);
        const tighter = tighten(ratchet, compared);
        expect(namesOf(ratchet)).toEqual(expect.arrayContaining(namesOf(tighter)));
        const kept = namesOf(tighter);
        for (const { database, findings, notChecked } of reports) {
          for (const name of ratchet.accepted[database] ?? []) {
            const stands = findings.some((one) => ratchetName(one) === name);
            const unread = notChecked.some(({ audit }) => name.startsWith(`${audit}: `));
            expect(kept.includes(`${database}/${name}`)).toBe(stands || unread);
          }
          const bad = findings.filter(({ severity }) => isAtLeast(severity, worst));
          const fresh = compared.fresh.filter((one) => one.database === database).map((one) => one.finding);
          expect(fresh).toEqual(
            bad.filter((one) => !(ratchet.accepted[database] ?? []).includes(ratchetName(one))),
          );
        }
        ratchet = tighter;
      }
    }),
  );
});

test('a ratchet file is written whole, sorted for review, and refused when somebody broke it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'fb-ratchet-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'audits.json');
  expect(await readRatchet(file)).toBeNull();
  const reports = [
    { findings: [finding({ subject: 'role b' }), finding({ subject: 'role a' })], database: 'orders' },
  ].map((parts) => ({ at: '', suppressed: [], checked: [], notChecked: [], notes: [], ...parts }));
  await writeRatchet(file, firstRatchet(reports, 'high'));
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    version: 1,
    accepted: { orders: ['jit: role a', 'jit: role b'] },
  });
  expect(existsSync(`${file}.new`)).toBe(false);
  writeFileSync(file, '{"version":1,"accepted":{"orders":"all"}}');
  await expect(readRatchet(file)).rejects.toMatchObject({
    code: 'bad-ratchet',
    message: expect.stringContaining('accepted'),
  });
});
