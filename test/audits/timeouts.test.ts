import { expect, test } from 'vitest';
import { audit } from '../../src/audits/checks/postgres/statement-timeout.ts';
import { audit as transactionTimeout } from '../../src/audits/checks/postgres/transaction-timeout.ts';
import type { ServerReadout } from '../../src/domain/server-readout.ts';
import { auditFacts, draftsOf, loginRole, serverReadout } from '../support/audit-facts.ts';

const NAME = 'statement_timeout';
const setting = (value: string) => ({ [NAME]: { value, unit: 'ms', pendingRestart: false } });
const stored = (role: string | null, database: string | null, value: string) => ({
  role,
  database,
  name: NAME,
  value,
});
const found = (parts: Partial<ServerReadout>) =>
  draftsOf(audit, { server: serverReadout({ settings: setting('0'), ...parts }) }).map(
    ({ subject, evidence }) => `${subject}: ${evidence}`,
  );

test('a role is bounded by the nearest value: its own here, its own, the database, all roles, the server', () => {
  expect(found({ settings: setting('30000') })).toEqual([]);
  expect(found({ stored: [stored('checkout_api', 'orders', '30s')] })).toEqual([]);
  expect(found({ stored: [stored('checkout_api', null, '30s')] })).toEqual([]);
  expect(found({ stored: [stored(null, 'orders', '1min')] })).toEqual([]);
  expect(found({ stored: [stored(null, null, '1min')] })).toEqual([]);
});

test('a nearer 0 undoes a limit that is farther away', () => {
  const of = (...list: ReturnType<typeof stored>[]) => found({ settings: setting('30000'), stored: list })[0];
  expect(of(stored('checkout_api', 'orders', '0'), stored('checkout_api', null, '30s'))).toMatch(
    /^role checkout_api: statement_timeout = 0 from role checkout_api in database orders,/,
  );
  expect(of(stored('checkout_api', null, '0ms'), stored(null, 'orders', '30s'))).toContain(
    'from role checkout_api,',
  );
  expect(of(stored(null, 'orders', '0'), stored(null, null, '30s'))).toContain('from database orders,');
  expect(of(stored(null, null, '0'))).toContain('from all roles,');
});

test('a value stored for Firebreak hides that of the server, which is said instead of guessed', () => {
  const own = stored('firebreak', null, '5s');
  expect(found({ stored: [own] })).toEqual([
    "role firebreak: Firebreak's own role has a statement_timeout of its own, which hides that of the server: 1 role cannot be checked (checkout_api).",
  ]);
  expect(found({ stored: [own, stored(null, 'orders', '30s')] })).toEqual([]);
});

test('a superuser counts only while somebody is connected as it, and then as info', () => {
  const superuser = (sessions: number) => [loginRole('postgres', { superuser: true, sessions })];
  expect(found({ roles: superuser(0) })).toEqual([]);
  const [draft] = draftsOf(audit, { server: serverReadout({ settings: setting('0'), roles: superuser(2) }) });
  expect(draft).toMatchObject({ subject: 'role postgres', severity: 'info' });
});

test('names in the remedy are quoted, whatever they hold', () => {
  const [draft] = draftsOf(audit, {
    server: serverReadout({ settings: setting('0'), database: 'or"ders', roles: [loginRole("o'hara; --")] }),
  });
  expect(draft?.remedy.commands[0]?.text).toBe(
    `ALTER ROLE "o'hara; --" IN DATABASE "or""ders" SET statement_timeout = '30s';`,
  );
});

test('a setting that the version lacks does not apply', () => {
  const facts = auditFacts({ server: serverReadout({ versionNumber: 160_004 }) });
  expect(transactionTimeout.check(facts)).toEqual({
    doesNotApply: 'transaction_timeout exists since PostgreSQL 17.',
  });
});
