import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createWorkloads } from '../../../src/adapters/kubernetes/workloads.ts';
import { temporaryDirectory } from '../embedded-postgres/support.ts';
import { cronJob, FIREBREAK, fault, READER, signal, silent, startCluster } from './support.ts';

const overloaded = {
  status: 429,
  headers: { 'retry-after': '0' },
  body: 'Too many requests, please try again later.\n',
};
const etl = { namespace: 'analytics', name: 'etl', uid: 'u-1' };

test('an overloaded API is tried again for reads, and a lasting overload is said as such', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  const workloads = cluster.as(FIREBREAK);
  await fault(cluster.sandbox, { path: 'cronjobs', times: 2, ...overloaded });
  expect((await workloads.facts([], signal)).cronJobs).toHaveLength(1);
  await fault(cluster.sandbox, { path: 'cronjobs', times: 3, ...overloaded });
  await expect(workloads.cronJob(etl, signal)).rejects.toMatchObject({
    code: 'kubernetes-error',
    retryable: true,
    message: expect.stringContaining('Too many requests'),
  });
});

test('a request without an answer ends after the time limit; an abort ends it at once with its own reason', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  const workloads = cluster.as(FIREBREAK, { timeoutMs: 200 });
  await fault(cluster.sandbox, { path: 'cronjobs', delayMs: 2_000, times: 9, status: 500 });
  await expect(workloads.cronJob(etl, signal)).rejects.toMatchObject({
    code: 'kubernetes-unreachable',
    message: expect.stringContaining('did not answer in time'),
  });
  expect((await workloads.facts([], signal)).gaps[0]).toContain('did not answer in time');
  const controller = new AbortController();
  const reading = cluster.as(FIREBREAK).facts([], controller.signal);
  controller.abort(new Error('run aborted'));
  await expect(reading).rejects.toThrow('run aborted');
});

test('a cluster that is down is unreachable for calls and a gap for facts', async () => {
  const cluster = await startCluster([]);
  const workloads = cluster.as(FIREBREAK);
  await cluster.sandbox.stop();
  await expect(workloads.cronJob(etl, signal)).rejects.toMatchObject({
    code: 'kubernetes-unreachable',
    retryable: true,
    message: expect.stringContaining('ECONNREFUSED'),
  });
  expect((await workloads.facts(['10.0.0.1'], signal)).gaps).toHaveLength(3);
  await cluster[Symbol.asyncDispose]();
});

test('a hundred requests use a handful of connections', async () => {
  let connections = 0;
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    const spec = { jobTemplate: {} };
    response.end(JSON.stringify({ kind: 'CronJob', metadata: { uid: 'u-1', name: 'etl' }, spec }));
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const text = JSON.stringify({
      clusters: [
        { name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
      ],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    });
    const workloads = createWorkloads({ kubeconfig: { text }, namespaces: ['analytics'], logger: silent });
    for (let call = 0; call < 100; call += 1) await workloads.cronJob(etl, signal);
    await workloads.close();
    expect(connections).toBeLessThanOrEqual(2);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test('asks for each permission that it uses', async () => {
  await using cluster = await startCluster([]);
  const permissions = await cluster.as(READER).mayI(signal);
  const allowed = permissions.filter((one) => one.allowed).map(({ verb, resource }) => `${verb} ${resource}`);
  expect(allowed).toEqual(['get cronjobs', 'list cronjobs']);
  expect(permissions).toHaveLength(23);
  expect((await cluster.as(FIREBREAK).mayI(signal)).every((one) => one.allowed)).toBe(true);
});

test('a wrong token says that the credentials are refused', async () => {
  await using cluster = await startCluster([]);
  const text = cluster.sandbox.kubeconfig(READER).replace('reads', 'expired');
  await expect(cluster.as(READER, { kubeconfig: { text } }).cronJob(etl, signal)).rejects.toMatchObject({
    code: 'kubernetes-permission',
    hint: expect.stringContaining('renew the token'),
  });
});

test('the kubeconfig is named, not guessed: file, context and service account', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  using directory = temporaryDirectory();
  const file = join(directory.path, 'kubeconfig');
  writeFileSync(file, cluster.sandbox.kubeconfig(FIREBREAK));
  const fromFile = cluster.as(FIREBREAK, { kubeconfig: { file } });
  expect((await fromFile.facts([], signal)).cronJobs).toHaveLength(1);
  expect(() => cluster.as(FIREBREAK, { kubeconfig: { file: `${file}-missing` } })).toThrow(
    /cannot be read.*ENOENT/,
  );
  expect(() => cluster.as(FIREBREAK, { context: 'prod' })).toThrow(
    'no context "prod"; it has firebreak-sandbox',
  );
  const inCluster = { inCluster: true, root: directory.path } as const;
  expect(() => cluster.as(FIREBREAK, { kubeconfig: inCluster })).toThrow(/cannot be read.*ENOENT/);
  const account = join(directory.path, 'var/run/secrets/kubernetes.io/serviceaccount');
  mkdirSync(account, { recursive: true });
  for (const name of ['token', 'ca.crt', 'namespace']) writeFileSync(join(account, name), 'analytics');
  expect(() => cluster.as(FIREBREAK, { kubeconfig: inCluster })).not.toThrow();
});
