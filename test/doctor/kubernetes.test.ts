import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createWorkloads } from '../../src/adapters/kubernetes/workloads.ts';
import { type KubernetesSandbox, startKubernetesSandbox } from '../../src/sandbox/kubernetes/server.ts';
import { admin } from '../adapters/kubernetes/support.ts';
import { silent } from '../adapters/postgres/support.ts';
import { checksThatAre, examine, resultOf } from './support.ts';

const ACCOUNT = 'system:serviceaccount:ops:bot';

async function startCluster(rules: object[]) {
  return await startKubernetesSandbox({
    objects: [
      ...['ops', 'analytics', 'reports'].map((name) => ({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      })),
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'some', namespace: 'analytics' },
        rules,
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'some', namespace: 'analytics' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'some' },
        subjects: [{ kind: 'ServiceAccount', name: 'bot', namespace: 'ops' }],
      },
    ],
    tokens: { admin: 'kubernetes-admin', token: ACCOUNT },
  });
}

async function look(
  sandbox: KubernetesSandbox,
  namespaces: string[],
  kubeconfig = sandbox.kubeconfig(ACCOUNT),
) {
  const workloads = createWorkloads({ kubeconfig: { text: kubeconfig }, namespaces, logger: silent });
  try {
    return await examine({
      kind: 'kubernetes',
      name: 'Kubernetes',
      read: (signal) => workloads.access(signal),
    });
  } finally {
    await workloads.close();
  }
}

/** As `kubectl apply` does with objects that are not there yet. */
async function apply(sandbox: KubernetesSandbox, manifest: string): Promise<void> {
  for (const document of parseAllDocuments(manifest)) {
    const object = document.toJS() as { kind: string; metadata: { namespace: string } };
    const plural = object.kind === 'Role' ? 'roles' : 'rolebindings';
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${object.metadata.namespace}/${plural}`;
    expect(await admin(sandbox, 'POST', path, object)).toMatchObject({ kind: object.kind });
  }
}

test('names what is not allowed by namespace with what fails without it, and the manifest mends it', async () => {
  await using sandbox = await startCluster([
    { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
  ]);

  const report = await look(sandbox, ['analytics']);

  expect(report.ok).toBe(false);
  const rights = report.results.filter(({ check }) => check === 'kubernetes/rights');
  expect(rights.map(({ status, found }) => ({ status, found }))).toEqual([
    { status: 'missing', found: 'analytics: not allowed to patch cronjobs; patch, delete jobs.' },
    {
      status: 'advice',
      found:
        'analytics: not allowed to get, list replicasets; get, list deployments; patch deployments; patch deployments/scale; list horizontalpodautoscalers; list resourcequotas; get, create, delete resourcequotas; list limitranges; get, create, delete limitranges.',
    },
  ]);
  expect(rights[0]?.without).toContain('a person has to suspend the CronJob by hand');
  const manifest = rights[0]?.remedy?.commands[0]?.text ?? '';
  expect(manifest).toContain('{ kind: ServiceAccount, name: bot, namespace: ops }');
  await apply(sandbox, manifest);
  const after = await look(sandbox, ['analytics']);
  expect(after.ok).toBe(true);
  expect(checksThatAre(after, 'advice')).toEqual([]);
});

test('a namespace without any right does not hide that another has all', async () => {
  await using sandbox = await startCluster([{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);

  const { results } = await look(sandbox, ['analytics', 'reports']);

  const rights = results.filter(({ check }) => check === 'kubernetes/rights');
  expect(rights[0]).toMatchObject({ status: 'ok', found: 'analytics: all of them' });
  expect(rights[1]).toMatchObject({
    status: 'missing',
    found: expect.stringContaining('reports: not allowed'),
  });
});

test('credentials that are refused are one line', async () => {
  await using sandbox = await startCluster([]);

  const { results } = await look(
    sandbox,
    ['analytics'],
    sandbox.kubeconfig(ACCOUNT).replace('token: token', 'token: old'),
  );

  expect(results).toHaveLength(1);
  expect(results[0]).toMatchObject({ check: 'kubernetes/connection', status: 'missing' });
});

test('tells who it is, the version, the APIs and the clock', async () => {
  await using sandbox = await startCluster([]);

  const report = await look(sandbox, ['analytics']);

  expect(resultOf(report, 'kubernetes/connection').found).toMatch(
    /^Kubernetes v1\.\d+.*, as system:serviceaccount:ops:bot$/,
  );
  expect(resultOf(report, 'kubernetes/api-versions')).toMatchObject({ status: 'ok' });
  expect(resultOf(report, 'kubernetes/clock')).toMatchObject({ status: 'ok' });
});
