import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type KubernetesSandbox, startKubernetesSandbox } from '../../src/sandbox/kubernetes/server.ts';
import { behindTls } from '../support/behind-tls.ts';
import { temporaryDirectory } from '../support/rig/temporary-directory.ts';
import { type Reader, readerIn } from './reader.ts';
import { commandsFor } from './where-typed.ts';

const { stdout: version } = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' });
/** Debian's kubectl brings kustomize 2, which does not know patches with a path. */
const canBuild = /Kustomize Version: v[5-9]/.test(version ?? '');

const ADMIN = 'kubernetes-admin';
const TOKEN = 'token-of-the-administrator';
const SECRETS = [
  'slack-bot-token',
  'slack-app-token',
  'alertmanager-token',
  'orders-primary-url',
  'state-url',
];
const commands = commandsFor('test/docs/kubernetes.test.ts');

let scene: AsyncDisposableStack;
let cluster: KubernetesSandbox;
let reader: Reader;

beforeEach(async () => {
  scene = new AsyncDisposableStack();
  const directory = scene.adopt(temporaryDirectory(), (path) =>
    rmSync(path, { recursive: true, force: true }),
  );
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'analytics' } };
  cluster = scene.use(await startKubernetesSandbox({ objects: [namespace], tokens: { [TOKEN]: ADMIN } }));
  const { url } = scene.use(await behindTls(cluster.url));
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig(ADMIN).replace(cluster.url, url));
  reader = readerIn(directory, { KUBECONFIG: kubeconfig, HOME: directory });
  symlinkSync(resolve('deploy'), join(directory, 'deploy'));
  mkdirSync(join(directory, 'secrets'));
  for (const name of SECRETS) writeFileSync(join(directory, 'secrets', name), `the ${name}`);
});
afterEach(async () => await scene.disposeAsync());

async function type(line: string): Promise<string> {
  const { exitCode, stdout, stderr } = await reader.type(line);
  expect({ line, exitCode, stderr }).toEqual({ line, exitCode: 0, stderr: '' });
  return stdout;
}

/** As a reader does: what looks for Pods is typed again until they are there. */
const typed = async (line: string) =>
  line.startsWith('kubectl get') ? vi.waitFor(async () => type(line), { timeout: 30_000 }) : type(line);

async function get(path: string): Promise<unknown> {
  const response = await fetch(`${cluster.url}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect({ path, status: response.status }).toEqual({ path, status: 200 });
  return response.json();
}

const named = z.looseObject({ name: z.string() });
const Deployment = z.looseObject({
  spec: z.looseObject({
    replicas: z.number(),
    template: z.looseObject({
      spec: z.looseObject({
        serviceAccountName: z.string(),
        volumes: z.array(
          z.looseObject({
            configMap: named.optional(),
            secret: z.looseObject({ secretName: z.string() }).optional(),
            persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
          }),
        ),
      }),
    }),
  }),
});
const Data = z.looseObject({ data: z.record(z.string(), z.string()) });
const deployment = async () =>
  Deployment.parse(await get('/apis/apps/v1/namespaces/firebreak/deployments/firebreak')).spec;

describe.skipIf(!canBuild)('kubectl with a kustomize of today', () => {
  test.each(['embedded', 'postgres'])(
    'every command of the page is taken by a cluster, with the overlay %s',
    { timeout: 120_000 },
    async (overlay) => {
      expect(commands.length).toBeGreaterThan(5);
      for (const line of commands) await typed(line.replace('overlays/embedded', `overlays/${overlay}`));

      const { replicas, template } = await deployment();
      expect(replicas).toBe(1);
      // Whatever a pod needs is there, under the name by which it is asked for.
      const { serviceAccountName, volumes } = template.spec;
      const own = '/api/v1/namespaces/firebreak';
      await get(`${own}/serviceaccounts/${serviceAccountName}`);
      const held = await Promise.all(
        volumes.map(async ({ configMap, secret, persistentVolumeClaim: claim }) => {
          if (claim !== undefined) await get(`${own}/persistentvolumeclaims/${claim.claimName}`);
          if (configMap !== undefined)
            return Data.parse(await get(`${own}/configmaps/${configMap.name}`)).data;
          return secret === undefined
            ? {}
            : Data.parse(await get(`${own}/secrets/${secret.secretName}`)).data;
        }),
      );
      const files: Record<string, string> = Object.assign({}, ...held);
      const wanted = [...(files['firebreak.yml'] ?? '').matchAll(/\/run\/secrets\/firebreak\/([\w-]+)/g)];
      expect(wanted.length).toBeGreaterThan(3);
      expect(wanted.map(([, name = '']) => name).filter((name) => files[name] === undefined)).toEqual([]);
      await get('/apis/rbac.authorization.k8s.io/v1/namespaces/analytics/rolebindings/firebreak');
    },
  );

  test('the command that makes the secrets also replaces them', { timeout: 60_000 }, async () => {
    const [namespace = '', secret = ''] = commands;
    await type(namespace);
    expect(await type(secret)).toContain('secret/firebreak created');
    writeFileSync(join(reader.directory, 'secrets', 'slack-bot-token'), 'another');
    expect(await type(secret)).toContain('secret/firebreak configured');
    const { data } = Data.parse(await get('/api/v1/namespaces/firebreak/secrets/firebreak'));
    expect(Buffer.from(data['slack-bot-token'] ?? '', 'base64').toString()).toBe('another');
  });
});
