import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Workloads } from '../../../src/ports/workloads.ts';
import type { KubernetesSandbox } from '../../../src/sandbox/kubernetes/server.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { temporaryDirectory } from '../embedded-postgres/support.ts';
import { cronJob, FIREBREAK, fault, READER, signal, startCluster } from './support.ts';

const overloaded = (seconds: number) => ({
  status: 429,
  headers: { 'retry-after': String(seconds) },
  body: 'Too many requests, please try again later.\n',
});

async function theCronJob(workloads: Workloads) {
  const [found] = (await workloads.facts([], signal)).cronJobs;
  if (found === undefined) throw new Error('no CronJob');
  return found;
}

/** Failures that were asked for and have not happened. */
async function pending(sandbox: KubernetesSandbox): Promise<number> {
  const answer: unknown = await (await fetch(`${sandbox.url}/_sandbox/faults`)).json();
  return z.object({ pending: z.number() }).parse(answer).pending;
}

test('a change that was turned away is sent again after the pause that was asked for', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  const workloads = cluster.as(FIREBREAK);
  const etl = await theCronJob(workloads);
  await fault(cluster.sandbox, { path: 'cronjobs', method: 'PATCH', ...overloaded(1) });
  const began = performance.now();
  const changed = await workloads.changeCronJob(etl, { suspend: true }, { dryRun: false }, signal);
  expect(changed.suspended).toBe(true);
  expect(performance.now() - began).toBeGreaterThan(950);
});

test('a long pause is told to a person and not waited for', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  await fault(cluster.sandbox, { path: 'cronjobs', times: 2, ...overloaded(30) });
  const workloads = cluster.as(FIREBREAK);
  await expect(
    workloads.cronJob({ namespace: 'analytics', name: 'etl', uid: 'u' }, signal),
  ).rejects.toMatchObject({ retryable: true, hint: expect.stringContaining('in 30 s, as it asks') });
  expect(await pending(cluster.sandbox)).toBe(1);
});

test.each([
  ['a 503', { status: 503, body: 'service unavailable\n' }],
  ['a 500', { status: 500, body: 'Internal error occurred' }],
  ['a broken connection', { drop: true }],
])('a change that ended with %s is not sent again, because it may have been made', async (_what, how) => {
  await using cluster = await startCluster([cronJob('etl')]);
  const workloads = cluster.as(FIREBREAK);
  const etl = await theCronJob(workloads);
  await fault(cluster.sandbox, { path: 'cronjobs', method: 'PATCH', times: 2, ...how });
  await expect(
    workloads.changeCronJob(etl, { suspend: true }, { dryRun: false }, signal),
  ).rejects.toMatchObject({ retryable: true });
  expect(await pending(cluster.sandbox)).toBe(1);
});

test('a list that expired on the way is read anew from its beginning', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  await fault(cluster.sandbox, {
    path: 'cronjobs',
    status: 410,
    body: {
      kind: 'Status',
      status: 'Failure',
      reason: 'Expired',
      code: 410,
      message: 'The provided continue parameter is too old.',
    },
  });
  expect(await theCronJob(cluster.as(FIREBREAK))).toMatchObject({ name: 'etl' });
});

test('a token that was renewed in the kubeconfig is taken up without a restart', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  using directory = temporaryDirectory();
  const file = join(directory.path, 'kubeconfig');
  const good = cluster.sandbox.kubeconfig(FIREBREAK);
  writeFileSync(file, good.replace(/full/, 'expired'));
  const workloads = cluster.as(FIREBREAK, { kubeconfig: { file } });
  const { gaps } = await workloads.facts([], signal);
  expect(gaps.join(' ')).toContain('renew the token in the kubeconfig file');
  writeFileSync(file, good);
  expect(await theCronJob(workloads)).toMatchObject({ name: 'etl' });
});

test('an admission webhook that denies a change is named, and no right is asked for', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  const workloads = cluster.as(FIREBREAK);
  const etl = await theCronJob(workloads);
  const message = 'admission webhook "policy.example.com" denied the request: freeze until Monday';
  await fault(cluster.sandbox, {
    path: 'cronjobs',
    method: 'PATCH',
    status: 403,
    body: { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message },
  });
  await expect(
    workloads.changeCronJob(etl, { suspend: true }, { dryRun: false }, signal),
  ).rejects.toMatchObject({
    code: 'kubernetes-error',
    retryable: false,
    message: expect.stringContaining('freeze until Monday'),
    hint: expect.stringContaining('The admission webhook policy.example.com refuses this change'),
  });
});

test('a missing right comes with the lines that grant it', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  const workloads = cluster.as(READER);
  const etl = await theCronJob(workloads);
  await expect(
    workloads.changeCronJob(etl, { suspend: true }, { dryRun: false }, signal),
  ).rejects.toMatchObject({
    situation: {
      next: [
        {
          text: `kubectl -n analytics create role firebreak-patch-cronjobs --verb=patch --resource=cronjobs.batch
kubectl -n analytics create rolebinding firebreak-patch-cronjobs --role=firebreak-patch-cronjobs --serviceaccount=firebreak:reader`,
        },
      ],
    },
  });
});

test('a network that swallows everything ends in bounded time', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  const { port } = new URL(cluster.sandbox.url);
  await using proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(port) });
  const text = cluster.sandbox.kubeconfig(FIREBREAK).replaceAll(`:${port}`, `:${proxy.port}`);
  const workloads = cluster.as(FIREBREAK, { kubeconfig: { text }, timeoutMs: 300 });
  const etl = await theCronJob(workloads);
  proxy.blackHole(true);
  await expect(workloads.cronJob(etl, signal)).rejects.toMatchObject({
    code: 'kubernetes-unreachable',
    message: expect.stringContaining('did not answer in time'),
  });
  proxy.blackHole(false);
  expect(await workloads.cronJob(etl, signal)).toMatchObject({ name: 'etl' });
});

/** A kubeconfig whose credentials come from a program that runs for so many seconds. */
function askingProgram({ sandbox }: { sandbox: KubernetesSandbox }, seconds: number): string {
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'sleep',
    args: [String(seconds)],
    interactiveMode: 'Never',
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'one',
    contexts: [{ name: 'one', context: { cluster: 'one', user: 'one' } }],
    clusters: [{ name: 'one', cluster: { server: sandbox.url } }],
    users: [{ name: 'one', user: { exec } }],
  });
}

test('a program for the credentials that does not end holds up nothing for longer than a request may take', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  const kubeconfig = { text: askingProgram(cluster, 8) };
  const workloads = cluster.as(FIREBREAK, { kubeconfig, timeoutMs: 300 });
  const began = performance.now();
  const etl = { namespace: 'analytics', name: 'etl', uid: 'u' };
  await expect(workloads.cronJob(etl, signal)).rejects.toMatchObject({
    code: 'kubernetes-unreachable',
    retryable: true,
    message: expect.stringContaining('The program sleep of the kubeconfig gave no credentials'),
  });
  expect(performance.now() - began).toBeLessThan(3_000);
}, 30_000);
