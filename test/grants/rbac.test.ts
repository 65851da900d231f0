import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createWorkloads } from '../../src/adapters/kubernetes/workloads.ts';
import { rbacManifest, rbacRules } from '../../src/grants/rbac.ts';
import { startKubernetesSandbox } from '../../src/sandbox/kubernetes/server.ts';
import { silent } from '../adapters/postgres/support.ts';

const ACCOUNT = 'system:serviceaccount:firebreak:firebreak';
const documents = (text: string) => parseAllDocuments(text).map((one) => one.toJS() as object);

test('the manifest grants everything that Firebreak uses in the named namespaces, and nothing elsewhere', async () => {
  const manifest = rbacManifest({ namespaces: ['analytics', '2024'] });
  await using sandbox = await startKubernetesSandbox({
    objects: [
      ...['firebreak', 'analytics', '2024', 'payments'].map((name) => ({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      })),
      ...documents(manifest),
    ],
    tokens: { token: ACCOUNT },
  });
  const mayI = async (namespaces: string[]) => {
    const kubeconfig = { text: sandbox.kubeconfig(ACCOUNT) };
    const workloads = createWorkloads({ kubeconfig, namespaces, logger: silent });
    const permissions = await workloads.mayI(new AbortController().signal);
    await workloads.close();
    return permissions;
  };

  expect((await mayI(['analytics', '2024'])).filter(({ allowed }) => !allowed)).toEqual([]);
  expect((await mayI(['payments'])).filter(({ allowed }) => allowed)).toEqual([]);
});

test('no rule is for the cluster, for Secrets, or for more than it names', () => {
  expect(documents(rbacManifest({ namespaces: ['a'] })).map((one) => Reflect.get(one, 'kind'))).toEqual([
    'Role',
    'RoleBinding',
  ]);
  for (const { apiGroups, resources, verbs } of rbacRules()) {
    expect([...apiGroups, ...resources, ...verbs]).not.toContain('*');
    expect(resources).not.toContain('secrets');
    // What is created bounds pods; nothing that runs, and no right, can be.
    if (verbs.includes('create'))
      expect(['resourcequotas', 'limitranges']).toEqual(expect.arrayContaining([...resources]));
  }
});

test('a person of a kubeconfig is bound by name', () => {
  const [, binding] = documents(
    rbacManifest({ namespaces: ['analytics'], subject: { kind: 'User', name: 'ci: bot' } }),
  );
  expect(binding).toMatchObject({ subjects: [{ kind: 'User', name: 'ci: bot' }] });
});
