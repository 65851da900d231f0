import { expect, test } from 'vitest';
import { detect, nameOf } from '../../src/init/detect.ts';

const nothing = { environment: {}, serviceAccount: null, kubeconfig: null };

test('databases, replicas, PgBouncers and roles of the cost gate are found by the URLs of the environment, without their passwords', () => {
  const detected = detect({
    ...nothing,
    environment: {
      ORDERS_PRIMARY_URL: 'postgres://firebreak:hush@db:5432/orders',
      ORDERS_REPLICA_URL: 'postgresql://firebreak@ro/orders',
      ORDERS_PGBOUNCER_URL: 'postgres://firebreak@pool:6432/pgbouncer',
      ORDERS_GATE_REPLICA_URL: 'postgres://gate@ro/orders',
      SOCKET_DSN: 'postgres://firebreak@/shop?host=/run/postgresql',
      FIREBREAK_STATE_URL: 'postgres://firebreak@state/firebreak',
      PROMETHEUS_URL: 'http://prometheus:9090',
      HOME: '/root',
    },
  });

  expect(detected.databases).toEqual([
    {
      variable: 'ORDERS_PRIMARY_URL',
      name: 'orders-primary',
      kind: 'primary',
      role: 'firebreak',
      target: 'orders',
    },
    {
      variable: 'ORDERS_REPLICA_URL',
      name: 'orders-replica',
      kind: 'replica',
      role: 'firebreak',
      target: 'orders',
    },
    {
      variable: 'ORDERS_PGBOUNCER_URL',
      name: 'orders-pgbouncer',
      kind: 'pgbouncer',
      role: 'firebreak',
      target: 'pgbouncer',
    },
    {
      variable: 'ORDERS_GATE_REPLICA_URL',
      name: 'orders-gate-replica',
      kind: 'gate',
      role: 'gate',
      target: 'orders',
    },
    { variable: 'SOCKET_DSN', name: 'socket', kind: 'primary', role: 'firebreak', target: 'shop' },
  ]);
  expect(JSON.stringify(detected)).not.toContain('hush');
  expect(detected.prometheusUrl).toBe('http://prometheus:9090');
});

test('in a cluster the identity is the subject of the own token', () => {
  const payload = Buffer.from(JSON.stringify({ sub: 'system:serviceaccount:ops:bot' })).toString('base64url');
  const detected = detect({ ...nothing, serviceAccount: { namespace: 'ops\n', token: `h.${payload}.s` } });
  expect(detected.inCluster).toEqual({ namespace: 'ops', identity: 'system:serviceaccount:ops:bot' });
  const odd = detect({ ...nothing, serviceAccount: { namespace: 'ops', token: 'opaque' } });
  expect(odd.inCluster?.identity).toBeNull();
});

test('contexts of a kubeconfig with their namespaces; what is none counts as not there', () => {
  const text = `current-context: prod
contexts:
  - { name: prod, context: { cluster: a, namespace: analytics } }
  - { name: test, context: { cluster: b } }
users: [{ name: x, user: { token: hush } }]`;
  const { kubeconfig } = detect({ ...nothing, kubeconfig: { file: '/k', text } });
  expect(kubeconfig).toEqual({
    file: '/k',
    contexts: ['prod', 'test'],
    current: 'prod',
    namespaces: { prod: 'analytics' },
  });
  for (const broken of ['', '{', 'contexts: 3'])
    expect(detect({ ...nothing, kubeconfig: { file: '/k', text: broken } }).kubeconfig).toBeNull();
});

test.each([
  ['ORDERS_PRIMARY_URL', 'orders-primary'],
  ['ORDERS_DATABASE_URL', 'orders'],
  ['DATABASE_URL', 'primary'],
  ['/run/secrets/orders-url', 'run-secrets-orders-url'],
])('%s is called %s', (variable, name) => {
  expect(nameOf(variable)).toBe(name);
});
