import { expect, test } from 'vitest';
import { noWorkloads } from '../../../src/adapters/kubernetes/no-workloads.ts';
import { ClusterFacts, type Pod } from '../../../src/domain/cluster.ts';
import { eventually } from '../embedded-postgres/support.ts';
import { cronJob, FIREBREAK, fault, foreignPod, NOBODY, READER, signal, startCluster } from './support.ts';

test('finds the pod of an address and its chain up to the CronJob', async () => {
  await using cluster = await startCluster([cronJob('report-generator')]);
  const workloads = cluster.as(FIREBREAK);
  const job = await cluster.sandbox.createJobFrom('analytics', 'report-generator');
  let ip = '';
  await eventually('a running pod with an address', async () => {
    const state = await fetch(`${cluster.sandbox.url}/api/v1/namespaces/analytics/pods`, {
      headers: { authorization: 'Bearer admin' },
    });
    const found = /"podIP":"([^"]+)"/.exec(JSON.stringify(await state.json()));
    ip = found?.[1] ?? '';
    return ip !== '' && ((await workloads.facts([ip], signal)).podsByIp[ip]?.length ?? 0) > 0;
  });
  const facts = ClusterFacts.parse(await workloads.facts([ip, '10.9.9.9', 'no address'], signal));
  expect(facts.gaps).toEqual([]);
  expect(facts.podsByIp['10.9.9.9']).toEqual([]);
  const [pod] = facts.podsByIp[ip] ?? [];
  expect(pod).toMatchObject({ namespace: 'analytics', ip, hostNetwork: false, phase: 'Running' });
  expect(pod?.owners.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    `Job ${job}`,
    'CronJob report-generator',
  ]);
  expect(facts.jobs).toMatchObject([{ name: job, active: 1, finished: false }]);
  expect(facts.cronJobs).toMatchObject([{ name: 'report-generator' }]);
});

test('finished pods keep an address they no longer have; several pods can share the one of their node', async () => {
  await using cluster = await startCluster([
    foreignPod('done', '10.0.0.1', { phase: 'Succeeded' }),
    foreignPod('running', '10.0.0.1'),
    foreignPod('agent-a', '10.0.0.2', { spec: { hostNetwork: true } }),
    foreignPod('agent-b', '10.0.0.2', { spec: { hostNetwork: true } }),
  ]);
  const { podsByIp, gaps } = await cluster.as(FIREBREAK).facts(['10.0.0.1', '10.0.0.2'], signal);
  expect(names(podsByIp['10.0.0.1'])).toEqual(['running']);
  expect(names(podsByIp['10.0.0.2'])).toEqual(['agent-a', 'agent-b']);
  expect(podsByIp['10.0.0.2']?.every(({ hostNetwork }) => hostNetwork)).toBe(true);
  expect(gaps).toEqual([]);
});

test('many addresses are answered from one list per namespace', async () => {
  const ips = Array.from({ length: 25 }, (_, index) => `10.0.1.${index + 1}`);
  await using cluster = await startCluster(ips.map((ip, index) => foreignPod(`web-${index}`, ip)));
  // Any look-up by address would fail; the one list does not match this path.
  await fault(cluster.sandbox, { path: 'podIP', status: 500, body: 'no', times: 99 });
  const { podsByIp, gaps } = await cluster.as(FIREBREAK).facts(ips, signal);
  expect(Object.values(podsByIp).flatMap(names)).toHaveLength(25);
  expect(gaps).toEqual([]);
});

test('a Deployment is found through its ReplicaSet, and without that right the chain ends with a gap', async () => {
  // Their ReplicaSet is answered by a fault alone, and the sandbox collects what nobody owns; the finalizer keeps the pods.
  const owner = (kind: string, name: string) => ({
    finalizers: ['test/keep'],
    ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true }],
  });
  await using cluster = await startCluster([
    foreignPod('api-1', '10.0.0.1', { metadata: owner('ReplicaSet', 'api-abc') }),
    foreignPod('api-2', '10.0.0.2', { metadata: owner('ReplicaSet', 'api-abc') }),
  ]);
  const replicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: 'api-abc',
      namespace: 'analytics',
      uid: 'uid-api-abc',
      ...owner('Deployment', 'checkout-api'),
    },
  };
  await fault(cluster.sandbox, { path: 'replicasets/api-abc', status: 200, body: replicaSet });
  const { podsByIp, gaps } = await cluster.as(FIREBREAK).facts(['10.0.0.1', '10.0.0.2'], signal);
  for (const ip of ['10.0.0.1', '10.0.0.2']) {
    expect(podsByIp[ip]?.[0]?.owners.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'ReplicaSet api-abc',
      'Deployment checkout-api',
    ]);
  }
  expect(gaps).toEqual([]);
  await fault(cluster.sandbox, {
    path: 'replicasets/api-abc',
    status: 403,
    body: { kind: 'Status', message: 'cannot get' },
  });
  const less = await cluster.as(FIREBREAK).facts(['10.0.0.1'], signal);
  expect(less.podsByIp['10.0.0.1']?.[0]?.owners.map(({ kind }) => kind)).toEqual(['ReplicaSet']);
  expect(less.gaps).toHaveLength(1);
  expect(less.gaps[0]).toContain('{apiGroups: ["apps"], resources: ["replicasets"], verbs: ["get"]}');
});

test('missing rights are gaps in words, the rest is answered', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  const some = await cluster.as(READER).facts(['10.0.0.1'], signal);
  expect(some.cronJobs.map(({ name }) => name)).toEqual(['etl']);
  expect(some.gaps).toEqual([
    expect.stringMatching(/^Jobs in namespace analytics: .*cannot list resource "jobs"/),
    expect.stringMatching(/^Pods in namespace analytics: .*cannot list resource "pods"/),
  ]);
  const none = await cluster.as(NOBODY).facts(['10.0.0.1'], signal);
  expect(none).toMatchObject({ podsByIp: { '10.0.0.1': [] }, cronJobs: [], jobs: [] });
  expect(none.gaps).toHaveLength(3);
});

test.each([
  ['argo', { annotations: { 'argocd.argoproj.io/tracking-id': 'etl:batch/CronJob' } }, 'Argo CD'],
  ['flux', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } }, 'Flux'],
  [
    'flux-helm',
    { labels: { 'helm.toolkit.fluxcd.io/name': 'etl', 'app.kubernetes.io/managed-by': 'Helm' } },
    'Flux',
  ],
  ['helm', { annotations: { 'meta.helm.sh/release-name': 'etl' } }, 'Helm'],
])('recognises who would take a change back: %s', async (name, metadata, tool) => {
  await using cluster = await startCluster([cronJob(name, metadata)]);
  const [found] = (await cluster.as(FIREBREAK).facts([], signal)).cronJobs;
  const [key] = Object.keys(Object.values(metadata)[0] ?? {});
  expect(found?.gitops).toEqual({ tool, sign: expect.stringContaining(String(key)) });
});

test('without a configured cluster there is one gap and no action', async () => {
  const none = noWorkloads();
  const facts = await none.facts(['10.0.0.1'], signal);
  expect(facts.gaps).toEqual([expect.stringMatching(/^Kubernetes is not configured/)]);
  await expect(none.cronJob({ namespace: 'a', name: 'b', uid: 'c' }, signal)).rejects.toMatchObject({
    code: 'kubernetes-unreachable',
  });
});

function names(pods: readonly Pod[] | undefined): string[] {
  return (pods ?? []).map(({ name }) => name);
}
