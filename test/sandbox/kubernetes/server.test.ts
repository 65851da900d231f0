import http from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { startKubernetesSandbox } from '../../../src/sandbox/kubernetes/server.ts';
import { cronJobOf, NAMESPACE, startCluster, type TestCluster, until } from './cluster.ts';

let cluster: TestCluster | undefined;

afterEach(async () => {
  await cluster?.[Symbol.asyncDispose]();
  cluster = undefined;
});

const plan = async (on: TestCluster, fault: object) =>
  fetch(`${on.sandbox.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) });
const list = async (on: TestCluster) =>
  fetch(`${on.sandbox.url}/api/v1/namespaces`, { headers: { authorization: 'Bearer secret' } });

test('a planned fault answers as often as it was asked to, then the API answers again', async () => {
  cluster = await startCluster();
  const body = 'Too many requests, please try again later.\n';
  await plan(cluster, {
    path: '/namespaces$',
    method: 'GET',
    status: 429,
    body,
    headers: { 'retry-after': 1 },
    times: 2,
  });
  for (const round of [1, 2]) {
    const answer = await list(cluster);
    expect({
      round,
      code: answer.status,
      after: answer.headers.get('retry-after'),
      text: await answer.text(),
    }).toEqual({
      round,
      code: 429,
      after: '1',
      text: body,
    });
  }
  expect((await list(cluster)).status).toBe(200);
});

test('faults can delay, cut the connection, and be withdrawn', async () => {
  cluster = await startCluster();
  await plan(cluster, { path: '/namespaces', delayMs: 300 });
  const started = performance.now();
  expect((await list(cluster)).status).toBe(200);
  expect(performance.now() - started).toBeGreaterThan(290);
  await plan(cluster, { path: '/namespaces', drop: true, times: 5 });
  await expect(list(cluster)).rejects.toThrow('fetch failed');
  await fetch(`${cluster.sandbox.url}/_sandbox/faults`, { method: 'DELETE' });
  expect((await list(cluster)).status).toBe(200);
  expect((await plan(cluster, { path: '(' })).status).toBe(400);
});

test('it says in OpenAPI that it validates fields itself, which kubectl asks before it writes', async () => {
  cluster = await startCluster();
  const { url } = cluster.sandbox;
  const read = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, { headers: { authorization: 'Bearer secret' } });
    expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    return answer.json();
  };
  const { paths } = (await read('/openapi/v3')) as { paths: Record<string, { serverRelativeURL: string }> };
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(['api/v1', 'apis/apps/v1', 'apis/policy/v1']));
  for (const { serverRelativeURL } of Object.values(paths)) await read(serverRelativeURL);
  expect(await read('/openapi/v3/apis/apps/v1')).toMatchObject({
    paths: {
      '/apis/apps/v1/namespaces/{namespace}/deployments/{name}': {
        patch: {
          parameters: [{ name: 'fieldValidation', in: 'query' }],
          'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' },
        },
      },
    },
  });
});

test('a foreign Host header is refused, so that no web page reaches the sandbox by a name of its own', async () => {
  cluster = await startCluster();
  const url = new URL(cluster.sandbox.url);
  const code = await new Promise((resolve) => {
    http.get(
      { host: url.hostname, port: url.port, path: '/version', headers: { host: 'attacker.example' } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    );
  });
  expect(code).toBe(403);
});

interface PageState {
  cronJobs: object[];
  jobs: object[];
  pods: { phase: string }[];
}

test('the page has a strict policy and its state shows what runs', async () => {
  const on = await startCluster([cronJobOf('etl', 'sleep 300', { suspend: true })]);
  cluster = on;
  const page = await fetch(on.sandbox.url);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await page.text()).not.toContain('innerHTML');
  const name = await on.sandbox.createJobFrom(NAMESPACE, 'etl');
  const state = await until('a running pod', async () => {
    const found = (await (await fetch(`${on.sandbox.url}/_sandbox/state`)).json()) as PageState;
    return found.pods[0]?.phase === 'Running' && found;
  });
  expect(state.cronJobs[0]).toMatchObject({ name: 'etl', suspended: true, schedule: '* * * * *' });
  expect(state.jobs[0]).toMatchObject({ name, owner: 'CronJob/etl' });
  expect(state.pods[0]).toMatchObject({
    owner: `Job/${name}`,
    restarts: 0,
    ip: expect.stringMatching(/^127\.44\./),
  });
});

test('wrong manifests, foreign users and open addresses are refused with a sentence', async () => {
  const tokens = { secret: 'somebody' };
  const misspelt = cronJobOf('etl', 'true', { suspendd: true });
  await expect(startKubernetesSandbox({ objects: [misspelt], tokens })).rejects.toThrow(
    'The sandbox cannot load batch/v1 CronJob "etl": unknown fields spec.suspendd. Correct the manifest.',
  );
  const unserved = { apiVersion: 'x/v1', kind: 'Thing', metadata: { name: 'a' } };
  await expect(startKubernetesSandbox({ objects: [unserved], tokens })).rejects.toThrow(
    'does not serve x/v1 Thing "a"',
  );
  await expect(startKubernetesSandbox({ objects: [], tokens, host: '0.0.0.0' })).rejects.toThrow(
    'loopback only',
  );
  await using sandbox = await startKubernetesSandbox({ objects: [], tokens });
  expect(() => sandbox.kubeconfig('nobody')).toThrow('no token for the user nobody');
});
