import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load-config.ts';
import type { Answers } from '../../src/init/answers.ts';
import { configText } from '../../src/init/config-text.ts';
import { filesOf, neededSecrets } from '../../src/init/files.ts';

const plain: Answers = {
  slack: { channel: 'C0123ABCD', mode: 'socket', publicUrl: null, apiUrl: null },
  databases: [
    {
      name: 'orders',
      url: { env: 'ORDERS_URL' },
      replicas: [],
      pgbouncer: [],
      prometheusUrl: null,
      gate: null,
      target: 'orders',
    },
  ],
  cluster: null,
  namespaces: [],
  identity: 'system:serviceaccount:firebreak:firebreak',
  approvers: [],
  alertToken: 'ALERTMANAGER_TOKEN',
  gateToken: 'GATE_TOKEN',
  role: 'firebreak',
  timeZone: 'Asia/Seoul',
};

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);
const path = fc.string({ minLength: 1 }).map((text) => `/${text}`);
const reference = fc.oneof(
  fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/).map((env) => ({ env })),
  path.map((file) => ({ file })),
);
const part = fc.record({ name, url: reference });
const parts = fc.uniqueArray(part, { selector: (one) => one.name, maxLength: 3 });
const answers: fc.Arbitrary<Answers> = fc.record({
  slack: fc.record({
    channel: fc.stringMatching(/^[CG][A-Z0-9]{2,12}$/),
    mode: fc.constantFrom('socket' as const, 'http' as const),
    publicUrl: fc.constant('https://firebreak.example.com'),
    apiUrl: fc.option(fc.webUrl()),
  }),
  databases: fc.uniqueArray(
    fc.record({
      name,
      url: reference,
      replicas: parts,
      pgbouncer: parts,
      prometheusUrl: fc.option(fc.webUrl()),
      gate: fc.option(fc.record({ url: reference, role: fc.string({ minLength: 1 }) })),
      target: fc.string({ minLength: 1 }),
    }),
    { selector: (one) => one.name, minLength: 1, maxLength: 3 },
  ),
  cluster: fc.option(
    fc.oneof(
      fc.constant({ inCluster: true as const }),
      fc.record({ kubeconfig: path, context: fc.option(fc.string({ minLength: 1 })) }),
    ),
  ),
  namespaces: fc.array(name, { minLength: 1, maxLength: 3 }),
  identity: fc.string({ minLength: 1 }),
  approvers: fc.array(fc.stringMatching(/^[UW][A-Z0-9]{2,12}$/), { maxLength: 3 }),
  alertToken: fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/),
  gateToken: fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/),
  role: fc.string({ minLength: 1 }),
  timeZone: fc.constantFrom('UTC', 'Asia/Seoul', 'America/Argentina/Buenos_Aires'),
});

test('whatever is answered, check accepts it and reads back what was said', () => {
  fc.assert(
    fc.property(answers, (given) => {
      const read = parseConfig(configText(given), 'firebreak.yml');
      expect(read.slack.channel).toBe(given.slack.channel);
      expect(read.databases.map((one) => [one.name, one.url])).toEqual(
        given.databases.map((one) => [one.name, one.url]),
      );
      expect(read.databases.map((one) => one.replicas.map(({ url }) => url))).toEqual(
        given.databases.map((one) => one.replicas.map(({ url }) => url)),
      );
      expect(read.databases.map((one) => one.gate?.url)).toEqual(given.databases.map((one) => one.gate?.url));
      expect(read.gate.bearer !== undefined).toBe(given.databases.some(({ gate }) => gate !== null));
      expect(read.kubernetes?.namespaces ?? []).toEqual(given.cluster === null ? [] : given.namespaces);
      expect(read.authority.session).toEqual(given.approvers);
    }),
  );
});

test('several databases have their grants apart; without a cluster there is no manifest of rights', () => {
  const [orders] = plain.databases;
  if (orders === undefined) throw new Error('unreachable');
  const two = { ...plain, databases: [orders, { ...orders, name: 'billing', target: 'bills' }] };
  const files = filesOf(two);
  expect(files.map((file) => file.name)).toEqual([
    'firebreak.yml',
    'grants-orders.sql',
    'grants-billing.sql',
    'slack-manifest.yml',
  ]);
  expect(files[2]?.text).toContain('GRANT CONNECT ON DATABASE "bills" TO "firebreak";');
});

test('a database with a cost gate has its role in the grants, and its secrets are named', () => {
  const [orders] = plain.databases;
  if (orders === undefined) throw new Error('unreachable');
  const gate = { url: { env: 'ORDERS_GATE_URL' }, role: 'planner' };
  const gated = { ...plain, databases: [{ ...orders, gate }] };

  expect(filesOf(gated)[1]?.text).toContain('\nGRANT pg_read_all_data TO "planner";');
  expect(filesOf(plain)[1]?.text).not.toMatch(/^GRANT pg_read_all_data/m);
  expect(neededSecrets(gated).map(({ variable }) => variable)).toEqual([
    ...neededSecrets(plain)
      .map(({ variable }) => variable)
      .slice(0, -1),
    'GATE_TOKEN',
    'ORDERS_URL',
    'ORDERS_GATE_URL',
  ]);
});

test('names the secrets of the mode', () => {
  const of = (mode: 'socket' | 'http') =>
    neededSecrets({ ...plain, slack: { ...plain.slack, mode } }).map(({ variable }) => variable);
  expect(of('socket')).toEqual(['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'ALERTMANAGER_TOKEN', 'ORDERS_URL']);
  expect(of('http')).toContain('SLACK_SIGNING_SECRET');
});
